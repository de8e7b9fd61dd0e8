"""Rows of catalogues, tasks and nodes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from b2bkit_onec.simulate import objects, settlements
from b2bkit_onec.simulate.fill import VAT_20
from b2bkit_onec.simulate.names import CONTRACT, COUNTERPARTY, EMPTY, GOOD, ORDER, PRICE_TYPE, UNIT, VARIANT, WAREHOUSE, made_up, reference
from b2bkit_onec.simulate.odata.context import Context, Row, currency_ref, deal_ref, key_ref
from b2bkit_onec.simulate.odata.model import Entity
from b2bkit_onec.simulate.odata.values import of_entity
from b2bkit_onec.simulate.parties import OURS
from b2bkit_onec.simulate.settlements import Deal


class Source(Protocol):
    """Where rows of a published object come from."""

    def rows(self, context: Context) -> Iterable[Row]:
        """Every row, in the order of the table."""

    def one(self, context: Context, ref: str) -> Row | None:
        """The row of a reference."""


def unit_ref(code: str, name: str) -> str:
    """The reference of a base unit."""
    return made_up("unit", code or name)


@lru_cache(maxsize=100_000)
def good_parts(identity: str) -> tuple[str, str]:
    """References of a product and of its variant in `guid` or `guid#guid`."""
    base, _, variant = identity.partition("#")
    return reference(GOOD, base), reference(VARIANT, variant)


def find_good(db: sqlite3.Connection, good: str, variant: str) -> sqlite3.Row | None:
    """The product of two references, None when there is none."""
    direct = good if variant == EMPTY else f"{good}#{variant}"
    row: sqlite3.Row | None = db.execute("SELECT * FROM good WHERE id = ?", (direct,)).fetchone()
    if row is None:
        found = (one for one in db.execute("SELECT * FROM good") if good_parts(str(one["id"])) == (good, variant))
        row = next(found, None)
    return row


@dataclass(frozen=True, slots=True)
class Objects:
    """What is kept as attributes."""

    entity: Entity

    def rows(self, context: Context) -> Iterable[Row]:
        return (self._row(context, ref, body) for ref, body in objects.every(context.db, self.entity.name))

    def one(self, context: Context, ref: str) -> Row | None:
        body = objects.get(context.db, self.entity.name, ref)
        return None if body is None else self._row(context, ref, body)

    def _row(self, context: Context, ref: str, body: objects.Body) -> Row:
        row = of_entity(self.entity, ref, body)
        row["DataVersion"] = context.version(self.entity.name, ref)
        if self.entity.kind in ("Task", "BusinessProcess"):
            row["Number"] = objects.text(body, "Code")
        return row


@dataclass(frozen=True, slots=True)
class Listed:
    """A source whose rows are made all at once."""

    entity: Entity

    def rows(self, context: Context) -> Iterable[Row]:
        for row in MAKERS[self.entity.name](context):
            ref = str(row["Ref_Key"])
            yield {"DataVersion": context.version(self.entity.name, ref), **row}

    def one(self, context: Context, ref: str) -> Row | None:
        return next((row for row in self.rows(context) if row["Ref_Key"] == ref), None)


def goods(context: Context) -> Iterable[Row]:
    """Номенклатура."""
    seen: set[str] = set()
    packed = {str(row["good_id"]) for row in context.db.execute("SELECT DISTINCT good_id FROM pack")}
    for number, row in enumerate(context.db.execute("SELECT * FROM good ORDER BY article, id"), 1):
        ref, variant = good_parts(str(row["id"]))
        if ref in seen:
            continue
        seen.add(ref)
        yield {
            "Ref_Key": ref, "Code": f"{number:011d}", "Description": row["name"][:150], "НаименованиеПолное": row["name"],
            "Артикул": row["article"], "ЕдиницаИзмерения_Key": unit_ref(row["unit_code"], row["unit_name"]),
            "ИспользоватьУпаковки": str(row["id"]) in packed, "ТипНоменклатуры": "Товар", "СтавкаНДС_Key": VAT_20,
            "ИспользованиеХарактеристик": "НеИспользовать" if variant == EMPTY else "ИндивидуальныеДляНоменклатуры",
        }  # fmt: skip


def variants(context: Context) -> Iterable[Row]:
    """ХарактеристикиНоменклатуры."""
    for row in context.db.execute("SELECT * FROM good WHERE id LIKE '%#%' ORDER BY id"):
        good, variant = good_parts(str(row["id"]))
        told = {"Owner": good, "Owner_Type": f"StandardODATA.{GOOD}", "НаименованиеПолное": row["name"]}
        yield {"Ref_Key": variant, "Description": row["name"][:150], **told}


def units(context: Context) -> Iterable[Row]:
    """УпаковкиЕдиницыИзмерения: base units, then packs of products."""
    base = context.db.execute("SELECT DISTINCT unit_code, unit_name FROM good ORDER BY unit_code").fetchall()
    for row in base:
        told: Row = {"НаименованиеПолное": row["unit_name"], "Числитель": Decimal(1), "Знаменатель": Decimal(1)}
        yield {"Ref_Key": unit_ref(row["unit_code"], row["unit_name"]), "Code": row["unit_code"], "Description": row["unit_name"], **told}
    packs = "SELECT pack.*, unit_code, unit_name FROM pack JOIN good ON good.id = good_id ORDER BY good_id, CAST(factor AS REAL)"
    for row in context.db.execute(packs):
        yield {
            "Ref_Key": row["id"], "Description": row["name"], "НаименованиеПолное": row["name"], "ТипУпаковки": "Упаковка",
            "Числитель": Decimal(row["factor"]), "Знаменатель": Decimal(1), "Owner": good_parts(row["good_id"])[0],
            "Owner_Type": f"StandardODATA.{GOOD}", "ЕдиницаИзмерения_Key": unit_ref(row["unit_code"], row["unit_name"]),
        }  # fmt: skip


def price_types(context: Context) -> Iterable[Row]:
    """ВидыЦен."""
    for row in context.db.execute("SELECT * FROM price_type ORDER BY position"):
        told: Row = {"ВалютаЦены_Key": currency_ref(row["currency"]), "ЦенаВключаетНДС": True, "Статус": "Действует"}
        yield {"Ref_Key": reference(PRICE_TYPE, row["id"]), "Code": f"{row['position'] + 1:09d}", "Description": row["name"], **told}


def warehouses(context: Context) -> Iterable[Row]:
    """Склады."""
    for row in context.db.execute("SELECT * FROM warehouse ORDER BY position"):
        yield {
            "Ref_Key": reference(WAREHOUSE, row["id"]), "Code": f"{row['position'] + 1:09d}", "Description": row["name"],
            "ТипСклада": "ОптовыйСклад",
        }  # fmt: skip


def keys(context: Context) -> Iterable[Row]:
    """КлючиАналитикиУчетаПоПартнерам: of each contract, and of each counterparty without one."""
    for ref, body in context.contracts.items():
        party = objects.text(body, "Контрагент_Key")
        yield _key(context, party, ref)
    for party in context.parties:
        yield _key(context, party, "")


def _key(context: Context, party: str, contract: str) -> Row:
    name = objects.text(context.parties.get(party, {}), "Description")
    return {
        "Ref_Key": key_ref(party, contract), "Description": name, "Партнер_Key": context.partner(party), "Организация_Key": OURS,
        "Контрагент": party, "Контрагент_Type": f"StandardODATA.{COUNTERPARTY}", **_contract(contract),
    }  # fmt: skip


def _contract(contract: str) -> Row:
    return {"Договор": contract, "Договор_Type": f"StandardODATA.{CONTRACT}"} if contract else {}


def deals(context: Context) -> Iterable[Row]:
    """ОбъектыРасчетов: posted orders, and contracts with advances."""
    for row in context.db.execute("SELECT * FROM document WHERE posted = 1 OR shipped_at <> '' OR paid_at <> '' ORDER BY date_1c"):
        yield _deal(
            context, reference(COUNTERPARTY, row["counterparty_id"]), row["contract_id"], row["id"], row["currency"],
            f"Заказ клиента {row['number_1c']} от {row['date_1c'][:10]}", row["number_1c"], row["date_1c"], Decimal(row["total"]),
        )  # fmt: skip
    for deal in settlements.deals(context.db):
        if not deal.order_id:
            yield _advance(context, deal)


def _advance(context: Context, deal: Deal) -> Row:
    body = context.contracts.get(deal.contract_id, {})
    name, number = objects.text(body, "Description"), objects.text(body, "Номер")
    return _deal(context, deal.counterparty_id, deal.contract_id, "", deal.currency, name, number, deal.arose_on, deal.paid)


def _deal(
    context: Context, party: str, contract: str, order_id: str, code: str, name: str, number: str, day: str, total: Decimal
) -> Row:  # fmt: skip
    money = currency_ref(code)
    return {
        "Ref_Key": deal_ref(order_id, contract), "Description": name, "Объект": order_id or contract,
        "Объект_Type": f"StandardODATA.{ORDER if order_id else CONTRACT}", "ТипРасчетов": "РасчетыСКлиентом", "Состояние": Decimal(1),
        "Номер": number, "Дата": day[:19], "Сумма": total, "Валюта_Key": money, "ВалютаВзаиморасчетов_Key": money,
        "СуммаВзаиморасчетов": total, "Партнер_Key": context.partner(party), "Организация_Key": OURS, "Контрагент": party,
        "Контрагент_Type": f"StandardODATA.{COUNTERPARTY}", **_contract(contract),
    }  # fmt: skip


def nodes(context: Context) -> Iterable[Row]:
    """Узлы плана обмена."""
    for row in context.db.execute("SELECT * FROM node ORDER BY code"):
        yield {
            "Ref_Key": row["id"],
            "Code": row["code"],
            "Description": row["name"],
            "SentNo": row["sent_no"],
            "ReceivedNo": row["received_no"],
        }


MAKERS = {
    GOOD: goods, VARIANT: variants, UNIT: units, PRICE_TYPE: price_types, WAREHOUSE: warehouses,
    "Catalog_КлючиАналитикиУчетаПоПартнерам": keys, "Catalog_ОбъектыРасчетов": deals, "ExchangePlan_Полный": nodes,
}  # fmt: skip
