"""Orders that were placed: the list with its filters, one order, both as files, archive and cancelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit.core.erp.service.contact import erp_view
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import Route
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service import finding, order_files, orders, shelf
from b2bkit.core.ordering.service.finding import Wanted
from b2bkit.core.ordering.service.journey import When, look, origin, steps, way
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.ordering.service.orders import OrderView
from b2bkit.core.sheets import XLSX
from b2bkit.core.web.download import send_file
from b2bkit.core.web.forms import FormDecimal, validated
from b2bkit.core.web.handling import Request, Response, is_htmx, read_form, read_query, redirect, render, work_of
from b2bkit.core.work import Work

Typed = Annotated[str, Field(max_length=40)]


class OrdersQuery(BaseModel):
    """The filter as typed: what cannot be read is shown with its reason and narrows nothing."""

    group: Literal["open", "shipped", "closed", "cancelled", "refused", "all"] = "all"
    q: Typed = ""
    since: Typed = ""
    until: Typed = ""
    person: UUID | None = None
    entity: UUID | None = None
    article: str = Field("", max_length=100)
    least: Typed = ""
    most: Typed = ""
    archived: bool = False
    at: str | None = Field(None, max_length=1000)

    def kept(self) -> dict[str, object]:
        """What of it stands in addresses: what differs from nothing wanted. `at` is left out."""
        plain = self.model_dump(exclude={"at", "archived"})
        return {name: value for name, value in plain.items() if value and value != "all"} | ({"archived": "true"} if self.archived else {})


class _Read(BaseModel):
    since: date | None = None
    until: date | None = None
    least: FormDecimal | None = None
    most: FormDecimal | None = None


class Chip(NamedTuple):
    """A filter that is on: its words, and the parameters without it."""

    text: str
    without: Mapping[str, object]


def wanted_of(query: OrdersQuery) -> tuple[Wanted, Sequence[Problem]]:
    """What the filter means, and what of it cannot be read."""
    typed = {name: getattr(query, name) for name in _Read.model_fields if getattr(query, name)}
    problems: Sequence[Problem] = ()
    try:
        read = validated(_Read, typed)
    except Refused as refused:
        problems = refused.problems
        wrong = {problem.field for problem in problems}
        read = validated(_Read, {name: value for name, value in typed.items() if name not in wrong})
    wanted = Wanted(
        group=query.group, text=query.q, since=read.since, until=read.until, person=query.person, legal_entity=query.entity,
        article=query.article, least=read.least, most=read.most, archived=query.archived,
    )  # fmt: skip
    return wanted, problems


def chips(query: OrdersQuery, people: Mapping[str, str], entities: Mapping[str, str]) -> list[Chip]:
    """The filters that are on, each to be taken away."""
    said = {
        "q": _("number %(text)s") % {"text": query.q},
        "since": _("from %(day)s") % {"day": query.since},
        "until": _("until %(day)s") % {"day": query.until},
        "person": people.get(str(query.person), _("somebody")),
        "entity": entities.get(str(query.entity), _("legal entity")),
        "article": _("article %(text)s") % {"text": query.article},
        "least": _("at least %(sum)s") % {"sum": query.least},
        "most": _("at most %(sum)s") % {"sum": query.most},
    }
    kept = query.kept()
    return [Chip(text, {key: value for key, value in kept.items() if key != name}) for name, text in said.items() if name in kept]


class Orders:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, OrdersQuery), work_of(req)
        wanted, problems = wanted_of(query)
        found = orders.list_orders(work, wanted, at=query.at)
        times = orders.times_of(work, [row.id for row in found.items])
        people, entities = finding.people(work), finding.legal_entities(work)
        values: dict[str, Any] = {
            "rows": [(row, look(row), way(work, row, times.get(row.id, {}))) for row in found.items],
            "page_of": found,
            "query": query,
            "kept": query.kept(),
            "chips": chips(query, dict(people), dict(entities)),
            "problems": problems,
            "people": people,
            "entities": entities,
            "staff": work.actor.kind == "staff",
            "erp": erp_view(work),
        }
        render(req, resp, "ordering/orders.html", block="list", **values)


class OrdersFile:
    """The list as it is filtered, as a file."""

    def on_get(self, req: Request, resp: Response) -> None:
        wanted, _problems = wanted_of(read_query(req, OrdersQuery))
        send_file(resp, order_files.orders_file(work_of(req), wanted), name=_("Orders") + ".xlsx", kind=XLSX)


class OrderFile:
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        number, data = order_files.order_file(work_of(req), order_id)
        send_file(resp, data, name=_("Order %(number)s") % {"number": number} + ".xlsx", kind=XLSX)


# one order


def _show(req: Request, resp: Response, order_id: UUID, refused: Refused | None = None, toast: str | None = None) -> None:
    work = work_of(req)
    shown = orders.show(work, order_id)
    erp = erp_view(work)
    ours = shown.order.company_id == work.actor.company_id  # a distributor reads the orders of its dealers
    changes = ours and work.may(shelf.PLACE)
    values: dict[str, Any] = {
        "shown": shown,
        "ours": ours,
        "order": shown.order,
        "lines": [(line, orders.amounts_of(line)) for line in shown.lines],
        "look": look(shown.order),
        "origin": origin(work, shown.order, shown.placed_by),
        "steps": _steps(work, shown),
        "erp": erp,
        "staff": work.actor.kind == "staff",
        "problems": refused.problems if refused else (),
        "can_cancel": changes and shelf.can_cancel(shown.order),
        "can_archive": changes and shown.order.status not in OPEN,
        "asked": next((event for event in reversed(shown.events) if event.kind == "cancel_asked"), None),
    }
    render(req, resp, "ordering/order.html", block="order", status=refused.status if refused else 200, toast=toast, **values)


def _steps(work: Work, shown: OrderView) -> Sequence[object]:
    times = {event.kind: When(event.at, event.exact) for event in shown.events}
    last = {event.kind: event for event in shown.events}
    reason = last["refused"].note if work.actor.kind == "staff" and "refused" in last else ""
    gone = last.get("cancelled")
    who = " · ".join(part for part in (gone.actor, gone.note) if part) if gone is not None else ""
    erp = erp_view(work)
    return steps(work, shown.order, times, erp.state if erp else None, reason, who)


class OrderPage:
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        _show(req, resp, order_id)


class ArchiveForm(BaseModel):
    archived: bool


class CancelForm(BaseModel):
    reason: str = Field("", max_length=500)


class OrderArchive:
    """Out of the list, or back into it."""

    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        form = read_form(req, ArchiveForm)
        try:
            shelf.archive(work_of(req), order_id=order_id, archived=form.archived)
        except Refused as refused:
            return _show(req, resp, order_id, refused)
        done = _("The order is in the archive") if form.archived else _("The order is back in the list")
        return _show(req, resp, order_id, toast=done) if is_htmx(req) else redirect(req, resp, "ordering.order", order_id=order_id)


class OrderCancel:
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        form = read_form(req, CancelForm)
        try:
            shelf.cancel(work_of(req), order_id=order_id, reason=form.reason)
        except Refused as refused:
            return _show(req, resp, order_id, refused)
        return redirect(req, resp, "ordering.order", order_id=order_id)


def routes(view: str, place: str) -> Iterable[Route]:
    """The list and its orders for who may see them; changes for who may place orders."""
    yield Route(name="ordering.orders", path="/orders", resource=Orders(), permission=view)
    yield Route(name="ordering.orders_file", path="/orders/file", resource=OrdersFile(), permission=view)
    yield Route(name="ordering.order", path="/orders/{order_id:uuid}", resource=OrderPage(), permission=view)
    yield Route(name="ordering.order_file", path="/orders/{order_id:uuid}/file", resource=OrderFile(), permission=view)
    yield Route(name="ordering.order_archive", path="/orders/{order_id:uuid}/archive", resource=OrderArchive(), permission=place)
    yield Route(name="ordering.order_cancel", path="/orders/{order_id:uuid}/cancel", resource=OrderCancel(), permission=place)
