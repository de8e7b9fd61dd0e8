"""A trade whose ERP prints papers, and papers to print."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from fpdf import FPDF

from b2bkit import ErpGateway, Plugin, TryLater, hookimpl
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service import refs
from b2bkit.core.settlements.models import Paper
from b2bkit.testing.client import Client
from tests.core.ordering.shop import Shop
from tests.plugins.tickets.desk import TakesTasks

POLICY = """
[plugins.documents]
access = "view"

[plugins.documents.kinds.invoice]
access = "download"
originals = false

[plugins.documents.kinds.other]
access = "none"
originals = false
"""


def pdf(*pages: str, side: float = 210) -> bytes:
    """A file with these pages."""
    made = FPDF(unit="mm", format=(side, side * 1.414))
    made.set_font("Helvetica", size=20)
    for text in pages or ("Waybill",):
        made.add_page()
        made.cell(0, 20, text)
    return bytes(made.output())


class Prints(TakesTasks):
    """An ERP that prints what lies in `forms`, by reference; `away`: it does not answer. `asked`: the references it was asked for."""

    name = "printing.line"

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, bytes] = {}
        self.asked: list[str] = []

    def capabilities(self) -> frozenset[str]:
        return frozenset({"tasks.out", "papers.in", "settlements.in", "papers.print"})

    def print_paper(self, open_work: object, ref: str) -> bytes | None:
        self.asked.append(ref)
        if self.away:
            raise TryLater("1C is away", 60)
        return self.forms.get(ref)


class PrintingErp(Plugin):
    """The line to 1C of these tests."""

    name = "printing"
    line = Prints()

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield self.line


def paper(
    shop: Shop, number: str = "ТТН-17", *, kind: str = "shipment", form: bytes | None = None, mine: bool = True, **values: Any
) -> UUID:
    """A paper of the shop's company, or of the other one, with a form in the ERP."""
    with shop.portal.work() as work:
        row = Paper(
            **{
                "id": new_id(), "company_id": (shop.company if mine else shop.other).id, "kind": kind, "number": number,
                "on": date(2026, 10, 5), "legal_entity_id": (shop.entity if mine else shop.other_entity).id,
                "contract_id": (shop.contract if mine else shop.other_contract).id, "currency": "BYN", "total": Decimal("120.00"),
                "vat": Decimal("20.00"), "version": "1", "as_of": work.now, **values,
            }
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        ref = f"ref-{row.id}"
        refs.remember(work, system="printing.line", entity="paper", pairs={ref: row.id})
        PrintingErp.line.forms[ref] = form if form is not None else pdf("Waybill 17")
        return row.id


def ref_of(paper_id: UUID) -> str:
    """What the ERP calls it."""
    return f"ref-{paper_id}"


def opened(client: Client, paper_id: UUID, use: str = "views") -> str:
    """Opens a paper as its button does; the address of what was opened."""
    client.get("/papers")
    answer = client.post(f"/papers/{paper_id}/{use}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])
