"""What `b2bkit demo` puts into the portal of Polymertorg beside the data of 1C: before these have come, and once they are there."""

from __future__ import annotations

import sys
from pathlib import Path

from b2bkit.core.app import App

if str(Path(__file__).resolve().parents[2]) not in sys.path:  # loaded by path: the repository is not on the path of modules then
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def prepare(folder: Path) -> None:
    """Draws the pictures into `folder` while 1C sends its data."""
    from examples.polymertorg.portal import pictures

    pictures.draw(folder / "pictures")


def fill(app: App, folder: Path) -> None:
    """Called once, when products, clients and accounts are there."""
    from examples.polymertorg.portal import (
        arrivals,
        beside,
        chats,
        clients,
        discounts,
        figures,
        filters,
        lists,
        originals,
        papers,
        pictures,
        posts,
        talks,
        terms,
        wishes,
    )  # fmt: skip

    with app.work() as work:
        pictures.give(work, folder / "pictures")
        papers.give(work)
        beside.link(work)
    with app.work() as work:
        clients.place_in_regions(work)
        clients.register_twice(work)
        clients.ask_for_access(work, "polymer-wish-2026")
        terms.give(work)
    clients.ask_for_changes(app)
    lists.keep(app)
    filters.keep(app)
    arrivals.announce(app)
    talks.tell(app)
    chats.tell(app, folder / "pictures")
    wishes.ask(app)
    discounts.ask(app)
    posts.publish(app)
    originals.ask_later(app)
    figures.count(app)
