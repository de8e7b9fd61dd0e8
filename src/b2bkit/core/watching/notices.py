"""What people are told of what they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.units import counted, spelt
from b2bkit.core.extend.things import NotificationKind
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.watching.events import BackInStock, PriceChanged
from b2bkit.core.web.formatting import money
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Work

News = BackInStock | PriceChanged


def _who(work: Work, event: News) -> Iterable[UUID]:
    return [event.user_id]


def _where(work: Work, event: News) -> str:
    return Urls([work.kit.routes["catalog.product"]]).path("catalog.product", product_id=event.product_id)


def _stock(work: Work, event: BackInStock) -> Mapping[str, str]:
    product = work.session.get_one(Product, event.product_id)
    return {"product": product.name, "free": counted(event.free, spelt(product.unit, product.unit_code))}


def _price(work: Work, event: PriceChanged) -> Mapping[str, str]:
    product = work.session.get_one(Product, event.product_id)
    before = _("no price") if event.before is None else money(event.before, event.currency, lang=language())
    return {"product": product.name, "before": before, "now": money(event.now, event.currency, lang=language())}


KINDS = (
    NotificationKind(
        name="watching.stock",
        label=N_("A product that I wait for is back in stock"),
        event=BackInStock,
        recipients=_who,
        context=_stock,
        title=N_("{product} is back in stock"),
        text=N_("{free} can be ordered now. You are not told of this product again unless you ask for it."),
        route=_where,
        audience="client",
        samples={"product": "LDPE 15803-020", "free": "2,000 kg"},
    ),
    NotificationKind(
        name="watching.price",
        label=N_("The price of a product that I watch changed"),
        event=PriceChanged,
        recipients=_who,
        context=_price,
        title=N_("{product}: {now}"),
        text=N_("It was {before}, now it is {now}, at the least order under your contract."),
        route=_where,
        audience="client",
        samples={"product": "LDPE 15803-020", "before": "4.86 BYN", "now": "4.62 BYN"},
    ),
)
