"""The demo's data are believable, the same on every run, and say what the portal needs to know."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from b2bkit_onec.commerceml.contracts import contracts_of, manager_of, minimum_of, multiple_of, packagings_of
from b2bkit_onec.commerceml.reader import read
from b2bkit_onec.commerceml.records import (
    Counterparty,
    Document,
    Group,
    Item,
    Offer,
    PriceType,
    Product,
    PropertyDef,
    Refused,
    Section,
    Warehouse,
)
from examples.polymertorg.generate import generate
from examples.polymertorg.generator.companies import CABLE_COMPANY, MEDICAL_COMPANY
from examples.polymertorg.generator.holding import SECOND
from examples.polymertorg.generator.identity import unp_check_digit, unp_is_valid
from examples.polymertorg.generator.more import more_goods
from examples.polymertorg.generator.own_prices import DEALER, DEALER_PRICE_TYPE

DAY = dt.date(2026, 11, 20)
GOODS = 3000 + len(more_goods())
Kind = TypeVar("Kind")
pytestmark = pytest.mark.slow  # the whole demo is generated


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("polymertorg"), DAY)


@pytest.fixture(scope="module")
def items(paths: list[Path]) -> list[Item]:
    return [item for path in paths for item in read(path)]


def of(items: Sequence[Item], kind: type[Kind]) -> list[Kind]:
    return [item for item in items if isinstance(item, kind)]


def test_sizes_are_those_of_the_demo_and_nothing_is_refused(items: list[Item]) -> None:
    assert of(items, Refused) == []
    assert len({product.id for product in of(items, Product)}) == GOODS
    assert len({product.article for product in of(items, Product)}) == GOODS
    assert len({product.name for product in of(items, Product)}) == GOODS
    assert len({offer.id for offer in of(items, Offer)}) == GOODS
    assert len({price_type.name for price_type in of(items, PriceType)}) == 5
    assert {place.name for place in of(items, Warehouse)} == {"Минск", "Гомель", "Брест"}
    assert len(of(items, Counterparty)) == 41  # forty clients, one of which has two legal entities
    assert len({order.number for order in of(items, Document)}) == 1200


def test_files_look_like_those_of_1c(paths: list[Path]) -> None:
    assert [path.name for path in paths[:7]] == [
        "import0_1.xml", "offers0_1.xml", "import0_2.xml", "offers0_2.xml", "import0_3.xml", "offers0_3.xml", "contragents.xml",
    ]  # fmt: skip
    for path in paths:
        assert path.read_bytes().startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>')
    flags = [
        [item.changes_only for item in read(path) if isinstance(item, Section) and item.element in ("Каталог", "ПакетПредложений")][-1]
        for path in paths[:6]
    ]
    assert flags == [False, False, True, True, True, True]


def test_same_seed_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    def digest(folder: Path, seed: int) -> list[str]:
        made = generate(folder, DAY, seed=seed, products=60, orders=20)
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in made]

    first = digest(tmp_path / "a", 1)
    assert digest(tmp_path / "b", 1) == first
    assert digest(tmp_path / "c", 2) != first


def test_groups_are_three_levels_and_products_lie_in_leaves(items: list[Item]) -> None:
    groups = {group.id: group for group in of(items, Group)}

    def depth(group_id: str) -> int:
        parent = groups[group_id].parent_id
        return 1 + (depth(parent) if parent else 0)

    assert {depth(group_id) for group_id in groups} == {1, 2, 3}
    assert {depth(product.group_ids[0]) for product in of(items, Product)} == {3}


def test_products_state_their_polymer_properties(items: list[Item]) -> None:
    properties = {one.id: one for one in of(items, PropertyDef)}
    assert {one.name for one in properties.values()} == {
        "Полимер", "ПТР, г/10 мин", "Плотность, кг/м³", "Переработка", "ГОСТ, ТУ", "Страна",
    }  # fmt: skip
    for product in of(items, Product):
        told = {properties[value.property_id].name: value.values[0] for value in product.properties}
        assert {"Полимер", "Плотность, кг/м³", "Переработка"} <= told.keys()
        assert product.producer is not None, "said once, where 1C says it"
        for value in product.properties:
            known = properties[value.property_id].values
            assert not known or value.values[0] in known


def test_melt_flow_index_agrees_with_the_grade(items: list[Item]) -> None:
    index = next(one.id for one in of(items, PropertyDef) if one.name.startswith("ПТР"))
    told = {product.name: value.values[0] for product in of(items, Product) for value in product.properties if value.property_id == index}
    assert told["ПЭВД 15803-020, высший сорт, Заволжьеполимер"] == "2"
    assert next(value for name, value in told.items() if name.startswith("ПП 21030")) == "3"


def test_quantity_rules_fit_the_packagings(items: list[Item]) -> None:
    rules: Counter[Decimal] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    for product in of(items, Product):
        minimum, multiple, packs = minimum_of(product), multiple_of(product), packagings_of(product)
        assert minimum is not None
        assert multiple is not None
        assert packs
        assert minimum % multiple == 0
        assert any(multiple % pack.factor == 0 for pack in packs)
        rules[minimum] += 1
        units[product.unit_name, product.unit_code] += 1
    assert rules[Decimal(25)] > 1000
    assert rules[Decimal(1375)] > 100  # whole pallets only
    assert units.keys() == {("кг", "166"), ("т", "168"), ("м", "006"), ("шт", "796"), ("рулон", "736"), ("лист", "625")}
    assert units["кг", "166"] > 3000


def test_goods_come_in_bags_big_bags_drums_rolls_packs_and_whole_tanks(items: list[Item]) -> None:
    packs = {pack.name.split(" ")[0] for product in of(items, Product) for pack in packagings_of(product)}
    assert packs >= {
        "мешок",
        "поддон",
        "биг-бэг",
        "бочка",
        "еврокуб",
        "канистра",
        "рулон",
        "бухта",
        "пачка",
        "автоцистерна",
        "вагон-цистерна",
    }
    (bulk,) = (product for product in of(items, Product) if product.article == "DOP-2007")
    truck, rail = packagings_of(bulk)
    assert minimum_of(bulk) == multiple_of(bulk) == truck.factor == Decimal(20)
    assert rail.factor % truck.factor == 0


def test_full_names_tell_what_people_call_a_polymer(items: list[Item]) -> None:
    named = {product.name: product.full_name for product in of(items, Product)}
    assert all(named.values())
    told = named["ПЭВД 15803-020, высший сорт, Заволжьеполимер"]
    assert told.startswith("Полиэтилен высокого давления (ПВД, LDPE)")
    assert any("для плёнки" in name for name in named.values())


def test_prices_fall_with_volume_and_with_the_price_list(items: list[Item]) -> None:
    names = {one.id: one.name for one in of(items, PriceType)}
    for offer in of(items, Offer):
        steps: dict[str, list[Decimal]] = {}
        for price in offer.prices:
            assert Decimal("2.5") <= price.value / (1000 if price.unit == "TNE" else 1) <= Decimal(160)
            assert price.currency == "BYN"
            steps.setdefault(names[price.type_id], []).append(price.value)
        own = steps.pop(DEALER_PRICE_TYPE, [])
        assert not own or own[0] < steps["Дистрибьютор"][0]
        assert all(len(values) == 3 and values == sorted(values, reverse=True) for values in steps.values())
        plain = [steps[name][0] for name in ("Розничная", "Мелкий опт", "Опт", "Дистрибьютор")]
        assert plain == sorted(plain, reverse=True)


def test_stock_is_uneven_and_adds_up(items: list[Item]) -> None:
    totals = [sum((row.quantity for row in offer.stocks), Decimal(0)) for offer in of(items, Offer)]
    assert totals == [offer.quantity for offer in of(items, Offer)]
    assert 0.05 < sum(total == 0 for total in totals) / GOODS < 0.25
    assert sum(0 < total <= 500 for total in totals) > 200


def test_taxpayer_numbers_have_a_valid_check_digit(items: list[Item]) -> None:
    assert unp_is_valid("200988541")
    assert not unp_is_valid("200988542")
    numbers = [party.unp for party in of(items, Counterparty)]
    assert len(set(numbers)) == 41
    assert all(unp_is_valid(number) for number in numbers)
    assert unp_check_digit("10000000") == 29 % 11


def test_clients_have_contracts_people_and_a_manager(items: list[Item]) -> None:
    names = {one.id: one.name for one in of(items, PriceType)}
    groups = {one.id for one in of(items, Group)}
    managers = Counter(manager_of(party) for party in of(items, Counterparty))
    assert len(managers) == 3
    assert all(mail.endswith("@polymertorg.example") for mail in managers)
    for party in of(items, Counterparty):
        contracts = contracts_of(party)
        assert 1 <= len(contracts) <= 2
        assert any(names[contract.price_type_id] == DEALER_PRICE_TYPE for contract in contracts) == (party.name == DEALER)
        for contract in contracts:
            assert contract.price_type_id in names
            assert contract.group_ids
            assert set(contract.group_ids) <= groups
            assert contract.deferral_days is not None
            assert contract.date is not None
            assert contract.currency == "BYN"
        assert party.people or party.name == SECOND  # its people are those of the first
        assert len(party.addresses) == 2
        assert all(contact.value.endswith(".example") for contact in party.contacts if contact.kind == "Почта")


def test_two_clients_have_secrets_that_nobody_else_sees(items: list[Item]) -> None:
    seen = {party.name: {group for contract in contracts_of(party) for group in contract.group_ids} for party in of(items, Counterparty)}
    groups = {one.name: one.id for one in of(items, Group)}
    medical, cable = groups["Медицинские и пищевые марки"], groups["Кабельные компаунды"]
    assert [name for name, visible in seen.items() if medical in visible] == [MEDICAL_COMPANY, SECOND]
    assert [name for name, visible in seen.items() if cable in visible] == [CABLE_COMPANY]
    assert groups["Контрактные марки"] not in set().union(*seen.values())
    assert len({frozenset(visible) for visible in seen.values()}) > 20


def test_orders_hold_only_what_their_contract_opens(items: list[Item]) -> None:
    groups = {one.id: one for one in of(items, Group)}
    leaf = {product.id: product.group_ids[0] for product in of(items, Product)}
    opened = {contract.id: set(contract.group_ids) for party in of(items, Counterparty) for contract in contracts_of(party)}

    def above(group_id: str) -> set[str]:
        return {group_id} | (above(groups[group_id].parent_id) if groups[group_id].parent_id else set())

    for order in of(items, Document):
        allowed = opened[order.requisite("ИдДоговора")]
        assert all(above(leaf[line.id]) & allowed for line in order.lines), order.number


def test_orders_span_two_years_and_their_states_fit_their_age(items: list[Item]) -> None:
    orders = of(items, Document)
    dates = [order.date for order in orders if order.date]
    assert (DAY - min(dates)).days > 700
    assert max(dates) <= DAY
    for order in orders:
        assert order.total == sum((line.total or Decimal(0) for line in order.lines), Decimal(0))
        assert len(order.number) <= 11
        assert order.date is not None
        if (DAY - order.date).days > 21:
            assert order.requisite("Статус заказа") == "Закрыт"
    states = Counter(order.requisite("Статус заказа") for order in orders)
    assert states["К обеспечению"] >= 5
    assert states["К отгрузке"] >= 5
    assert sum(order.requisite("Отменен") == "true" for order in orders) > 20
    unpaid = [order for order in orders if order.requisite("Оплачен") == "false" and order.requisite("Отменен") == "false"]
    assert any(order.payment_due and order.payment_due < DAY for order in unpaid)  # somebody is late


def test_too_few_products_are_refused_with_the_number_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="47 or more"):
        generate(tmp_path, DAY, products=5)


def test_generator_runs_by_path(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "examples/polymertorg/generate.py"
    options = ["--day", "2026-11-20", "--products", "50", "--orders", "3"]
    done = subprocess.run([sys.executable, script, tmp_path / "out", *options], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert [Path(line).name for line in done.stdout.splitlines()][:3] == ["import0_1.xml", "offers0_1.xml", "contragents.xml"]
