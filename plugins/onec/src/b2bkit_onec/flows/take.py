"""Taking each kind of OData's news into the portal: through the same doors as CommerceML, and the core's settlements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select, update

from b2bkit.core.accounts.models import Contract
from b2bkit.core.catalog.models import Stock
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.i18n import _
from b2bkit.core.settlements import news
from b2bkit.core.settlements.service import take_contacts, take_contracts, take_dues, take_papers, take_settlements
from b2bkit_onec.apply import classifier, offers, parties
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml.records import Counterparty, Offer, PriceType
from b2bkit_onec.flows.pull import Taking, Tally
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.sessions import SYSTEM_NAME

FEW: Final = 20  # as many products may lose their stock in one run whatever the share
_UNSYNCED: Final = {"synchronize_session": False}


def prices(taking: Taking[PriceType | Offer], told: Sequence[PriceType | Offer], gone: Sequence[str]) -> None:
    """Price types, then prices of known products."""
    intake = _intake(taking, "prices")
    types = [one for one in told if isinstance(one, PriceType)]
    if types:
        classifier.apply(intake, types)
    offers.prices(intake, _known(intake, [one for one in told if isinstance(one, Offer)]))
    _tallied(taking.tally, intake)


def stock(taking: Taking[Offer], told: Sequence[Offer], gone: Sequence[str]) -> None:
    """Free stock of known products."""
    intake = _intake(taking, "stock")
    offers.stock(intake, _known(intake, told))
    _tallied(taking.tally, intake)
    taking.tally.again |= {one.id for one in told}  # stock has no cursor: these are the products that were told


def stock_ended(taking: Taking[Offer]) -> None:
    """Products that 1C does not name any more have none, unless they are so many that the answer itself is to be doubted."""
    work, told = taking.work, taking.tally.again
    held = select(ExternalRef.ref, ExternalRef.entity_id).where(ExternalRef.system == SYSTEM_NAME, ExternalRef.entity == "product")
    having = select(Stock.product_id).where(Stock.quantity > 0).group_by(Stock.product_id)
    rows = work.session.execute(held.where(ExternalRef.entity_id.in_(having))).all()
    ended = sorted({id_ for ref, id_ in rows if ref not in told} - {id_ for ref, id_ in rows if ref in told})
    taking.tally.again = set()
    if len(ended) > max(FEW, len(rows) // 2):
        why = _("1C names no stock of {count} products that had some: more than half.").format(count=len(ended))
        taking.tally.refused.append(
            Refused("", why, _("Their stock stays as it was. See whether 1C gives all warehouses to the portal's user."))
        )
        return
    for start in range(0, len(ended), 500):
        part = ended[start : start + 500]
        none = update(Stock).where(Stock.product_id.in_(part)).values(quantity=0, as_of=taking.told.as_of)
        work.session.execute(none, execution_options=_UNSYNCED)
    taking.tally.count("stock", 0, ended=len(ended))


def counterparties(taking: Taking[Counterparty], told: Sequence[Counterparty], gone: Sequence[str]) -> None:
    """Counterparties; those that are gone from 1C can order no more."""
    intake = _intake(taking, "parties")
    parties.apply(intake, [*told, *(Counterparty(id=ref, name="", deleted=True) for ref in gone)])
    _tallied(taking.tally, intake)


def order_status(taking: Taking[erp.OrderNews], told: Sequence[erp.OrderNews], gone: Sequence[str]) -> None:
    """States of orders placed here, and orders that only 1C knows."""
    made = changed = 0
    for one in told:
        applied = erp.apply_order_status(taking.work, one)
        made += applied.outcome == "history"
        changed += applied.outcome in ("changed", "kept")
        number = one.number or one.erp_number or one.ref
        if applied.outcome == "unknown":
            why = _("The portal knows neither the order {number} nor its counterparty.").format(number=number)
            taking.tally.refused.append(Refused(one.ref, why, _("Include the counterparty in the exchange; the order follows by itself.")))
            taking.tally.again.add(one.ref)
        elif applied.outcome == "kept":
            why = _("The status of order {number} was kept: {why}").format(number=number, why=applied.reason)
            taking.tally.refused.append(Refused(one.ref, why, _("Look at the order in 1C and in the portal.")))
    taking.tally.count("orders", len(told), made, changed)


def contracts(taking: Taking[news.ContractNews], told: Sequence[news.ContractNews], gone: Sequence[str]) -> None:
    """Contracts and agreements with their terms; under those that are gone from 1C nobody orders any more."""
    _settled(taking, "contracts", told, take_contracts(taking.work, told, system=SYSTEM_NAME, told=taking.told))
    ids = list(erp.ids_for(taking.work, system=SYSTEM_NAME, entity="contract", refs=gone).values())
    if ids:
        taking.work.session.execute(update(Contract).where(Contract.id.in_(ids)).values(active=False), execution_options=_UNSYNCED)
        taking.tally.count("contracts", 0, ended=len(ids))


def contacts(taking: Taking[news.ContactNews], told: Sequence[news.ContactNews], gone: Sequence[str]) -> None:
    """Contact persons of clients."""
    _settled(taking, "contacts", told, take_contacts(taking.work, told, system=SYSTEM_NAME))


def settlements(taking: Taking[news.SettlementNews], told: Sequence[news.SettlementNews], gone: Sequence[str]) -> None:
    """Debts and prepayments of everybody."""
    _settled(taking, "settlements", told, take_settlements(taking.work, told, system=SYSTEM_NAME, told=taking.told))


def schedule(taking: Taking[news.DueNews], told: Sequence[news.DueNews], gone: Sequence[str]) -> None:
    """Payments that are expected."""
    _settled(taking, "dues", told, take_dues(taking.work, told, system=SYSTEM_NAME, told=taking.told))


def papers(taking: Taking[news.PaperNews], told: Sequence[news.PaperNews], gone: Sequence[str]) -> None:
    """Invoices, shipments, tax invoices and the rest."""
    changes = replace(taking.told, whole=False)
    _settled(taking, "papers", told, take_papers(taking.work, told, system=SYSTEM_NAME, told=changes))


def _intake(taking: Taking[Any], flow: str) -> Intake:
    return Intake(taking.work, taking.settings, flow)


def _known(intake: Intake, told: Sequence[Offer]) -> dict[Any, Offer]:
    ids = intake.ids("product", [one.id for one in told])
    for one in told:
        if one.id not in ids:
            intake.refuse("unknown-product", "", one.id, 0, whole=True)
    return {ids[one.id]: one for one in told if one.id in ids}


def _tallied(tally: Tally, intake: Intake) -> None:
    for kind, row in intake.counts.items():
        tally.count(kind, row["told"], row["new"], row["changed"])
    tally.refused += [Refused(str(one["id"]), one["reason"], one["cure"]) for one in intake.refused]


def _settled(taking: Taking[Any], kind: str, told: Iterable[Any], taken: news.Taken) -> None:
    """Counts what was taken. News that was refused, itself or for its counterparty or client, is read again by the next run."""
    taking.tally.count(kind, taken.told, taken.new, taken.changed, taken.ended)
    refs = {ref for ref, _reason, _cure in taken.refused}
    taking.tally.refused += [Refused(*one) for one in taken.refused]
    names: tuple[Callable[[Any], str], ...] = (_named("ref"), _named("party_ref"), _named("partner_ref"))
    taking.tally.again |= {one.ref for one in told if hasattr(one, "ref") and any(name(one) in refs for name in names)}


def _named(attribute: str) -> Callable[[Any], str]:
    return lambda one: str(getattr(one, attribute, ""))
