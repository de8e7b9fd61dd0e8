"""How a flow fares, in a sentence: for `b2bkit check`, `/readyz` and the page of the portal's health."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from b2bkit import Health, Work
from b2bkit.core.i18n import _
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.state import is_paused
from b2bkit_onec.models import Flow

LATE_AFTER: Final = 3  # periods without a good run
Fares = Literal["off", "paused", "running", "failed", "late", "never", "good"]


def fares(flow: Chosen, row: Flow | None, now: datetime) -> Fares:
    """The one word for it."""
    if not flow.on:
        return "off"
    if row.paused if row is not None else flow.paused:
        return "paused"
    if row is not None and row.run_id is not None:
        return "running"
    if row is not None and row.failures:
        return "failed"
    if row is None or row.last_good_at is None:
        return "never"
    return "late" if flow.scheduled and row.last_good_at < now - timedelta(seconds=LATE_AFTER * flow.every + 60) else "good"


def check(work: Work, *, flow: Chosen) -> Health:
    """A health check that informs: a flow that stands still keeps no page from working."""
    row = work.session.get(Flow, flow.kind.name)
    state, name = fares(flow, row, work.now), _(flow.kind.label)
    if state == "paused" or is_paused(work, flow):
        return Health(False, _("{flow}: paused by staff.").format(flow=name), _("Resume it on the page of 1C's flows when it may go on."))
    if row is not None and row.failures:
        said = _("{flow}: {count} runs in a row went wrong. {error}").format(flow=name, count=row.failures, error=row.error)
        return Health(False, said, row.cure)
    if state == "late" and row is not None and row.last_good_at is not None:
        local = row.last_good_at.astimezone(work.config.portal.zone)
        said = _("{flow}: no good run since {time}.").format(flow=name, time=f"{local:%d.%m %H:%M}")
        return Health(False, said, _("See that a worker runs and that 1C answers."))
    if state == "never":
        return Health(True, _("{flow}: nothing came yet.").format(flow=name))
    return Health(True, _("{flow}: good.").format(flow=name))
