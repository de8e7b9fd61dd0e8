"""What people are told about news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from b2bkit import NotificationKind, Work
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.news.events import PostAppeared
from b2bkit.plugins.news.service import read


def _people(work: Work, event: PostAppeared) -> Iterable[UUID]:
    return read.people(work, event.post_id)


def _words(_work: Work, event: PostAppeared) -> Mapping[str, str]:
    return {"title": event.title, "kind": _(read.KINDS[event.kind])}


def _page(work: Work, event: PostAppeared) -> str:
    return Urls([work.kit.routes["news.post"]]).path("news.post", post_id=event.post_id)


KINDS: Final = (
    NotificationKind(
        name="news.appeared",
        label=N_("News and offers"),
        event=PostAppeared,
        recipients=_people,
        context=_words,
        title=N_("{kind}: {title}"),
        text=N_("Read it in the portal."),
        route=_page,
        channels=("notify.inbox",),
        audience="client",
        samples={"kind": N_("Offer"), "title": "Плёночный ПВД со склада: минус 5 % до пятницы"},
    ),
)
