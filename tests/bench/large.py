"""Pages over 200,000 products, 60,000 companies and 1,000,000 orders, against their bare queries and templates.

What they cost at a hundredth of the data is measured too, and printed as growth.

`python -m tests.bench.large [SHARE]` runs it alone, with that part (1: all) of the data.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from copy import copy
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from b2bkit.core.web.render import Renderer
from b2bkit.core.web.state import current
from b2bkit.testing.services import free_port, postgres_server
from tests.bench import floor
from tests.bench.figure import Figure
from tests.bench.large_data import CART, FULL, People, Size, cookies, fill
from tests.bench.load import fetch, measure
from tests.bench.raw import Statement
from tests.bench.recording import recorded, signed_in
from tests.bench.stage import Stage

ROUNDS: Final = 5
PART: Final = 100
# page -> (path, asked by)
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "catalogue": ("/catalog", "buyer"),
    "catalogue, by price": ("/catalog?sort=price", "buyer"),
    "search": (f"/catalog?q={quote('полипропилен трубный')}", "buyer"),
    "search as you type": (f"/catalog/suggest?q={quote('полипр')}", "buyer"),
    "search as you type, wrong layout": (f"/catalog/suggest?q={quote('gjkbghjg')}", "buyer"),
    "orders with an article": ("/orders?article=PE-0000", "buyer"),
    "orders": ("/orders", "buyer"),
    "dashboard": ("/", "buyer"),
    f"cart of {CART} lines": ("/cart", "buyer"),
    "orders of all clients": ("/admin/orders", "staff"),
    "orders of all clients, a part of the number": ("/admin/orders?number=00004", "staff"),
    "clients": ("/admin/clients", "staff"),
    "staff's today": ("/admin", "staff"),
}


def figures(size: Size = FULL) -> Iterator[Figure]:
    """p95 of each page at 8 clients, as a multiple of its bare queries and template; then its growth from a hundredth of the data."""
    small = dict(_pages(size.part(PART), judged=False))
    for page, found in _pages(size, judged=True):
        yield from found.figures
        yield Figure(f"{page}: growth of p95 from 1/{PART} of the data", round(found.p95 / small[page].p95, 2), "times", "lower", None)


class Found:
    """What was measured of a page; `p95` in seconds."""

    def __init__(self, page: str, ratio: float, p95: float, bare: float, statements: int) -> None:
        self.p95 = p95
        note = f"{page}: p95 of {p95 * 1000:.0f} ms in multiples of its {statements} bare queries and template ({bare * 1000:.0f} ms)"
        self.figures = [Figure(note, round(ratio, 2), "times", "lower", 4)]


def _pages(size: Size, *, judged: bool) -> Iterator[tuple[str, Found]]:
    with postgres_server() as server, server.fresh_database() as url, tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), url)
        begin = time.perf_counter()
        people = fill(stage, size)
        sys.stderr.write(f"{size}: filled in {time.perf_counter() - begin:.0f} s\n")
        yield from _measured(stage, people, ROUNDS if judged else 2)


class _Asked(NamedTuple):
    """What a page asks the database, and what makes its HTML of that."""

    statements: list[Statement]
    render: Callable[[], bytes]


def _measured(stage: Stage, people: People, rounds: int) -> Iterator[tuple[str, Found]]:
    app = stage.app()
    asked = {}
    for page, (path, who) in PAGES.items():
        stage.token = getattr(people, who)
        client = signed_in(app, stage)
        client.get(path)
        with recorded() as statements, _rendered() as render:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[:300])
        asked[page] = _Asked(list(statements), render)
    app.close()
    with stage.served():
        for page, (path, who) in PAGES.items():
            headers = cookies(getattr(people, who))
            assert fetch(stage.port, path, headers)
            with _bare(stage, asked[page]) as port:
                times = [
                    (measure(stage.port, path, headers, seconds=1.5).p95, measure(port, "/bare", seconds=1.5).p95)
                    for _round in range(rounds)
                ]
            ratio = statistics.median(ours / bare for ours, bare in times)
            ours, bare = (statistics.median(one) for one in zip(*times, strict=True))
            yield page, Found(page, ratio, ours, bare, len(asked[page].statements))


@contextmanager
def _rendered() -> Iterator[Callable[[], bytes]]:
    """A function that renders again what is rendered meanwhile: the whole template, or, where widgets read for themselves, these."""
    made: list[tuple[int, Callable[[], str]]] = []
    depth = 0
    text = Renderer.text

    def noted(self: Renderer, template: str, values: Mapping[str, object]) -> str:
        nonlocal depth
        depth += 1
        context = copy_context()
        made.append((depth, lambda: context.copy().run(_anew, partial(text, self, template, values))))
        try:
            return text(self, template, values)
        finally:
            depth -= 1

    def again() -> bytes:
        inner = [one for deep, one in made if deep > 1]
        return "".join(one() for one in inner or [one for _deep, one in made]).encode()

    Renderer.text = noted  # type: ignore[method-assign]
    try:
        yield again
    finally:
        Renderer.text = text  # type: ignore[method-assign]


def _anew(render: Callable[[], str]) -> str:
    """Renders as an answer of its own: its forms are counted from the first."""
    state = copy(current.get())
    state.forms = None
    current.set(state)
    return render()


@contextmanager
def _bare(stage: Stage, asked: _Asked) -> Iterator[int]:
    """A bare server, in a child that has the page's values: it runs the statements and renders the template."""
    port = free_port()
    page = {"statements": asked.statements, "body": asked.render, "type": "text/html; charset=utf-8"}
    known = {"url": stage.url.replace("postgresql+psycopg://", "postgresql://"), "pages": {"/bare": page}}
    child = get_context("fork").Process(target=lambda: asyncio.run(floor.main(port, known)))
    child.start()
    try:
        until = time.perf_counter() + 30
        while True:
            try:
                fetch(port, "/bare")
                break
            except OSError:
                assert time.perf_counter() < until
                assert child.is_alive()
                time.sleep(0.02)
        yield port
    finally:
        child.terminate()
        child.join(20)


def main() -> int:
    """`python -m tests.bench.large [SHARE]`: these figures alone."""
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    missed = False
    for figure in figures(FULL.part(share)):
        sys.stdout.write(figure.line)
        sys.stdout.flush()
        missed |= figure.kept is False
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
