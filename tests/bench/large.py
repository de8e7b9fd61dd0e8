"""Pages over 200,000 products, 60,000 companies and 1,000,000 orders, against their bare queries; and what they cost at a hundredth of it.

`python -m tests.bench.large [SHARE]` runs it alone, with that part (1: all) of the data.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from b2bkit.testing.services import postgres_server
from tests.bench.figure import Figure
from tests.bench.large_data import CART, FULL, People, Size, cookies, fill
from tests.bench.load import fetch, measure
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
    """p95 of each page at 8 clients, as a multiple of its bare queries; then its growth from a hundredth of the data."""
    small = dict(_pages(size.part(PART), judged=False))
    for page, found in _pages(size, judged=True):
        yield from found.figures
        yield Figure(f"{page}: growth of p95 from 1/{PART} of the data", round(found.p95 / small[page].p95, 2), "times", "lower", None)


class Found:
    """What was measured of a page; `p95` in seconds."""

    def __init__(self, page: str, ratio: float, p95: float, bare: float, statements: int) -> None:
        self.p95 = p95
        note = f"{page}: p95 of {p95 * 1000:.0f} ms in multiples of its {statements} bare queries ({bare * 1000:.0f} ms)"
        self.figures = [Figure(note, round(ratio, 2), "times", "lower", 4)]


def _pages(size: Size, *, judged: bool) -> Iterator[tuple[str, Found]]:
    with postgres_server() as server, server.fresh_database() as url, tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), url)
        begin = time.perf_counter()
        people = fill(stage, size)
        sys.stderr.write(f"{size}: filled in {time.perf_counter() - begin:.0f} s\n")
        yield from _measured(stage, people, ROUNDS if judged else 2)


def _measured(stage: Stage, people: People, rounds: int) -> Iterator[tuple[str, Found]]:
    from tests.bench.__main__ import floor, recorded, signed_in

    app = stage.app()
    asked, bodies = {}, {}
    for path, who in PAGES.values():
        stage.token = getattr(people, who)
        client = signed_in(app, stage)
        client.get(path)
        with recorded() as found:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[:300])
        asked[path], bodies[path] = list(found), answer.content
        if "-v" in sys.argv: print(path, len(found), [x[0][:60] for x in found if not x[0].lstrip().lower().startswith(("select","with"))], file=sys.stderr)
    app.close()
    with stage.served():
        for page, (path, who) in PAGES.items():
            headers = cookies(getattr(people, who))
            assert fetch(stage.port, path, headers)
            plain = path.partition("?")[0]
            with floor(stage, {plain: asked[path]}, {plain: bodies[path]}) as port:
                ratios, ours_all, bare_all = [], [], []
                for _round in range(rounds):
                    ours, bare = measure(stage.port, path, headers, seconds=1.5), measure(port, plain, seconds=1.5)
                    ratios.append(ours.p95 / bare.p95)
                    ours_all.append(ours.p95)
                    bare_all.append(bare.p95)
            yield page, Found(page, statistics.median(ratios), statistics.median(ours_all), statistics.median(bare_all), len(asked[path]))


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
