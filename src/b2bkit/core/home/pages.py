"""The dashboard: a greeting and the widgets of the slot `dashboard`."""

from __future__ import annotations

from babel.dates import format_date

from b2bkit.core.extend.things import Badge
from b2bkit.core.i18n import _, language, ngettext
from b2bkit.core.ordering.service.marks import cart_mark, orders_badge
from b2bkit.core.web.handling import Request, Response, redirect, render, work_of
from b2bkit.core.work import Work

STAFF_HOME = "admin.dashboard"


class Today:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        if work.actor.kind == "staff" and STAFF_HOME in work.kit.routes:
            return redirect(req, resp, STAFF_HOME)
        return render(req, resp, "home/today.html", day=_day(work), waiting=_waiting(work))


def _day(work: Work) -> str:
    """`Tuesday, November 24`, `вторник 24 ноября`: the business day."""
    today = work.now.astimezone(work.config.portal.zone).date()
    if language() == "ru":
        return format_date(today, "EEEE d MMMM", locale="ru")
    return format_date(today, "EEEE, MMMM d", locale=language())


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
