"""How far an order has come, in words, icons and tones: the chip, the meter of lists, the steps of the order's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from b2bkit.core.extend.things import ErpState
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.web.formatting import clock, day, moment
from b2bkit.core.work import Work

StepState = Literal["done", "half", "next", "later", "failed"]


class When(NamedTuple):
    """When a step was made. Not `exact`: the ERP told the day alone."""

    at: datetime
    exact: bool = True


class Look(NamedTuple):
    """A chip: words, tone, icon."""

    text: str
    tone: str
    icon: str


class Way(NamedTuple):
    """The meter: how many of four steps are done, and what the last of them was."""

    done: int
    text: str


class Step(NamedTuple):
    """A step of the timeline."""

    state: StepState
    icon: str
    title: str
    text: str


class Moving(Protocol):
    """What these functions read of an order or of a row of the list."""

    @property
    def source(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def erp_state(self) -> str: ...
    @property
    def erp_number(self) -> str: ...


class Placed(Protocol):
    """What `origin` reads of an order."""

    @property
    def source(self) -> str: ...
    @property
    def placed_at(self) -> datetime: ...


_LOOKS: Mapping[str, tuple[str, str, str]] = {
    "placed": (N_("Accepted by the portal"), "mute", "inbox"),
    "confirmed": (N_("Confirmed"), "info", "file-check"),
    "ready": (N_("Ready to ship"), "info", "file-check"),
    "shipped": (N_("Shipped"), "ok", "truck"),
    "closed": (N_("Closed"), "ok", "circle-check"),
    "cancelled": (N_("Cancelled"), "mute", "ban"),
}
_SHIPPED = ("shipped", "closed")
_CONFIRMED = ("confirmed", "ready", *_SHIPPED)


def look(order: Moving) -> Look:
    """The state of an order as a chip."""
    if order.erp_state == "refused" and order.status != "cancelled":
        return Look(_("Refused by 1C"), "bad", "alert-circle")
    if order.status == "placed" and order.source == "erp":
        return Look(_("Not confirmed yet"), "mute", "inbox")
    if order.status == "placed" and order.erp_state in ("taken", "posted"):
        return Look(_("Taken by 1C"), "info", "file-check")
    text, tone, icon = _LOOKS[order.status]
    return Look(_(text), tone, icon)


def reached(order: Moving) -> int:
    """Steps done of: accepted by the portal, taken by 1C, posted, shipped."""
    if order.status in _SHIPPED:
        return 4
    if order.erp_state == "posted" or (order.source == "erp" and order.status in _CONFIRMED):
        return 3
    return 2 if order.erp_state == "taken" or order.source == "erp" else 1


def way(work: Work, order: Moving, times: Mapping[str, When]) -> Way | None:
    """The way through 1C for lists; None where no ERP takes part."""
    if order.erp_state == "none" and order.source == "portal":
        return None
    done = reached(order)
    if order.status == "cancelled":
        return Way(done, _said(work, _("cancelled %(when)s"), times.get("cancelled")))
    if order.erp_state == "refused":
        return Way(1, _said(work, _("refused %(when)s"), times.get("refused")))
    texts = {1: _("waits for 1C since %(when)s"), 2: _("taken %(when)s"), 3: _("posted %(when)s"), 4: _("shipped %(when)s")}
    kinds = {1: ("placed",), 2: ("taken", "placed"), 3: ("posted", "confirmed", "taken"), 4: ("shipped", "closed")}
    when = next((times[kind] for kind in kinds[done] if kind in times), None)
    return Way(done, _said(work, texts[done], when))


def origin(work: Work, order: Placed, placed_by: str) -> str:
    """Who placed the order and when, or of which day it is in the ERP; empty for an order of nobody."""
    zone, lang = work.config.portal.zone, language()
    today = work.now.astimezone(zone).date()
    on = day(order.placed_at, lang=lang, zone=zone, today=today)
    if order.source == "erp":
        return _("from 1C, of %(when)s") % {"when": on}
    if not placed_by:
        return ""
    values = {"name": placed_by, "day": on, "time": clock(order.placed_at, zone=zone)}
    if order.placed_at.astimezone(zone).date() == today:
        return _("placed by %(name)s today at %(time)s") % values
    return _("placed by %(name)s on %(day)s at %(time)s") % values


def _said(work: Work, text: str, when: When | None) -> str:
    return (text % {"when": _moment(work, when)}).strip()


def _moment(work: Work, when: When | None) -> str:
    if when is None:
        return ""
    zone, lang = work.config.portal.zone, language()
    if when.exact:
        return moment(when.at, lang=lang, zone=zone, now=work.now)
    return day(when.at, lang=lang, zone=zone, today=work.now.astimezone(zone).date())


def steps(work: Work, order: Moving, times: Mapping[str, When], erp: ErpState | None, reason: str = "", who: str = "") -> list[Step]:
    """The timeline of an order's page. `reason`: why 1C refused, for those who decide; `who`: who cancelled it and why."""
    if order.erp_state == "none" and order.source == "portal":
        plan = [("inbox", _("Accepted by the portal"), ("placed",)), ("file-check", _("Confirmed"), ("confirmed", "ready"))]
        done = 3 if order.status in _SHIPPED else 2 if order.status in _CONFIRMED else 1
    else:
        first = _("Ordered") if order.source == "erp" else _("Accepted by the portal")
        plan = [
            ("inbox", first, ("placed",)),
            ("file-import", _("Taken by 1C"), ("taken",)),
            ("file-check", _("Posted in 1C"), ("posted", "confirmed")),
        ]
        done = reached(order)
    plan.append(("truck", _("Shipment"), ("shipped", "closed")))
    if order.source == "erp":
        plan.pop(1)
        done -= 1
    failed = _failure(work, order, times, reason, who)
    made = []
    for number, (icon, title, kinds) in enumerate(plan, 1):
        when = next((times[kind] for kind in kinds if kind in times), None)
        state: StepState = "done" if number < done else "half" if number == done < len(plan) else "done" if number == done else "later"
        text = _moment(work, when) if number <= done else ""
        if number == done + 1 and failed is None:
            state, text = "next", _ahead(work, order, erp, number)
        made.append(Step(state, icon, title, _with_number(order, text, kinds)))
    return made if failed is None else [*(step for step in made if step.state in ("done", "half")), failed]


def _with_number(order: Moving, text: str, kinds: tuple[str, ...]) -> str:
    return f"{text} · {order.erp_number}" if "taken" in kinds and order.erp_number and text else text


def _failure(work: Work, order: Moving, times: Mapping[str, When], reason: str, who: str) -> Step | None:
    if order.status == "cancelled":
        when = _moment(work, times.get("cancelled"))
        return Step("failed", "ban", _("Cancelled"), " · ".join(part for part in (when, who) if part))
    if order.erp_state == "refused":
        decides = reason or _("Your manager is deciding what to do. Nothing is lost.")
        when = _moment(work, times.get("refused"))
        return Step("failed", "alert-circle", _("Refused by 1C"), f"{when} · {decides}" if when else decides)
    return None


def _ahead(work: Work, order: Moving, erp: ErpState | None, number: int) -> str:
    if number == 2 and order.erp_state in ("waiting", "offered"):
        if erp is not None and erp.state == "down":
            return _("1C does not answer since %(when)s. The order goes out by itself.") % {
                "when": _moment(work, When(erp.since) if erp.since else None)
            }
        return _("goes out with the next exchange")
    if order.erp_state == "none" and order.source == "portal" and number == 2:
        return _("your manager confirms it")
    return ""
