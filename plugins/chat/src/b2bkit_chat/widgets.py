"""The chat on other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from b2bkit import Widget, Work
from b2bkit.core.i18n import N_
from b2bkit_chat.scopes import ANSWER, WRITE
from b2bkit_chat.service import people, read, talks

SHOWN: Final = 5


def mine(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On a client's first page: the newest message of the talk, and whether the manager is there."""
    if work.actor.company_id is None or work.actor.kind != "client":
        return None
    seen = read.own(work)
    hours = people.hours_of(work)
    return {
        "seen": seen, "here": people.presence(work, seen.seen_at) if seen is not None else "", "open": hours.works_at(work.now),
        "opens": hours.opens_at(work.now),
    }  # fmt: skip


def desk(work: Work, _subject: object) -> Mapping[str, object]:
    """On the staff's first page: clients who wrote last."""
    return {"rows": talks.talks(work, talks.Wanted(which="waits"), size=SHOWN).items}


def of_client(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a client's card: its talks, and a way to write to one of its people."""
    company_id = getattr(subject, "id", None)
    if not isinstance(company_id, UUID):
        return None
    rows = talks.talks(work, talks.Wanted(company_id=company_id), size=SHOWN).items
    everybody = [(str(one.id), one.name) for one in talks.people_of(work, company_id)]
    return {"rows": rows, "people": everybody, "company_id": company_id} if rows or everybody else None


WIDGETS: Final = (
    Widget(
        name="chat.mine", label=N_("Chat with your manager"), slot="dashboard", order=56, template="chat/widget_mine.html", load=mine,
        permission=WRITE, side=True,
    ),
    Widget(
        name="chat.desk", label=N_("Clients who wait in the chat"), slot="admin.dashboard", order=240, template="chat/widget_desk.html",
        load=desk, permission=ANSWER,
    ),
    Widget(
        name="chat.client", slot="admin.client", order=125, template="chat/widget_client.html", load=of_client, permission=ANSWER,
        side=True,
    ),
)  # fmt: skip
