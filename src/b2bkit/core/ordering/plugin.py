"""Ordering: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import (
    CheckoutStep,
    Followers,
    Job,
    Level,
    NavItem,
    NotificationKind,
    OrderCheck,
    Permission,
    Route,
    Scope,
    Widget,
)
from b2bkit.core.i18n import N_
from b2bkit.core.ordering import api_routes, events, history_pages, notices, pages, quick_pages, saved_pages, scopes, widgets
from b2bkit.core.ordering.checkout import own
from b2bkit.core.ordering.checkout import pages as checkout
from b2bkit.core.ordering.models import Cart, CartLine, Order, OrderEvent, OrderLine, SavedCart, SavedCartLine
from b2bkit.core.ordering.service import checks, following, marks, price_list

CART, PLACE, VIEW = "ordering.cart", "ordering.place", "ordering.view"


class OrderingPlugin(Plugin):
    """Carts, orders and their life."""

    name = "ordering"
    label = N_("Ordering")
    version = "0.1.0"
    events = (events.OrderPlaced, events.OrderTaken, events.OrderRefused, events.OrderCancelAsked, events.OrderStatusChanged)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        clients = dict.fromkeys(("owner", "buyer", "accountant", "viewer"), Level.COMPANY)
        buyers = dict.fromkeys(("owner", "buyer"), Level.COMPANY)
        yield Permission(
            name=VIEW,
            label=N_("See orders"),
            roles={**clients, "manager": Level.ASSIGNED, "admin": Level.ALL},
            levels=(Level.OWN, Level.NETWORK),
            limits=("region", "contract"),
        )
        yield Permission(name=CART, label=N_("Fill a cart"), roles=buyers)
        yield Permission(name=PLACE, label=N_("Place orders"), roles=buyers)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="ordering.carts", entity=Cart, criterion=scopes.own_cart(Cart))
        yield Scope(name="ordering.cart_lines", entity=CartLine, criterion=scopes.own_cart(CartLine))
        yield Scope(name="ordering.saved_carts", entity=SavedCart, criterion=scopes.saved_cart)
        yield Scope(name="ordering.saved_cart_lines", entity=SavedCartLine, criterion=scopes.saved_cart_line)
        yield Scope(name="ordering.orders_seen", entity=Order, criterion=scopes.order_scope)
        yield Scope(name="ordering.order_lines", entity=OrderLine, criterion=scopes.part_of_order(OrderLine))
        yield Scope(name="ordering.order_events", entity=OrderEvent, criterion=scopes.part_of_order(OrderEvent))

    @hookimpl
    def register_followers(self) -> Iterable[Followers]:
        yield Followers(name="ordering.followers", of=following.followers)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="ordering.cart", path="/cart", resource=pages.CartPage(), permission=CART)
        yield Route(name="ordering.cart_mark", path="/cart/mark", resource=pages.CartMark(), permission=CART)
        yield Route(name="ordering.cart_news", path="/cart/news", resource=pages.CartNews(), permission=CART)
        yield Route(name="ordering.cart_add", path="/cart/lines", resource=pages.CartAdd(), permission=CART)
        yield Route(name="ordering.cart_line", path="/cart/lines/{line_id:uuid}", resource=pages.CartLine(), permission=CART)
        yield Route(
            name="ordering.cart_line_remove", path="/cart/lines/{line_id:uuid}/remove", resource=pages.CartLineRemove(), permission=CART
        )
        yield Route(name="ordering.cart_accept", path="/cart/accept", resource=pages.CartAccept(), permission=CART)
        yield Route(name="ordering.cart_clear", path="/cart/clear", resource=pages.CartClear(), permission=CART)
        yield from quick_pages.routes(CART)
        yield from saved_pages.routes(CART)
        yield Route(name="ordering.cart_contract", path="/cart/contract", resource=checkout.CartContract(), permission=CART)
        yield Route(name="ordering.checkout", path="/checkout", resource=checkout.Checkout(), permission=PLACE)
        yield from history_pages.routes(VIEW, PLACE)
        yield Route(name="ordering.repeat", path="/orders/{order_id:uuid}/repeat", resource=pages.OrderRepeat(), permission=CART)
        yield from api_routes.routes(CART, VIEW, PLACE)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="ordering.cart_nav", label=N_("Cart"), route="ordering.cart", icon="shopping-cart", order=30, permission=CART,
            badge=marks.cart_badge, area="portal", bar=True,
        )  # fmt: skip
        yield NavItem(
            name="ordering.orders_nav", label=N_("Orders"), route="ordering.orders", icon="clipboard-list", order=40, permission=VIEW,
            badge=marks.orders_badge, area="portal", bar=True,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_order_checks(self) -> Iterable[OrderCheck]:
        return checks.CHECKS

    @hookimpl
    def register_checkout_steps(self) -> Iterable[CheckoutStep]:
        return own.STEPS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=price_list.JOB, run=price_list.make, opens_work=True, time_limit=1800)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS
