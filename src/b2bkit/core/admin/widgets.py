"""Sections of the staff's first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from b2bkit.core.admin import dashboard
from b2bkit.core.admin.exchange import in_line, picture
from b2bkit.core.extend.things import Widget, WidgetLoad
from b2bkit.core.i18n import N_
from b2bkit.core.work import Work

SLOT: Final = "admin.dashboard"
VIEW: Final = "admin.view"
QUEUED: Final = 5


def figures(work: Work, _subject: object) -> Mapping[str, object]:
    return {"today": dashboard.figures(work)}


def to_do(work: Work, _subject: object) -> Mapping[str, object]:
    return {"today": dashboard.to_do(work)}


def recent(work: Work, _subject: object) -> Mapping[str, object]:
    return {"rows": dashboard.recent(work)}


def line(work: Work, _subject: object) -> Mapping[str, object] | None:
    chart, gateway = picture(work), work.kit.erp_gateway
    return {"chart": chart, "erp": gateway.state(work)} if chart is not None and gateway is not None else None


def queue(work: Work, _subject: object) -> Mapping[str, object] | None:
    """Nothing where no ERP is connected: then no order waits for one."""
    if work.kit.erp_gateway is None:
        return None
    return {"queue": in_line(work, QUEUED), "queued": dashboard.waiting(work).queued}


def joined(work: Work, _subject: object) -> Mapping[str, object]:
    return {"joined": dashboard.joined(work)}


def _section(name: str, label: str, order: int, load: WidgetLoad, *, side: bool = False) -> Widget:
    template = f"admin/widget_{name}.html"
    return Widget(name=f"admin.{name}", label=label, slot=SLOT, order=order, template=template, load=load, permission=VIEW, side=side)


WIDGETS: Final = (
    _section("figures", N_("Figures of the day"), 100, figures),
    _section("todo", N_("Waits for you"), 200, to_do),
    _section("recent", N_("Newest orders"), 300, recent),
    _section("line", N_("Line to 1C, 24 hours"), 100, line, side=True),
    _section("queue", N_("Not taken by 1C yet"), 200, queue, side=True),
    _section("joined", N_("New people of clients"), 300, joined, side=True),
)
