"""Messages of CommerceML's door: what 1C asked and what it was answered."""

from __future__ import annotations

import logging
from typing import Final

from b2bkit import SYSTEM
from b2bkit.core.db.types import new_id
from b2bkit.core.web.handling import Request
from b2bkit_onec.archive.message import Message, Outcome
from b2bkit_onec.archive.secrets import Secrets
from b2bkit_onec.archive.store import insert, row_of
from b2bkit_onec.settings import OneCSettings

log = logging.getLogger("b2bkit.onec")
_FLOWS: Final = {"query": "orders", "success": "orders"}


def archived(req: Request, answer: bytes, settings: OneCSettings) -> None:
    """Keeps request and answer of who proved to be 1C. Never raises.

    Left out is what says nothing: `progress`, and parts of files that were taken, for the file itself is kept when it was read. Of
    `checkauth` the answer is kept without the session's key.
    """
    try:
        if getattr(req.context, "onec_known", False):
            _archive(req, answer, settings)
    except Exception:
        log.exception("a message of 1C could not be kept")


def _archive(req: Request, answer: bytes, settings: OneCSettings) -> None:
    mode, kind = req.get_param("mode") or "", req.get_param("type") or "catalog"
    first = answer[:20].partition(b"\n")[0].decode("ascii", "replace")
    if first == "progress" or (mode == "file" and first == "success"):
        return
    name, filename = f"{kind} {mode}"[:60], req.get_param("filename") or ""
    pair, flow = new_id(), _FLOWS.get(mode, "") if kind == "sale" else ""
    outcome: Outcome = "refused" if first == "failure" else "ok"
    shown = b"success\n***\n***" if mode == "checkauth" and first == "success" else answer
    status = first if first in ("success", "failure") else ("200" if outcome == "ok" else "failure")

    address = f"{req.path}?{req.query_string}"
    with req.context.open_work(SYSTEM) as work:
        asked = Message(at=work.now, direction="in", way="site", flow=flow, name=f"{name} {filename}".strip(), address=address, pair=pair)
        answered = Message(
            at=work.now,
            direction="out",
            way="site",
            flow=flow,
            name=name,
            pair=pair,
            status=status,
            outcome=outcome,
            content_type="text/xml" if mode == "query" else "text/plain",
            body=shown,
        )
        secrets = Secrets(settings)
        insert(work, [row_of(asked, secrets), row_of(answered, secrets)])
