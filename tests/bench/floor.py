"""The floor: bare Falcon and psycopg that run the same SQL and send the same bytes as a page of the portal, under the same server.

It is as light as a server can be: the session check is among its statements, every row is fetched and turned into Python values, each page
is one transaction in one hop to as many threads as the portal has; but the bytes lie ready, nothing is serialised, no header is added and
no line is logged. A server written by hand would make its bytes as well, so the ratio is rather too strict than too mild.

`python -m tests.bench.floor PORT FILE`: FILE holds the database's address and, per path, the statements with their parameters and the body.
Where a page is compared with its query and its template (`tests.bench.large`), it has a function in place of a body, which makes the bytes.
"""

from __future__ import annotations

import asyncio
import pickle
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import falcon.asgi
import psycopg_pool
from granian.constants import Interfaces
from granian.server.embed import Server


class Page:
    """One page: its statements in one transaction, its bytes."""

    def __init__(self, pool: psycopg_pool.ConnectionPool, threads: ThreadPoolExecutor, page: dict[str, object]) -> None:
        self.pool, self.threads, self.page = pool, threads, page

    async def on_get(self, _req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.data = await asyncio.get_running_loop().run_in_executor(self.threads, self.read)
        resp.content_type = str(self.page["type"])

    def read(self) -> bytes:
        with self.pool.connection() as connection:
            for sql, parameters in self.page["statements"]:  # type: ignore[attr-defined]
                cursor = connection.execute(sql, parameters)
                if cursor.description is not None:
                    cursor.fetchall()
        body: Any = self.page["body"]
        made: bytes = body() if callable(body) else body
        return made


async def main(port: int, known: dict[str, Any]) -> None:
    """Serves these pages until SIGTERM."""
    pool = psycopg_pool.ConnectionPool(known["url"], min_size=8, max_size=8, open=True)
    threads = ThreadPoolExecutor(8)
    app = falcon.asgi.App()
    for path, page in known["pages"].items():
        app.add_route(path, Page(pool, threads, page))
    server = Server(app, port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, partial(server.stop))
    await server.serve()
    pool.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes())))
