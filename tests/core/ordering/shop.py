"""A small trade for tests: a supplier's goods, two companies, people of every role; and a line to an ERP that asks for its orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2bkit.core.accounts.models import Company, Contract, LegalEntity, User
from b2bkit.core.catalog.models import Product
from b2bkit.core.erp.service import contact
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import ErpGateway, ErpState, OpenWork, Receipt
from b2bkit.core.ordering.service import filling
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.ordering.service.place import Placed, place_order
from b2bkit.core.pricing.models import Price
from b2bkit.core.work import Actor, Work
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal


class Asked:
    """A gateway whose ERP comes for its orders."""

    name = "asked.line"

    def capabilities(self) -> frozenset[str]:
        return frozenset({"orders.out", "order_status.in"})

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        return Receipt("queued")

    def state(self, work: Work) -> ErpState:
        return contact.state(work, self.name)


class AskedErp(Plugin):
    """The line to 1C of these tests."""

    name = "asked"

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield Asked()


class Shop:
    """A portal with goods and two companies. `buyer` orders under `contract`; `stranger` belongs to the other company."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            self.manager = make.staff(work)
            self.prices = make.price_type(work)
            self.group = make.category(work, name="Полиэтилен")
            self.closed_group = make.category(work, name="Не для всех")
            self.warehouse = make.warehouse(work)
            self.company, self.entity, self.contract = self._client(work, "ООО «Плёнка и Тара»")
            self.other, self.other_entity, self.other_contract = self._client(work, "ЧУП «Литьё Сервис»")
            self.address = make.address(work, company=self.company)
            self.other_address = make.address(work, company=self.other)
            self.buyer = make.member(work, company=self.company, role="buyer")
            self.colleague = make.member(work, company=self.company, role="owner", name="Пётр Вежновец")
            self.viewer = make.member(work, company=self.company, role="viewer")
            self.stranger = make.member(work, company=self.other, role="owner", name="Чужой")
            self.product = self.goods(work, name="ПЭВД 15803-020", price="4.62")
            self.second = self.goods(work, name="ПП 21030", price="4.18")
            self.hidden = self.goods(work, name="Секретная марка", price="1.00", category=self.closed_group)

    def _client(self, work: Work, name: str) -> tuple[Company, LegalEntity, Contract]:
        company = make.company(work, name=name, manager=self.manager)
        entity = make.legal_entity(work, company=company)
        return company, entity, make.contract(work, company=company, entity=entity, prices=self.prices, categories=(self.group,))

    def goods(self, work: Work, *, price: str = "4.62", stock: str = "18400", category: Any = None, **values: Any) -> Product:
        """A product in bags of 25 kg, with price and stock."""
        product = make.product(work, category=category or self.group, **values)
        make.price(work, product=product, prices=self.prices, value=price)
        make.stock(work, product=product, warehouse=self.warehouse, quantity=stock)
        return product

    def actor(self, user: User | None = None, contract: Contract | None = None) -> Actor:
        """Who acts in services: the buyer unless told otherwise."""
        user = user or self.buyer
        roles = {
            self.buyer.id: "buyer",
            self.colleague.id: "owner",
            self.viewer.id: "viewer",
            self.stranger.id: "owner",
            self.manager.id: "manager",
        }
        role = roles[user.id]
        staff = role == "manager"
        mine = contract or (self.other_contract if user is self.stranger else self.contract)
        return Actor(
            kind="staff" if staff else "client",
            user_id=user.id,
            company_id=None if staff else mine.company_id,
            contract_id=None if staff else mine.id,
            role=role,
            name=user.name,
            levels=self.portal.app.kit.roles[role].levels,
        )

    @contextmanager
    def work(self, user: User | None = None, **options: Any) -> Iterator[Work]:
        """One transaction in a person's name, in English."""
        with self.portal.app.work(self.actor(user), lang="en", **options) as work:
            yield work

    def sign_in(self, user: User | None = None) -> Client:
        """A browser of this person."""
        user = user or self.buyer
        contract = {self.stranger.id: self.other_contract.id, self.manager.id: None}.get(user.id, self.contract.id)
        client = self.portal.sign_in(user, contract_id=contract)
        client.cookies["b2bkit-lang"] = "en"
        return client

    def fill(self, *quantities: str, user: User | None = None) -> CartView:
        """Puts bags of the first products into the cart."""
        with self.work(user) as work:
            for product, quantity in zip((self.product, self.second), quantities, strict=False):
                shown = filling.add_line(work, product_id=product.id, unit="мешок", quantity=Decimal(quantity))
        return shown

    def draft(self, shown: CartView, **values: Any) -> Draft:
        """What the buyer sends who sees this cart."""
        known = {"contract_id": self.contract.id, "cart_version": shown.version, "seen_total": shown.sums.total}
        return Draft(**{**known, **values})

    def order(self, quantity: str = "4", user: User | None = None) -> Placed:
        """An order, through the cart."""
        shown = self.fill(quantity, user=user)
        with self.work(user) as work:
            return place_order(work, self.draft(shown))

    def set_price(self, product: Product, value: str) -> None:
        """1C sends another price."""
        with self.portal.work() as work:
            price = work.session.query(Price).filter_by(product_id=product.id).one()
            price.value = Decimal(value)
