"""Свойства of the classifier -> typed attributes; a property or a word of a reference book that has another name now takes it along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from b2bkit.core.catalog.attributes import Declared, Kind, flag_of, renamed, reword
from b2bkit.core.catalog.attributes import declare as declare_all
from b2bkit.core.db.rows import Row, by_id, save
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Property, Variant

_FLAGS: Final = ("Булево", "Логическое", "Логический")


def kind_of(one: records.PropertyDef, choices: Mapping[str, Any]) -> Kind:
    """ТипЗначений as a kind; a reference book of yes and no, as 1C writes its Булево, is a flag."""
    if one.value_type in _FLAGS or (choices and all(flag_of(str(word)) is not None for word in choices.values())):
        return "flag"
    if choices or one.value_type == "Справочник":
        return "choice"
    return "number" if one.value_type == "Число" else "text"


def declare(intake: Intake, properties: Sequence[records.PropertyDef], before: Mapping[str, Row], now: Mapping[str, Row]) -> None:
    """Attributes of these properties; `before` and `now` are the properties as they were kept and as they are, by their references."""
    for ref, row in now.items():
        if ref in before:
            _rename(intake, before[ref], row)
    declared = []
    for one in properties:
        row = {**before.get(one.id, {}), **now[one.id]}
        declared.append(Declared(row["name"], kind_of(one, row["choices"]), row["position"]))
    declare_all(intake.work.session, declared)


def _rename(intake: Intake, before: Row, now: Row) -> None:
    session, name = intake.work.session, before["name"]
    words = {str(word): str(now["choices"][ref]) for ref, word in before["choices"].items() if now["choices"].get(ref, word) != word}
    shared = now["name"] != name and session.scalar(select(Property.ref).where(Property.name == name).limit(1)) is not None
    new_name = name if shared else now["name"]
    if not words and new_name == name:
        return
    changed = reword(session, name=name, new_name=new_name, words=words)
    rows = by_id(session, Variant, changed, column="product_id")
    save(
        session,
        Variant,
        {id_: {"attributes": renamed(row["attributes"], name, new_name, words)} for id_, row in rows.items()},
        key="product_id",
    )
