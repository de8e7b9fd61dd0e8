"""`b2bkit onec read FILE...`: what is in files of 1C, counted, before anybody imports them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.reader import read as read_file
from b2bkit_onec.commerceml.records import Refused
from b2bkit_onec.commerceml.tally import Tally
from b2bkit_onec.upload.archive import ArchiveRefused, extract

MAX_SHOWN = 1000


@dataclass(slots=True)
class Report:
    """What the command prints: counts per file and in total, what was refused, and which files cannot be read."""

    files: dict[str, dict[str, int | str]] = field(default_factory=dict)
    beside: dict[str, dict[str, int | str]] = field(default_factory=dict)
    refused: list[dict[str, str | int | bool]] = field(default_factory=list)
    broken: list[dict[str, str | int]] = field(default_factory=list)
    total: Tally = field(default_factory=Tally)

    def add(self, path: Path, name: str) -> None:
        """Read one XML file. A broken one is told with what could be read before the break left out of every count."""
        tally = Tally()
        refused: list[dict[str, str | int | bool]] = []
        try:
            for item in read_file(path, name):
                tally.add(item)
                if isinstance(item, Refused) and len(self.refused) + len(refused) < MAX_SHOWN:
                    refused.append(_refused(item))
        except BrokenFile as error:
            self.broken.append(
                {
                    "file": name,
                    "line": error.line,
                    "column": error.column,
                    "code": error.code,
                    "reason": error.reason,
                    "cure": error.cure,
                }
            )
            return
        self.files[name] = tally.report()
        beside = tally.beside()
        if beside:
            self.beside[name] = beside
        self.refused += refused
        self.total.merge(tally)

    def add_archive(self, path: Path, name: str) -> None:
        """Read the XML files of a zip archive, each under `<archive>/<name inside>`."""
        with tempfile.TemporaryDirectory(prefix="onec-read-") as folder:
            try:
                found = extract(path, Path(folder))
            except ArchiveRefused as error:
                self.broken.append({"file": name, "line": 0, "column": 0, "code": error.code, "reason": error.reason, "cure": error.cure})
                return
            for entry in found.files:
                if entry.name.lower().endswith(".xml"):
                    self.add(entry.path, f"{name}/{entry.name}")

    def as_json(self) -> str:
        told = {
            "files": self.files,
            "total": self.total.report(),
            "beside": self.beside,
            "refused": self.refused,
            "refused_in_all": self.total.counts["refused"] + self.total.counts["parts_left_out"],
            "broken": self.broken,
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


def _refused(item: Refused) -> dict[str, str | int | bool]:
    return {
        "file": item.file,
        "line": item.line,
        "element": item.element,
        "id": item.item_id,
        "whole": item.whole,
        "code": item.code,
        "reason": item.reason,
        "cure": item.cure,
    }


def _sources(given: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    """(path, name in the report); a folder gives its .xml and .zip files, named from the folder."""
    for path in given:
        if not path.is_dir():
            yield path, path.name if len(given) == 1 else str(path)
            continue
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and inner.suffix.lower() in (".xml", ".zip"):
                yield inner, inner.relative_to(path).as_posix()


@click.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, readable=True, path_type=Path))
@click.pass_context
def read(context: click.Context, files: tuple[Path, ...]) -> None:
    """Count what is in CommerceML FILES: XML files, zip archives or folders of them.

    Prints JSON: counts and sums per file and in total (an id that two files hold counts once), what else was noticed
    ("beside"), every refused item with line, reason and cure (the first 1000), and the files that cannot be read.
    Nothing is imported. The exit code is 1 when a file cannot be read.
    """
    report = Report()
    for path, name in _sources(files):
        if path.suffix.lower() == ".zip":
            report.add_archive(path, name)
        else:
            report.add(path, name)
    click.echo(report.as_json())
    if report.broken:
        context.exit(1)
