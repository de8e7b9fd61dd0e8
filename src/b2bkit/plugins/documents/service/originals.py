"""Originals of papers: asked for by a client, sent by the supplier, handed over. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Conflict, NotFound, Problem, Refused, Work
from b2bkit.core.audit.service import record
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import N_, _
from b2bkit.core.settlements.models import Paper
from b2bkit.plugins.documents.events import OriginalsAsked, OriginalsMoved
from b2bkit.plugins.documents.models import OriginalsPaper, OriginalsRequest
from b2bkit.plugins.documents.scopes import ANSWER, ASK
from b2bkit.plugins.documents.service import erp, policy

MOST: Final = 50
LONGEST: Final = 1000
OPEN: Final = ("asked", "on_way")
STATES: Final[Mapping[str, str]] = {
    "asked": N_("Asked for"),
    "on_way": N_("On the way"),
    "handed": N_("Handed over"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
}
TONES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("info", "clock"),
    "on_way": ("info", "truck"),
    "handed": ("ok", "circle-check"),
    "declined": ("bad", "alert-circle"),
    "withdrawn": ("mute", "archive"),
}
WAYS: Final[Mapping[str, str]] = {
    "delivery": N_("With the next delivery"),
    "post": N_("By post"),
    "pickup": N_("I collect them"),
}
# what may follow a state, by whose hand
_BY_STAFF: Final = {"asked": ("on_way", "handed", "declined"), "on_way": ("handed", "declined")}
_BY_CLIENT: Final = {"asked": ("withdrawn", "handed"), "on_way": ("handed",)}


def ask(work: Work, *, papers: Sequence[UUID], way: str, note: str = "") -> UUID:
    """Asks for the originals of these papers; returns the request's id. The client's manager gets one task for all of them.

    Refused where none is chosen, where one is not on offer to the actor's company, and where it is on its way already.
    """
    work.require(ASK)
    company_id = work.actor.company_id
    if company_id is None:
        raise NotFound("papers")
    found = _chosen(work, company_id, papers)
    problems = _wrong(work, found, asked_for=len(set(papers)), note=note)
    if way not in WAYS:
        problems.append(Problem("way", _("Choose how they come to you."), "way"))
    if problems:
        raise Refused(problems)
    request = OriginalsRequest(
        id=new_id(), company_id=company_id, state="asked", way=way, note=note.strip(), answer="", asked_by=work.actor.user_id,
        asker=work.actor.name[:250], asked_at=work.now, changed_at=work.now, sent_at=None, handed_at=None,
    )  # fmt: skip
    work.session.add(request)
    work.session.flush()
    row = {"company_id": company_id, "request_id": request.id}
    work.session.insert_rows(OriginalsPaper, [{**row, "id": new_id(), "paper_id": one.id} for one in found])
    erp.ask(work, request, found)
    work.publish(OriginalsAsked(request.id, company_id, len(found)), key=f"originals:{request.id}")
    _note(work, request, "documents.originals_asked", papers=[one.number for one in found])
    return request.id


def _chosen(work: Work, company_id: UUID, papers: Sequence[UUID]) -> list[Paper]:
    """Papers of the company, kept from others who ask for them at the same time."""
    wanted = list(dict.fromkeys(papers))[: MOST + 1]
    hold(work.session, Paper, *wanted)
    mine = (Paper.id.in_(wanted), Paper.active.is_(True), Paper.company_id == company_id)
    return list(work.session.scalars(select(Paper).where(*mine).order_by(Paper.on, Paper.id)))


def _wrong(work: Work, found: Sequence[Paper], *, asked_for: int, note: str) -> list[Problem]:
    problems = []
    if not asked_for:
        problems.append(Problem("papers_none", _("Choose at least one paper."), "papers"))
    if asked_for > MOST:
        problems.append(Problem("papers_many", _("At most {most} papers go into one request.").format(most=MOST), "papers"))
    if asked_for > len(found) or any(not policy.originals(work, one.kind) for one in found):
        problems.append(Problem("papers_unknown", _("The original of one of these papers is not on offer. Choose others."), "papers"))
    if len(note) > LONGEST:
        problems.append(Problem("note_long", _("At most {most} characters fit here.").format(most=LONGEST), "note"))
    there = states_of(work, [one.id for one in found])
    twice = [one.number for one in found if there.get(one.id) in OPEN]
    if twice:
        told = _("Already asked for: {numbers}. Leave them out.").format(numbers=", ".join(twice))
        problems.append(Problem("papers_asked", told, "papers"))
    return problems


def states_of(work: Work, papers: Sequence[UUID]) -> Mapping[UUID, str]:
    """Paper -> how far its newest request has come, for those that have one that counts. One statement."""
    if not papers:
        return {}
    rows = select(OriginalsPaper.paper_id, OriginalsRequest.state).join(OriginalsRequest, OriginalsRequest.id == OriginalsPaper.request_id)
    counts = (OriginalsPaper.paper_id.in_(list(papers)), OriginalsRequest.state != "withdrawn")
    found = work.session.execute(rows.where(*counts).order_by(OriginalsRequest.asked_at, OriginalsRequest.id))
    return {row[0]: row[1] for row in found}


def held(work: Work, request_id: UUID) -> OriginalsRequest:
    """A request, kept from others until the transaction ends. NotFound alike for absent and foreign."""
    found = work.session.scalars(select(OriginalsRequest).where(OriginalsRequest.id == request_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("request")
    return found


def move(work: Work, *, request_id: UUID, to: str, answer: str = "") -> None:
    """Staff say how far it is: on_way, handed or declined (with a reason). The task in the ERP ends. Twice is once."""
    work.require(ANSWER)
    request = held(work, request_id)
    if request.state == to:
        return
    if len(answer) > LONGEST:
        raise Refused(Problem("answer_long", _("At most {most} characters fit here.").format(most=LONGEST), "answer"))
    if to == "declined" and not answer.strip():
        raise Refused(Problem("answer_missing", _("Say why, so that the client knows what to do."), "answer"))
    _require(request, to, _BY_STAFF)
    erp.forget(work, request)
    set_state(work, request, to=to, answer=answer)


def set_state(work: Work, request: OriginalsRequest, *, to: str, answer: str = "") -> None:
    """The supplier's step, wherever it was made. Who asked is told."""
    _step(work, request, to)
    request.answer = answer.strip()[:LONGEST] or request.answer
    work.publish(OriginalsMoved(request.id, request.company_id, to), key=f"originals:{request.id}")
    _note(work, request, "documents.originals_moved", to=to)


