"""The simulator's web application (WSGI): pages for a person, `/control` for tests and the demo."""

from __future__ import annotations

import falcon

from b2bkit_onec.simulate import control, goods_pages, pages
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.guard import FormTokens, Guard
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.odata.door import ROOT, Access, Door
from b2bkit_onec.simulate.view import HERE


def create_app(
    base: Infobase, exchanger: Exchanger, schedule: Schedule, access: Access | None = None
) -> falcon.App[falcon.Request, falcon.Response]:
    """The whole application over one infobase; OData only with the `access` of a 1C user.

    It must be served on loopback: `Guard` refuses other hosts and callers.
    """
    app = falcon.App(middleware=[Guard(base)])
    app.add_sink(Door(base, access), ROOT)
    shop = pages.Shop(base, exchanger, schedule, FormTokens(base))
    app.add_route("/", pages.Start(shop))
    app.add_route("/power", pages.Power(shop))
    app.add_route("/orders", pages.Orders(shop))
    app.add_route("/orders/{number}", pages.OrderCard(shop))
    app.add_route("/goods", goods_pages.Goods(shop))
    app.add_route("/goods/{good_id}/price", goods_pages.GoodPrice(shop))
    app.add_route("/goods/{good_id}/stock", goods_pages.GoodStock(shop))
    app.add_route("/exchange", pages.Exchange(shop))
    app.add_static_route("/static", HERE / "static")
    app.add_route("/control/state", control.State(base, exchanger))
    app.add_route("/control/power", control.Power(base, schedule))
    app.add_route("/control/exchange", control.ExchangeNow(exchanger))
    app.add_route("/control/orders/{number}/status", control.OrderStatus(base))
    app.add_route("/control/price", control.Price(base))
    app.add_route("/control/stock", control.Stock(base))
    app.add_error_handler(falcon.HTTPError, shop.show_error)
    return app
