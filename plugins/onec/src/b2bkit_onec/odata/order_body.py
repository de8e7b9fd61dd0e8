"""An order of the portal as ЗаказКлиента: what goes into its fields, under the names that this base has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit_onec.apply.intake import PRICE, divided
from b2bkit_onec.commerceml import values as spelled
from b2bkit_onec.odata import values
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.query import EMPTY, is_guid
from b2bkit_onec.odata.source import Source
from b2bkit_onec.odata.values import Row
from b2bkit_onec.settings import ODataSettings

TAXED, UNTAXED, OPERATION = "ПродажаОблагаетсяНДС", "ПродажаНеОблагаетсяНДС", "РеализацияКлиенту"
LONGEST_COMMENT: Final = 1000


class CannotSend(Exception):
    """The order lacks something without which 1C's document would be wrong. `cure` is what a person does."""

    def __init__(self, reason: str, cure: str) -> None:
        self.reason, self.cure = reason, cure
        super().__init__(f"{reason} {cure}")


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what the order is placed in 1C: references, "" for those that are not known."""

    partner: str
    organization: str
    contract: str = ""
    agreement: str = ""
    warehouse: str = ""
    settled_by: str = ""


def terms_of(source: Source, settings: ODataSettings, order: erp.OutgoingOrder) -> Terms:
    """From the contract or the agreement of the order, else from its counterparty; the settings stand in. Raises CannotSend."""
    contract, agreement = _row(source, "contract", order.contract_ref), None
    if contract is None:
        agreement = _row(source, "agreement", order.contract_ref)
    party = _row(source, "party", order.party.ref)
    partner = _of(source, "contract", contract, "partner") or _of(source, "agreement", agreement, "partner")
    partner = partner or _of(source, "party", party, "partner") or (order.company_ref or "")
    organization = _of(source, "contract", contract, "organization") or _of(source, "agreement", agreement, "organization")
    organization = organization or settings.organization
    if not organization:
        raise CannotSend(
            _("1C does not say which of its organisations sells: the order's contract names none."),
            _("Name the organisation in the contract in 1C, or its GUID as organization in [plugins.onec.odata]."),
        )
    if not is_guid(partner):
        raise CannotSend(
            _("1C does not say which client (Партнер) the counterparty belongs to."), _("Fill Партнер of the counterparty in 1C.")
        )
    return Terms(
        partner=partner,
        organization=organization,
        contract=order.contract_ref or "" if contract is not None else "",
        agreement=order.contract_ref or "" if agreement is not None else "",
        warehouse=_of(source, "agreement", agreement, "warehouse") or settings.store,
        settled_by=_said(source, contract, "settled_by"),
    )


def _row(source: Source, name: str, ref: str | None) -> Row | None:
    found = source.names.get(name)
    if found is None or not ref or not is_guid(ref):
        return None
    return source.client.one(found.entity, ref)


def _of(source: Source, name: str, row: Row | None, field: str) -> str:
    found = source.names.get(name)
    return values.ref(row, found.field(field)) if row is not None and found is not None else ""


def _said(source: Source, contract: Row | None, field: str) -> str:
    found = source.names.get("contract")
    return values.text(contract, found.field(field)) if contract is not None and found is not None else ""


def document(source: Source, settings: ODataSettings, order: erp.OutgoingOrder) -> dict[str, Any]:
    """The whole body of a new ЗаказКлиента with the portal's id as its reference. Raises CannotSend."""
    found = source.need("order")
    if not (order.party.ref and is_guid(order.party.ref)):
        raise CannotSend(
            _("1C does not know the counterparty {name}.").format(name=order.party.name),
            _("Create it in 1C and let the exchange of counterparties run, then send the order again."),
        )
    terms = terms_of(source, settings, order)
    placed = order.placed_at.astimezone(source.zone).replace(tzinfo=None, microsecond=0)
    body = {found.field("ref"): str(order.id)} | changeable(source, found, order, terms)
    told: dict[str, Any] = {
        "date": placed, "partner": terms.partner, "party": order.party.ref, "organization": terms.organization, "contract": terms.contract,
        "agreement": terms.agreement, "currency": _currency(source, order), "warehouse": terms.warehouse, "status": settings.order_status,
        "client_number": order.number, "client_date": placed, "operation": OPERATION, "settled_by": terms.settled_by,
        "tax": TAXED if any(line.vat_rate is not None for line in order.lines) else UNTAXED,
    }  # fmt: skip
    return body | named(found, {name: value for name, value in told.items() if value != ""})


