"""Pages of the workspace: today, orders, the line to 1C, health."""

from __future__ import annotations

from uuid import UUID

from b2bkit.core.admin import dashboard, exchange, forms, health, history, orders, tasks
from b2bkit.core.erp.service import resend
from b2bkit.core.home import desk
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service import orders as placed
from b2bkit.core.ordering.service.journey import look, origin, steps, way
from b2bkit.core.ordering.service.life import STATUS_LABELS
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of


class Dashboard:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        render(req, resp, "admin/dashboard.html", block="live", names=desk.shown(work), clients=dashboard.clients(work))


class Orders:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, forms.OrdersQuery), work_of(req)
        wanted = orders.Filter(asked.status, asked.erp, asked.number, asked.client)
        page = orders.orders(work, wanted, after=asked.after)
        times = placed.times_of(work, [row.id for row in page.items])
        rows = [(row, look(row), way(work, row, times.get(row.id, {}))) for row in page.items]
        render(
            req,
            resp,
            "admin/orders.html",
            block="results",
            rows=rows,
            page_of=page,
            asked=asked,
            filtered=wanted.set,
            client=orders.client_choice(work, asked.client),
            statuses=[(code, _(label)) for code, label in STATUS_LABELS.items()],
            erp_states=[(code, _(label)) for code, label in orders.ERP_LABELS.items()],
        )


class OrderPage:
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        asked, work = read_query(req, forms.DoneQuery), work_of(req)
        shown = placed.show(work, order_id)
        times = placed.times_of(work, [order_id]).get(order_id, {})
        owed = exchange.handover_of(work, order_id)
        erp = work.kit.erp_gateway.state(work) if work.kit.erp_gateway else None
        render(
            req,
            resp,
            "admin/order.html",
            block="live",
            order=shown.order,
            shown=shown,
            lines=[(line, placed.amounts_of(line)) for line in shown.lines],
            look=look(shown.order),
            origin=origin(work, shown.order, shown.placed_by),
            steps=steps(work, shown.order, times, erp, owed.reason if owed else ""),
            owed=owed,
            erp_state=_(orders.ERP_LABELS[shown.order.erp_state]),
            history=history.of_order(work, order_id),
            done=asked.done,
        )


class Resend:
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        form, work = read_form(req, forms.ResendForm), work_of(req)
        resend(work, order_id)
        if form.back == "exchange":
            return redirect(req, resp, "admin.exchange", done="resent")
        return redirect(req, resp, "admin.order", order_id=order_id, done="resent")


class Exchange:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, forms.DoneQuery), work_of(req)
        render(
            req,
            resp,
            "admin/exchange.html",
            block="live",
            line=exchange.line(work),
            tasks=tasks.outstanding(work),
            counts=tasks.counts(work),
            sees_tasks=tasks.sees_tasks(work),
            period=work.config.tables.erp.period,
            done=asked.done,
        )


class Retry:
    def on_post(self, req: Request, resp: Response) -> None:
        tasks.retry_task(work_of(req), read_form(req, forms.TaskForm).task_id)
        redirect(req, resp, "admin.exchange", done="retried")


class HealthPage:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        line = exchange.line(work) if work.kit.erp_gateway else None
        flows, chart = (line.flows, line.chart) if line else ((), None)
        render(req, resp, "admin/health.html", checks=health.checks(work), plugins=health.plugins(work), flows=flows, chart=chart)
