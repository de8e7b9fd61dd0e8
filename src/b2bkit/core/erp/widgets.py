"""Sections of other pages."""

from __future__ import annotations

from collections.abc import Mapping

from b2bkit.core.erp.service.freshness import LABELS, freshness
from b2bkit.core.extend.things import Widget
from b2bkit.core.i18n import N_, _
from b2bkit.core.work import Work

FOR_CLIENTS = ("stock", "prices", "catalog", "order_status")


def fresh(work: Work, subject: object) -> Mapping[str, object] | None:
    """What 1C told last and when; nothing where it never told anything."""
    known = freshness(work)
    rows = [(_(LABELS[kind]), known[kind].as_of) for kind in FOR_CLIENTS if kind in known]
    return {"rows": rows} if rows else None


WIDGETS = (
    Widget(
        name="erp.fresh",
        label=N_("How fresh the figures are"),
        slot="dashboard",
        order=90,
        template="erp/widget_fresh.html",
        load=fresh,
        permission="catalog.view",
        side=True,
    ),
)
