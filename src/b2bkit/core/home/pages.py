"""The dashboard: a greeting and the widgets of the slot `dashboard`."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, StringConstraints

from b2bkit.core.extend.things import Badge
from b2bkit.core.home import desk
from b2bkit.core.i18n import _, language, ngettext
from b2bkit.core.languages import facts
from b2bkit.core.ordering.service.marks import cart_mark, orders_badge
from b2bkit.core.web.handling import Request, Response, is_htmx, read_form, read_query, redirect, render, work_of
from b2bkit.core.work import Work

STAFF_HOME = "admin.dashboard"


class Today:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        if work.actor.kind == "staff" and STAFF_HOME in work.kit.routes:
            return redirect(req, resp, _staff_home(work))
        names = desk.shown(work)
        return render(req, resp, "home/today.html", day=_day(work), waiting=_waiting(work), names=names, hid=not names)


def _staff_home(work: Work) -> str:
    """The staff's first page; for a role without it, as of those who only write, the first page of its menu."""
    home = work.kit.routes[STAFF_HOME]
    if work.may(home.permission):
        return STAFF_HOME
    own = [item for item in work.kit.nav if item.area == "admin" and item.permission in work.actor.levels]
    return min(own, key=lambda item: item.order).route if own else STAFF_HOME


class ArrangeForm(BaseModel):
    """`do`: what to do with a section, `up ordering.again`; `reset` alone puts everything back."""

    model_config = ConfigDict(extra="forbid")
    do: Annotated[str, StringConstraints(max_length=120, pattern=r"^(reset|(up|down|show|hide) [a-z0-9_.]+)$")]


class ArrangeQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Arrange:
    """Which sections the first page has, and in which order."""

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, ArrangeQuery)
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        act, _space, name = read_form(req, ArrangeForm).do.partition(" ")
        if act == "reset":
            desk.reset(work_of(req))
        else:
            desk.arrange(work_of(req), name=name, act=cast(desk.Act, act))
        if is_htmx(req):
            return self._show(req, resp, name)
        return redirect(req, resp, "home.arrange")

    def _show(self, req: Request, resp: Response, moved: str = "") -> None:
        found = desk.sections(work_of(req))
        said = next((one.label for one in found if one.name == moved), "")
        render(req, resp, "home/arrange.html", block="desk", sections=found, said=said)


def _day(work: Work) -> str:
    """`Tuesday, November 24`, `вторник 24 ноября`: the business day."""
    today = work.now.astimezone(work.config.portal.zone).date()
    known = facts(language())
    weekday, month = known.weekdays[today.weekday()], known.months[today.month - 1]
    return f"{weekday} {today.day} {month}" if language() == "ru" else f"{weekday}, {month} {today.day}"


def _waiting(work: Work) -> str:
    """What waits for this person, in a line."""
    mark = cart_mark(work) if work.may("ordering.cart") else None
    on_the_way: Badge | None = orders_badge(work) if work.may("ordering.view") else None
    said = []
    if mark is not None and mark.differ:
        said.append(ngettext("%d price in your cart changed.", "%d prices in your cart changed.", mark.differ) % mark.differ)
    elif mark is not None and mark.lines:
        said.append(ngettext("%d line is in your cart.", "%d lines are in your cart.", mark.lines) % mark.lines)
    if on_the_way is not None:
        count = on_the_way.count
        said.append(ngettext("%d order is on its way.", "%d orders are on their way.", count) % count)
    return " ".join(said) or _("Nothing waits for you.")
