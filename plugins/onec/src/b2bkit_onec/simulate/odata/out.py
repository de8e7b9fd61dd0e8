"""Answers on the wire: JSON and Atom, as 1C writes them."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterable
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from b2bkit_onec.simulate.infobase import plain
from b2bkit_onec.simulate.names import EMPTY
from b2bkit_onec.simulate.objects import Cell
from b2bkit_onec.simulate.odata import model
from b2bkit_onec.simulate.odata.context import Row
from b2bkit_onec.simulate.odata.errors import ODataError
from b2bkit_onec.simulate.odata.model import Part, Property
from b2bkit_onec.simulate.odata.read import Answer
from b2bkit_onec.simulate.odata.tables import PRESENTATION, Shape

NO, MINIMAL, FULL = "nometadata", "minimalmetadata", "fullmetadata"
D, M = "http://schemas.microsoft.com/ado/2007/08/dataservices", "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
SCHEME, RELATED = f"{D}/scheme", f"{D}/related/"
FEED = f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns:d="{D}" xmlns:m="{M}"'
REF = "Ref_Key"
CONTROL = {chr(code) for code in range(32)} - set("\t\n\r")


def dump(value: Cell) -> str:
    """JSON with exact numbers."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{dump(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dump(one) for one in value) + "]"
    if isinstance(value, str):
        _refuse_control(value)
    return json.dumps(value, ensure_ascii=False)


def _refuse_control(text: str) -> None:
    if not CONTROL.isdisjoint(text):
        raise ODataError(400, "-1", "Недопустимый символ в значении реквизита")


def key_of(shape: Shape, row: Row) -> str:
    """What identifies a row: `Catalog_X(guid'…')`."""
    if shape.key == ("Ref_Key",):
        return f"{shape.of}(guid'{row['Ref_Key']}')"
    words = []
    for name in shape.key:
        own = shape.named(name)
        value = row.get(name, "")
        kind = own.type if own else model.STRING
        told = f"guid'{value}'" if kind == model.GUID else f"datetime'{value}'" if kind == model.DATE else f"'{value}'"
        words.append(f"{name}={value}" if kind == model.INT64 else f"{name}={told}")
    return f"{shape.of}({', '.join(words)})"


def json_value(one: Property, value: Cell) -> Cell:
    """A property's value in JSON: Int64 is a string, numbers are numbers."""
    if one.type == model.INT64:
        return str(value)
    return value


def _json_properties(properties: Iterable[Property], row: Row, fields: frozenset[str] | None, level: str) -> Row:
    made: Row = {}
    for one in properties:
        if fields is not None and one.name not in fields:
            continue
        if level == FULL and one.type not in (model.STRING, model.BOOLEAN, model.DOUBLE):
            made[f"{one.name}@odata.type"] = one.type
        made[one.name] = json_value(one, row.get(one.name, one.default))
    return made


def json_row(shape: Shape, row: Row, root: str, level: str, fields: frozenset[str] | None = None) -> Row:
    """One object in JSON."""
    made: Row = {}
    if level == FULL:
        made["odata.type"] = f"StandardODATA.{shape.type}"
        if shape.of:
            made["odata.id"] = root + urllib.parse.quote(key_of(shape, row), safe="()'=,")
            made["odata.editLink"] = key_of(shape, row)
    made |= _json_properties(shape.properties, row, fields, level)
    made |= {name: row[name] for name in row if name.endswith(PRESENTATION)}
    for part in shape.parts:
        if fields is None or part.name in fields:
            made[part.name] = [_json_properties(part.properties, one, None, level) for one in _rows(row, part.name)]
    if level != NO and shape.of:
        made |= {f"{name}@navigationLinkUrl": f"{key_of(shape, row)}/{name}" for name in _links(shape, row, fields)}
    return made


def _links(shape: Shape, row: Row, fields: frozenset[str] | None) -> Iterable[str]:
    for one in shape.navigations:
        name = one.name.removesuffix("_Key")
        if row.get(one.name, EMPTY) != EMPTY and (fields is None or name in fields):
            yield name


