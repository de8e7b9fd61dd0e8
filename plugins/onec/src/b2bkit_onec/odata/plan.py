"""The exchange plan: what 1C registered for the portal's node, taken message by message. The portal must be the node's only reader.

1C gives a message again, with everything new, until it is told that it arrived; so a message is saved first and confirmed then. Whoever
dies between the two finds by its cursor that the message was saved, and confirms it before it asks for the next one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from b2bkit.core.i18n import _
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.line.errors import OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.feed import Feed, read_feed
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Source
from b2bkit_onec.odata.values import Row
from b2bkit_onec.odata.versions import Kind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """A message.

    missed   1C has confirmed messages that this portal never saved: another reader took them, or a base was restored. Everything has to
             be read once by other ways
    """

    number: int
    feed: Feed
    missed: bool = False

    def batch(self, source: Source, kind: Kind[T]) -> Batch[T]:
        """What the message says of one kind of data."""
        news: list[T] = []
        gone: list[str] = []
        refused: list[Refused] = []
        for name in kind.objects:
            found = source.names.get(name)
            if found is not None:
                made = self._of(source, found, kind)
                news += made.news
                refused += made.refused
                gone += [ref for entity, ref in self.feed.deleted if entity == found.entity]
        return Batch(news, gone, refused)

    def _of(self, source: Source, found: Found, kind: Kind[T]) -> Batch[T]:
        rows = self.feed.objects.get(found.entity)
        return kind.build(source, found, rows) if rows else Batch()


@dataclass(frozen=True, slots=True)
class Node:
    """The portal's node of an exchange plan; `received` is the last message that it has confirmed."""

    plan: str
    ref: str
    code: str
    received: int


def take(source: Source, cursor: str, save: Callable[[Changes], None]) -> str:
    """Takes one message: asks, has it saved, confirms. Returns the cursor for the next one.

    save   keeps what the message says, or raises; what it kept before may come again and must change nothing then
    Raises errors of `line.errors`; OneCRefused where the settings do not say which node is the portal's.
    """
    node = find(source)
    saved = _saved(cursor, node)
    if saved is not None and node.received < saved:
        _confirm(source, node, saved)
        node = Node(node.plan, node.ref, node.code, saved)
    number = node.received + 1
    body = source.client.feed("SelectChanges", _point(source, node, number), name=f"POST SelectChanges {number}")
    save(Changes(number, read_feed(body), missed=saved is not None and node.received > saved))
    with suppress(OneCSilent, OneCBroken):  # it is saved: the cursor says so, and the next taking confirms it
        _confirm(source, node, number)
    return json.dumps({"plan": node.plan, "node": node.ref, "saved": number})


def find(source: Source) -> Node:
    """The portal's node. Raises OneCRefused when the settings leave open which one it is."""
    settings = source.line.settings.odata
    plan = f"ExchangePlan_{settings.plan}" if settings is not None else ""
    rows = source.client.get(plan)
    wanted = settings.node if settings is not None else ""
    mine = [row for row in rows if values.text(row, "Code") == wanted] if wanted else _foreign(rows)
    if len(mine) != 1:
        codes = ", ".join(values.text(row, "Code") or "-" for row in rows)
        raise OneCRefused(
            404,
            "",
            _("It is not clear which node of {plan} is the portal's; there are: {codes}.").format(plan=plan, codes=codes or "-"),
            _("Create a node for the portal in 1C and write its code as node into [plugins.onec.odata]."),
        )
    row = mine[0]
    return Node(plan, values.ref(row, "Ref_Key"), values.text(row, "Code"), int(values.number(row, "ReceivedNo")))


def _foreign(rows: Sequence[Row]) -> list[Row]:
    """Nodes with which messages were exchanged; with none of these, the only one that there is. The base's own node never has any."""
    used = [row for row in rows if values.number(row, "SentNo") > 0 or values.number(row, "ReceivedNo") > 0]
    return used or list(rows)


def _point(source: Source, node: Node, number: int) -> dict[str, str]:
    address = f"{source.client.url}{query.ROOT}{query.keyed(node.plan, node.ref)}"
    return {"DataExchangePoint": f"'{address}'", "MessageNo": str(number)}


def _confirm(source: Source, node: Node, number: int) -> None:
    source.client.feed("NotifyChangesReceived", _point(source, node, number), name=f"POST NotifyChangesReceived {number}")


def _saved(cursor: str, node: Node) -> int | None:
    """Number of the last message that was saved; None at first and after another node was chosen."""
    try:
        told = json.loads(cursor) if cursor else {}
        return int(told["saved"]) if told.get("node") == node.ref else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
