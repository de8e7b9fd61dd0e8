"""The small portal as a fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from b2bkit.core.db.engine import Database
from tests.web.room import Room

MakeRoom = Callable[..., Room]


@pytest.fixture
def make_room(database: Database) -> Iterator[MakeRoom]:
    """Makes small portals: `make_room(trusted_proxies=1)` with values of WebConfig."""
    made: list[Room] = []

    def make(**config: Any) -> Room:
        made.append(Room(database, **config))
        return made[-1]

    yield make
    for room in made:
        room.close()


@pytest.fixture
def room(make_room: MakeRoom) -> Room:
    """A small portal."""
    return make_room()