def _rows(row: Row, name: str) -> list[Row]:
    found = row.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def json_feed(answer: Answer, root: str, level: str) -> str:
    """A collection in JSON."""
    body: Row = {}
    if level != NO:
        body["odata.metadata"] = f"{root}$metadata#{answer.shape.of or answer.shape.type}"
    if answer.total is not None:
        body["odata.count"] = str(answer.total)
    values: list[Cell] = []
    for at, row in enumerate(answer.rows):
        made = json_row(answer.shape, row, root, level, answer.fields)
        for name, (shape, other) in answer.expanded.get(at, {}).items():
            made.pop(f"{name}@navigationLinkUrl", None)
            made[name] = json_row(shape, other, root, level)
        values.append(made)
    body["value"] = values
    return dump(body)


def json_entry(shape: Shape, row: Row, root: str, level: str, fields: frozenset[str] | None = None) -> str:
    """One object in JSON as an answer of its own."""
    front: Row = {} if level == NO else {"odata.metadata": f"{root}$metadata#{shape.of or shape.type}/@Element"}
    return dump(front | json_row(shape, row, root, level, fields))


def atom_feed(answer: Answer, root: str, updated: str) -> str:
    """A collection as an Atom feed."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{FEED} xml:base={quoteattr(root)}>\n'
    head += f'<id>{escape(root + (answer.shape.of or answer.shape.type))}</id><title type="text"/><updated>{updated}</updated>\n'
    if answer.total is not None:
        head += f"<m:count>{answer.total}</m:count>\n"
    return head + "".join(entry(answer.shape, row, root, updated, answer.fields) for row in answer.rows) + "</feed>"


def atom_entry(shape: Shape, row: Row, root: str, updated: str, fields: frozenset[str] | None = None) -> str:
    """One object as an Atom document."""
    names = f' xmlns="http://www.w3.org/2005/Atom" xmlns:d="{D}" xmlns:m="{M}" xml:base={quoteattr(root)}'
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + entry(shape, row, root, updated, fields).replace("<entry>", f"<entry{names}>", 1)


def entry(shape: Shape, row: Row, root: str, updated: str, fields: frozenset[str] | None = None) -> str:
    """An <entry>; rows without an address have neither id nor links."""
    made = ["<entry>"]
    if shape.of:
        address = key_of(shape, row)
        made.append(f"<id>{escape(root + address)}</id>")
    made.append(f'<category term="StandardODATA.{shape.type}" scheme="{SCHEME}"/><title type="text"/>')
    made.append(f"<updated>{updated}</updated><author/><summary/>")
    if shape.of:
        for name in _links(shape, row, fields):
            kind = "application/atom+xml;type=entry;charset=utf-8"
            made.append(f'<link rel="{RELATED}{name}" href={quoteattr(f"{address}/{name}")} type="{kind}" title="{name}"/>')
        made.append(f'<link rel="edit" href={quoteattr(address)} title="edit-link"/>')
    made.append(f'<content type="application/xml"><m:properties xmlns:d="{D}" xmlns:m="{M}">')
    made.append("".join(_element(one, row) for one in shape.properties if fields is None or one.name in fields))
    made.extend(_atom_part(shape, part, row) for part in shape.parts if fields is None or part.name in fields)
    made.append("</m:properties></content></entry>\n")
    return "\n".join(made)


def _atom_part(shape: Shape, part: Part, row: Row) -> str:
    kind = f"StandardODATA.{shape.type}_{'RowType' if part.name == 'RecordSet' else part.name + '_RowType'}"
    rows = _rows(row, part.name)
    front = f'<d:{part.name} m:type="Collection({kind})"'
    if not rows:
        return front + "/>"
    inner = "".join(
        f'<d:element m:type="{kind}">{"".join(_element(one, each) for one in part.properties if one.name != REF)}</d:element>'
        for each in rows
    )
    return f"{front}>{inner}</d:{part.name}>"


def _element(one: Property, row: Row) -> str:
    value = row.get(one.name, one.default)
    told = "true" if value is True else "false" if value is False else value
    text = plain(told) if isinstance(told, Decimal) else str(told)
    _refuse_control(text)
    return f"<d:{one.name}>{escape(text)}</d:{one.name}>\n" if text else f"<d:{one.name}/>\n"


def error_body(error: ODataError, *, as_json: bool) -> str:
    """A refusal with its number."""
    if as_json:
        return dump({"odata.error": {"code": error.code, "message": {"lang": "ru", "value": error.words}}})
    words = f'<m:code>{error.code}</m:code><m:message xml:lang="ru">{escape(error.words)}</m:message>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<m:error xmlns:m="{M}">{words}</m:error>'
