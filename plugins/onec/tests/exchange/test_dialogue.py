"""The dialogue with 1C, byte for byte."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from b2bkit.core.catalog.models import Product
from b2bkit.testing.portal import Portal
from b2bkit_onec.models import Exchange, Upload
from plugins.onec.tests.exchange.onec import LOGIN, PASSWORD, OneC, upload, working, zipped

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="2026-11-24T10:00:00">'


def catalogue(*names: str) -> bytes:
    goods = "".join(f"<Товар><Ид>{name}</Ид><Наименование>{name}</Наименование></Товар>\n" for name in names)
    section = f'<Каталог СодержитТолькоИзменения="false"><Ид>1</Ид><Товары>\n{goods}</Товары></Каталог>'
    return f"{HEAD}{section}</КоммерческаяИнформация>".encode()


def offers(*rows: tuple[str, str]) -> bytes:
    body = "".join(
        f"<Предложение><Ид>{id_}</Ид><Цены><Цена><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><ИдТипаЦены>opt</ИдТипаЦены></Цена></Цены></Предложение>\n"
        for id_, price in rows
    )
    return f"{HEAD}<ПакетПредложений><Предложения>\n{body}</Предложения></ПакетПредложений></КоммерческаяИнформация>".encode()


def products(portal: Portal) -> int:
    with portal.work(write=False) as work:
        return work.session.scalar(select(func.count()).select_from(Product)) or 0


def test_checkauth_names_a_cookie_in_lines_two_and_three_and_sets_it_too(onec: OneC) -> None:
    answer = onec.ask("checkauth")
    lines = answer.content.split(b"\n")
    assert lines[0] == b"success"
    assert [one.partition(b"=")[0] for one in lines[3:]] == [b"sessid", b"timestamp"]
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.cookies[lines[1].decode()].value == lines[2].decode()
    assert answer.cookies[lines[1].decode()].http_only


def test_init_has_exactly_two_lines_and_no_end_of_line(onec: OneC) -> None:
    onec.sign_in()
    assert onec.ask("init").content == b"zip=yes\nfile_limit=10000000"


def test_init_of_a_client_that_names_its_version_has_four_lines(onec: OneC) -> None:
    onec.sign_in("sale")
    lines = onec.ask("init", "sale", version="3.1").text.split("\n")
    assert lines[:2] == ["zip=yes", "file_limit=10000000"]
    assert lines[2].startswith("sessid=")
    assert lines[3:] == ["version=2.09"]


def test_the_cookie_alone_is_enough(portal: Portal) -> None:
    client = OneC(portal, basic=False)
    assert client.give({"import.xml": catalogue("a")})[0].startswith("success")


def test_basic_credentials_alone_are_enough(portal: Portal, onec: OneC) -> None:
    onec.begin()
    onec.cookie = ""
    assert onec.send("import.xml", catalogue("a")) == "success"
    assert onec.take("import.xml").startswith("success")
    assert products(portal) == 1


def test_credentials_in_windows_1251_are_understood(portal: Portal) -> None:
    assert OneC(portal, encoding="cp1251").sign_in()[0] == "success"


def test_a_wrong_password_gets_in_nowhere(portal: Portal) -> None:
    stranger = OneC(portal, password="wrong-password")
    answer = stranger.ask("checkauth")
    assert answer.status_code == 401
    assert answer.text.startswith("failure\n")
    for mode in ("init", "query", "success", "import"):
        assert stranger.ask(mode, filename="a.xml").text.startswith("failure\n")
    assert stranger.send("import.xml", catalogue("a")).startswith("failure\n")
    with portal.work(write=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Exchange)) == 0


def test_who_guesses_waits_and_the_right_password_waits_with_him(portal: Portal) -> None:
    for number in range(10):
        OneC(portal, password=f"guess-{number}").ask("checkauth")
    assert "five minutes" in english(OneC(portal).sign_in())


def english(lines: list[str]) -> str:
    return "\n".join(lines).replace("пять минут", "five minutes")


def test_an_invented_cookie_is_no_exchange(portal: Portal) -> None:
    client = OneC(portal, basic=False)
    client.cookie = "b2bkit_exchange=invented"
    assert client.ask("init").text.startswith("failure\n")


def test_the_whole_dialogue_of_trade_management_with_an_archive(portal: Portal, onec: OneC) -> None:
    onec.begin()
    prices = offers(("a", "10.5"), ("b", "3"))
    archive = zipped({"offers0_1.xml": prices, "import0_1.xml": catalogue("a", "b"), "import_files/6e/a.jpg": b"\xff\xd8"})
    for start in range(0, len(archive), 200):
        assert onec.send("v8_41F3.zip", archive[start : start + 200]) == "success"
    assert onec.take("offers0_1.xml").startswith("success"), "offers are asked for first, and goods are read before them all the same"
    assert onec.take("import0_1.xml").startswith("success")
    assert products(portal) == 2
    assert upload(portal, "offers0_1.xml").counts["prices"] == {"told": 2, "new": 2, "changed": 0}
    assert onec.ask("import", filename="import0_1.xml").text.startswith("success"), "asked again, done is done"


def test_progress_is_told_until_the_file_is_read(portal: Portal, onec: OneC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("b2bkit_onec.exchange.PATIENCE", 0.0)
    onec.begin()
    onec.send("import.xml", catalogue("a"))
    assert onec.ask("import", filename="import.xml").text.startswith("progress\n")
    assert onec.ask("import", filename="import.xml").text.startswith("progress\n")
    portal.run_jobs()
    assert onec.ask("import", filename="import.xml").text.startswith("success")


def test_parts_of_one_name_are_one_file_and_a_part_sent_twice_counts_once(portal: Portal, onec: OneC) -> None:
    body = catalogue(*(f"product-{number}" for number in range(100)))
    onec.begin()
    for start in range(0, len(body), 2000):
        onec.send("import.xml", body[start : start + 2000])
        if start == 4000:
            onec.send("import.xml", body[start : start + 2000])
    assert upload(portal, "import.xml").size == len(body)
    assert onec.take("import.xml").startswith("success")
    assert products(portal) == 100


@pytest.mark.parametrize("order", [(0, 2), (1, 0, 2)], ids=["a part is missing", "parts out of order"])
def test_wrong_parts_are_a_failure_that_names_file_and_line_and_change_nothing(portal: Portal, onec: OneC, order: tuple[int, ...]) -> None:
    onec.give({"import.xml": catalogue("good")})
    body = catalogue(*(f"product-{number}" for number in range(100)))
    onec.begin()
    for number in order:
        onec.send("import.xml", body[number * 4000 : number * 4000 + 4000 if number < 2 else None])
    said = onec.take("import.xml")
    assert said.startswith("failure\nimport.xml:")
    assert products(portal) == 1
    assert upload(portal, "import.xml").state == "failed"


def test_init_forgets_what_was_sent_before_it(portal: Portal, onec: OneC) -> None:
    body = catalogue("a")
    onec.begin()
    onec.send("import.xml", body[:100])
    onec.ask("init")
    onec.send("import.xml", body)
    assert onec.take("import.xml").startswith("success")


def test_a_file_that_was_never_sent_is_named_with_those_that_were(onec: OneC) -> None:
    onec.begin()
    onec.send("import.xml", catalogue("a"))
    said = onec.ask("import", filename="offers.xml").text
    assert said.startswith("failure\n")
    assert "offers.xml" in said
    assert "import.xml" in said


def test_of_two_exchanges_the_newer_goes_on_and_the_older_is_told(portal: Portal, onec: OneC) -> None:
    onec.begin()
    newer = OneC(portal)
    newer.begin()
    assert newer.send("import.xml", catalogue("a")) == "success"
    said = onec.send("import.xml", catalogue("b"))
    assert said.startswith("failure\n")
    assert "09:00:00" in said
    assert newer.take("import.xml").startswith("success")
    assert products(portal) == 1


def test_an_exchange_ends_after_an_hour_of_silence(portal: Portal, onec: OneC) -> None:
    onec.begin()
    portal.pass_time(minutes=61)
    assert onec.send("import.xml", catalogue("a")).startswith("failure\n")


@pytest.mark.parametrize(
    "name", ["../../portal.db.xml", "..\\..\\a.xml", "import.xml\x00.php", "shell.php", "....//import.xml/..", "．．/import.xml"]
)
def test_a_path_in_a_file_name_writes_nothing(portal: Portal, onec: OneC, name: str) -> None:
    onec.begin()
    before = sorted(portal.folder.rglob("*"))
    assert onec.send(name, catalogue("a")).startswith("failure\n")
    assert [path for path in sorted(portal.folder.rglob("*")) if path.is_file()] == [path for path in before if path.is_file()]


def test_a_full_path_is_cut_to_its_name_and_the_file_lies_under_ours_for_us_alone(portal: Portal, onec: OneC) -> None:
    onec.begin()
    onec.send("C:\\Users\\1C\\AppData\\import0_1.xml", catalogue("a"))
    (path,) = (portal.app.config.data / "onec").rglob("*.xml")
    assert path.name == upload(portal, "import0_1.xml").stored
    assert path.stat().st_mode & 0o777 == 0o600
    assert onec.take("import0_1.xml").startswith("success")


@pytest.mark.slow
def test_a_zip_that_lies_is_refused_and_leaves_nothing(portal: Portal, onec: OneC) -> None:
    path, bomb, nested = zipped({"../../evil.xml": b"x"}), zipped({"import.xml": b"0" * 3_000_000}), zipped({"a.zip": b"PK"})
    for archive in (path, bomb, nested, b"PK\x03\x04 no zip at all"):
        onec.begin()
        onec.send("v8.zip", archive)
        said = onec.take("import.xml")
        assert said.startswith("failure\nv8.zip"), said
    assert products(portal) == 0
    assert not list(portal.folder.parent.rglob("evil*"))


def test_broken_xml_leaves_the_last_good_state_and_says_where_it_breaks(portal: Portal, onec: OneC) -> None:
    onec.give({"import.xml": catalogue("good")})
    body = catalogue("b", "c", "d").replace("<Наименование>c</Наименование>".encode(), "<Наименование>c".encode())
    (said,) = onec.give({"import.xml": body})
    assert said.startswith("failure\nimport.xml:4:")
    assert products(portal) == 1


def test_an_xml_bomb_is_never_opened(portal: Portal, onec: OneC) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    (said,) = onec.give({"import.xml": bomb})
    assert said.startswith("failure\n")
    assert "DOCTYPE" in said


def test_an_unknown_mode_and_type_say_what_is_known(onec: OneC) -> None:
    onec.begin()
    assert "checkauth" in onec.ask("dance").text
    assert "type=sale" in onec.ask("checkauth", "forum").text


def test_what_one_exchange_may_send_is_limited(portal: Portal, onec: OneC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("b2bkit_onec.uploads.MOST_FILES", 2)
    onec.begin()
    assert [onec.send(f"import{number}.xml", b"x")[:7] for number in range(3)] == ["success", "success", "failure"]


def test_files_that_1c_never_asks_for_are_imported_when_it_is_silent(portal: Portal, onec: OneC) -> None:
    onec.begin()
    onec.send("offers.xml", offers(("a", "5")))
    onec.send("import.xml", catalogue("a"))
    adopt(portal)
    assert products(portal) == 0, "it may still be sending"
    portal.pass_time(minutes=3)
    adopt(portal)
    assert products(portal) == 1
    assert upload(portal, "offers.xml").counts["prices"]["new"] == 1


def test_an_old_file_is_not_imported_over_a_newer_one(portal: Portal, onec: OneC) -> None:
    onec.begin()
    onec.send("import.xml", catalogue("old"))
    portal.pass_time(minutes=1)
    onec.give({"import.xml": catalogue("new")})
    portal.pass_time(minutes=3)
    adopt(portal)
    assert products(portal) == 1


def adopt(portal: Portal) -> None:
    with portal.work() as work:
        work.enqueue("onec.adopt")
    portal.run_jobs()


def test_folders_are_deleted_after_three_days(portal: Portal, onec: OneC) -> None:
    onec.give({"import.xml": catalogue("a")})
    place = portal.app.config.data / "onec"
    assert len(list(place.iterdir())) == 1
    portal.pass_time(days=4)
    with portal.work() as work:
        work.enqueue("onec.clear_up")
    portal.run_jobs()
    assert list(place.iterdir()) == []
    with portal.work(write=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Upload)) == 1, "what was told of it stays"


def test_the_line_is_up_while_exchanges_come(portal: Portal, onec: OneC) -> None:
    assert portal.app.kit.erp_gateway is not None
    with portal.work(write=False) as work:
        assert portal.app.kit.erp_gateway.state(work).state == "unknown"
    with working(portal):
        onec.sign_in()
    with portal.work(write=False) as work:
        assert portal.app.kit.erp_gateway.state(work).state == "up"


def test_the_login_is_the_one_of_the_settings(portal: Portal) -> None:
    assert OneC(portal, login="admin", password=PASSWORD).sign_in()[0] == "failure"
    assert OneC(portal, login=LOGIN).sign_in()[0] == "success"
