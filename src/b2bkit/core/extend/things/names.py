"""Names of things, areas, how far a permission reaches, and the two markers of routes."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, Literal

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
Area = Literal["portal", "admin", "api"]


class Level(Enum):
    """How far a permission reaches: rows that I made, my company's, those of my dealers too, my assigned clients', all.

    NETWORK reaches further in reading only: a distributor sees what its dealers have, and changes nothing of theirs.
    """

    OWN = "own"
    COMPANY = "company"
    NETWORK = "network"
    ASSIGNED = "assigned"
    ALL = "all"


class _Marker(str):
    """A route's permission that is not one: kept apart from names so that no plugin can register it."""


PUBLIC: Final = _Marker("PUBLIC")  # nobody has to be signed in
SIGNED_IN: Final = _Marker("SIGNED_IN")  # any person with a valid session, whatever the role
