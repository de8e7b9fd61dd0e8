"""Typed attributes: declaring them, keeping the values of products for filters, and how a value is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from b2bkit.core.catalog.models import Attribute, AttributeValue, Product
from b2bkit.core.db.rows import Change, Row, by_id, parts, replace, save, where_in
from b2bkit.core.db.session import PortalSession
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _, language
from b2bkit.core.web.formatting import NBSP, num

Kind = Literal["text", "number", "flag", "choice"]
Given = Mapping[str, Any]  # name -> a value, or a list of values: `Product.attributes`
KINDS: Final[tuple[Kind, ...]] = ("text", "number", "flag", "choice")
LONGEST: Final = 250
_IN_LIST: Final = 3
_KEY: Final = ("product_id", "attribute_id", "position")
_PLACES: Final = Decimal("0.000001")
_LARGEST: Final = Decimal(10) ** 12
_SPACES: Final = str.maketrans("", "", " \u00a0\u2009\u202f")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,16}(?:[.,][0-9]{1,12})?")
_YES: Final = frozenset(("true", "1", "да", "истина", "yes"))
_NO: Final = frozenset(("false", "0", "нет", "ложь", "no"))


class Declared(NamedTuple):
    """An attribute as its source declares it; `position` holds for a new one, the workspace may move it later."""

    name: str
    kind: Kind
    position: int = 0


class Listed(NamedTuple):
    """An attribute where it is shown: its name without the unit, kind and unit; `name` is the key of `Product.attributes`.

    hidden   not on the product's page
    """

    name: str
    label: str
    kind: str
    unit: str
    hidden: bool = False


class Shown(NamedTuple):
    """An attribute of a product in words."""

    label: str
    value: str


def number_of(text: str) -> Decimal | None:
    """The number that a text is, to six places; comma or point; None for anything else and for what is too large to keep."""
    plain = text.translate(_SPACES)
    if not _NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain.replace(",", "."))
    return value.quantize(_PLACES, ROUND_HALF_UP) if abs(value) <= _LARGEST else None


def flag_of(text: str) -> bool | None:
    """Yes or no as 1C writes it (`true`, `Да`); None for anything else."""
    word = text.strip().casefold()
    return True if word in _YES else False if word in _NO else None


def unit_in(name: str) -> str:
    """`ПТР, г/10 мин` -> `г/10 мин`: 1C has no field for the unit of a property, so people write it behind a comma."""
    _head, comma, unit = name.rpartition(", ")
    return unit.strip() if comma and len(unit) <= 50 else ""


def listed(name: str, kind: str, unit: str, *, hidden: bool = False) -> Listed:
    """An attribute as it is shown: a unit that stands in the name goes to the value."""
    label = name[: -len(unit)].rstrip().rstrip(",") if unit and name.endswith(f", {unit}") else name
    return Listed(name, label, kind, unit, hidden)


# keeping


def declare(session: PortalSession, declared: Iterable[Declared]) -> Change:
    """Makes attributes that are new, by their names, and gives others the kind that is declared; where they are shown stays as it is.

    Of the first that are ever declared three are shown in the list.
    """
    wanted = {one.name[:LONGEST]: one for one in declared if one.name}
    there = {row["name"]: row for row in where_in(session, Attribute, "name", wanted)}
    fresh = sorted((one.position, name) for name, one in wanted.items() if name not in there)
    new = {new_id(): _fresh(name, wanted[name].kind, position) for position, name in fresh}
    if new and session.scalar(select(Attribute.id).limit(1)) is None:
        for row in list(new.values())[:_IN_LIST]:
            row["in_list"] = True
    other = [(there[name], one.kind) for name, one in wanted.items() if name in there and there[name]["kind"] != one.kind]
    changed = {row["id"]: {"kind": kind, **_unit_for(kind, row)} for row, kind in other}
    change = save(session, Attribute, {**new, **changed})
    for row, kind in other:
        _type_anew(session, row["id"], kind)
    return change


def _fresh(name: str, kind: Kind, position: int) -> Row:
    row: Row = {"name": name, "kind": kind, "unit": unit_in(name) if kind == "number" else "", "position": position}
    return row | {"in_list": False, "in_product": True, "in_filter": kind != "text"}


def _unit_for(kind: Kind, row: Row) -> Row:
    return {"unit": unit_in(row["name"])} if kind == "number" and not row["unit"] else {}


def _type_anew(session: PortalSession, attribute_id: UUID, kind: Kind) -> None:
    """The numbers of all values of an attribute whose kind is another now."""
    texts = session.scalars(select(AttributeValue.text).where(AttributeValue.attribute_id == attribute_id).distinct()).all()
    table = AttributeValue.__table__
    same = (AttributeValue.attribute_id == attribute_id, AttributeValue.text == bindparam("said"))
    statement = update(AttributeValue).where(*same).values(number=bindparam("typed"))
    if texts:
        assert table is not None
        session.connection().execute(statement, [{"said": text, "typed": _typed(kind, text)} for text in texts])


def keep_values(session: PortalSession, products: Mapping[UUID, Given], *, new: Collection[UUID] = ()) -> Change:
    """Makes the values of these products be what their `attributes` say; names that were never declared become attributes of text.

    new    those of them that have no values yet, which spares looking. For unscoped sessions.
    """
    if not products:
        return Change()
    known = _definitions(session, {name[:LONGEST] for given in products.values() for name in given})
    total, typed = Change(), _Typed()
    for part in parts(products):
        wanted = {key: row for id_ in part for key, row in _rows(id_, products[id_], known, typed)}
        there = where_in(session, AttributeValue, "product_id", [id_ for id_ in part if id_ not in new])
        change = replace(session, AttributeValue, _KEY, there, wanted)
        total = Change(total.new + change.new, total.changed + change.changed)
    return total


def reword(session: PortalSession, *, name: str, new_name: str, words: Mapping[str, str]) -> list[UUID]:
    """Gives an attribute another name, and values other words (old -> new), in all products that have them; returns their ids.

    Where an attribute has the new name already, products go over to it.
    """
    attribute_id = session.scalar(select(Attribute.id).where(Attribute.name == name[:LONGEST]))
    if attribute_id is None:
        return []
    having = select(AttributeValue.product_id).where(AttributeValue.attribute_id == attribute_id).distinct()
    if new_name == name:
        having = having.where(AttributeValue.text.in_([word[:LONGEST] for word in words]))
    ids = list(session.scalars(having))
    if new_name != name and session.scalar(select(Attribute.id).where(Attribute.name == new_name[:LONGEST])) is None:
        save(session, Attribute, {attribute_id: {"name": new_name[:LONGEST]}})
    for part in parts(ids):
        rows = by_id(session, Product, part)
        given = {id_: renamed(row["attributes"], name, new_name, words) for id_, row in rows.items()}
        save(session, Product, {id_: {"attributes": attributes} for id_, attributes in given.items()})
        keep_values(session, given)
    return ids


def renamed(attributes: Given, name: str, new_name: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Attributes of a product, one of which has another name, and some of its values other words."""
    found: dict[str, Any] = {}
    for known, value in attributes.items():
        if known != name:
            found.setdefault(known, value)
        else:
            found[new_name] = [words.get(str(one), one) for one in value] if isinstance(value, list) else words.get(str(value), value)
    return found


