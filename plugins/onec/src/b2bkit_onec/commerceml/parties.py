"""Контрагент: of a counterparty list, of a document, and the people who act for it."""

from __future__ import annotations

from b2bkit_onec.commerceml.broken import BadItem
from b2bkit_onec.commerceml.context import MAX_ID, Context, is_deleted, requisites
from b2bkit_onec.commerceml.records import NOTHING, Address, BankAccount, Contact, Counterparty, Person
from b2bkit_onec.commerceml.tree import Node

_ADDRESSES = ("АдресРегистрации", "ЮридическийАдрес", "ФактическийАдрес", "ПочтовыйАдрес", "АдресДоставки", "Адрес")


def counterparty(node: Node, context: Context, *, in_document: bool = False) -> Counterparty:
    """Raises BadItem without Ид; in a document a name is enough, since sites do not know 1C's ids."""
    own_id = node.value("Ид")
    name = node.value("Наименование") or node.value("ОфициальноеНаименование") or node.value("ПолноеНаименование")
    if len(own_id) > MAX_ID:
        raise BadItem("too-long-id", node.line, limit=MAX_ID)
    if not own_id and not (in_document and name):
        raise BadItem("no-id", node.line)
    deleted = is_deleted(node)
    if not name and not deleted and not in_document:
        raise BadItem("no-name", node.line)
    return Counterparty(
        id=own_id,
        name=name,
        official_name=node.value("ОфициальноеНаименование"),
        full_name=node.value("ПолноеНаименование"),
        first_name=node.value("Имя"),
        last_name=node.value("Фамилия"),
        middle_name=node.value("Отчество"),
        role=node.value("Роль"),
        inn=node.value("ИНН"),
        kpp=node.value("КПП"),
        okpo=node.value("КодПоОКПО") or node.value("ОКПО"),
        unp=node.value("УНП"),
        bin=node.value("БИН") or node.value("ИИН"),
        ogrn=node.value("ОГРН") or node.value("ЕГРПО"),
        addresses=addresses(node),
        contacts=contacts(node),
        people=tuple(_person(one) for one in node.within("Представители", "Представитель")),
        accounts=_accounts(node),
        requisites=requisites(node),
        comment=node.value("Комментарий"),
        deleted=deleted,
        version=node.value("НомерВерсии"),
        line=node.line,
    )


def addresses(node: Node) -> tuple[Address, ...]:
    """Every address with a text or a field; an address that the text repeats is given once per kind."""
    found = []
    for kind in _ADDRESSES:
        for entry in node.all(kind):
            fields = {one.value("Тип"): one.value("Значение") for one in entry.all("АдресноеПоле") if one.value("Значение")}
            text = entry.value("Представление") or entry.text
            if text or fields:
                found.append(Address(kind, text, fields or NOTHING))
    return tuple(found)


def contacts(node: Node) -> tuple[Contact, ...]:
    """Контакты/Контакт; 3.x also writes КонтактВид in place of Тип."""
    found = []
    for entry in (*node.within("Контакты", "Контакт"), *node.within("Контакты", "КонтактнаяИнформация")):
        value = entry.value("Значение") or entry.value("Представление")
        if value:
            found.append(Contact(entry.value("Тип") or entry.value("КонтактВид"), value, entry.value("Комментарий")))
    return tuple(found)


def _person(node: Node) -> Person:
    """2.0x wraps the person into Контрагент, later versions do not."""
    inner = node.first("Контрагент") or node
    name = inner.value("Наименование") or inner.value("ПолноеНаименование")
    if not name:
        name = " ".join(filter(None, (inner.value("Фамилия"), inner.value("Имя"), inner.value("Отчество"))))
    return Person(
        id=inner.value("Ид"),
        name=name,
        relation=inner.value("Отношение") or node.value("Отношение"),
        contacts=contacts(inner),
    )


def _accounts(node: Node) -> tuple[BankAccount, ...]:
    found = []
    for entry in (*node.within("РасчетныеСчета", "РасчетныйСчет"), *node.all("РасчетныйСчет")):
        bank = entry.first("Банк")
        found.append(
            BankAccount(
                number=entry.value("НомерСчета"),
                bank_name=bank.value("Наименование") if bank else "",
                bic=bank.value("БИК") if bank else "",
                correspondent=bank.value("СчетКорреспондентский") if bank else "",
            )
        )
    return tuple(found)
