"""$metadata of a 1C base (EDMX, up to 17 MB) -> what it publishes. Read as a stream by expat; a DOCTYPE ends the reading."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import OneCBroken

MOST_TYPES: Final = 50_000
MOST_FIELDS: Final = 3_000_000
MOST_DEPTH: Final = 30
_PREFIXES: Final = ("StandardODATA.", "Edm.")


@dataclass(frozen=True, slots=True)
class Function:
    """A function bound to an object: Balance, SliceLast, Post. `path` stands before it in an address, `gives` is its rows' type."""

    name: str
    path: str
    gives: str
    parameters: tuple[str, ...]


@dataclass(slots=True)
class Schema:
    """What a base publishes to this user: sets -> type, types -> field -> its type, functions by (object, name).

    Types are written bare: Guid, String, Double, `Collection(Document_X_Товары_RowType)`.
    """

    sets: dict[str, str] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    functions: dict[tuple[str, str], Function] = field(default_factory=dict)

    def fields(self, name: str) -> Mapping[str, str]:
        """Fields of a set or a type; empty for one that is not there."""
        return self.types.get(self.sets.get(name, name), {})

    def function(self, entity: str, name: str) -> Function | None:
        """A function of a register or document, also where 1C binds it to the register's records."""
        return self.functions.get((entity, name)) or self.functions.get((f"{entity}_RecordType", name))

    def row(self, entity: str, part: str) -> Mapping[str, str]:
        """Fields of a table part's rows; empty when there is no such part."""
        kind = self.fields(entity).get(part, "")
        return self.types.get(kind.removeprefix("Collection(").removesuffix(")"), {}) if kind.startswith("Collection(") else {}


class _Builder:
    """expat's callbacks."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self.schema, self._wanted = Schema(), wanted
        self._fields: dict[str, str] | None = None
        self._function: tuple[str, str, list[tuple[str, str]], str] | None = None
        self._depth = self._count = 0
        self.edmx = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise OneCBroken(_("$metadata is nested too deeply."))
        local = name.rpartition(":")[2]
        if local == "Property" and self._fields is not None:
            self._count += 1
            if self._count > MOST_FIELDS:
                raise OneCBroken(_("$metadata has too many fields."))
            self._fields[sys.intern(attributes.get("Name", ""))] = sys.intern(_bare(attributes.get("Type", "")))
        elif local in ("EntityType", "ComplexType"):
            self._open_type(attributes.get("Name", ""))
        elif local == "EntitySet":
            self.schema.sets[attributes.get("Name", "")] = _bare(attributes.get("EntityType", ""))
        elif local == "FunctionImport":
            self._function = (attributes.get("Name", ""), _bare(attributes.get("ReturnType", "")), [], attributes.get("EntitySetPath", ""))
        elif local == "Parameter" and self._function is not None:
            self._function[2].append((attributes.get("Name", ""), _bare(attributes.get("Type", ""))))
        elif local == "Edmx":
            self.edmx = True

    def _open_type(self, name: str) -> None:
        if len(self.schema.types) >= MOST_TYPES:
            raise OneCBroken(_("$metadata has too many types."))
        self._fields = self.schema.types.setdefault(name, {}) if self._wanted(name) else None

    def end(self, name: str) -> None:
        self._depth -= 1
        local = name.rpartition(":")[2]
        if local in ("EntityType", "ComplexType"):
            self._fields = None
        elif local == "FunctionImport" and self._function is not None:
            called, gives, parameters, path = self._function
            bound = path or next((kind for name_, kind in parameters if name_ == "bindingParameter"), "")
            names = tuple(name_ for name_, _kind in parameters if name_ != "bindingParameter")
            row = gives.removeprefix("Collection(").removesuffix(")")
            bound = bound.removeprefix("Collection(").removesuffix(")")
            self.schema.functions[(bound, called)] = Function(called, bound, row, names)
            self._function = None


def _bare(kind: str) -> str:
    collection = kind.startswith("Collection(")
    inner = kind[11:-1] if collection else kind
    for prefix in _PREFIXES:
        inner = inner.removeprefix(prefix)
    return f"Collection({inner})" if collection else inner


def _refuse_doctype(*_given: object) -> None:
    raise OneCBroken(_("$metadata has a DOCTYPE, which 1C never writes."))


def read_schema(chunks: Iterable[bytes], *, wanted: Callable[[str], bool] = lambda _name: True) -> Schema:
    """The schema. `wanted` tells of which types the fields are kept; names of sets and functions always are.

    Raises OneCBroken for anything that is no whole EDMX.
    """
    parser = expat.ParserCreate()
    builder = _Builder(wanted)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise OneCBroken(
            _("$metadata cannot be read: {why}, line {line}.").format(why=expat.ErrorString(error.code), line=error.lineno)
        ) from error
    if not builder.edmx:
        raise OneCBroken(_("What came instead of $metadata is another document."))
    return builder.schema
