"""Looking for parts of texts. Patterns are made here: SQLAlchemy's `contains` writes literal columns, which a scoped session refuses."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

_ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def spellings(text: str) -> set[str]:
    """`плён` also as `Плён` and `ПЛЁН`: SQLite compares letters beyond Latin one by one."""
    return {text, text.lower(), text.upper(), text.capitalize(), text.title()}


def holds(columns: Iterable[InstrumentedAttribute[str]], text: str) -> list[ColumnElement[bool]]:
    """One criterion for each column and spelling; to be joined by OR. Signs of patterns in `text` stand for themselves."""
    patterns = [f"%{spelt.translate(_ESCAPED)}%" for spelt in sorted(spellings(text))]
    return [column.ilike(pattern, escape="\\") for column in columns for pattern in patterns]


def begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether the column begins with `text`, letter by letter."""
    return column.like(text.translate(_ESCAPED) + "%", escape="\\")
