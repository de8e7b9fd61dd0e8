"""Files that people attach to what they write: kept as they came under random names, apart from any table.

Who keeps one has a row for it, with what `store` returned, and asks for it by `path_of` once that row was found in its own scope.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final, NamedTuple

from b2bkit.core.config import Config
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.files import papers
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

LARGEST: Final = papers.LARGEST  # bytes of one
ENDINGS: Final = papers.ENDINGS


class Stored(NamedTuple):
    """A file that is kept.

    filename  as it was called where it came from; a label, never a path
    name      random; the file is `attached/<its first two letters>/<name>` below the portal's data folder
    type      its media type, found from its bytes
    size      in bytes
    """

    filename: str
    name: str
    type: str
    size: int


def check(filename: str, data: bytes, *, field: str = "files") -> list[Problem]:
    """What is wrong with a file, named in each sentence; nothing for one that can be kept."""
    label = label_of(filename)
    if not data:
        return [Problem("files.empty", _("%(file)s: the file is empty.") % {"file": label}, field)]
    if len(data) > LARGEST:
        return [Problem("files.large", _("%(file)s: the file is larger than 20 MB.") % {"file": label}, field)]
    try:
        papers.type_of(filename, data)
    except Refused as refused:
        return [Problem(one.code, f"{label}: {one.message}", field) for one in refused.problems]
    return []


def store(work: Work, *, filename: str, data: bytes, field: str = "files") -> Stored:
    """Keeps a file. Raises Refused for what cannot be kept. Written before the transaction ends: a row never lacks its file."""
    problems = check(filename, data, field=field)
    if problems:
        raise Refused(problems)
    name = secrets.token_hex(16)
    papers.put(path_of(work.config, name), data)
    return Stored(label_of(filename), name, papers.type_of(filename, data), len(data))


def discard(work: Work, name: str) -> None:
    """Deletes a file once the transaction that took its row away is in the database."""
    path = path_of(work.config, name)
    work.after_commit(lambda: path.unlink(missing_ok=True))


def path_of(config: Config, name: str) -> Path:
    """Where a file lies."""
    return config.data / "attached" / name[:2] / name


def read(config: Config, name: str) -> bytes:
    """The bytes of a file. NotFound when it is gone."""
    path = path_of(config, name)
    if not path.is_file():
        raise NotFound("file")
    return path.read_bytes()


def label_of(filename: str) -> str:
    """The last part of a name, as a browser sent it."""
    return filename.replace("\\", "/").rpartition("/")[2][-250:]
