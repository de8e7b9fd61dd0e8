"""Rows of documents: orders and the papers that follow them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.simulate import names, objects, settlements
from b2bkit_onec.simulate.fill import VAT_20
from b2bkit_onec.simulate.names import COUNTERPARTY, EMPTY, NO_DATE, ORDER, UNIT, WAREHOUSE, reference
from b2bkit_onec.simulate.objects import Body
from b2bkit_onec.simulate.odata.catalogues import good_parts
from b2bkit_onec.simulate.odata.context import Context, Row, currency_ref, deal_ref
from b2bkit_onec.simulate.odata.model import Entity
from b2bkit_onec.simulate.odata.values import of_entity, typed
from b2bkit_onec.simulate.order_row import DRAFT
from b2bkit_onec.simulate.papers import period_of, vat_in
from b2bkit_onec.simulate.parties import OURS

Lines = dict[str, list[sqlite3.Row]]


def moment(text: str) -> str:
    """One of 1C's moments in its usual spelling; NO_DATE for ""."""
    if not text:
        return NO_DATE
    return f"{text[:10]}T00:00:00" if len(text) < 19 else text[:19]


@dataclass(frozen=True, slots=True)
class Orders:
    """ЗаказКлиента."""

    entity: Entity

    def rows(self, context: Context) -> Iterable[Row]:
        lines = _lines(context, "")
        kept = dict(objects.every(context.db, ORDER))
        for row in context.db.execute("SELECT * FROM document ORDER BY date_1c, number_1c").fetchall():
            yield self._row(context, row, lines[str(row["id"])], kept.get(str(row["id"]), {}))

    def one(self, context: Context, ref: str) -> Row | None:
        row = context.db.execute("SELECT * FROM document WHERE id = ?", (ref,)).fetchone()
        if row is None:
            return None
        return self._row(context, row, _lines(context, ref)[ref], objects.get(context.db, ORDER, ref) or {})

    def _row(self, context: Context, row: sqlite3.Row, lines: list[sqlite3.Row], kept: Body) -> Row:
        ref, party = str(row["id"]), reference(COUNTERPARTY, row["counterparty_id"])
        part = self.entity.parts[0]
        stored = kept.get("Товары")
        extra = stored if isinstance(stored, list) and len(stored) == len(lines) else [{} for _ in lines]
        made = order_lines(ref, lines)
        rows: list[objects.Cell] = [
            {**typed(part.properties, one if isinstance(one, dict) else {}), **line} for one, line in zip(extra, made, strict=True)
        ]
        return {
            "Партнер_Key": context.partner(party), "ЦенаВключаетНДС": True, "ХозяйственнаяОперация": "РеализацияКлиенту",
            "НалогообложениеНДС": "ПродажаОблагаетсяНДС", "ПорядокРасчетов": "ПоЗаказам", "Организация_Key": OURS,
            "Соглашение_Key": context.agreement(row["contract_id"]), **of_entity(self.entity, ref, kept), **_told(row),
            "Контрагент_Key": party, "Товары": rows, "DataVersion": context.version(ORDER, ref),
        }  # fmt: skip


def _told(row: sqlite3.Row) -> Row:
    """What the infobase has columns for."""
    return {
        "Number": row["number_1c"], "Date": moment(row["date_1c"]), "DeletionMark": bool(row["deleted"]), "Posted": bool(row["posted"]),
        "Договор_Key": row["contract_id"] or EMPTY, "Валюта_Key": currency_ref(row["currency"]), "СуммаДокумента": Decimal(row["total"]),
        "Склад_Key": reference(WAREHOUSE, row["warehouse_id"]), "Комментарий": row["comment"], "Статус": row["status"],
        "Согласован": row["status"] != DRAFT, "НомерПоДаннымКлиента": row["portal_number"],
        "ДатаПоДаннымКлиента": moment(row["portal_date"]), "ОбъектРасчетов_Key": deal_ref(row["id"], ""),
    }  # fmt: skip


def _lines(context: Context, ref: str) -> Lines:
    query = (
        "SELECT document_line.*, pack.id AS pack_id FROM document_line LEFT JOIN pack ON pack.good_id = document_line.good_id"
        " AND pack.name = unit WHERE ? = '' OR document_id = ? ORDER BY document_id, position"
    )
    found: Lines = defaultdict(list)
    for row in context.db.execute(query, (ref, ref)):
        found[str(row["document_id"])].append(row)
    return found


