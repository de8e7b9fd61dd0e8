"""The simulator's web application (WSGI): pages for a person, `/control` for tests and the demo."""

from __future__ import annotations

import falcon

from b2bkit_onec.simulate import control, control_trade, fault_pages, goods_pages, pages, trade_pages
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.guard import FormTokens, Guard
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.odata.door import ROOT, Access, Door
from b2bkit_onec.simulate.service.door import ROOT as SERVICE_ROOT
from b2bkit_onec.simulate.service.door import ServiceDoor
from b2bkit_onec.simulate.view import HERE


def create_app(
    base: Infobase,
    exchanger: Exchanger,
    schedule: Schedule,
    access: Access | None = None,
    *,
    service: Access | None = None,
    service_key: str = "",
) -> falcon.App[falcon.Request, falcon.Response]:
    """The whole application over one infobase; OData only with the `access` of a 1C user, the HTTP service with its own and a key.

    It must be served on loopback: `Guard` refuses other hosts and callers.
    """
    app = falcon.App(middleware=[Guard(base)])
    app.add_sink(Door(base, access), ROOT)
    app.add_sink(ServiceDoor(base, service, service_key), SERVICE_ROOT)
    shop = pages.Shop(base, exchanger, schedule, FormTokens(base))
    app.add_route("/", pages.Start(shop))
    app.add_route("/power", pages.Power(shop))
    app.add_route("/orders", pages.Orders(shop))
    app.add_route("/orders/{number}", pages.OrderCard(shop))
    app.add_route("/goods", goods_pages.Goods(shop))
    app.add_route("/goods/{good_id}/price", goods_pages.GoodPrice(shop))
    app.add_route("/goods/{good_id}/stock", goods_pages.GoodStock(shop))
    app.add_route("/exchange", pages.Exchange(shop))
    app.add_route("/contracts", trade_pages.Contracts(shop))
    app.add_route("/contracts/{ref}", trade_pages.ContractCard(shop))
    app.add_route("/papers", trade_pages.Papers(shop))
    app.add_route("/tasks", trade_pages.Tasks(shop))
    app.add_route("/messages", fault_pages.Messages(shop))
    app.add_route("/faults", fault_pages.Faults(shop))
    app.add_static_route("/static", HERE / "static")
    app.add_route("/control/state", control.State(base, exchanger))
    app.add_route("/control/power", control.Power(base, schedule))
    app.add_route("/control/exchange", control.ExchangeNow(exchanger))
    app.add_route("/control/orders/{number}/status", control.OrderStatus(base))
    app.add_route("/control/price", control.Price(base))
    app.add_route("/control/stock", control.Stock(base))
    app.add_route("/control/faults", control_trade.Faults(base))
    app.add_route("/control/contracts", control_trade.Contracts(base))
    app.add_route("/control/payments", control_trade.Payments(base))
    app.add_route("/control/reconciliations", control_trade.Reconciliations(base))
    app.add_route("/control/tasks", control_trade.Tasks(base))
    app.add_route("/control/tasks/{ref}/done", control_trade.TaskDone(base))
    app.add_error_handler(falcon.HTTPError, shop.show_error)
    return app
