"""From what people and programs send to closed, typed models; every wrong field at once, in the person's language."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.errors import BadRequest
from b2bkit.core.web.state import Form

M = TypeVar("M", bound=BaseModel)


class Nothing(BaseModel):
    """A form without fields."""


CONTROL_FIELDS = frozenset({"_csrf", "_key"})
_SPACES = str.maketrans("", "", " \t\u00a0\u2007\u2009\u202f'")
_NUMBER = re.compile(r"[+\-\u2212]?[0-9]{1,16}([.,][0-9]{1,6})?")


def _number(value: object) -> object:
    """`1 234,5` as people type it -> Decimal; no exponents, no NaN, no digits of other scripts."""
    if isinstance(value, bool):
        raise PydanticCustomError("form_number", "not a number")
    if isinstance(value, Decimal | int):
        value = str(value)
    if not isinstance(value, str):
        raise PydanticCustomError("form_number", "not a number")
    text = value.translate(_SPACES)
    if not text:
        raise PydanticCustomError("missing", "Field required")
    if not _NUMBER.fullmatch(text):
        raise PydanticCustomError("form_number", "not a number")
    return Decimal(text.replace(",", ".").replace("\u2212", "-"))


FormDecimal = Annotated[Decimal, BeforeValidator(_number)]
"""A number as it is typed in any language: decimal comma or point, spaces between thousands."""

_UNKNOWN = N_("The field “{field}” is not known here.")
_REPEATED = N_("The field “{field}” came more than once.")
_SENTENCES: Mapping[str, str] = {
    "missing": N_("Fill this in."),
    "extra_forbidden": _UNKNOWN,
    "string_too_short": N_("Enter at least {min_length} characters."),
    "string_too_long": N_("At most {max_length} characters fit here."),
    "too_short": N_("Choose at least {min_length}."),
    "too_long": N_("At most {max_length} are accepted."),
    "greater_than": N_("The value must be greater than {gt}."),
    "greater_than_equal": N_("The value must be at least {ge}."),
    "less_than": N_("The value must be less than {lt}."),
    "less_than_equal": N_("The value must be at most {le}."),
    "multiple_of": N_("The value must be a multiple of {multiple_of}."),
    "decimal_max_places": N_("At most {decimal_places} decimal places are kept."),
    "decimal_max_digits": N_("The number is too long."),
    "decimal_whole_digits": N_("The number is too long."),
    "decimal_parsing": N_("Enter a number, for example 1250.50."),
    "decimal_type": N_("Enter a number, for example 1250.50."),
    "form_number": N_("Enter a number, for example 1250.50."),
    "finite_number": N_("Enter a number, for example 1250.50."),
    "int_parsing": N_("Enter a whole number."),
    "int_type": N_("Enter a whole number."),
    "int_from_float": N_("Enter a whole number."),
    "int_parsing_size": N_("The number is too long."),
    "bool_parsing": N_("Choose yes or no."),
    "bool_type": N_("Choose yes or no."),
    "uuid_parsing": N_("This choice is not valid. Choose again."),
    "uuid_type": N_("This choice is not valid. Choose again."),
    "literal_error": N_("This choice is not valid. Choose again."),
    "enum": N_("This choice is not valid. Choose again."),
    "date_parsing": N_("Enter a date, for example 2026-11-30."),
    "date_from_datetime_parsing": N_("Enter a date, for example 2026-11-30."),
    "date_type": N_("Enter a date, for example 2026-11-30."),
    "datetime_parsing": N_("Enter a date and time, for example 2026-11-30T18:00."),
    "datetime_from_date_parsing": N_("Enter a date and time, for example 2026-11-30T18:00."),
    "string_pattern_mismatch": N_("The value does not have the form that is expected here."),
    "string_type": N_("Enter text."),
    "list_type": N_("A list is expected here."),
    "dict_type": N_("An object is expected here."),
    "model_type": N_("An object is expected here."),
    "model_attributes_type": N_("An object is expected here."),
}
_OTHER = N_("The value is not accepted here.")
_CODES: Mapping[str, str] = {"extra_forbidden": "unknown_field"}


def problem_of(error: ErrorDetails) -> Problem:
    """A pydantic error as a Problem: our sentence, the field as a dotted path (`lines.0.quantity`)."""
    kind, field = error["type"], ".".join(str(part) for part in error["loc"])
    context = {key: value for key, value in (error.get("ctx") or {}).items() if isinstance(value, str | int | float | Decimal)}
    if kind == "value_error":  # a validator of ours raised ValueError with a translated sentence
        return Problem("invalid", str((error.get("ctx") or {}).get("error", "")) or _(_OTHER), field or None)
    sentence = _(_SENTENCES.get(kind, _OTHER))
    return Problem(_CODES.get(kind, kind), sentence.format_map({"field": field, **context}), field or None)


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Every error of a model, one per field and kind."""
    return tuple(dict.fromkeys(problem_of(details) for details in error.errors(include_url=False, include_input=False)))


def _kinds(annotation: object) -> Iterable[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    else:
        yield origin or annotation


@cache
def _shape(model: type[BaseModel]) -> Mapping[str, tuple[bool, bool]]:
    """Field or alias -> (takes several values, blank means None)."""
    found = {}
    for name, info in model.model_fields.items():
        kinds = set(_kinds(info.annotation))
        found[info.alias or name] = (bool(kinds & {list, tuple, set, frozenset}), type(None) in kinds)
    return found


def _gathered(pairs: Sequence[tuple[str, object]], model: type[BaseModel]) -> dict[str, object]:
    shape = _shape(model)
    values: dict[str, object] = {}
    for name, value in pairs:
        several, blank_is_none = shape.get(name, (False, False))
        if several:
            held = values.setdefault(name, [])
            if isinstance(held, list):
                held.append(value)
        elif name in values:
            raise BadRequest(Problem("repeated", _(_REPEATED).format(field=name), name))
        else:
            values[name] = None if blank_is_none and value == "" else value
    return values


def _refuse_unknown(model: type[BaseModel], names: Iterable[str]) -> None:
    """Unknown fields are a 400 for every model, whatever its own configuration says."""
    known = _shape(model)
    unknown = [name for name in names if name not in known]
    if unknown:
        sentence = _(_UNKNOWN)
        raise BadRequest(Problem("unknown_field", sentence.format(field=name[:100]), name[:100]) for name in unknown[:20])


def validated(model: type[M], values: object) -> M:
    """The model of these values; BadRequest for unknown fields at any depth, Refused for values that do not fit."""
    if not isinstance(values, dict):
        raise BadRequest(Problem("bad_json", _("An object is expected here.")))
    _refuse_unknown(model, values)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = problems_of(error)
        if any(problem.code == "unknown_field" for problem in problems):
            raise BadRequest(problems) from None
        raise Refused(problems) from None


def from_form(model: type[M], form: Form) -> M:
    """A form's fields as a model; control fields (`_csrf`, `_key`) left out."""
    pairs: list[tuple[str, object]] = [pair for pair in form.pairs if pair[0] not in CONTROL_FIELDS]
    return validated(model, _gathered([*pairs, *form.files], model))


def from_query(model: type[M], pairs: Sequence[tuple[str, str]]) -> M:
    """A query string as a model."""
    return validated(model, _gathered(pairs, model))
