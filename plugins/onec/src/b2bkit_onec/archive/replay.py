"""Doing once more what a message did: a file of 1C is read and applied again as if it had just come, an order goes out again, 1C is asked
its question again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple
from uuid import UUID

from b2bkit import Conflict, Problem, Work
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit_onec import staging, uploads
from b2bkit_onec.archive import files
from b2bkit_onec.archive.store import body_of
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.state import CONTROL, run_now
from b2bkit_onec.models import Exchange, Kept, Upload
from b2bkit_onec.upload.names import clean_name, extension

RESEND = "erp.resend"
PIECE: Final = 4 << 20


class Again(NamedTuple):
    """What can be done with a message: nothing (`why` says why), apply it, send its order, ask 1C anew."""

    how: Literal["", "apply", "send", "ask"]
    why: str = ""


def possible(work: Work, kept: Kept, flows: Mapping[str, Chosen]) -> Again:
    """What this actor can do with it."""
    if _is_file(kept):
        if not work.may(CONTROL):
            return Again("", _("Only those who control the exchange apply a file again."))
        if kept.body is None and not files.is_there(work.config.data, kept.file):
            return Again("", _("The portal has the file no more. Export it again in 1C."))
        return Again("apply")
    if kept.direction == "out" and kept.subject_entity == "order" and kept.subject_id is not None:
        return Again("send") if work.may(RESEND) else Again("", _("Only those who may send orders again do so."))
    flow = flows.get(kept.flow)
    if kept.way != "site" and flow is not None and flow.on and flow.run is not None:
        return Again("ask") if work.may(CONTROL) else Again("", _("Only those who control the exchange have 1C asked again."))
    return Again("", _("A message of the protocol itself: there is nothing to do again."))


def replay(work: Work, kept: Kept, flows: Mapping[str, Chosen]) -> Again:
    """Does it, and says what. Raises Conflict when it is not possible, also for an order that 1C has already and a flow that runs."""
    can = possible(work, kept, flows)
    if can.how == "send" and kept.subject_id is not None:
        erp.resend(work, kept.subject_id)
    elif can.how == "apply":
        work.require(CONTROL)
        _apply(work, kept)
        record(work, action="onec.replayed", entity="onec_message", entity_id=kept.id, details={"name": kept.name})
    elif can.how == "ask":
        run_now(work, flows[kept.flow])
    else:
        raise Conflict(Problem("onec.no-replay", can.why))
    return can


def _is_file(kept: Kept) -> bool:
    return kept.direction == "in" and kept.way == "site" and kept.size > 0 and extension(kept.name) in ("xml", "zip")


def _apply(work: Work, kept: Kept) -> None:
    """An exchange of its own, over already, that holds this one file; then the queue goes its usual way."""
    exchange_id, upload_id = new_id(), new_id()
    kind = "sale" if kept.flow == "order_status" else "catalog"
    token = secrets.token_hex(32)
    over = {"started_at": work.now, "seen_at": work.now, "ended_at": work.now}
    work.session.add(Exchange(id=exchange_id, kind=kind, token_hash=token, dialogue="", client="b2bkit", **over))
    work.session.flush()
    upload = _upload(work, exchange_id, upload_id, kept)
    uploads.queue(work, [upload])


def _upload(work: Work, exchange_id: UUID, upload_id: UUID, kept: Kept) -> Upload:
    name = clean_name(kept.name)
    upload = Upload(id=upload_id, exchange_id=exchange_id, name=name, stored=f"{upload_id.hex}.{extension(name)}", size=0, parts=1)
    upload.received_at, upload.state, upload.last_part, upload.message = work.now, "receiving", "", ""
    upload.counts, upload.refused = {}, []
    path = staging.make_folder(work.config, exchange_id) / upload.stored
    for part in _parts(work, kept):
        staging.write_at(path, upload.size, part)
        upload.size += len(part)
    work.session.add(upload)
    work.session.flush()
    return upload


def _parts(work: Work, kept: Kept) -> Iterator[bytes]:
    """The whole file, however large, a piece at a time."""
    stream = files.opened(work.config.data, kept.file) if kept.file else None
    if stream is None:
        yield body_of(kept, work.config.data) or b""
        return
    with stream:
        while part := stream.read(PIECE):
            yield part
