"""What a source of rows needs: the data of one moment, the time, and what was looked up already."""

from __future__ import annotations

import base64
import sqlite3
from collections import Counter
from functools import cached_property

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT, COUNTERPARTY, EMPTY, made_up
from b2bkit_onec.simulate.objects import Body, Cell
from b2bkit_onec.simulate.parties import agreement_of

Row = dict[str, Cell]
FEW = 8


def data_version(seq: int) -> str:
    """ВерсияДанных: eight bytes, base64."""
    return base64.b64encode(seq.to_bytes(8, "big")).decode()


class Context:
    """One request's view of the infobase. `root`: the address of the service, with a slash at its end.

    `only_goods`: references of the only products that a condition lets through, None for all; registers read no others then.
    """

    def __init__(self, base: Infobase, db: sqlite3.Connection, root: str) -> None:
        self.base, self.db, self.root = base, db, root
        self.only_goods: frozenset[str] | None = None
        self._versions: dict[str, dict[str, int]] = {}
        self._asked: Counter[str] = Counter()
        self._agreements: dict[str, str] = {}

    def version(self, entity: str, ref: str) -> str:
        """ВерсияДанных of an object. The first few are asked for one by one, then all of the kind are read."""
        self._asked[entity] += 1
        if entity not in self._versions and self._asked[entity] <= FEW:
            return data_version(objects.version(self.db, entity, ref))
        if entity not in self._versions:
            rows = self.db.execute("SELECT object_id, seq FROM version WHERE entity = ?", (entity,))
            self._versions[entity] = {str(row["object_id"]): int(row["seq"]) for row in rows}
        return data_version(self._versions[entity].get(ref, 1))

    @cached_property
    def parties(self) -> dict[str, Body]:
        """Counterparties by their references."""
        return dict(objects.every(self.db, COUNTERPARTY))

    @cached_property
    def contracts(self) -> dict[str, Body]:
        """Contracts by their references."""
        return dict(objects.every(self.db, CONTRACT))

    def partner(self, party: str) -> str:
        """The partner of a counterparty."""
        return objects.text(self.parties.get(party, {}), "Партнер_Key") or EMPTY

    def agreement(self, contract: str) -> str:
        """The agreement that goes with a contract."""
        if contract not in self._agreements:
            self._agreements[contract] = agreement_of(self.db, contract) if contract else EMPTY
        return self._agreements[contract]

    @cached_property
    def loaded_at(self) -> str:
        """When the infobase was filled: the moment of what has no document of its own."""
        row = self.db.execute("SELECT value FROM setting WHERE key = 'loaded_at'").fetchone()
        return str(row["value"])[:19] if row else "2000-01-01T00:00:00"


def currency_ref(code: str) -> str:
    """The reference of a currency by its code."""
    return made_up("currency", code) if code else EMPTY


def deal_ref(order_id: str, contract_id: str) -> str:
    """The reference of an ОбъектРасчетов: of an order, or of a contract."""
    return made_up("deal", order_id or contract_id)


def key_ref(party: str, contract: str) -> str:
    """The reference of a КлючАналитикиУчетаПоПартнерам."""
    return made_up("key", contract or party)
