"""What people send."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.config import Config
from b2bkit.core.files import attachments, papers
from b2bkit.core.files import service as pictures
from b2bkit.core.web.state import Upload
from b2bkit_chat.service.write import LONGEST, Attached

LARGEST: Final = 60_000_000  # bytes of a message with its files
MOST_DRAWN: Final = 10  # pictures of one message that are drawn in it
ACCEPT: Final = ",".join(f".{ending}" for ending in attachments.ENDINGS)
Seq = Annotated[int, Field(ge=0, le=2_000_000_000)]
Text = Annotated[str, Field(max_length=LONGEST * 2)]


class TalkQuery(BaseModel):
    """A talk as an address. at: the message that a search led to; before: what was earlier; reply: the message to reply to."""

    q: str = Field("", max_length=100)
    at: Seq | None = None
    before: Seq | None = None
    reply: Seq | None = None


class DeskQuery(BaseModel):
    """The staff's list as an address. `open`: the talk beside it."""

    q: str = Field("", max_length=100)
    which: Literal["all", "waits", "mine"] = "all"
    client: UUID | None = None
    open: UUID | None = None
    at: str | None = Field(None, max_length=1000)


class PieceQuery(BaseModel):
    """Messages after or before a number."""

    after: Seq | None = None
    before: Seq | None = None


class MessageForm(BaseModel):
    """A message. `after`: the newest one that the page shows."""

    text: Text = ""
    files: list[Upload] = Field([], max_length=60)
    answers: Seq | None = None
    after: Seq = 0


class HereForm(BaseModel):
    typing: bool = False


class ReadForm(BaseModel):
    upto: Seq


class BeginForm(BaseModel):
    company_id: UUID
    user_id: UUID


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


def chosen(files: Sequence[Upload]) -> list[Attached]:
    """The files that were chosen: a browser sends an empty part where none was."""
    return [Attached(one.filename, one.data) for one in files if one.filename or one.data]


def drawn(config: Config, files: Sequence[Attached]) -> list[Attached]:
    """The same, pictures with their drawings: made anew in a child process, outside any transaction."""
    places = [place for place, one in enumerate(files) if _is_picture(one)][:MOST_DRAWN]
    found = list(files)
    if not places:
        return found
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(folder) / str(place) for place in places]
        for place, source in zip(places, sources, strict=True):
            source.write_bytes(files[place].data)
        for place, made in zip(places, pictures.recode(config, sources), strict=True):
            found[place] = found[place]._replace(picture=made)
    return found


def _is_picture(one: Attached) -> bool:
    return not attachments.check(one.filename, one.data) and papers.type_of(one.filename, one.data).startswith("image/")


def forget(config: Config, files: Sequence[Attached]) -> None:
    """Deletes the drawings of a message that was refused."""
    for one in files:
        if one.picture.name:
            pictures.forget_files(config, one.picture.name)
