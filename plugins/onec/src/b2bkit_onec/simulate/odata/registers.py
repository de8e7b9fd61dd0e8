"""Records of registers, and their virtual tables: slices and balances."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from decimal import Decimal

from b2bkit_onec.simulate import names, settlements
from b2bkit_onec.simulate.names import EMPTY, PRICE_TYPE, WAREHOUSE, made_up, reference
from b2bkit_onec.simulate.odata.catalogues import good_parts, unit_ref
from b2bkit_onec.simulate.odata.context import Context, Row, currency_ref, deal_ref, key_ref
from b2bkit_onec.simulate.odata.documents import moment
from b2bkit_onec.simulate.odata.errors import bad_option
from b2bkit_onec.simulate.odata.model import Entity
from b2bkit_onec.simulate.order_row import CLOSED, SHIPPING, SUPPLY
from b2bkit_onec.simulate.settlements import Deal

RECEIPT, EXPENSE = "Receipt", "Expense"
HIDDEN_TYPE = "UnavailableEntities.UnavailableEntity_" + made_up("type", "opening")
NOTHING = Decimal(0)


def records(context: Context, register: Entity) -> list[Row]:
    """Every record of a register by recorder and line; `LineNumber` counts within a recorder."""
    counted: dict[str, int] = {}
    made: list[Row] = []
    for row in MAKERS[register.name](context):
        recorder = str(row["Recorder"])
        counted[recorder] = counted.get(recorder, 0) + 1
        made.append({"LineNumber": counted[recorder], "Active": True, **row})
    return made


def _opening(context: Context, name: str) -> Row:
    """The recorder of what was there from the start: a document that is not published."""
    return {"Recorder": made_up("opening", name), "Recorder_Type": HIDDEN_TYPE, "Period": context.loaded_at}


def _recorder(kind: str, ref: str, at: str) -> Row:
    return {"Recorder": ref, "Recorder_Type": f"StandardODATA.{kind}", "Period": moment(at)}


def prices(context: Context) -> Iterable[Row]:
    """ЦеныНоменклатуры25. УТ has no prices by volume here: these are told by CommerceML only."""
    front = _opening(context, "prices")
    for row in _price_rows(context):
        yield {**front, "Номенклатура_Key": good_parts(row["good_id"])[0], **_price(row)}


def old_prices(context: Context) -> Iterable[Row]:
    """ЦеныНоменклатуры, as releases before 11.5 had them."""
    front = _opening(context, "prices")
    for row in _price_rows(context):
        good, variant = good_parts(row["good_id"])
        yield {**front, "Номенклатура_Key": good, "Характеристика_Key": variant, **_price(row)}


def _price_rows(context: Context) -> Iterable[sqlite3.Row]:
    query = "SELECT price.*, unit_code, unit_name FROM price JOIN good ON good.id = good_id WHERE min_quantity = '0'"
    return _of_goods(context, query, "good_id, type_id")


def _of_goods(context: Context, query: str, order: str) -> Iterable[sqlite3.Row]:
    """Rows of the products that the request can be about."""
    if context.only_goods is None:
        return context.db.execute(f"{query} ORDER BY {order}")
    ids = json.dumps(_good_ids(context, context.only_goods))
    return context.db.execute(f"{query} AND good_id IN (SELECT value FROM json_each(?)) ORDER BY {order}", (ids,))  # noqa: S608 (fixed text)


def _good_ids(context: Context, wanted: frozenset[str]) -> list[str]:
    """What the infobase calls products: mostly the reference itself, with variants behind it."""
    found: list[str] = []
    for ref in wanted:
        rows = context.db.execute("SELECT id FROM good WHERE id = ? OR id GLOB ?", (ref, f"{ref}#*")).fetchall()
        if not rows:
            rows = [row for row in context.db.execute("SELECT id FROM good") if good_parts(row["id"])[0] == ref]
        found += [str(row["id"]) for row in rows]
    return found


def _price(row: sqlite3.Row) -> Row:
    return {
        "ВидЦены_Key": reference(PRICE_TYPE, row["type_id"]), "Цена": Decimal(row["value"]) / Decimal(row["factor"]),
        "Упаковка_Key": unit_ref(row["unit_code"], row["unit_name"]), "Валюта_Key": currency_ref(row["currency"]),
    }  # fmt: skip


def _reserved(context: Context, *states: str) -> dict[tuple[str, str], Decimal]:
    """What orders in these states take, in base units by product and warehouse."""
    found: dict[tuple[str, str], Decimal] = {}
    first = context.db.execute("SELECT id FROM warehouse ORDER BY position LIMIT 1").fetchone()
    query = (
        "SELECT good_id, quantity, factor, warehouse_id, status FROM document_line JOIN document ON document.id = document_id"
        " WHERE posted = 1 AND cancelled = 0 AND shipped_at = '' AND deleted = 0"
    )
    for row in context.db.execute(query):
        if row["status"] in states:
            place = (row["good_id"], row["warehouse_id"] or (first["id"] if first else ""))
            found[place] = found.get(place, NOTHING) + Decimal(row["quantity"]) * Decimal(row["factor"])
    return found


def _places(context: Context, left: dict[tuple[str, str], Decimal]) -> Iterable[tuple[Row, Decimal, Decimal]]:
    """Product and warehouse with what lies there and what is taken of it."""
    for row in _of_goods(context, "SELECT * FROM stock WHERE true", "good_id, warehouse_id"):
        place = (row["good_id"], row["warehouse_id"])
        yield _place(*place), Decimal(row["quantity"]), left.pop(place, NOTHING)
    for place, taken in left.items():
        yield _place(*place), NOTHING, taken


def _place(good_id: str, warehouse: str) -> Row:
    good, variant = good_parts(good_id)
    return {"Номенклатура_Key": good, "Характеристика_Key": variant, "Склад_Key": reference(WAREHOUSE, warehouse)}


def stock(context: Context) -> Iterable[Row]:
    """ТоварыНаСкладах."""
    front = _opening(context, "stock")
    for place, there, taken in _places(context, _reserved(context, SHIPPING)):
        yield {**front, "RecordType": RECEIPT, **place, "ВНаличии": there, "КОтгрузке": taken}


def free_stock(context: Context) -> Iterable[Row]:
    """ЗапасыИПотребности: free is ВНаличии without what is reserved."""
    front = _opening(context, "stock")
    for place, there, taken in _places(context, _reserved(context, SUPPLY, SHIPPING, CLOSED)):
        yield {**front, "RecordType": RECEIPT, **place, "ВНаличии": there, "РезервироватьНаСкладе": taken}


def _axes(deal: Deal) -> Row:
    return {
        "АналитикаУчетаПоПартнерам_Key": key_ref(deal.counterparty_id, deal.contract_id),
        "ОбъектРасчетов_Key": deal_ref(deal.order_id, deal.contract_id), "Валюта_Key": currency_ref(deal.currency),
    }  # fmt: skip


def _moves(context: Context) -> Iterable[tuple[sqlite3.Row, Deal]]:
    """Shipments and payments in the order of time."""
    query = "SELECT * FROM paper WHERE kind IN (?, ?) AND posted = 1 AND deleted = 0 ORDER BY at, number"
    for row in context.db.execute(query, (names.SHIPMENT, names.PAYMENT)):
        yield row, Deal(row["counterparty_id"], row["contract_id"], row["order_id"], row["currency"], NOTHING, NOTHING)


def settled(context: Context) -> Iterable[Row]:
    """РасчетыСКлиентами: shipments raise Сумма, payments lower it."""
    for row, deal in _moves(context):
        shipped, total = row["kind"] == names.SHIPMENT, Decimal(row["total"])
        yield {
            **_recorder(row["kind"], row["id"], row["at"]), "RecordType": RECEIPT if shipped else EXPENSE, **_axes(deal), "Сумма": total,
            "СуммаРегл": total, "СуммаУпр": total, "РасчетныйДокумент": row["id"], "РасчетныйДокумент_Type": f"StandardODATA.{row['kind']}",
            "ХозяйственнаяОперация": "РеализацияКлиенту" if shipped else "ПоступлениеОплатыОтКлиента",
        }  # fmt: skip


def by_term(context: Context) -> Iterable[Row]:
    """РасчетыСКлиентамиПоСрокам: debts by their day, advances, and how the one pays the other."""
    open_at: dict[tuple[str, str], tuple[Row, Decimal, str]] = {}  # deal -> what is open, how much, resource
    for row, deal in _moves(context):
        shipped, left = row["kind"] == names.SHIPMENT, Decimal(row["total"])
        front = _recorder(row["kind"], row["id"], row["at"])
        own, other = ("Долг", "Предоплата") if shipped else ("Предоплата", "Долг")
        key = (deal.order_id, deal.contract_id)
        axes, amount, resource = open_at.get(key, ({}, NOTHING, own))
        if resource == other and amount:
            used = min(amount, left)
            left -= used
            open_at[key] = (axes, amount - used, other)
            yield {**front, "RecordType": EXPENSE, **axes, **_triple(other, used)}
        if left:
            document: Row = {
                **_axes(deal), "РасчетныйДокумент": row["id"], "РасчетныйДокумент_Type": f"StandardODATA.{row['kind']}",
                "ДатаПлановогоПогашения": moment(row["due_on"] if shipped else row["at"][:10]), "ДатаВозникновения": moment(row["at"][:10]),
            }  # fmt: skip
            open_at[key] = (document, left, own)
            yield {**front, "RecordType": RECEIPT, **document, **_triple(own, left)}


def _triple(name: str, amount: Decimal) -> Row:
    return {name: amount, f"{name}Регл": amount, f"{name}Упр": amount}


def planned(context: Context) -> Iterable[Row]:
    """РасчетыСКлиентамиПланОплат: what is expected still."""
    for due in settlements.schedule(context.db):
        deal = due.deal
        kind, ref = (names.SHIPMENT, deal.shipment_id) if deal.shipment_id else (names.ORDER, deal.order_id)
        yield {
            **_recorder(kind, ref, deal.arose_on), "RecordType": RECEIPT, **_axes(deal), "ДокументПлан": ref,
            "ДокументПлан_Type": f"StandardODATA.{kind}", "ДатаПлановогоПогашения": moment(due.due_on),
            "ДатаВозникновения": moment(deal.arose_on[:10]), "ВариантОплаты": due.variant, "КОплате": due.amount,
        }  # fmt: skip


def order_states(context: Context) -> list[Row]:
    """СостоянияЗаказовКлиентов: what 1C works out of an order's documents."""
    paid = {deal.order_id: deal for deal in settlements.deals(context.db)}
    made: list[Row] = []
    for row in context.db.execute("SELECT * FROM document WHERE deleted = 0 ORDER BY date_1c"):
        total, deal = Decimal(row["total"]), paid.get(str(row["id"]))
        money, goods = (deal.paid, deal.shipped) if deal else (NOTHING, NOTHING)
        made.append({
            "Заказ": row["id"], "Заказ_Type": f"StandardODATA.{names.ORDER}", "Состояние": _state(row, money, total),
            "ДатаСобытия": moment(row["changed_at"]), "СуммаОплаты": money, "ПроцентОплаты": _percent(money, total), "СуммаОтгрузки": goods,
            "ПроцентОтгрузки": _percent(goods, total),
        })  # fmt: skip
    return made


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part * 100 / whole).quantize(Decimal("0.01")) if whole else NOTHING


