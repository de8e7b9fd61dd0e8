"""A request, its answer, and how the archive gets both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from b2bkit.core.db.types import new_id
from b2bkit_onec.archive.message import Keep, Message, Outcome
from b2bkit_onec.line.errors import LineError, OneCBroken

MOST_KEPT: Final = 4_000_000  # bytes of one answer, for the archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes to 1C. `url` is ASCII, percent-encoded; `seconds` limits the whole call, `probe` is the ping.

    archived  False: the archive keeps that it was, not its body ($metadata of 16 MB)
    counts    whether silence says something about 1C (False where the time is shorter than 1C may take)
    way, name, subject, number   for the archive
    """

    method: str
    url: str
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    probe: bool = False
    counts: bool = True
    archived: bool = True
    way: str = "odata"
    name: str = ""
    flow: str = ""
    run_id: UUID | None = None
    subject: tuple[str, UUID] | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `headers` with names in lower case, `body` uncompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Record:
    """Gives the archive the request and its answer."""

    def __init__(self, keep: Keep | None, request: Request, clock: Callable[[], datetime]) -> None:
        self._keep, self._clock, self._pieces, self._size = keep, clock, list[bytes](), 0
        self._answer: tuple[int, Mapping[str, str]] | None = None
        self._archived = keep is not None and request.archived
        self._message = Message(
            at=clock(),
            direction="out",
            way="service" if request.way == "service" else "odata",
            name=request.name or request.method,
            address=path_of(request.url),
            flow=request.flow,
            run_id=request.run_id,
            pair=new_id(),
            subject=request.subject,
            number=request.number,
            headers={name: value for name, value in request.headers.items() if name.lower() not in ("authorization", "cookie")},
            content_type=request.headers.get("Content-Type", ""),
            body=request.body,
        )
        if keep is not None:
            keep(self._message)

    def answered(self, status: int, headers: Mapping[str, str], chunks: Iterator[bytes]) -> Iterator[bytes]:
        self._answer = (status, {name: value for name, value in headers.items() if name != "set-cookie"})
        for piece in chunks:
            self._size += len(piece)
            if self._archived and self._size <= MOST_KEPT:
                self._pieces.append(piece)
            yield piece

    def failed(self, error: LineError) -> None:
        self._say("failed" if isinstance(error, OneCBroken) else "silent", str(error).encode() if not self._pieces else b"")

    def done(self) -> None:
        status = self._answer[0] if self._answer else 0
        self._say("ok" if status < 400 else "refused", b"")

    def _say(self, outcome: Outcome, words: bytes) -> None:
        if self._keep is None:
            return
        status, headers = self._answer or (0, {})
        self._keep(
            replace(
                self._message,
                at=self._clock(),
                direction="in",
                address="",
                status=str(status or ""),
                outcome=outcome,
                headers=headers,
                content_type=headers.get("content-type", ""),
                body=words or b"".join(self._pieces),
                size=self._size or len(words),
            )
        )


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else "/"
