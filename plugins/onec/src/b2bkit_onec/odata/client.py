"""The client of one 1C base: reading and writing objects, virtual tables of registers, pages, the exchange plan."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2bkit.core.i18n import _
from b2bkit_onec.line.call import Answer, Request
from b2bkit_onec.line.errors import OneCBroken, OneCRefused
from b2bkit_onec.odata import query
from b2bkit_onec.odata.query import Value
from b2bkit_onec.odata.transport import TRIES, Transport
from b2bkit_onec.odata.values import Row
from b2bkit_onec.odata.verdict import parsed

MOST_PASSES: Final = 5
METADATA_SECONDS: Final = 600.0
MISREAD: Final = ("6", "14", "21", "")  # codes that 1C may give to a condition whose quotes it reads in another way
Subject = tuple[str, UUID]


class ODataClient:
    """Speaks with `<url>/odata/standard.odata/`. Every call raises errors of `line.errors`, nothing else.

    flow, run_id   what the archive notes with every message; a run makes its own copy by `for_run`
    """

    def __init__(self, transport: Transport, url: str, *, page: int, seconds: float, flow: str = "", run_id: UUID | None = None) -> None:
        self.transport, self.url, self.page, self.seconds = transport, url, page, seconds
        self.flow, self.run_id = flow, run_id
        self._doubled: bool | None = None

    def for_run(self, flow: str, run_id: UUID | None = None) -> ODataClient:
        """The same client for one run of a flow."""
        made = ODataClient(self.transport, self.url, page=self.page, seconds=self.seconds, flow=flow, run_id=run_id)
        made._doubled = self._doubled
        return made

    # reading

    def get(
        self,
        entity: str,
        *,
        select: Sequence[str] = (),
        filter: str = "",
        orderby: Sequence[str] = (),
        top: int | None = None,
        skip: int = 0,
        expand: Sequence[str] = (),
    ) -> list[Row]:
        """Rows of a set in one call."""
        asked = query.options(select=select, filter=filter, orderby=orderby, top=top, skip=skip, expand=expand)
        return self._rows(f"GET {entity}", entity, asked)

    def pages(
        self, entity: str, *, select: Sequence[str] = (), filter: str = "", orderby: Sequence[str] = ("Ref_Key",), key: str = "Ref_Key"
    ) -> Iterator[list[Row]]:
        """All rows in pages, each row once.

        1C has no cursor: a page is asked for by $skip, so what changes meanwhile may shift rows. Each page therefore begins with the last
        row of the one before; where it does not, or where a row comes twice, the reading starts again and gives what it had not given.
        Raises OneCBroken when that happens five times.
        """
        given: set[str] = set()
        for _pass in range(MOST_PASSES):
            steady = True
            for rows, moved in self._pass(entity, select, filter, orderby, key):
                new = [row for row in rows if str(row.get(key)) not in given]
                given.update(str(row.get(key)) for row in new)
                if new:
                    yield new
                if moved:
                    steady = False
                    break
            if steady:
                return
        raise OneCBroken(
            _("{entity} changed again and again while it was read.").format(entity=entity),
            _("Run the flow at a quieter time, or raise page."),
        )

    def _pass(self, entity: str, select: Sequence[str], filter: str, orderby: Sequence[str], key: str) -> Iterator[tuple[list[Row], bool]]:
        """One reading from the beginning: (rows, whether rows have shifted)."""
        skip, last, seen = 0, "", set[str]()
        while True:
            rows = self.get(entity, select=select, filter=filter, orderby=orderby, top=self.page, skip=skip)
            full = len(rows) >= self.page
            moved = bool(last) and (not rows or str(rows[0].get(key)) != last)
            fresh = rows[1:] if last and not moved else rows
            names = [str(row.get(key)) for row in fresh]
            moved = moved or not seen.isdisjoint(names) or len(set(names)) != len(names)
            yield fresh, moved
            if moved or not full:
                return
            seen.update(names)
            last, skip = names[-1], skip + self.page - 1

    def one(self, entity: str, key: str | Mapping[str, Value], *, select: Sequence[str] = (), subject: Subject | None = None) -> Row | None:
        """An object by its key; None when 1C says that there is none. A type that is not published is a refusal."""
        path = query.keyed(entity, key)
        try:
            answer = self._send("GET", f"GET {entity}", path, query.options(select=select), subject=subject)
        except OneCRefused as refused:
            if refused.absent:
                return None
            raise
        return _this(parsed(answer), key)

    def table(
        self,
        path: str,
        function: str,
        arguments: Mapping[str, Value | None],
        *,
        select: Sequence[str] = (),
        filter: str = "",
        seconds: float | None = None,
        tries: int = TRIES,
    ) -> list[Row]:
        """Rows of a virtual table: Balance, SliceLast, Turnovers. `Condition` among the arguments is in the words of $filter.

        Whether quotes inside it are doubled is found by trying, once for a client: publications differ.
        """
        asked = query.options(select=select, filter=filter)
        forms = (True, False) if self._doubled is None else (self._doubled,)
        quoted = "'" in str(arguments.get("Condition") or "")
        for last, doubled in ((form is forms[-1], form) for form in forms):
            address = query.called(path, function, arguments, doubled=doubled)
            try:
                found = self._rows(f"GET {path}/{function}", address, asked, seconds=seconds, tries=tries)
            except OneCRefused as refused:
                if last or not quoted or refused.status not in (400, 404, 500) or refused.code not in MISREAD:
                    raise
            else:
                self._doubled = doubled if quoted else self._doubled
                return found
        raise AssertionError("the last form returns or raises")

    @contextmanager
    def metadata(self) -> Iterator[Iterator[bytes]]:
        """$metadata in pieces; it has up to 17 MB and takes 1C half a minute."""
        request = Request(
            method="GET", url=query.address(self.url, "$metadata", form=""), seconds=max(self.seconds, METADATA_SECONDS),
            headers={"Accept": "application/xml"}, name="GET $metadata", flow=self.flow, run_id=self.run_id, archived=False,
        )  # fmt: skip
        with self.transport.stream(request) as chunks:
            yield chunks

    def ping(self, seconds: float = 15.0) -> None:
        """The smallest question; whatever 1C answers, it is there. Asked also while the breaker is open, and never twice."""
        url = query.address(self.url, "Catalog_Валюты", query.options(select=("Ref_Key",), top=1))
        self.transport.send(
            Request(
                method="GET", url=url, seconds=seconds, headers={"Accept": "application/json"}, probe=True, archived=False, name="ping"
            ),
            tries=1,
        )

    # writing

    def create(self, entity: str, body: Mapping[str, Any], *, subject: Subject | None = None, number: str = "") -> Row:
        """POST of a new object; gives it as 1C has it now. After silence it may exist or not: look for it by its key."""
        made = parsed(self._send("POST", f"POST {entity}", entity, {}, body=body, subject=subject, number=number))
        return _this(made, str(body.get("Ref_Key", "")))

    def change(
        self, entity: str, key: str | Mapping[str, Value], body: Mapping[str, Any], *, subject: Subject | None = None, number: str = ""
    ) -> Row:
        """PATCH of the named fields; a table part is replaced whole. Gives the object as it is now, or what was sent where 1C is brief."""
        answer = self._send("PATCH", f"PATCH {entity}", query.keyed(entity, key), {}, body=body, subject=subject, number=number)
        return _this(parsed(answer), key) if answer.body.strip() else dict(body)

    def call(
        self,
        entity: str,
        key: str | Mapping[str, Value] | None,
        function: str,
        *,
        subject: Subject | None = None,
        number: str = "",
        **args: Value,
    ) -> None:
        """A function that changes something: Post, Unpost, ExecuteTask. Arguments go into the query as 1C wants them."""
        path = f"{query.keyed(entity, key) if key is not None else entity}/{function}"
        asked = {name: query.literal(value) for name, value in args.items()}
        answer = self._send("POST", f"POST {entity}/{function}", path, asked, form="", subject=subject, number=number)
        if "html" in answer.headers.get("content-type", "").lower():
            parsed(answer)  # raises: a page is no answer

    # the exchange plan

    def feed(self, function: str, arguments: Mapping[str, str], *, name: str) -> bytes:
        """SelectChanges and NotifyChangesReceived: POST, the answer is an Atom feed or empty."""
        answer = self._send(
            "POST", name, function, arguments, form="", headers={"Accept": "application/atom+xml"}, seconds=METADATA_SECONDS
        )
        return answer.body

    # one call

    def _rows(self, name: str, path: str, asked: Mapping[str, str], *, seconds: float | None = None, tries: int = TRIES) -> list[Row]:
        told = parsed(self._send("GET", name, path, asked, seconds=seconds, tries=tries))
        rows = told.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise OneCBroken(_("1C's answer holds no list of rows."))
        return rows

    def _send(
        self,
        method: str,
        name: str,
        path: str,
        asked: Mapping[str, str],
        *,
        body: Mapping[str, Any] | None = None,
        form: str = "json",
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        tries: int = TRIES,
        subject: Subject | None = None,
        number: str = "",
    ) -> Answer:
        own = dict(headers or {"Accept": "application/json"})
        if body is not None:
            own["Content-Type"] = "application/json; charset=utf-8"
        limited = seconds is not None and seconds < self.seconds
        request = Request(
            method=method, url=query.address(self.url, path, asked, form=form), seconds=seconds or self.seconds, headers=own,
            body=b"" if body is None else dumped(body), counts=not limited, name=name, flow=self.flow, run_id=self.run_id,
            subject=subject, number=number,
        )  # fmt: skip
        return self.transport.send(request, tries=tries)


def _this(row: Row, key: str | Mapping[str, Value]) -> Row:
    """The row, if it is the one that was asked for: an answer that belongs to another question is none. Raises OneCBroken."""
    told = row.get("Ref_Key")
    if isinstance(key, str) and key and isinstance(told, str) and told.lower() != key.lower():
        raise OneCBroken(_("1C's answer is about another object ({ref}).").format(ref=told[:40]))
    return row


def dumped(body: Mapping[str, Any]) -> bytes:
    """JSON for 1C: Decimals keep their digits, references and dates are texts as 1C writes them."""
    return _encoded(body).encode()


def _encoded(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key), ensure_ascii=False)}:{_encoded(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(_encoded, value)) + "]"
    if isinstance(value, UUID):
        return json.dumps(str(value))
    if isinstance(value, dt.date):
        return json.dumps(query.literal(value).removeprefix("datetime").strip("'"))
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
