"""The count beside the menu's entry: flows that stand still."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import func, or_, select

from b2bkit import Badge, Work
from b2bkit.core.i18n import ngettext
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.models import Flow


def badge(flows: Mapping[str, Chosen]) -> Callable[[Work], Badge | None]:
    """How many connected flows are paused or failed last."""
    names = [name for name, flow in flows.items() if flow.on]
    statement = select(func.count()).select_from(Flow).where(or_(Flow.failures > 0, Flow.paused.is_(True)), Flow.name.in_(names))

    def count(work: Work) -> Badge | None:
        still = work.session.scalar(statement) or 0
        return Badge(still, "diff", ngettext("flow stands still", "flows stand still", still)) if still else None

    return count