def order_lines(ref: str, lines: list[sqlite3.Row]) -> list[Row]:
    """Товары: quantities in packs and in base units, the price for a pack."""
    made: list[Row] = []
    for row in lines:
        good, variant = good_parts(str(row["good_id"]))
        quantity, total = Decimal(row["quantity"]), Decimal(row["total"])
        made.append({
            "Ref_Key": ref, "LineNumber": row["position"], "Номенклатура_Key": good, "Характеристика_Key": variant,
            "Упаковка_Key": reference(UNIT, row["pack_id"] or ""), "КоличествоУпаковок": quantity,
            "Количество": quantity * Decimal(row["factor"]), "Цена": Decimal(row["price"]), "Сумма": total, "СтавкаНДС_Key": VAT_20,
            "СуммаНДС": vat_in(total), "СуммаСНДС": total, "КодСтроки": row["position"],
        })  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents that follow an order."""

    entity: Entity

    def rows(self, context: Context) -> Iterable[Row]:
        query = "SELECT * FROM paper WHERE kind = ? ORDER BY at, number"
        lines = _lines(context, "") if self.entity.name == names.SHIPMENT else {}
        for row in context.db.execute(query, (self.entity.name,)).fetchall():
            yield self._row(context, row, lines.get(str(row["order_id"]), []))

    def one(self, context: Context, ref: str) -> Row | None:
        row = context.db.execute("SELECT * FROM paper WHERE kind = ? AND id = ?", (self.entity.name, ref)).fetchone()
        if row is None:
            return None
        lines = _lines(context, row["order_id"])[row["order_id"]] if self.entity.name == names.SHIPMENT and row["order_id"] else []
        return self._row(context, row, lines)

    def _row(self, context: Context, row: sqlite3.Row, lines: list[sqlite3.Row]) -> Row:
        ref = str(row["id"])
        kept = objects.get(context.db, self.entity.name, ref) or {}
        common: Row = {
            "Number": row["number"], "Date": moment(row["at"]), "Posted": bool(row["posted"]), "DeletionMark": bool(row["deleted"]),
            "Партнер_Key": context.partner(row["counterparty_id"]), "Организация_Key": OURS, "Валюта_Key": currency_ref(row["currency"]),
            "Договор_Key": row["contract_id"] or EMPTY, "DataVersion": context.version(self.entity.name, ref),
        }  # fmt: skip
        return {**of_entity(self.entity, ref, kept), **common, **OWN[self.entity.name](context, row, lines)}


def _order(row: sqlite3.Row, name: str) -> Row:
    return {name: row["order_id"], f"{name}_Type": f"StandardODATA.{ORDER}"} if row["order_id"] else {}


def _stage(row: sqlite3.Row, variant: str) -> Row:
    total = Decimal(row["total"])
    told = {"ДатаПлатежа": moment(row["due_on"]), "ПроцентПлатежа": Decimal(100), "СуммаПлатежа": total}
    return {"Ref_Key": row["id"], "LineNumber": 1, "ВариантОплаты": variant, **told}


def invoice(context: Context, row: sqlite3.Row, lines: list[sqlite3.Row]) -> Row:
    """СчетНаОплатуКлиенту."""
    stages: list[objects.Cell] = [_stage(row, settlements.PREPAYMENT)]
    told: Row = {"СуммаДокумента": Decimal(row["total"]), "Контрагент_Key": row["counterparty_id"], "ЭтапыГрафикаОплаты": stages}
    return {**told, **_order(row, "ДокументОснование"), "ОбъектРасчетов_Key": deal_ref(row["order_id"], row["contract_id"])}


def shipment(context: Context, row: sqlite3.Row, lines: list[sqlite3.Row]) -> Row:
    """РеализацияТоваровУслуг."""
    total, order = Decimal(row["total"]), _order(row, "ЗаказКлиента")
    goods: list[objects.Cell] = [{**one, **order} for one in order_lines(row["id"], lines)]
    return {
        "СуммаДокумента": total, "СуммаВзаиморасчетов": total, "Контрагент_Key": row["counterparty_id"], "РеализацияПоЗаказам": True,
        "Статус": row["status"], "ЦенаВключаетНДС": True, "ХозяйственнаяОперация": "РеализацияКлиенту", "Товары": goods,
        "НалогообложениеНДС": "ПродажаОблагаетсяНДС", "ПорядокРасчетов": "ПоЗаказам", **order,
        "Соглашение_Key": context.agreement(row["contract_id"]),
        "ЭтапыГрафикаОплаты": [{**_stage(row, settlements.CREDIT), **_order(row, "Заказ")}],
    }  # fmt: skip


def tax_invoice(context: Context, row: sqlite3.Row, lines: list[sqlite3.Row]) -> Row:
    """СчетФактураВыданный."""
    base: Row = {"ДокументОснование": row["base_id"], "ДокументОснование_Type": f"StandardODATA.{names.SHIPMENT}"}
    return {
        "Контрагент_Key": row["counterparty_id"], "Сумма": Decimal(row["total"]), "СуммаНДС": Decimal(row["vat"]),
        "ДатаВыставления": moment(row["at"]), "Выставлен": True, "КодВидаОперации": "01",
        "ДокументыОснования": [{"Ref_Key": row["id"], "LineNumber": 1, **base}],
    }  # fmt: skip


def payment(context: Context, row: sqlite3.Row, lines: list[sqlite3.Row]) -> Row:
    """ПоступлениеБезналичныхДенежныхСредств."""
    total = Decimal(row["total"])
    part: Row = {"Сумма": total, "СуммаВзаиморасчетов": total, "ОбъектРасчетов_Key": deal_ref(row["order_id"], row["contract_id"])}
    return {
        "Контрагент_Key": row["counterparty_id"], "СуммаДокумента": total, "ХозяйственнаяОперация": "ПоступлениеОплатыОтКлиента",
        "ПроведеноБанком": True, "ДатаПроведенияБанком": moment(row["at"]),
        "РасшифровкаПлатежа": [{"Ref_Key": row["id"], "LineNumber": 1, **part, **_order(row, "ОснованиеПлатежа")}],
    }  # fmt: skip


def reconciliation(context: Context, row: sqlite3.Row, lines: list[sqlite3.Row]) -> Row:
    """СверкаВзаиморасчетов2_5_11 with its lines: what was shipped and paid in the period."""
    start, end = period_of(context.db, row["id"])
    moves = context.db.execute(
        "SELECT * FROM paper WHERE kind IN (?, ?) AND counterparty_id = ? AND posted = 1 AND deleted = 0 AND at <= ? ORDER BY at, number",
        (names.SHIPMENT, names.PAYMENT, row["counterparty_id"], end),
    ).fetchall()
    before = sum((_signed(one) for one in moves if one["at"] < start), Decimal(0))
    within = [one for one in moves if one["at"] >= start]
    rows: list[objects.Cell] = [_entry(row["id"], number, one) for number, one in enumerate(within, 1)]
    return {
        "Контрагент": row["counterparty_id"], "Контрагент_Type": f"StandardODATA.{COUNTERPARTY}", "Статус": row["status"],
        "НачалоПериода": start, "КонецПериода": end, "ОстатокНаНачалоПериода": before, "СверкаСогласована": row["status"] == "Сверена",
        "ОстатокНаКонецПериода": before + sum((_signed(one) for one in within), Decimal(0)), "ДетальныеЗаписи": rows,
    }  # fmt: skip


def _signed(row: sqlite3.Row) -> Decimal:
    return Decimal(row["total"]) * (1 if row["kind"] == names.SHIPMENT else -1)


def _entry(ref: str, number: int, one: sqlite3.Row) -> Row:
    shipped = one["kind"] == names.SHIPMENT
    title = "Реализация товаров и услуг" if shipped else "Поступление безналичных ДС"
    return {
        "Ref_Key": ref, "LineNumber": number, "РасчетныйДокумент": one["id"], "РасчетныйДокумент_Type": f"StandardODATA.{one['kind']}",
        "НомерДокумента": one["number"], "ДатаДокумента": moment(one["at"]), "ДатаОперации": moment(one["at"]),
        "НаименованиеДокумента": f"{title} {one['number']}", "СуммаДокумента": Decimal(one["total"]),
        "ВалютаДокумента_Key": currency_ref(one["currency"]), "СуммаДебет": Decimal(one["total"]) if shipped else Decimal(0),
        "СуммаКредит": Decimal(0) if shipped else Decimal(one["total"]),
        **({"Договор": one["contract_id"], "Договор_Type": f"StandardODATA.{names.CONTRACT}"} if one["contract_id"] else {}),
    }  # fmt: skip


OWN = {
    names.INVOICE: invoice, names.SHIPMENT: shipment, names.TAX_INVOICE: tax_invoice, names.PAYMENT: payment,
    names.RECONCILIATION: reconciliation,
}  # fmt: skip