def changeable(source: Source, found: Found, order: erp.OutgoingOrder, terms: Terms | None = None) -> dict[str, Any]:
    """What a change of the order may change in 1C: lines, address, day, comment. Raises CannotSend."""
    with_vat = all(line.vat_included for line in order.lines)
    lines = [_line(source, found, line, number, with_vat=with_vat) for number, line in enumerate(order.lines, 1)]
    if terms is not None and terms.warehouse and "lines/warehouse" in found:
        lines = [{**line, found.columns["lines/warehouse"][0]: terms.warehouse} for line in lines]
    told: dict[str, Any] = {
        "with_vat": with_vat, "total": order.total, "address": order.address,
        "comment": order.comment[:LONGEST_COMMENT], "last_code": str(len(lines)), "lines": lines,
    }  # fmt: skip
    if order.wanted_on is not None:
        told["ship_on"] = order.wanted_on
    if order.consignee is not None and order.consignee.ref and is_guid(order.consignee.ref):
        told["consignee"] = order.consignee.ref
    return named(found, told)


def named(found: Found, told: Mapping[str, Any]) -> dict[str, Any]:
    """Values under 1C's names; a field that this base does not have is left out."""
    return {found.columns[name][0]: value for name, value in told.items() if name in found}


def _line(source: Source, found: Found, line: erp.OutgoingLine, number: int, *, with_vat: bool) -> dict[str, Any]:
    """In base units. Int64 are texts: 1C drops other ones without a word."""
    base, variant = spelled.split_id(line.product_ref or "")
    if not is_guid(base) or (variant and not is_guid(variant)):
        raise CannotSend(
            _("1C does not know the product {name}.").format(name=line.name),
            _("Let the exchange of the catalogue run; the product may have been put away in 1C."),
        )
    total = line.total if with_vat else line.net
    price = line.price if line.vat_included == with_vat else divided(total, line.base_quantity, PRICE)
    told: dict[str, Any] = {
        "lines/product": base, "lines/variant": variant or EMPTY, "lines/packs": line.base_quantity, "lines/quantity": line.base_quantity,
        "lines/price": price, "lines/total": total, "lines/vat": line.vat, "lines/with_vat": line.total, "lines/code": str(number),
        "lines/cancelled": False, "lines/vat_rate": _vat(source, found, line.vat_rate),
    }  # fmt: skip
    return {"LineNumber": str(number), **named(found, {name: value for name, value in told.items() if value is not None})}


def _vat(source: Source, found: Found, rate: Decimal | None) -> str | None:
    """The rate as this base has it: a reference to СтавкиНДС, or a member of the enumeration. None leaves it to 1C."""
    if "lines/vat_rate" not in found:
        return None
    if not found.columns["lines/vat_rate"][0].endswith("_Key"):
        return "БезНДС" if rate is None else f"НДС{rate.normalize():f}"
    return next((ref for ref, known in source.vat_rates.items() if known == rate), None)


def _currency(source: Source, order: erp.OutgoingOrder) -> str:
    for ref, code in source.currencies.items():
        if code == order.currency:
            return ref
    raise CannotSend(
        _("1C has no currency {code}.").format(code=order.currency),
        _("Add it to the currencies of 1C with its code of three letters or digits."),
    )


def cancelled_lines(found: Found, row: Row) -> list[dict[str, Any]]:
    """The lines of a document as 1C has them, each marked as cancelled (Отменено)."""
    mark = found.columns["lines/cancelled"][0]
    kept = (
        {name: value for name, value in line.items() if "@" not in name and name != "Ref_Key"}
        for line in values.rows(row, found.field("lines"))
    )
    return [{**line, mark: True} for line in kept]


def differs(found: Found, sent: Mapping[str, Any], kept: Row) -> str:
    """What 1C kept otherwise than it was sent: it drops and cuts without a word. "" when all is there."""
    lines = found.field("lines")
    if len(values.rows(kept, lines)) != len(sent.get(lines, ())):
        return _("1C kept {kept} of {sent} lines.").format(kept=len(values.rows(kept, lines)), sent=len(sent.get(lines, ())))
    total = found.field("total")
    if total and total in sent and values.number(kept, total) != sent[total]:
        return _("1C has the total {kept} instead of {sent}.").format(kept=values.number(kept, total), sent=sent[total])
    return ""
