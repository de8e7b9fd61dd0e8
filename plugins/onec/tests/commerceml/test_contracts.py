"""Contracts and quantity rules, which CommerceML has no element for, come as requisites and go back the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from b2bkit_onec.commerceml.contracts import (
    Contract,
    Packaging,
    contract_requisites,
    contracts_of,
    manager_of,
    minimum_of,
    multiple_of,
    packagings_of,
    quantity_requisites,
    refused_of,
)
from b2bkit_onec.commerceml.records import Counterparty, Product, Requisite


def party(*requisites: Requisite) -> Counterparty:
    return Counterparty("k1", "Ветерок", requisites=requisites, line=7)


def product(*requisites: Requisite) -> Product:
    return Product("t1", "t1", "", "Труба", requisites=requisites)


def test_contracts_are_read_in_the_agreed_form() -> None:
    given = party(
        Requisite("Договор/d1/Номер", "42"),
        Requisite("ОсновнойМенеджер", "m@example.org"),
        Requisite("Договор/d2/Номер", "43"),
        Requisite("Договор/d1/Дата", "2026-01-15"),
        Requisite("Договор/d1/ВидЦен", "r"),
        Requisite("Договор/d1/Валюта", "руб."),
        Requisite("Договор/d1/ОтсрочкаДней", "30"),
        Requisite("Договор/d1/Группы", "g1  g2 g1"),
        Requisite("Договор/d2/Действует", "false"),
        Requisite("Прочее", "x"),
    )
    assert contracts_of(given) == [
        Contract("d1", "42", dt.date(2026, 1, 15), "r", "RUB", 30, ("g1", "g2"), True),
        Contract("d2", "43", active=False),
    ]
    assert manager_of(given) == "m@example.org"
    assert refused_of(given, "contragents.xml") == []


def test_what_is_written_is_read_back_the_same() -> None:
    contracts = [Contract("d1", "42", dt.date(2026, 1, 15), "r", "RUB", 0, ("g1", "g2"), True), Contract("d2", active=False)]
    given = party(*contract_requisites(contracts, "m@example.org"))
    assert contracts_of(given) == contracts
    assert manager_of(given) == "m@example.org"


def test_an_unreadable_fact_of_a_contract_is_told_and_the_contract_stays() -> None:
    given = party(
        Requisite("Договор/d1/Дата", "вчера"),
        Requisite("Договор/d1/ОтсрочкаДней", "-5"),
        Requisite("Договор/d1/Валюта", "у.е."),
        Requisite("Договор//Номер", "никакой"),
    )
    assert contracts_of(given) == [Contract("d1")]
    assert [(one.code, one.item_id, one.line, one.whole) for one in refused_of(given, "c.xml")] == [
        ("bad-date", "k1", 7, False),
        ("bad-number", "k1", 7, False),
        ("unknown-currency", "k1", 7, False),
    ]


def test_quantity_rules_come_back_as_they_were_written() -> None:
    rules = quantity_requisites(Decimal(10), Decimal("0.5"), [Packaging("мешок", Decimal(25)), Packaging("паллета", Decimal(1000))])
    given = product(*rules)
    assert packagings_of(given) == [Packaging("мешок", Decimal(25)), Packaging("паллета", Decimal(1000))]
    assert (minimum_of(given), multiple_of(given)) == (Decimal(10), Decimal("0.5"))


def test_rules_that_make_no_sense_are_as_if_not_said() -> None:
    given = product(
        Requisite("МинимальноеКоличество", "0"),
        Requisite("Кратность", "много"),
        Requisite("Упаковка/мешок", "-1"),
        Requisite("Упаковка/", "5"),
        Requisite("Упаковка/короб", "12,5"),
    )
    assert (minimum_of(given), multiple_of(given)) == (None, None)
    assert packagings_of(given) == [Packaging("короб", Decimal("12.5"))]
