"""Contacts and Представители of counterparties; documents that follow an order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from b2bkit.core.accounts.models import Company, LegalEntity
from b2bkit.core.settlements.models import ContactPerson, Paper, PaperLine
from b2bkit.testing.portal import Portal
from b2bkit_onec.apply.people import reached_by
from b2bkit_onec.commerceml import records
from plugins.onec.tests.exchange.applying import apply, changes, one, refused, rows

PARTY = records.Counterparty(
    "party-1",
    "Полимер",
    inn="7701234567",
    contacts=(records.Contact("Телефон рабочий", "+7 495 000-00-01"), records.Contact("Электронная почта", "info@polymer.example")),
    people=(
        records.Person(
            "anna", "Анна", "Бухгалтер", (records.Contact("Почта", "anna@polymer.example"), records.Contact("", "+7 900 000 00 02"))
        ),
        records.Person("", "Борис", "Кладовщик"),
    ),
)
LINE = records.DocumentLine("p-1", "p-1", "", "Труба", Decimal(2), Decimal(50), Decimal(100), unit_name="шт")
PAPER = records.Document(
    "doc-1",
    "ВК01276",
    dt.date(2026, 11, 20),
    operation="Отпуск товара",
    currency="RUB",
    total=Decimal(100),
    counterparties=(records.Counterparty("party-1", "Полимер", role="Покупатель"),),
    lines=(LINE,),
    line=5,
)


def test_phones_and_mail_of_a_counterparty_and_its_people_are_contact_persons(portal: Portal) -> None:
    intake = apply(portal, PARTY)
    told = {row["name"]: (row["position"], row["phone"], row["email"], row["active"]) for row in rows(portal, ContactPerson)}
    assert told["Анна"] == ("Бухгалтер", "+7 900 000 00 02", "anna@polymer.example", True)
    assert told["Борис"] == ("Кладовщик", "", "", True)
    assert told["Полимер"][1:] == ("+7 495 000-00-01", "info@polymer.example", True)
    assert {row["company_id"] for row in rows(portal, ContactPerson)} == {one(portal, Company)["id"]}
    assert changes(intake)["people"] == (3, 0)


def test_people_told_again_are_the_same_rows_and_who_is_not_named_any_more_is_put_away(portal: Portal) -> None:
    apply(portal, PARTY)
    before = rows(portal, ContactPerson)
    assert "people" not in changes(apply(portal, PARTY))
    apply(portal, replace(PARTY, people=PARTY.people[:1]))
    after = {row["name"]: row["active"] for row in rows(portal, ContactPerson)}
    assert after == {"Анна": True, "Борис": False, "Полимер": True}
    apply(portal, PARTY)
    assert rows(portal, ContactPerson) == before


def test_people_of_another_counterparty_are_not_touched(portal: Portal) -> None:
    apply(portal, PARTY)
    apply(portal, replace(PARTY, id="party-2", name="Другой", inn="7700000000", people=()))
    assert sum(row["active"] for row in rows(portal, ContactPerson)) == 4


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [("Телефон мобильный", "8 900", ("8 900", "")), ("", "a@b.example", ("", "a@b.example")), ("Skype", "anna", ("", ""))],
)
def test_a_contact_is_what_its_kind_says_or_what_it_looks_like(kind: str, value: str, wanted: tuple[str, str]) -> None:
    assert reached_by([records.Contact(kind, value)]) == wanted


@pytest.mark.parametrize(
    ("operation", "kind"), [("Отпуск товара", "shipment"), ("Счет на оплату", "invoice"), ("Счет-фактура", "tax_invoice")]
)
def test_a_document_that_follows_an_order_is_a_paper_of_its_client(portal: Portal, operation: str, kind: str) -> None:
    apply(portal, PARTY)
    intake = apply(portal, replace(PAPER, operation=operation))
    paper = one(portal, Paper)
    assert (paper["kind"], paper["number"], paper["on"], paper["total"], paper["active"]) == (kind, "ВК01276", PAPER.date, 100, True)
    assert paper["legal_entity_id"] == one(portal, LegalEntity)["id"]
    assert (one(portal, PaperLine)["name"], refused(intake)) == ("Труба", [])
    apply(portal, replace(PAPER, operation=operation, deleted=True))
    assert one(portal, Paper)["active"] is False


def test_a_paper_of_a_stranger_is_refused_with_its_line(portal: Portal) -> None:
    intake = apply(portal, PAPER)
    assert rows(portal, Paper) == []
    assert [(code, line) for code, _id, line in refused(intake)] == [("paper", 5)]


def test_an_order_that_names_its_shipment_has_its_paper_once(portal: Portal) -> None:
    apply(portal, PARTY)
    told = (
        records.Requisite("Номер отгрузки по 1С", "ВК01276    "),
        records.Requisite("Дата отгрузки по 1С", "2026-11-21"),
        records.Requisite("Отгружен", "true"),
    )
    order = replace(PAPER, id="order-1", number="77", operation="Заказ товара", requisites=told)
    apply(portal, order)
    apply(portal, order)
    paper = one(portal, Paper)
    assert (paper["kind"], paper["number"], paper["on"], paper["total"]) == ("shipment", "ВК01276", dt.date(2026, 11, 21), 100)
    assert paper["order_id"] is not None