def _state(row: sqlite3.Row, paid: Decimal, total: Decimal) -> str:
    if row["status"] == CLOSED or row["cancelled"]:
        return "Закрыт"
    if not row["posted"]:
        return "ОжидаетсяСогласование"
    if row["shipped_at"]:
        return "ГотовКЗакрытию" if paid >= total else "ОжидаетсяОплатаПослеОтгрузки"
    return "ГотовКОтгрузке" if row["status"] == SHIPPING else "ОжидаетсяОбеспечение"


def latest(register: Entity, rows: Iterable[Row], period: str, *, first: bool = False) -> list[Row]:
    """СрезПоследних (or СрезПервых): the record of the latest moment up to `period`, for each combination of dimensions."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        at = str(row["Period"])
        if period and (at < period if first else at > period):
            continue
        key = tuple(str(row.get(name, EMPTY)) for name in register.dimensions)
        known = found.get(key)
        if known is None or (at < str(known["Period"])) == first:
            found[key] = row
    return list(found.values())


def balance(register: Entity, rows: Iterable[Row], period: str, dimensions: str = "") -> list[Row]:
    """Остатки before `period` ("": now), by all dimensions or by those named; combinations that are even are left out."""
    wanted = _wanted(register, dimensions)
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if period and str(row["Period"]) >= period:
            continue
        sign = 1 if row["RecordType"] == RECEIPT else -1
        known = found.setdefault(
            tuple(str(row.get(name, "")) for name in wanted),
            {name: row[name] for name in wanted if name in row} | {f"{name}Balance": NOTHING for name in register.resources},
        )
        for name in register.resources:
            known[f"{name}Balance"] = _sum(known[f"{name}Balance"]) + sign * _sum(row.get(name, NOTHING))
    return [row for row in found.values() if any(row[f"{name}Balance"] for name in register.resources)]


def _sum(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else NOTHING


def _wanted(register: Entity, dimensions: str) -> list[str]:
    """`Dimensions='Номенклатура,Склад'`: names without `_Key`."""
    if not dimensions:
        return list(register.dimensions)
    asked = [name.strip() for name in dimensions.split(",")]
    known = {name.removesuffix("_Key"): name for name in register.dimensions if not name.endswith("_Type")}
    if unknown := [name for name in asked if name not in known and name not in register.dimensions]:
        raise bad_option("Dimensions", f"Сегмент пути '{unknown[0]}' не найден")
    named = [known.get(name, name) for name in asked]
    return named + [f"{name}_Type" for name in named if f"{name}_Type" in register.dimensions]


MAKERS: dict[str, Callable[[Context], Iterable[Row]]] = {
    names.PRICES: prices, names.OLD_PRICES: old_prices, names.STOCK: stock, names.FREE_STOCK: free_stock, names.SETTLEMENTS: settled,
    names.BY_TERM: by_term, names.PLANNED: planned,
}  # fmt: skip
