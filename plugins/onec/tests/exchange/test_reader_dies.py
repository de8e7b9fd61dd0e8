"""The child that reads a file dies in mid staging: the last good state stays, 1C hears why, and its next exchange goes through."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from b2bkit.core.catalog.models import Category, Product, Stock
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.erp.service import freshness
from b2bkit.core.pricing.models import Price
from b2bkit.testing.portal import Portal
from b2bkit_onec import reading
from b2bkit_onec.plugin import OneCPlugin
from plugins.onec.tests.exchange.applying import rows
from plugins.onec.tests.exchange.onec import OneC, upload, zipped

pytestmark = pytest.mark.faults
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08">'
MANY, FEW = 30_000, 3


def catalogue(count: int, word: str = "Товар", more: str = "") -> bytes:
    """Goods 0 to count; `more` stands in the last one."""
    goods = "".join(f"<Товар><Ид>{n}</Ид><Наименование>{word} {n}</Наименование></Товар>\n" for n in range(count))
    last = f"<Товар><Ид>last</Ид><Наименование>{word}</Наименование>{more}</Товар>"
    return f"{HEAD}<Каталог><Товары>{goods}{last}</Товары></Каталог></КоммерческаяИнформация>".encode()


def children() -> Iterator[int]:
    """Processes of this one that read a file."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"b2bkit_onec.child" in (folder / "cmdline").read_bytes():
                yield int(folder.name)
        except OSError:  # it ended meanwhile
            continue


@contextmanager
def killing(portal: Portal) -> Iterator[list[int]]:
    """Kills the first child that has staged something and is not done; the list holds its number."""
    killed: list[int] = []
    over = threading.Event()
    place = portal.app.config.data / "onec"

    def watch() -> None:
        while not killed and not over.wait(0.002):
            begun = any(path.stat().st_size for path in place.rglob("*.xml.????????"))
            for number in children() if begun else ():
                os.kill(number, signal.SIGKILL)
                killed.append(number)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def limit(portal: Portal, **values: int) -> None:
    """Sets limits of reading below what a deployment may choose, so that nobody has to wait for them."""
    vars(cast(OneCPlugin, portal.app.kit.plugins["onec"]).own).update(values)


def state(portal: Portal) -> dict[str, Any]:
    with portal.work(write=False) as work:
        age = {kind: row.as_of for kind, row in freshness(work).items()}
    return {"age": age, **{entity.__name__: rows(portal, entity) for entity in (Product, Category, Price, Stock, ExternalRef)}}


def failed(portal: Portal, said: str, name: str, code: str) -> None:
    """1C hears `failure` with file, reason and cure; the upload keeps them; nothing is left of what was staged."""
    (row,) = upload(portal, name).refused
    assert (row["code"], upload(portal, name).state) == (code, "failed")
    assert said == f"failure\n{name}: {row['reason']} {row['cure']}"
    assert row["cure"]
    place = portal.app.config.data / "onec"
    assert [path.name for path in place.rglob("*") if path.is_file() and path.suffix not in (".xml", ".zip", ".lock")] == []


def goes_on(portal: Portal, onec: OneC) -> None:
    """The next exchange brings everything."""
    assert onec.give({"import.xml": catalogue(FEW, "Новый")})[0].startswith("success")
    assert {row["name"] for row in rows(portal, Product)} == {"Новый", *(f"Новый {number}" for number in range(FEW))}


@pytest.fixture
def good(portal: Portal, onec: OneC) -> dict[str, Any]:
    """The last good state."""
    assert onec.give({"import.xml": catalogue(FEW)})[0].startswith("success")
    portal.pass_time(minutes=10)
    return state(portal)


def test_a_child_that_is_killed_in_mid_staging_changes_nothing(portal: Portal, onec: OneC, good: dict[str, Any]) -> None:
    with killing(portal) as killed:
        (said,) = onec.give({"import.xml": catalogue(MANY, "Чужой")})
    assert killed
    failed(portal, said, "import.xml", "reader-died")
    assert state(portal) == good
    goes_on(portal, onec)


def test_a_file_that_takes_more_memory_than_it_may_changes_nothing(portal: Portal, onec: OneC, good: dict[str, Any]) -> None:
    limit(portal, memory_mb=48)
    heavy = "<ЗначенияРеквизитов>" + "<ЗначениеРеквизита/>" * 100_000 + "</ЗначенияРеквизитов>"
    (said,) = onec.give({"import.xml": catalogue(FEW, "Чужой", heavy)})
    failed(portal, said, "import.xml", "out-of-memory")
    assert "memory_mb" in said
    assert state(portal) == good
    goes_on(portal, onec)


def test_a_file_that_takes_too_long_changes_nothing(portal: Portal, onec: OneC, good: dict[str, Any]) -> None:
    limit(portal, read_seconds=1)
    (said,) = onec.give({"import.xml": catalogue(2 * MANY, "Чужой")})
    failed(portal, said, "import.xml", "too-slow")
    assert "read_seconds" in said
    assert state(portal) == good
    assert list(children()) == []
    limit(portal, read_seconds=60)
    goes_on(portal, onec)


def test_a_child_that_is_killed_while_it_unpacks_changes_nothing(
    portal: Portal, onec: OneC, good: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nkill -9 $$\n")
    dying.chmod(0o700)
    with monkeypatch.context() as patch:
        patch.setattr(reading.sys, "executable", str(dying))
        onec.begin()
        assert onec.send("v8.zip", zipped({"import.xml": catalogue(FEW, "Чужой")})) == "success"
        said = onec.take("import.xml")
    failed(portal, said, "v8.zip", "reader-died")
    assert state(portal) == good
    goes_on(portal, onec)
