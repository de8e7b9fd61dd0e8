"""Orders to 1C: exactly one document for each, whatever is lost on the way; what 1C refuses is told in its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from b2bkit.core.erp.service import OutgoingLine, OutgoingOrder, OutgoingParty
from b2bkit_onec.archive.message import Message
from b2bkit_onec.line import Line, OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.odata.names import Absent
from b2bkit_onec.odata.orders import Orders
from plugins.onec.tests.odata import ut
from plugins.onec.tests.odata.conftest import MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said, refused, said

ID = UUID("0192f000-0000-7000-8000-000000000001")
SET = "Document_ЗаказКлиента"


@pytest.fixture
def onec(onec: FakeOneC) -> FakeOneC:
    ut.fill(onec)

    def serve(asked: Asked) -> Said:
        if asked.path.endswith("/$metadata"):
            return Said(200, ut.edmx(), {"Content-Type": "application/xml"})
        return onec.serve(asked)

    onec.answer = serve
    return onec


@pytest.fixture
def orders(onec: FakeOneC, line: Line) -> Orders:
    line.names()
    onec.asked.clear()
    return Orders(line)


def order(**changed: Any) -> OutgoingOrder:
    one = OutgoingLine(
        position=1, product_id=None, product_ref=f"{ut.GOOD}#{ut.VARIANT}", article="К-1", name="Краска", unit="ведро", factor=Decimal(5),
        quantity=Decimal(2), base_unit="кг", base_quantity=Decimal(10), price=Decimal("100.10"), vat_included=False, vat_rate=Decimal(20),
        net=Decimal("1001.00"), vat=Decimal("200.20"), total=Decimal("1201.20"),
    )  # fmt: skip
    made = OutgoingOrder(
        id=ID, ref=None, number="П-000007", placed_at=dt.datetime(2026, 11, 20, 21, 30, 15, tzinfo=dt.UTC), company="Альфа",
        company_ref=None, party=OutgoingParty(ID, ut.PARTY, "Альфа", "ООО Альфа", "7701", "770101", ""),
        contract_number="5", contract_ref=ut.CONTRACT,
        currency="RUB", net=Decimal("1001.00"), vat=Decimal("200.20"), total=Decimal("1201.20"), address="Москва, 1", comment="Скорее",
        wanted_on=dt.date(2026, 11, 25), placed_by="Анна", email="a@b.example", cancelled=False, lines=[one],
    )  # fmt: skip
    return replace(made, **changed)


def documents(onec: FakeOneC) -> list[dict[str, Any]]:
    return onec.sets[SET]


def test_an_order_becomes_a_document_under_the_portals_id(onec: FakeOneC, orders: Orders) -> None:
    receipt = orders.send(order())
    (made,) = documents(onec)
    assert (receipt.state, receipt.ref, receipt.number, receipt.reason) == ("taken", str(ID), made["Number"], "")
    assert made["Ref_Key"] == str(ID)
    assert (made["Партнер_Key"], made["Контрагент_Key"], made["Организация_Key"]) == (ut.PARTNER, ut.PARTY, ut.ORGANIZATION)
    assert (made["Договор_Key"], made["Валюта_Key"], made["НомерПоДаннымКлиента"]) == (ut.CONTRACT, ut.RUB, "П-000007")
    assert (made["Date"], made["ДатаОтгрузки"]) == ("2026-11-21T00:30:15", "2026-11-25T00:00:00")
    assert (made["ЦенаВключаетНДС"], made["НалогообложениеНДС"], made["Статус"]) == (False, "ПродажаОблагаетсяНДС", "НеСогласован")
    (line,) = made["Товары"]
    assert (line["LineNumber"], line["КодСтроки"], line["Номенклатура_Key"], line["Характеристика_Key"]) == ("1", "1", ut.GOOD, ut.VARIANT)
    assert (line["Количество"], line["Цена"], line["Сумма"], line["СуммаНДС"], line["СуммаСНДС"]) == (10, 100.10, 1001.0, 200.2, 1201.2)
    assert line["СтавкаНДС_Key"] == ut.VAT20
    assert [(entity, function) for entity, function, _args in onec.called] == [(SET, "Post")]
    assert onec.called[0][2] == {"PostingModeOperational": "false"}


def test_without_posting_the_document_waits_for_1cs_people(onec: FakeOneC, make_line: MakeLine) -> None:
    assert Orders(make_line(post=False)).send(order()).state == "taken"
    assert onec.called == []
    assert documents(onec)[0]["Posted"] is False


def test_terms_may_come_from_an_agreement(onec: FakeOneC, orders: Orders) -> None:
    orders.send(order(contract_ref=ut.AGREEMENT))
    (made,) = documents(onec)
    assert (made["Соглашение_Key"], made.get("Договор_Key"), made["Склад_Key"]) == (ut.AGREEMENT, None, ut.STORE)
    assert made["Товары"][0]["Склад_Key"] == ut.STORE


def test_sending_again_finds_the_first_document(onec: FakeOneC, orders: Orders) -> None:
    first = orders.send(order())
    documents(onec)[0]["Комментарий"] = "изменил менеджер"
    again = orders.send(order())
    assert again == first
    assert len(documents(onec)) == 1
    assert documents(onec)[0]["Комментарий"] == "изменил менеджер"
    assert [one.method for one in onec.asked].count("PATCH") == 0


def lose(onec: FakeOneC, answer: Said, *, works: bool, method: str = "POST") -> Callable[[], None]:
    """The next request of this kind is done or not, and its answer is lost either way."""
    serve, lost = onec.answer, [False]

    def losing(asked: Asked) -> Said:
        if asked.method == method and not lost[0]:
            lost[0] = True
            if works:
                serve(asked)
            return answer
        return serve(asked)

    onec.answer = losing
    return lambda: None


@pytest.mark.parametrize(
    "answer",
    [
        Said(hang_up=True),
        Said(504),
        Said(201, b'{"Ref', {"Content-Type": "application/json"}),
        Said(200, b"<html></html>"),
        said({"Ref_Key": ut.ORDER, "Number": "ТД00-000099", "Товары": []}, 201),
    ],
    ids=["nothing", "504", "half", "page", "another order"],
)
def test_a_lost_answer_is_found_by_the_reference(onec: FakeOneC, orders: Orders, answer: Said) -> None:
    lose(onec, answer, works=True)
    receipt = orders.send(order())
    assert (receipt.state, receipt.number) == ("taken", documents(onec)[0]["Number"])
    assert len(documents(onec)) == 1


def test_what_1c_never_got_is_sent_later(onec: FakeOneC, orders: Orders) -> None:
    lose(onec, Said(hang_up=True), works=False)
    with pytest.raises(OneCSilent):
        orders.send(order())
    assert documents(onec) == []
    assert orders.send(order()).state == "taken"
    assert len(documents(onec)) == 1


def test_a_nonsense_answer_to_what_1c_never_got_is_sent_later(onec: FakeOneC, orders: Orders) -> None:
    lose(onec, Said(200, b"<html></html>"), works=False)
    with pytest.raises(OneCBroken):
        orders.send(order())
    orders.send(order())
    assert len(documents(onec)) == 1


def test_a_document_that_appears_after_it_was_not_found_is_not_made_twice(onec: FakeOneC, orders: Orders) -> None:
    serve = onec.answer

    def late(asked: Asked) -> Said:
        if asked.method == "POST" and asked.path.endswith(SET) and not documents(onec):
            serve(asked)  # the first attempt arrives only now
        return serve(asked)

    onec.answer = late
    assert orders.send(order()).state == "taken"
    assert len(documents(onec)) == 1


def test_a_lost_posting_is_done_again(onec: FakeOneC, orders: Orders) -> None:
    serve = onec.answer
    lost: list[Asked] = []

    def losing(asked: Asked) -> Said:
        if asked.path.endswith("/Post") and not lost:
            lost.append(asked)
            return Said(hang_up=True)
        return serve(asked)

    onec.answer = losing
    with pytest.raises(OneCSilent):
        orders.send(order())
    assert orders.send(order()).state == "taken"
    assert documents(onec)[0]["Posted"] is True
    assert len(documents(onec)) == 1


def answering(onec: FakeOneC, ending: str, answer: Said) -> None:
    serve = onec.answer
    onec.answer = lambda asked: answer if asked.method in ("POST", "PATCH") and asked.path.endswith(ending) else serve(asked)


def test_what_1c_does_not_accept_is_refused_in_its_words(onec: FakeOneC, orders: Orders) -> None:
    answering(onec, SET, refused(500, "-1", "Не заполнено поле Склад"))
    receipt = orders.send(order())
    assert receipt.state == "refused"
    assert "Не заполнено поле Склад" in receipt.reason


def test_a_document_that_1c_does_not_post_is_taken_with_its_words(onec: FakeOneC, orders: Orders) -> None:
    answering(onec, "/Post", refused(500, "-1", "Превышена допустимая сумма задолженности"))
    receipt = orders.send(order())
    assert receipt.state == "taken"
    assert "Превышена допустимая сумма" in receipt.reason
    assert documents(onec)[0]["Posted"] is False


@pytest.mark.parametrize("status", [401, 403, 405, 501])
def test_what_is_no_matter_of_the_order_leaves_it_waiting(onec: FakeOneC, orders: Orders, status: int) -> None:
    answering(onec, SET, refused(status, "6", "Нет прав"))
    with pytest.raises(OneCRefused):
        orders.send(order())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"currency": "KZT"}, "KZT"),
        ({"party": OutgoingParty(ID, None, "Бета", "", "", "", "")}, "Бета"),
        ({"lines": [order().lines[0]._replace(product_ref=None)]}, "Краска"),
        ({"lines": [order().lines[0]._replace(product_ref="321")]}, "Краска"),
    ],
    ids=["currency", "counterparty", "no product", "product of another system"],
)
def test_what_1c_cannot_know_is_refused_before_it_is_sent(onec: FakeOneC, orders: Orders, changed: dict[str, Any], words: str) -> None:
    receipt = orders.send(order(**changed))
    assert (receipt.state, words in receipt.reason) == ("refused", True)
    assert documents(onec) == []


def test_the_settings_name_the_organisation_where_the_contract_does_not(onec: FakeOneC, make_line: MakeLine) -> None:
    onec.sets["Catalog_ДоговорыКонтрагентов"] = [ut.contract() | {"Организация_Key": ut.NONE}]
    assert "organization" in Orders(make_line()).send(order()).reason
    Orders(make_line(organization=ut.STORE)).send(order())
    assert documents(onec)[0]["Организация_Key"] == ut.STORE


def test_what_1c_kept_otherwise_is_told(onec: FakeOneC, orders: Orders) -> None:
    serve = onec.answer

    def dropping(asked: Asked) -> Said:
        answer = serve(asked)
        if asked.method == "POST" and asked.path.endswith(SET):
            documents(onec)[0]["Товары"] = []
            return serve(Asked("GET", "", f"{asked.path}(guid'{ID}')", {}, {}, b""))
        return answer

    onec.answer = dropping
    assert "0" in orders.send(order()).reason


def test_a_cancelled_order_that_1c_never_got_makes_no_document(onec: FakeOneC, orders: Orders) -> None:
    assert orders.send(order(cancelled=True)).state == "taken"
    assert documents(onec) == []


def test_cancelling_a_posted_order_cancels_its_lines_and_posts_it(onec: FakeOneC, orders: Orders) -> None:
    orders.send(order())
    onec.called.clear()
    assert orders.send(order(cancelled=True)).state == "taken"
    (made,) = documents(onec)
    assert [line["Отменено"] for line in made["Товары"]] == [True]
    assert [function for _entity, function, _args in onec.called] == ["Post"]
    before = len(onec.asked)
    orders.send(order(cancelled=True))
    assert [one.method for one in onec.asked[before:]] == ["GET"]


def test_cancelling_what_is_not_posted_marks_it_for_deletion(onec: FakeOneC, make_line: MakeLine) -> None:
    sender = Orders(make_line(post=False))
    sender.send(order())
    sender.send(order(cancelled=True))
    assert documents(onec)[0]["DeletionMark"] is True
    before = len(onec.asked)
    assert sender.send(order(cancelled=True)).state == "taken"
    assert [one.method for one in onec.asked[before:]] == ["GET"]


def test_1cs_refusal_of_a_cancellation_is_told(onec: FakeOneC, orders: Orders) -> None:
    orders.send(order())
    answering(onec, f"(guid'{ID}')", refused(500, "-1", "По заказу уже оформлена отгрузка"))
    receipt = orders.send(order(cancelled=True))
    assert receipt.state == "refused"
    assert "отгрузка" in receipt.reason


def test_a_change_brings_lines_and_posts_again(onec: FakeOneC, orders: Orders) -> None:
    orders.send(order())
    onec.called.clear()
    more = [order().lines[0], order().lines[0]._replace(position=2, base_quantity=Decimal(1), price=Decimal(5), net=Decimal(5))]
    assert orders.change(order(lines=more, comment="ещё")).state == "taken"
    (made,) = documents(onec)
    assert ([line["LineNumber"] for line in made["Товары"]], made["Комментарий"]) == (["1", "2"], "ещё")
    assert [function for _entity, function, _args in onec.called] == ["Post"]


def test_a_change_of_what_1c_changed_meanwhile_is_refused(onec: FakeOneC, orders: Orders) -> None:
    orders.send(order())
    documents(onec)[0]["DataVersion"] = "AAAAAg=="
    receipt = orders.change(order(comment="ещё"), version="AAAAAQ==")
    assert receipt.state == "refused"
    assert documents(onec)[0]["Комментарий"] == "Скорее"


def test_lines_of_both_ways_of_vat_become_one_way(onec: FakeOneC, orders: Orders) -> None:
    inside = order().lines[0]._replace(position=2, vat_included=True, price=Decimal("120.12"))
    orders.send(order(lines=[order().lines[0], inside]))
    (made,) = documents(onec)
    assert made["ЦенаВключаетНДС"] is False
    assert [line["Цена"] for line in made["Товары"]] == [100.1, 100.1]


def test_messages_of_an_order_are_kept_under_it(onec: FakeOneC, orders: Orders, messages: list[Message]) -> None:
    orders.send(order())
    about = [one for one in messages if one.subject == ("order", ID)]
    assert {one.name for one in about} == {f"GET {SET}", f"POST {SET}", f"POST {SET}/Post"}
    assert {one.flow for one in about} == {"orders"}
    assert [one.number for one in about if one.name == f"POST {SET}"] == ["П-000007", "П-000007"]


def test_a_base_that_lacks_an_object_refuses_no_order(onec: FakeOneC, make_line: MakeLine) -> None:
    published = {name: given for name, given in ut.SETS.items() if name != "Catalog_Валюты"}
    onec.answer = lambda asked: Said(200, ut.edmx(published), {"Content-Type": "application/xml"})
    orders = Orders(make_line())
    for _attempt in range(2):
        with pytest.raises(Absent, match="currency"):
            orders.send(order())
