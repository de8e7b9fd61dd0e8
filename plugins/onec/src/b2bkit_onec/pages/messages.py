"""Messages: looked for, read, compared with the one before, applied or asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from b2bkit.core.i18n import _
from b2bkit.core.web.forms import Nothing
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit_onec.archive import compare, files, replay, search
from b2bkit_onec.archive.store import body_of
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.pages import acts, forms

MOST_SHOWN: Final = 200_000  # letters of one body


class Messages:
    """/admin/exchange/messages"""

    def __init__(self, flows: Mapping[str, Chosen]) -> None:
        self.flows = flows

    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, forms.MessagesQuery), work_of(req)
        wanted = search.Wanted(
            text=asked.q,
            flow=asked.flow,
            outcome=asked.outcome,
            direction=asked.direction,
            since=asked.since,
            until=asked.until,
            run_id=asked.run,
        )
        page = search.messages(work, wanted, after=asked.after)
        render(req, resp, "onec/messages.html", block="results", page_of=page, asked=asked, filtered=wanted.set, labels=_labels(self.flows))


class MessagePage:
    """/admin/exchange/messages/<id>"""

    def __init__(self, flows: Mapping[str, Chosen]) -> None:
        self.flows = flows

    def on_get(self, req: Request, resp: Response, message_id: UUID) -> None:
        read_query(req, forms.DoneQuery)
        show(req, resp, message_id, self.flows)


class Replay:
    """/admin/exchange/messages/<id>/again"""

    def __init__(self, flows: Mapping[str, Chosen]) -> None:
        self.flows = flows

    def on_post(self, req: Request, resp: Response, message_id: UUID) -> None:
        read_form(req, Nothing)
        work = work_of(req)
        kept = search.one(work, message_id)
        done = replay.replay(work, kept, self.flows)
        if done.how == "send":
            return redirect(req, resp, "onec.owed", done="resent")
        return redirect(req, resp, "onec.flows", done="started" if done.how == "ask" else "applied")


def show(req: Request, resp: Response, message_id: UUID, flows: Mapping[str, Chosen]) -> None:
    """The page of one message."""
    work = work_of(req)
    kept = search.one(work, message_id)
    body = body_of(kept, work.config.data)
    shown, kind = compare.readable(body) if body else ("", "text")
    before = search.before(work, kept)
    old = body_of(before, work.config.data) if before is not None else None
    values: dict[str, Any] = {
        "kept": kept,
        "partner": search.partner(work, kept),
        "gone": body is None,
        "went": files.gone(work.config.data, kept.file) if body is None else None,
        "body": shown[:MOST_SHOWN],
        "body_kind": kind,
        "cut": len(shown) > MOST_SHOWN,
        "before": before,
        "leaves": compare.compare(old, body) if old is not None and body else None,
        "most_leaves": compare.MOST_SHOWN,
        "day": lambda moment: moment.astimezone(work.config.portal.zone).date(),
        "again": replay.possible(work, kept, flows),
        "history": acts.of_message(work, kept.id),
        "labels": _labels(flows),
    }
    render(req, resp, "onec/message.html", **values)


def _labels(flows: Mapping[str, Chosen]) -> dict[str, str]:
    return {name: _(flow.kind.label) for name, flow in flows.items() if flow.on}
