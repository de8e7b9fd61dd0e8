"""Who the infobase trades with: Партнеры, Контрагенты, договоры, соглашения, контактные лица, Пользователи."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal

from b2bkit_onec.commerceml.contracts import Contract, contracts_of, manager_of, partner_of
from b2bkit_onec.commerceml.records import Counterparty, Person
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase, plain
from b2bkit_onec.simulate.names import (
    AGREEMENT,
    CONTRACT,
    COUNTERPARTY,
    CURRENCY,
    EMPTY,
    NO_DATE,
    PARTNER,
    PERSON,
    PRICE_TYPE,
    SCHEDULE,
    USER,
    made_up,
    reference,
)
from b2bkit_onec.simulate.objects import Body

NUMERIC_CODES = {"BYN": "933", "RUB": "643", "USD": "840", "EUR": "978", "KZT": "398"}
OURS = made_up("organisation", "ours")
MAIL, PHONE, ADDRESS = "АдресЭлектроннойПочты", "Телефон", "Адрес"


def currency(db: sqlite3.Connection, code: str) -> str:
    """The reference of a currency (Валюты), which is made at its first use; EMPTY for ""."""
    if not code:
        return EMPTY
    ref = made_up("currency", code)
    if objects.get(db, CURRENCY, ref) is None:
        objects.put(db, CURRENCY, ref, {"Description": code}, code=NUMERIC_CODES.get(code, code))
    return ref


def take_party(db: sqlite3.Connection, party: Counterparty) -> None:
    """Writes a counterparty of a file with its partner, people, contracts, an agreement for each contract, and the manager."""
    told, called = partner_of(party)
    ref, partner = reference(COUNTERPARTY, party.id), reference(PARTNER, told) if told else made_up("partner", party.id)
    manager = _user(db, manager_of(party))
    name = party.official_name or party.full_name or party.name
    trader = not party.official_name and bool(party.full_name)
    ways = _ways(party)
    partner_body: Body = {
        "Description": called or party.name, "НаименованиеПолное": called or name, "Клиент": True, "ОсновнойМенеджер_Key": manager,
        "ЮрФизЛицо": "Компания", "КонтактнаяИнформация": ways,
    }  # fmt: skip
    objects.put(db, PARTNER, partner, partner_body)
    body: Body = {
        "Description": party.name, "НаименованиеПолное": name, "Партнер_Key": partner, "ИНН": party.unp or party.inn,
        "КПП": party.kpp, "КодПоОКПО": party.okpo, "ЮрФизЛицо": "ИндивидуальныйПредприниматель" if trader else "ЮрЛицо",
        "ЮридическоеФизическоеЛицо": "ФизическоеЛицо" if trader else "ЮридическоеЛицо", "КонтактнаяИнформация": list(ways),
        "DeletionMark": party.deleted, "ОсновнойМенеджер_Key": manager,
    }  # fmt: skip
    objects.put(db, COUNTERPARTY, ref, {key: value for key, value in body.items() if key != "ОсновнойМенеджер_Key"})
    for person in party.people:
        _person(db, partner, person)
    for contract in contracts_of(party):
        _contract(db, partner, ref, contract)


def _ways(party: Counterparty) -> list[objects.Cell]:
    rows: list[Body] = [{"Тип": ADDRESS, "Представление": one.text, "Значение": one.text} for one in party.addresses]
    rows += [_way(one.kind, one.value) for one in party.contacts]
    return [{"LineNumber": str(number), **row} for number, row in enumerate(rows, 1)]


def _way(kind: str, value: str) -> Body:
    if "почта" in kind.casefold():
        return {"Тип": MAIL, "Представление": value, "АдресЭП": value, "Значение": value}
    return {"Тип": PHONE, "Представление": value, "НомерТелефона": value, "Значение": value}


def _person(db: sqlite3.Connection, partner: str, person: Person) -> None:
    position = next((one.comment for one in person.contacts if one.comment), "")
    rows = [_way(one.kind, one.value) for one in person.contacts]
    body: Body = {
        "Description": person.name, "Owner_Key": partner, "Фамилия": person.name.split(" ")[0], "ДолжностьПоВизитке": position,
        "КонтактнаяИнформация": [{"LineNumber": str(number), **row} for number, row in enumerate(rows, 1)],
    }  # fmt: skip
    objects.put(db, PERSON, reference(PERSON, person.id), body)


def _user(db: sqlite3.Connection, mail: str) -> str:
    if not mail:
        return EMPTY
    ref = made_up("user", mail)
    if objects.get(db, USER, ref) is None:
        name = mail.partition("@")[0]
        rows: list[objects.Cell] = [{"LineNumber": "1", **_way("Почта", mail)}]
        objects.put(db, USER, ref, {"Description": name, "КонтактнаяИнформация": rows})
    return ref


def _contract(db: sqlite3.Connection, partner: str, party: str, contract: Contract) -> None:
    ref = reference(CONTRACT, contract.id)
    day = contract.date.isoformat() + "T00:00:00" if contract.date else NO_DATE
    delay = contract.deferral_days or 0
    money = currency(db, contract.currency)
    status = "Действует" if contract.active else "Закрыт"
    body: Body = {
        "Description": f"Договор {contract.number}".strip(), "Номер": contract.number, "Дата": day, "ДатаНачалаДействия": day,
        "ДатаОкончанияДействия": NO_DATE, "Партнер_Key": partner, "Контрагент_Key": party, "Организация_Key": OURS,
        "ВалютаВзаиморасчетов_Key": money, "ТипДоговора": "СПокупателем", "ХозяйственнаяОперация": "РеализацияКлиенту",
        "ПорядокРасчетов": "ПоЗаказам", "УстановленСрокОплаты": delay > 0, "СрокОплаты": str(delay), "Статус": status, "Согласован": True,
        "ОграничиватьСуммуЗадолженности": False, "ДопустимаяСуммаЗадолженности": "0", "ЗапрещаетсяПросроченнаяЗадолженность": False,
        "НаименованиеДляПечати": f"Договор № {contract.number}",
    }  # fmt: skip
    objects.put(db, CONTRACT, ref, body)
    agreement: Body = {
        "Description": f"Соглашение к договору {contract.number}".strip(), "Номер": contract.number, "Дата": day,
        "ДатаНачалаДействия": day, "ДатаОкончанияДействия": NO_DATE, "Партнер_Key": partner, "Контрагент_Key": party,
        "Организация_Key": OURS, "ВидЦен_Key": reference(PRICE_TYPE, contract.price_type_id), "Валюта_Key": money,
        "ГрафикОплаты_Key": _schedule(db, delay), "Статус": status, "Согласован": True, "Типовое": False, "ЦенаВключаетНДС": True,
        "ДоступноВнешнимПользователям": True, "ИспользуютсяДоговорыКонтрагентов": True, "ПорядокРасчетов": "ПоЗаказам",
    }  # fmt: skip
    objects.put(db, AGREEMENT, made_up("agreement", ref), agreement)


def _schedule(db: sqlite3.Connection, days: int) -> str:
    """ГрафикиОплаты: one stage, before shipment or `days` after it."""
    ref = made_up("schedule", str(days))
    if objects.get(db, SCHEDULE, ref) is None:
        name = f"Отсрочка {days} дней" if days else "Предоплата 100 %"
        variant = "КредитПослеОтгрузки" if days else "ПредоплатаДоОтгрузки"
        stage: Body = {"LineNumber": "1", "ВариантОплаты": variant, "Сдвиг": str(days), "ПроцентПлатежа": "100"}
        objects.put(db, SCHEDULE, ref, {"Description": name, "Этапы": [stage]})
    return ref


def delay_of(db: sqlite3.Connection, contract: str) -> int:
    """Days from shipment to payment under a contract; 0 is prepayment."""
    found = objects.get(db, CONTRACT, contract) or {}
    return int(objects.text(found, "СрокОплаты") or 0) if objects.flag(found, "УстановленСрокОплаты") else 0


def agreement_of(db: sqlite3.Connection, contract: str) -> str:
    """The agreement that was made with a contract, EMPTY without one."""
    ref = made_up("agreement", contract)
    return ref if objects.get(db, AGREEMENT, ref) is not None else EMPTY


def find_contract(db: sqlite3.Connection, ref: str, number: str, party: str) -> str:
    """A contract by its reference, or by the number that it has with a counterparty; "" when there is none."""
    if ref and objects.get(db, CONTRACT, reference(CONTRACT, ref)) is not None:
        return reference(CONTRACT, ref)
    if not number:
        return ""
    own = reference(COUNTERPARTY, party)
    row = db.execute(
        "SELECT id FROM object WHERE entity = ? AND json_extract(body, '$.\"Номер\"') = ?"
        " AND json_extract(body, '$.\"Контрагент_Key\"') = ?",
        (CONTRACT, number, own),
    ).fetchone()
    return str(row["id"]) if row else ""


def set_limit(base: Infobase, contract: str, *, limited: bool, limit: Decimal, stops_overdue: bool) -> None:
    """What a manager may change of a contract's terms. Raises LookupError."""
    with base.write() as db:
        objects.change(
            db,
            CONTRACT,
            contract,
            ОграничиватьСуммуЗадолженности=limited,
            ДопустимаяСуммаЗадолженности=plain(limit),
            ЗапрещаетсяПросроченнаяЗадолженность=stops_overdue,
        )


def day_of(moment: str) -> dt.date:
    """The day of one of 1C's moments."""
    return dt.date.fromisoformat(moment[:10])
