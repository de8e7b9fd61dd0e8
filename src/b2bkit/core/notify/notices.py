"""What staff are told about notifications themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import User
from b2bkit.core.extend.things import NotificationKind
from b2bkit.core.i18n import N_, _
from b2bkit.core.notify.events import TextBroken
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Work


def _editors(work: Work, _event: TextBroken) -> Iterable[UUID]:
    """Those of the supplier's people who may change texts."""
    roles = [role.code for role in work.kit.roles.values() if role.side == "staff" and "notify.texts" in role.levels]
    return list(work.session.scalars(select(User.id).where(User.staff_role.in_(roles), User.blocked.is_(False)).order_by(User.id)))


def _what(work: Work, event: TextBroken) -> Mapping[str, str]:
    kind = work.kit.notifications.get(event.kind)
    return {"kind": _(kind.label) if kind is not None else event.kind, "lang": event.lang, "missing": event.missing}


def _where(work: Work, event: TextBroken) -> str:
    return Urls([work.kit.routes["notify.text"]]).path("notify.text", text_kind=event.kind)


KINDS = (
    NotificationKind(
        name="notify.text_broken",
        label=N_("A text of yours cannot be used any more"),
        event=TextBroken,
        recipients=_editors,
        context=_what,
        title=N_("The text “{kind}” ({lang}) needs mending"),
        text=N_("It names {missing}, which has no value any more. Until you mend it, the shipped text goes out."),
        route=_where,
        channels=("notify.inbox",),
        audience="staff",
        samples={"kind": N_("The order's status changed"), "lang": "ru", "missing": "number"},
    ),
)
