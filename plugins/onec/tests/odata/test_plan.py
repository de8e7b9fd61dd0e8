"""The exchange plan: real feeds, and a reader that dies at any moment without losing a change."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from b2bkit_onec.line import Line, OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.odata import values
from b2bkit_onec.odata.feed import count, read_feed
from b2bkit_onec.odata.kinds import contracts
from b2bkit_onec.odata.plan import Changes, take
from b2bkit_onec.odata.source import Source
from plugins.onec.tests.odata import ut
from plugins.onec.tests.odata.conftest import MOSCOW, MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said

DEMO = "odata-onecdc-trade-demo"
NODE = "a9bc23c5-3689-11f1-926c-0800270bc6cb"


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("msg002_nomenklatura.xml", {"Catalog_Номенклатура": 5}),
        (
            "msg003_zakaz_klienta.xml",
            {"Document_ЗаказКлиента": 3, "InformationRegister_СуммыДокументовВВалютахУчета": 3, "AccumulationRegister_ЗаказыКлиентов": 3},
        ),
        ("msg004_kontragenti.xml", {"Catalog_Контрагенты": 5}),
    ],
)
def test_real_messages_are_read(data: Path, name: str, counted: dict[str, int]) -> None:
    assert count(read_feed((data / DEMO / name).read_bytes())) == counted


def test_an_order_of_a_real_message_has_its_lines_and_values(data: Path) -> None:
    order = read_feed((data / DEMO / "msg003_zakaz_klienta.xml").read_bytes()).objects["Document_ЗаказКлиента"][0]
    first, second = values.rows(order, "Товары")
    assert values.text(order, "Number") == "ТДЦБ-000002"
    assert values.number(order, "СуммаДокумента") == 25000
    assert values.number(first, "СуммаНДС") == Decimal("3333.33")
    assert values.ref(second, "Номенклатура") == "dff7f6fa-7a0b-11df-b33a-0011955cba6b"
    assert values.flag(order, "Posted") is True
    assert values.moment(order, "ДатаОтгрузки", MOSCOW) is None
    assert values.rows(order, "СкидкиНаценки") == []
    assert values.reference(order, "ДокументОснование") is None
    assert values.is_unavailable(order, "Автор")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body/></html>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<!DOCTYPE feed [<!ENTITY a 'b'>]><feed/>"],
    ids=["nothing", "page", "half", "doctype"],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(OneCBroken):
        read_feed(body)


class Registered:
    """The 1C side of one node: what is registered, with the number of the message in which it was given."""

    def __init__(self, onec: FakeOneC) -> None:
        ut.fill(onec)
        self.onec, self.received, self.objects = onec, 0, dict[str, int]()
        self.rows: dict[str, dict[str, Any]] = {}
        self.deleted: list[str] = []
        self.fail_notify: Said | None = None
        onec.answer = self.serve

    def change(self, number: str) -> None:
        self.rows[ut.CONTRACT] = ut.contract() | {"Номер": number}
        self.objects[ut.CONTRACT] = 0

    def serve(self, asked: Asked) -> Said:
        if asked.path.endswith("/$metadata"):
            return Said(200, ut.edmx(), {"Content-Type": "application/xml"})
        if "ExchangePlan_ДляODATA" in asked.path:
            return self.onec.serve(asked) if self.onec.sets.get("ExchangePlan_ДляODATA") else self._nodes()
        if asked.path.endswith("SelectChanges"):
            assert asked.query["DataExchangePoint"] == f"'{self.onec.url}/odata/standard.odata/ExchangePlan_ДляODATA(guid'{NODE}')'"
            return self._select(int(asked.query["MessageNo"]))
        if asked.path.endswith("NotifyChangesReceived"):
            return self._notify(int(asked.query["MessageNo"]))
        return self.onec.serve(asked)

    def _nodes(self) -> Said:
        from plugins.onec.tests.odata.fake import rows

        own = {"Ref_Key": ut.STORE, "Code": "1C", "SentNo": "0", "ReceivedNo": "0"}
        return rows(own, {"Ref_Key": NODE, "Code": "portal", "SentNo": "1", "ReceivedNo": str(self.received)})

    def _select(self, number: int) -> Said:
        self.objects = {ref: told or number for ref, told in self.objects.items()}
        entries = "".join(_entry(self.rows[ref]) for ref in self.objects)
        gone = "".join(f"<at:deleted-entry ref=\"x/Catalog_ДоговорыКонтрагентов(guid'{ref}')\"/>" for ref in self.deleted)
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{entries}{gone}</feed>'
        return Said(200, feed.encode(), {"Content-Type": "application/atom+xml"})

    def _notify(self, number: int) -> Said:
        if self.fail_notify is not None:
            answer, self.fail_notify = self.fail_notify, None
            return answer
        self.objects = {ref: told for ref, told in self.objects.items() if not told or told > number}
        self.received = number
        return Said(200, b"")


def _entry(row: dict[str, Any]) -> str:
    fields = "".join(
        f"<d:{name}>{escape(str(value).lower() if isinstance(value, bool) else str(value))}</d:{name}>" for name, value in row.items()
    )
    return (
        '<entry><category term="StandardODATA.Catalog_ДоговорыКонтрагентов"/><content>'
        '<m:properties xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" '
        f'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">{fields}</m:properties></content></entry>'
    )


@pytest.fixture
def node(onec: FakeOneC) -> Registered:
    return Registered(onec)


@pytest.fixture
def source(node: Registered, make_line: MakeLine) -> Source:
    line = make_line(plan="ДляODATA", node="portal")
    return Source(line, line.names(), "contracts")


class Saver:
    """Keeps what messages say, once for each number of a contract; `dies` before or after it saved."""

    def __init__(self, source: Source) -> None:
        self.source, self.numbers, self.messages = source, list[str](), list[Changes]()
        self.dies = ""

    def __call__(self, changes: Changes) -> None:
        if self.dies == "before":
            raise KeyboardInterrupt
        self.messages.append(changes)
        self.numbers += [one.number for one in changes.batch(self.source, contracts.KIND).news]
        if self.dies == "after":
            raise KeyboardInterrupt


def test_changes_are_taken_saved_and_confirmed(node: Registered, source: Source) -> None:
    saver = Saver(source)
    node.change("5/1")
    cursor = take(source, "", saver)
    assert (saver.numbers, node.received, node.objects) == (["5/1"], 1, {})
    node.change("5/2")
    take(source, cursor, saver)
    assert (saver.numbers, node.received) == (["5/1", "5/2"], 2)
    assert not any(one.missed for one in saver.messages)


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_reader_that_dies_before_it_confirmed_gets_the_message_again(node: Registered, source: Source, dies: str) -> None:
    saver = Saver(source)
    node.change("5/1")
    saver.dies = dies
    with pytest.raises(KeyboardInterrupt):
        take(source, "", saver)
    saver.dies, saver.numbers = "", []
    node.change("5/2")
    take(source, "", saver)
    assert (saver.numbers, node.objects) == (["5/2"], {})


def test_a_confirmation_that_was_lost_is_made_before_the_next_message(node: Registered, source: Source) -> None:
    saver = Saver(source)
    node.change("5/1")
    node.fail_notify = Said(hang_up=True)
    cursor = take(source, "", saver)
    assert node.received == 0
    node.change("5/2")
    take(source, cursor, saver)
    assert saver.numbers == ["5/1", "5/2"]
    assert ([one.number for one in saver.messages], node.received) == ([1, 2], 2)


def test_a_refused_confirmation_is_told(node: Registered, source: Source) -> None:
    node.fail_notify = Said(403, b'{"odata.error":{"code":"20","message":{"value":"no"}}}')
    with pytest.raises(OneCRefused):
        take(source, "", Saver(source))


def test_messages_that_another_reader_took_are_noticed(node: Registered, source: Source) -> None:
    saver = Saver(source)
    cursor = take(source, "", saver)
    node.received = 7
    take(source, cursor, saver)
    assert [one.missed for one in saver.messages] == [False, True]


def test_what_was_deleted_is_named(node: Registered, source: Source) -> None:
    saver = Saver(source)
    node.deleted = [ut.CONTRACT]
    take(source, "", saver)
    assert saver.messages[0].batch(source, contracts.KIND).gone == [ut.CONTRACT]


def test_silence_before_the_message_changes_nothing(node: Registered, source: Source, onec: FakeOneC) -> None:
    saver = Saver(source)
    node.change("5/1")
    serve = onec.answer
    onec.answer = lambda asked: Said(hang_up=True) if asked.path.endswith("SelectChanges") else serve(asked)
    with pytest.raises(OneCSilent):
        take(source, "", saver)
    assert (saver.messages, node.received) == ([], 0)


def test_the_node_is_found_without_a_code_when_only_one_has_messages(node: Registered, make_line: MakeLine) -> None:
    line = make_line(plan="ДляODATA")
    saver = Saver(Source(line, line.names(), "contracts"))
    take(saver.source, "", saver)
    assert node.received == 1


def test_an_unclear_node_is_asked_for(node: Registered, line: Line, make_line: MakeLine) -> None:
    line = make_line(plan="ДляODATA", node="none")
    with pytest.raises(OneCRefused, match="1C, portal"):
        take(Source(line, line.names(), "contracts"), "", lambda _changes: None)
