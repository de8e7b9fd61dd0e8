"""Large files of 1C are kept as long as their messages, packed, and only as many as the settings have room for."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from b2bkit.core.catalog.models import Product
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.archive import files
from b2bkit_onec.archive.store import body_of
from b2bkit_onec.models import Kept, Upload
from plugins.onec.tests.exchange.onec import PASSWORD, OneC, upload
from plugins.onec.tests.pages.conftest import goods

LARGE, PART = 300_000, 100_000
END = "</КоммерческаяИнформация>".encode()


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    languages = 'languages = ["en", "ru"]\n'
    return make_portal(plugins={"onec": {"messages_mb": 10}}, extra=languages, environment={"B2BKIT_ONEC_PASSWORD": PASSWORD})


def large(name: str = "Стрейч-плёнка 20 мкм", size: int = LARGE) -> bytes:
    """A catalogue of two products in a large file that can be packed to nothing."""
    return longer(goods(name), [" " * PART] * (size // PART))


def hard(size: int) -> bytes:
    """The same in a file that can hardly be packed."""
    return longer(goods(), [os.urandom(PART // 2).hex() for _part in range(size // PART)])


def longer(body: bytes, parts: list[str]) -> bytes:
    """With comments before its end."""
    comments = "".join(f"<!--{part}-->" for part in parts).encode()
    return body.replace(END, comments + END)


def message(portal: Portal, name: str = "import.xml") -> Kept:
    """The newest message of this name that has a file."""
    with portal.work(write=False) as work:
        found = work.session.query(Kept).filter(Kept.name == name, Kept.file != "").order_by(Kept.id.desc()).first()
        assert found is not None
        return found


def data(portal: Portal) -> Path:
    return portal.app.config.data


def run(portal: Portal, job: str) -> None:
    with portal.work() as work:
        work.enqueue(job)
    portal.run_jobs()


def on_disk(portal: Portal) -> list[str]:
    folder = data(portal) / files.FOLDER
    return sorted(path.name.partition(".")[2] for path in folder.iterdir()) if folder.is_dir() else []


def test_a_large_file_is_read_until_its_days_are_over_and_then_it_is_gone(portal: Portal) -> None:
    body = large()
    OneC(portal).give({"import.xml": body})
    kept = message(portal)
    assert (kept.body, kept.size, body_of(kept, data(portal))) == (None, len(body), body)
    portal.pass_time(days=29)
    run(portal, "onec.clear_up")
    run(portal, "onec.archive")
    assert not (data(portal) / "onec" / upload_folder(portal)).exists()
    assert (on_disk(portal), body_of(kept, data(portal))) == (["xml.gz"], body)
    portal.pass_time(days=2)
    run(portal, "onec.clear_up")
    old = time.time() - 2 * files.YOUNG
    for path in (data(portal) / files.FOLDER).iterdir():
        os.utime(path, (old, old))
    run(portal, "onec.archive")
    assert on_disk(portal) == []


def upload_folder(portal: Portal) -> str:
    return upload(portal, "import.xml").exchange_id.hex


def test_keeping_a_file_takes_no_room_while_that_of_the_exchange_is_there(portal: Portal) -> None:
    OneC(portal).give({"import.xml": large()})
    kept = data(portal) / message(portal).file
    sent = data(portal) / "onec" / upload_folder(portal) / upload(portal, "import.xml").stored
    assert kept.samefile(sent)


def test_a_packed_file_is_applied_again_whole(portal: Portal) -> None:
    onec = OneC(portal)
    onec.give({"import.xml": large("Первое имя", 5_000_000)})
    first = message(portal)
    onec.give({"import.xml": large("Второе имя")})
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    run(portal, "onec.archive")
    assert set(on_disk(portal)) == {"xml.gz"}
    page = portal.sign_in(admin).get(f"/admin/exchange/messages/{first.id}")
    assert "Apply again" in page.text
    assert portal.sign_in(admin).post(f"/admin/exchange/messages/{first.id}/again", {}).status_code == 303
    end = time.monotonic() + 60
    while upload(portal, "import.xml").state != "done":
        assert time.monotonic() < end, upload(portal, "import.xml").message
        portal.pass_time(seconds=1)
        portal.run_jobs()
    with portal.work(write=False) as work:
        assert {one.name for one in work.session.query(Product)} == {"ПЭВД 15803-020", "Первое имя"}
        assert work.session.query(Upload).order_by(Upload.id.desc()).first().size == first.size  # type: ignore[union-attr]


def test_over_the_limit_the_oldest_go_and_their_pages_say_why(portal: Portal) -> None:
    onec = OneC(portal)
    onec.give({"import.xml": hard(6_000_000)})
    first = message(portal)
    portal.pass_time(minutes=5)
    body = hard(7_000_000)
    onec.give({"import.xml": body})
    second = message(portal)
    assert (on_disk(portal), body_of(first, data(portal))) == (["gone", "xml"], None)
    assert body_of(second, data(portal)) == body[:4_000_000]
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    page = portal.sign_in(admin).get(f"/admin/exchange/messages/{first.id}").text
    assert "to make room" in page
    assert "may take 10 MB" in page
    assert "Apply again" not in page
    assert "Apply again" in portal.sign_in(admin).get(f"/admin/exchange/messages/{second.id}").text


def test_a_file_that_somebody_deleted_is_missing_and_nobody_says_that_it_made_room(portal: Portal) -> None:
    OneC(portal).give({"import.xml": large()})
    kept = message(portal)
    (data(portal) / kept.file).unlink()
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    page = portal.sign_in(admin).get(f"/admin/exchange/messages/{kept.id}").text
    assert "It is missing from the portal" in page
    assert "to make room" not in page


def test_a_file_whose_message_was_never_written_is_swept_but_not_at_once(portal: Portal) -> None:
    source = data(portal) / "sent.xml"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(b"<x/>")
    stray, strange = uuid4(), data(portal) / files.FOLDER / "note.txt"
    name = files.put(data(portal), source, stray)
    strange.write_text("mine")
    run(portal, "onec.archive")
    assert files.is_there(data(portal), name)
    for path in (data(portal) / files.FOLDER).iterdir():
        os.utime(path, (0, 0))
    run(portal, "onec.archive")
    assert not files.is_there(data(portal), name)
    assert strange.exists()


def test_a_place_that_takes_no_second_name_gets_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, target: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    source = tmp_path / "import.xml"
    source.write_bytes(b"<x/>")
    name = files.put(tmp_path, source, UUID(int=1))
    source.unlink()
    stream = files.opened(tmp_path, name)
    assert stream is not None
    with stream:
        assert stream.read() == b"<x/>"
    assert files.opened(tmp_path, "../etc/passwd") is None
