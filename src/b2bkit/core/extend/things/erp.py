"""The line to the ERP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable
from uuid import UUID

from b2bkit.core.extend.things.work import OpenWork

if TYPE_CHECKING:
    from b2bkit.core.work import Work


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ERP side said to a hand-over.

    state   queued: kept for the ERP to fetch; taken: it has it (`ref` is its own reference); refused: a person must decide (`reason`)
    """

    state: Literal["queued", "taken", "refused"]
    ref: str = ""
    number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ErpState:
    """Whether the ERP answers. `since` is when this state began; `last_contact` the last good exchange."""

    state: Literal["up", "slow", "down", "unknown"]
    since: datetime | None = None
    last_contact: datetime | None = None
    words: str = ""


class ErpGateway(Protocol):
    """The line to the ERP. Called by workers; `send_order` outside any transaction."""

    name: str

    def capabilities(self) -> frozenset[str]:
        """Kinds of data that flow, e.g. `catalog.in prices.in stock.in orders.out order_status.in`; menus follow them."""
        ...

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        """Hands an order over; the same key always means the same document in the ERP. Raises to be tried again later."""
        ...

    def state(self, work: Work) -> ErpState:
        """Whether the ERP is there, from what was last heard; asks nobody."""
        ...


@dataclass(frozen=True, slots=True)
class LineQuestion:
    """A line that is asked about. `product_ref` is the ERP's own reference; `quantity` is in base units."""

    product_ref: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What the ERP says of a line now. None: it did not say, which will be confirmed later.

    price         per base unit, under the price type that was asked for
    free          base units that may be promised
    known         False: the ERP does not have these goods (any more)
    withdrawn     True: the ERP has no price for them now
    plain         True: `price` is the plain one, of the smallest quantity; the ERP's answer knows no prices by volume (1C: the register
                  ЦеныНоменклатуры), so it says nothing of a line that has reached a higher step
    currency      of `price`, where the ERP says it
    vat_included  whether `price` is with VAT, where the ERP says it
    """

    price: Decimal | None = None
    free: Decimal | None = None
    known: bool = True
    withdrawn: bool = False
    plain: bool = False
    currency: str = ""
    vat_included: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpTask:
    """Work for a manager in the ERP (1C: ЗадачаИсполнителя).

    id          the key: sent again, also with other words, it is the same task
    kind        what it is about, e.g. `accounts.change`
    party_ref   the ERP's reference of the legal entity that it is about (1C: Контрагент); "" for none that it knows
    performer   e-mail of the manager; "": the ERP decides
    """

    id: UUID
    kind: str
    title: str
    text: str
    party_ref: str = ""
    performer: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class TaskReceipt:
    """What the ERP says of a task: `open`, `done` or `refused` (a person decides), its number there, and words for people."""

    state: Literal["open", "done", "refused"]
    number: str = ""
    words: str = ""


@runtime_checkable
class TakesTasks(Protocol):
    """A gateway with the capability `tasks.out`: managers get tasks in the ERP. It tells answers with `erp.task_answered`."""

    def put_task(self, open_work: OpenWork, task: ErpTask) -> TaskReceipt:
        """Makes the task, or gives it other words while it is open. Called outside any transaction; raises to be tried again later."""
        ...


@runtime_checkable
class PrintsPapers(Protocol):
    """A gateway with the capability `papers.print`: it fetches the printed forms of papers. Ask `settlements.service.prints` for one."""

    def print_paper(self, open_work: OpenWork, ref: str) -> bytes | None:
        """The form of a paper, by the ERP's own reference, as PDF; None: the ERP has none.

        Called by jobs, outside any transaction; raises to be tried again later.
        """
        ...


@runtime_checkable
class AsksLines(Protocol):
    """A gateway with the capability `lines.live`: it asks the ERP for prices and free stock while a person waits."""

    def ask_lines(
        self, open_work: OpenWork, lines: Sequence[LineQuestion], *, contract_ref: str, price_type_ref: str, seconds: float
    ) -> Mapping[str, LineAnswer] | None:
        """Product's reference -> answer; None when nothing came in time. Never raises for what the ERP does, never takes longer.

        Called outside any transaction. A product that is absent from the answer is unknown to the ERP.
        """
        ...
