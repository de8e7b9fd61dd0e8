"""The floor of an order: the statements that the portal sent for one, on a bare psycopg connection, with new ids each time."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

import psycopg

from tests.bench.stage import Stage

Statement = tuple[str, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _ids(statements: list[Statement]) -> set[str]:
    return set(_UUID.findall(repr([parameters for _sql, parameters in statements])))


class BareOrder:
    """Places the order of `second` again and again; ids that `first`, an order of the same goods, does not have are new in each.

    Nothing is computed while it is timed: `prepare` fills in the next order's ids, number and key, `place` only runs SQL and commits.
    """

    def __init__(self, stage: Stage, first: list[Statement], second: list[Statement]) -> None:
        self.connection = psycopg.connect(stage.url.replace("postgresql+psycopg://", "postgresql://"))
        self.statements, self.fresh = second, sorted(_ids(second) - _ids(first))
        self.count, self.first_number = 0, time.time_ns()  # an order's number is unique
        self.next: list[Statement] = []

    def prepare(self) -> None:
        """The next order's statements."""
        self.count += 1
        names = {one: str(uuid.uuid4()) for one in self.fresh}
        self.next = [(sql, self._renewed(self._with_key(parameters), names)) for sql, parameters in self.statements]

    def place(self) -> None:
        """One order in one transaction; every answer is fetched."""
        for sql, parameters in self.next:
            with self.connection.cursor() as cursor:
                if isinstance(parameters, list):
                    cursor.executemany(sql, parameters)
                else:
                    cursor.execute(sql, parameters)
                if cursor.description is not None:
                    cursor.fetchall()
        self.connection.commit()

    def _with_key(self, parameters: Any) -> Any:
        if isinstance(parameters, dict):
            for name in ("key", "k"):  # the idempotency key, written and found again
                if name in parameters and ("request_hash" in parameters or name == "k"):
                    return {**parameters, name: f"bench-{self.first_number + self.count:032}"}
        return parameters

    def _renewed(self, value: Any, names: dict[str, str]) -> Any:
        if isinstance(value, dict):
            return {key: self._renewed(one, names) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._renewed(one, names) for one in value)
        if isinstance(value, uuid.UUID):
            return uuid.UUID(names.get(str(value), str(value)))
        if isinstance(value, str):
            return f"П-{self.first_number + self.count}" if value.startswith("П-") else _UUID.sub(lambda at: names.get(at[0], at[0]), value)
        return value
