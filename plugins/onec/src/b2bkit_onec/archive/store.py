"""Keeping messages: compressed, without secrets, in a short transaction of its own that never harms the exchange it tells of."""

from __future__ import annotations

import hashlib
import logging
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar, Token
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from sqlalchemy import delete, select

from b2bkit import OpenWork, Work
from b2bkit.core.accounts.models import Company, LegalEntity
from b2bkit.core.db.types import new_id
from b2bkit.core.ordering.models import Order
from b2bkit_onec.archive import files
from b2bkit_onec.archive.message import Message
from b2bkit_onec.archive.secrets import Secrets
from b2bkit_onec.models import Kept
from b2bkit_onec.settings import OneCSettings

log = logging.getLogger("b2bkit.onec")
MOST_HELD: Final = 20
MOST_BYTES: Final = 1_000_000
LARGEST: Final = 4_000_000  # bytes of one body; of a longer one the beginning is kept
SEARCHED: Final = 200_000  # bytes of a body in which references are looked for
MOST_WORDS: Final = 6000
AT_A_TIME: Final = 5000
_REFERENCE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile('(?:"(?:Number|Номер|number)"\\s*:\\s*"([^"]{1,40})")|(?:<Номер>([^<]{1,40})</Номер>)')
_EMPTY = "00000000-0000-0000-0000-000000000000"
_current: ContextVar[Keeper | None] = ContextVar("onec_keeper", default=None)


class Keeper:
    """Gathers the messages of one piece of work and writes them in portions. `with Keeper(...)` also makes it the one that `keep` uses.

    flow, run_id   given to messages that name none of their own
    """

    def __init__(self, open_work: OpenWork, *, settings: OneCSettings, flow: str = "", run_id: UUID | None = None) -> None:
        self._open_work, self._flow, self._run_id = open_work, flow, run_id
        self._secrets = Secrets(settings)
        self._held: list[dict[str, Any]] = []
        self._bytes = 0
        self._token: Token[Keeper | None] | None = None

    def keep(self, message: Message) -> None:
        """Takes one message; writes when enough are there, at once what is about an order: a killed process must not forget that it asked
        1C for a document. Never raises."""
        try:
            row = row_of(message, self._secrets)
            row["flow"], row["run_id"] = row["flow"] or self._flow, row["run_id"] or self._run_id
            self._held.append(row)
            self._bytes += len(row["body"] or b"")
            if message.subject is not None or len(self._held) >= MOST_HELD or self._bytes >= MOST_BYTES:
                self.flush()
        except Exception:
            log.exception("a message could not be kept", extra={"message_name": message.name[:100]})

    def flush(self) -> None:
        """Writes what is held. Never raises: a message that cannot be written is logged and forgotten."""
        held, self._held, self._bytes = self._held, [], 0
        if not held:
            return
        try:
            with self._open_work() as work:
                insert(work, held)
        except Exception:
            log.exception("messages could not be kept", extra={"count": len(held)})

    def __enter__(self) -> Keeper:
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._token is not None:
            _current.reset(self._token)
        self.flush()


def keep(message: Message) -> None:
    """For the line to 1C: gives the message to the keeper of the work that goes on in this thread. Never raises."""
    keeper = _current.get()
    if keeper is None:
        log.debug("a message outside any work is not kept", extra={"message_name": message.name[:100]})
    else:
        keeper.keep(message)


def keep_within(work: Work, message: Message, settings: OneCSettings) -> None:
    """Keeps a message in a transaction that goes on anyway; what fails here leaves that one whole."""
    try:
        row = row_of(message, Secrets(settings))
        with work.session.begin_nested():
            insert(work, [row])
    except Exception:
        log.exception("a message could not be kept", extra={"message_name": message.name[:100]})


def row_of(message: Message, secrets: Secrets) -> dict[str, Any]:
    """The message as a row: secrets taken out, compressed, with the words by which it is found."""
    body = secrets.body(message.body[:LARGEST])
    entity, subject = message.subject or ("", None)
    address = secrets.text(message.address)[:2000]
    return {
        "id": message.id or new_id(),
        "at": message.at,
        "direction": message.direction,
        "way": message.way,
        "flow": message.flow,
        "run_id": message.run_id,
        "pair": message.pair,
        "name": secrets.text(message.name)[:300],
        "address": address,
        "status": message.status[:20],
        "outcome": message.outcome,
        "subject_entity": entity,
        "subject_id": subject,
        "company_id": None,
        "number": message.number[:100],
        "headers": secrets.headers(message.headers),
        "content_type": message.content_type[:100],
        "body": zlib.compress(body, 6) if body else None,
        "file": message.file,
        "size": len(message.body) if message.size < 0 else message.size,
        "hash": hashlib.sha256(message.body).hexdigest() if message.body else "",
        "words": _words(message, address, body),
    }


def _words(message: Message, address: str, body: bytes) -> str:
    part = body[:SEARCHED]
    text = part.decode("utf-8", "replace")
    if "windows-1251" in text[:100]:
        text = part.decode("cp1251", "replace")
    references = dict.fromkeys(one.decode().lower() for one in _REFERENCE.findall(part))
    numbers = dict.fromkeys((one or other).strip() for one, other in _NUMBER.findall(text))
    subject = str(message.subject[1]) if message.subject else ""
    found = [message.name, message.number, subject, unquote(address), *numbers, *(one for one in references if one != _EMPTY)]
    return " ".join(one for one in found if one).replace("\x00", "").casefold()[:MOST_WORDS]


def insert(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Writes rows, each with the client whose business it is."""
    owners = _companies(work, rows)
    work.session.insert_rows(Kept, [{**row, "company_id": owners.get(row["subject_id"])} for row in rows])


def _companies(work: Work, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, UUID]:
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        if row["subject_id"] is not None:
            wanted.setdefault(row["subject_entity"], set()).add(row["subject_id"])
    found: dict[UUID, UUID] = {}
    for entity, model, owner in (
        ("order", Order, Order.company_id),
        ("legal_entity", LegalEntity, LegalEntity.company_id),
        ("company", Company, Company.id),
    ):
        if wanted.get(entity):
            found.update(work.session.execute(select(model.id, owner).where(model.id.in_(wanted[entity]))).all())
    return found


def body_of(kept: Kept, data: Path) -> bytes | None:
    """The body as it came, without secrets; None when its file is deleted already. `data` is the portal's data folder."""
    if kept.body is not None:
        return zlib.decompress(kept.body)
    if not kept.file:
        return b""
    stream = files.opened(data, kept.file)
    if stream is None:
        return None
    with stream:
        return stream.read(LARGEST)


def forget(work: Work, *, days: int) -> None:
    """Deletes what is older, a portion at a time."""
    old = select(Kept.id).where(Kept.at < work.now - timedelta(days=days)).order_by(Kept.at).limit(AT_A_TIME)
    ids = list(work.session.scalars(old))
    for start in range(0, len(ids), 500):
        work.session.execute(delete(Kept).where(Kept.id.in_(ids[start : start + 500])))
