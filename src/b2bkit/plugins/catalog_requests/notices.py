"""What people are told of wishes for more of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotificationKind, Work
from b2bkit.core.accounts.models import Company, Membership
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.web.formatting import day
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.catalog_requests.events import CatalogAsked, CatalogClosed, CatalogDeclined, CatalogEnding, CatalogOpened

Told = CatalogOpened | CatalogDeclined | CatalogEnding | CatalogClosed
_DAY: Final = "30.11.2026"


def _manager(work: Work, event: CatalogAsked) -> Iterable[UUID]:
    found = work.session.scalar(select(Company.manager_id).where(Company.id == event.company_id))
    return [found] if found else []


def _asker(work: Work, event: Told) -> Iterable[UUID]:
    """Who asked, while he works there; else the company's owners."""
    there = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    mine = list(work.session.scalars(there.where(Membership.user_id == event.user_id))) if event.user_id else []
    return mine or list(work.session.scalars(there.where(Membership.role == "owner")))


def _company(work: Work, event: CatalogAsked) -> Mapping[str, str]:
    return {"company": work.session.get_one(Company, event.company_id).name}


def _said(work: Work, value: date) -> str:
    zone = work.config.portal.zone
    return day(value, "full", lang=language(), zone=zone, today=work.now.astimezone(zone).date())


def _opened(work: Work, event: CatalogOpened) -> Mapping[str, str]:
    until = {"start": _said(work, event.valid_from), "until": _said(work, event.valid_until)}
    return {**until, "answer": event.answer}


def _declined(_work: Work, event: CatalogDeclined) -> Mapping[str, str]:
    return {"answer": event.answer}


def _ending(work: Work, event: CatalogEnding) -> Mapping[str, str]:
    return {"until": _said(work, event.valid_until)}


def _closed(_work: Work, event: CatalogClosed) -> Mapping[str, str]:
    return {"why": event.why or _("Its time is over.")}


def _staff_page(work: Work, event: CatalogAsked) -> str:
    return Urls([work.kit.routes["catalog_requests.decide"]]).path("catalog_requests.decide", catalog_request_id=event.request_id)


def _page(work: Work, _event: Told) -> str:
    return Urls([work.kit.routes["catalog_requests.own"]]).path("catalog_requests.own")


def _catalogue(work: Work, _event: CatalogOpened) -> str:
    return Urls([work.kit.routes["catalog.list"]]).path("catalog.list")


KINDS = (
    NotificationKind(
        name="catalog_requests.asked", label=N_("A client asks for more of the catalogue"), event=CatalogAsked, recipients=_manager,
        context=_company, title=N_("{company} asks for more of the catalogue"),
        text=N_("Open groups or products for a time, or say why not."),
        route=_staff_page, audience="staff", samples={"company": "ООО «Экопакет»"},
    ),
    NotificationKind(
        name="catalog_requests.opened", label=N_("The catalogue that I asked for is opened"), event=CatalogOpened, recipients=_asker,
        context=_opened, title=N_("More of the catalogue is open to you"), text=N_("From {start} until {until}. {answer}"),
        route=_catalogue, audience="client", samples={"start": "01.11.2026", "until": _DAY, "answer": "Цены те же."},
    ),
    NotificationKind(
        name="catalog_requests.declined", label=N_("The catalogue that I asked for is not opened"), event=CatalogDeclined,
        recipients=_asker, context=_declined, title=N_("The catalogue stays as it is"), text=N_("Your manager answers: {answer}"),
        route=_page, audience="client", samples={"answer": "Эту группу мы продаём только производителям."},
    ),
    NotificationKind(
        name="catalog_requests.ending", label=N_("What was opened in the catalogue closes soon"), event=CatalogEnding, recipients=_asker,
        context=_ending, title=N_("Part of the catalogue closes after {until}"),
        text=N_("Order what you need until then, or ask for it once more."), route=_page, audience="client", samples={"until": _DAY},
    ),
    NotificationKind(
        name="catalog_requests.closed", label=N_("What was opened in the catalogue is closed"), event=CatalogClosed, recipients=_asker,
        context=_closed, title=N_("Part of the catalogue is closed again"), text=N_("{why} You may ask for it once more."), route=_page,
        audience="client", samples={"why": "Its time is over."},
    ),
)  # fmt: skip