def _definitions(session: PortalSession, names: Collection[str]) -> dict[str, tuple[UUID, Kind]]:
    """Attributes by their names; those that nobody declared are made, behind the others."""
    found = {row["name"]: (row["id"], row["kind"]) for row in where_in(session, Attribute, "name", names)}
    missing = sorted(set(names) - found.keys())
    if missing:
        last = session.scalar(select(func.max(Attribute.position))) or 0
        made = {new_id(): _fresh(name, "text", last + number) for number, name in enumerate(missing, 1)}
        save(session, Attribute, made)
        found |= {row["name"]: (id_, row["kind"]) for id_, row in made.items()}
    return found


class _Typed(dict[tuple[str, str], Decimal | None]):
    """Numbers of texts by kind; goods share most of them."""

    def __missing__(self, key: tuple[str, str]) -> Decimal | None:
        found = self[key] = _typed(*key)
        return found


def _typed(kind: str, text: str) -> Decimal | None:
    if kind == "number":
        return number_of(text)
    if kind == "flag" and (said := flag_of(text)) is not None:
        return Decimal(said)
    return None


def _rows(product_id: UUID, given: Given, known: Mapping[str, tuple[UUID, Kind]], typed: _Typed) -> Iterator[tuple[tuple[Any, ...], Row]]:
    for name, value in given.items():
        attribute_id, kind = known[name[:LONGEST]]
        for position, text in enumerate(texts_of(value)):
            yield (product_id, attribute_id, position), {"text": text[:LONGEST], "number": typed[kind, text]}


def texts_of(value: object) -> list[str]:
    """The values of an attribute as `Product.attributes` holds them: one, or a list; empty ones are left out."""
    every = value if isinstance(value, list) else [value]
    return [str(one) for one in every if one not in ("", None)]


# saying


@lru_cache(maxsize=16_384)
def _said(kind: str, unit: str, text: str, lang: str) -> str:
    if kind == "number" and (number := number_of(text)) is not None:
        said = num(number, lang=lang)
        return f"{said}{NBSP}{unit}" if unit else said
    if kind == "flag" and (flag := flag_of(text)) is not None:
        return _("yes") if flag else _("no")
    return text


def said(one: Listed, value: object) -> str:
    """A value in words of the current language: `0,3 г/10 мин`, `yes`, `Hostalen, Purell`; "" when there is none."""
    lang = language()
    return ", ".join([_said(one.kind, one.unit, text, lang) for text in texts_of(value)])


def in_words(attributes: Given, definitions: Iterable[Listed]) -> list[Shown]:
    """The attributes of a product in the order of the definitions, names without one after them; those without a value are left out."""
    known = {one.name[:LONGEST]: one for one in definitions}
    found = [Shown(one.label, said(one, attributes.get(name))) for name, one in known.items() if not one.hidden]
    found += [Shown(name, ", ".join(texts_of(value))) for name, value in attributes.items() if name[:LONGEST] not in known]
    return [one for one in found if one.value]
