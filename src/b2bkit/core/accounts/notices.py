"""What people are told about their colleagues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from b2bkit.core.accounts.events import EmployeeJoined
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.extend.things import NotificationKind
from b2bkit.core.i18n import N_
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Work


def notices() -> Iterable[NotificationKind]:
    """The kinds of accounts."""
    yield NotificationKind(
        name="accounts.joined",
        label=N_("Somebody accepted your invitation"),
        event=EmployeeJoined,
        recipients=_inviter,
        context=_names,
        title=N_("{name} has joined {company}"),
        text=N_("{name} accepted your invitation and can use the portal now."),
        route=_people,
        channels=("notify.inbox",),
        samples={"name": "Анна Ковалёва", "company": "ООО «Экопакет»"},
    )


def _inviter(_work: Work, event: EmployeeJoined) -> list[UUID]:
    return [event.invited_by] if event.invited_by else []


def _names(work: Work, event: EmployeeJoined) -> Mapping[str, str]:
    return {"name": event.name, "company": work.session.get_one(Company, event.company_id).name}


def _people(work: Work, event: EmployeeJoined) -> str:
    """Staff see the client's card, the client's own people their company."""
    inviter = work.session.get(User, event.invited_by) if event.invited_by else None
    if inviter is not None and inviter.staff_role is not None:
        return Urls([work.kit.routes["admin.client"]]).path("admin.client", company_id=event.company_id)
    return Urls([work.kit.routes["accounts.company"]]).path("accounts.company")
