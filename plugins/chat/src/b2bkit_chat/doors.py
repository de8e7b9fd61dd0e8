"""What the doors of clients, staff and programs have in common: files are drawn before the transaction, a piece of a talk is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Final
from uuid import UUID

from falcon import Request, Response

from b2bkit import Problem, Refused, Work
from b2bkit.core.i18n import _
from b2bkit.core.web.formatting import moment
from b2bkit.core.web.handling import OpenAs, actor_of, fragment, work_of
from b2bkit_chat import forms
from b2bkit_chat.service import people, read
from b2bkit_chat.service.write import Attached

NEWEST: Final = 2_000_000_000


def draw(req: Request, open_work: OpenAs, files: Sequence[Attached]) -> None:
    """Before the transaction: pictures get their drawings."""
    req.context.attached = list(files)
    if files:
        with open_work(actor_of(req), write=False) as work:
            config = work.config
        req.context.attached = forms.drawn(config, files)


def send(req: Request, write: Callable[[list[Attached]], UUID], *, whole: bool) -> UUID:
    """Writes the message with what `draw` made; the drawings of a refused one are deleted.

    whole   a refusal ends the request; else its page is shown again in the same transaction
    """
    work = work_of(req)
    try:
        with nullcontext() if whole else work.session.begin_nested():
            return write(req.context.attached)
    except Exception:
        forms.forget(work.config, req.context.attached)
        raise


def piece(req: Request, resp: Response, seen: read.Seen | None, query: forms.PieceQuery) -> None:
    """Messages after or before a number, and how the talk stands now, for the page's script."""
    work = work_of(req)
    found = read.Window((), False, False)
    if seen is not None:
        found = read.window(work, seen.talk, before=query.before, after=query.after)
    back = query.before is not None
    show = found._replace(earlier=found.earlier and back, later=found.later and not back)
    fragment(req, resp, "chat/_piece.html", shown=show, state=state_of(work, seen), staff=work.actor.kind == "staff", seen=seen)


def state_of(work: Work, seen: read.Seen | None) -> dict[str, object]:
    """How a talk stands: its newest message, what is unread, up to where one's own were read, whether the other one is there."""
    if seen is None:
        return {"newest": 0, "unread": 0, "read": 0, "read_said": "", "here": ""}
    return {
        "newest": seen.talk.newest, "unread": seen.unread, "read": seen.read, "read_said": read_words(work, seen),
        "here": people.presence(work, seen.seen_at),
    }  # fmt: skip


def read_words(work: Work, seen: read.Seen) -> str:
    """When the other side read the newest of one's messages that it has read."""
    if seen.read_at is None:
        return ""
    return _("read {time}").format(time=moment(seen.read_at, lang=work.lang, zone=work.config.portal.zone, now=work.now))


def quoted(work: Work, seen: read.Seen | None, seq: int | None) -> read.Said | None:
    """The message that somebody replies to, where the page was asked for it."""
    if seen is None or seq is None or seq < 1:
        return None
    found = read.window(work, seen.talk, after=seq - 1).said
    return found[0] if found and found[0].seq == seq else None


def problems_of(refused: Refused | None) -> tuple[Sequence[Problem], int]:
    """(problems, status) of a page that shows its form again."""
    return (refused.problems, refused.status) if refused is not None else ((), 200)