def _require(request: OriginalsRequest, to: str, allowed: Mapping[str, tuple[str, ...]]) -> None:
    if to not in allowed.get(request.state, ()):
        raise Conflict(Problem("state", _("This request has gone on meanwhile. Look at it again.")))


def _step(work: Work, request: OriginalsRequest, to: str) -> None:
    request.state, request.changed_at = to, work.now
    if to == "on_way":
        request.sent_at = work.now
    elif to == "handed":
        request.handed_at = work.now


def withdraw(work: Work, *, request_id: UUID) -> None:
    """The client does not need them any more. Conflict once they are on their way. Twice is once."""
    _by_client(work, request_id, "withdrawn")


def received(work: Work, *, request_id: UUID) -> None:
    """The client has them. Twice is once."""
    _by_client(work, request_id, "handed")


def _by_client(work: Work, request_id: UUID, to: str) -> None:
    work.require(ASK)
    request = held(work, request_id)
    if work.actor.company_id != request.company_id:
        raise NotFound("request")
    if request.state == to:
        return
    _require(request, to, _BY_CLIENT)
    erp.forget(work, request)
    _step(work, request, to)
    _note(work, request, "documents.originals_moved", to=to)


def _note(work: Work, request: OriginalsRequest, action: str, **details: Any) -> None:
    record(work, action=action, entity="originals", entity_id=request.id, company_id=request.company_id, details=details)
    work.session.flush()
    work.signal("papers", request.id, companies=(request.company_id,), staff=True)
