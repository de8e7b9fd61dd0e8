"""Orders for 1C: offered in an exchange, the same ones as often as it asks, confirmed by its `success` and by nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.catalog.units import okei
from b2bkit.core.erp import service as erp
from b2bkit_onec.commerceml.outgoing import CannotWrite, OutgoingLine, OutgoingOrder, OutgoingParty, check
from b2bkit_onec.commerceml.records import Requisite
from b2bkit_onec.commerceml.writer import orders_xml
from b2bkit_onec.models import Exchange
from b2bkit_onec.sessions import Open
from b2bkit_onec.settings import OneCSettings


def orders_for(work: Work, *, exchange: Open, settings: OneCSettings) -> bytes:
    """The answer to `query`. An order that 1C would not take is refused with the reason, for it would drop all the others too.

    Asked again in one exchange, 1C gets the same orders; Bitrix's module, which named its version, gets the next ones until there are none.
    """
    row = work.session.scalars(select(Exchange).where(Exchange.id == exchange.id).with_for_update()).one()
    batch = str(exchange.id)
    found: Sequence[erp.OutgoingOrder] = () if exchange.dialogue else erp.offered_in(work, batch)
    if not found:
        found = erp.offer_batch(work, batch, settings.batch)
        row.orders += len(found)
    written: list[OutgoingOrder] = []
    for one in found:
        order = outgoing(work, one)
        try:
            check(order)
        except CannotWrite as problem:
            erp.refuse(work, one.id, f"{problem.reason} {problem.cure}")
            row.orders -= 1
        else:
            written.append(order)
    return orders_xml(written, formed_at=local(work, work.now), encoding=settings.encoding)


def no_orders(work: Work, settings: OneCSettings) -> bytes:
    """The answer to `query` while orders go another way, or are paused: they wait."""
    return orders_xml((), formed_at=local(work, work.now), encoding=settings.encoding)


def confirm(work: Work, *, exchange: Open) -> int:
    """1C has the orders of this exchange; returns how many that are. Those placed or released meanwhile are not among them."""
    row = work.session.scalars(select(Exchange).where(Exchange.id == exchange.id).with_for_update()).one()
    confirmed = erp.confirm_batch(work, str(exchange.id))
    row.confirmed += confirmed
    return confirmed


def local(work: Work, moment: dt.datetime) -> dt.datetime:
    """A moment as 1C's base writes it: in the business zone, without saying so."""
    return moment.astimezone(work.config.portal.zone).replace(tzinfo=None)


def outgoing(work: Work, one: erp.OutgoingOrder) -> OutgoingOrder:
    """The portal's order in the words of CommerceML; quantities and prices are in base units."""
    lines = tuple(_line(line) for line in one.lines)
    asked = {"ДоговорИд": one.contract_ref or "", "Договор": one.contract_number, "Адрес доставки": one.address}
    if one.consignee is not None:
        asked |= {"ГрузополучательИд": one.consignee.ref or "", "Грузополучатель": one.consignee.name}
    return OutgoingOrder(
        id=str(one.id),
        number=one.number,
        placed_at=local(work, one.placed_at),
        currency=one.currency,
        total=sum((line.total for line in lines), Decimal(0)),
        party=_party(one),
        lines=lines,
        comment=one.comment,
        ship_on=one.wanted_on,
        cancelled=one.cancelled,
        requisites=tuple(Requisite(name, value) for name, value in asked.items() if value),
    )


def _party(one: erp.OutgoingOrder) -> OutgoingParty:
    party = one.party
    return OutgoingParty(
        id=party.ref or str(party.id),
        name=party.name or one.company,
        official_name=party.full_name or party.name,
        inn=party.tax_id,
        kpp=party.tax_code,
        legal_address=party.address,
        delivery_address=one.address,
        email=one.email,
        contact_name=one.placed_by,
    )


def _line(line: erp.OutgoingLine) -> OutgoingLine:
    packed = line.factor != 1 or line.unit != line.base_unit
    said = f"{line.quantity.normalize():f} {line.unit}"
    return OutgoingLine(
        product_id=line.product_ref or "",
        name=line.name,
        quantity=line.base_quantity,
        price=line.price,
        total=line.total if line.vat_included else line.net,
        unit_code=line.base_unit_code or okei(line.base_unit),
        unit_name=line.base_unit,
        article=line.article,
        vat_rate=line.vat_rate,
        vat_total=line.vat,
        vat_included=line.vat_included,
        requisites=(Requisite("Упаковки", said),) if packed else (),
    )
