"""XML text, element by element: escaped, without characters that XML 1.0 forbids, cut where 1C's schema has a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from b2bkit_onec.commerceml.values import plain

CENT = Decimal("0.01")
NAME, VALUE, COMMENT, ID = 255, 1000, 3000, 40

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """`text` for element content and attributes in double quotes."""
    clean = _FORBIDDEN.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("\r", "&#13;")


def tag(name: str, *content: str, attributes: Mapping[str, str] | None = None) -> str:
    """`<name ...>content</name>`; content is XML already."""
    given = "".join(f' {key}="{escaped(value)}"' for key, value in (attributes or {}).items() if value)
    inside = "".join(content)
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def text(name: str, value: str, limit: int = NAME) -> str:
    """`<name>value</name>`, the value cut at `limit` characters; "" when it is empty."""
    return tag(name, escaped(value[:limit])) if value else ""


def box(name: str, *content: str) -> str:
    """Like tag, but "" when there is nothing inside: the schema forbids empty lists."""
    return tag(name, *content) if any(content) else ""


def switch(name: str, value: bool | None) -> str:
    return "" if value is None else tag(name, "true" if value else "false")


def money(name: str, value: Decimal | None) -> str:
    """decimal(18,2) as the schema wants it."""
    return "" if value is None else tag(name, plain(value.quantize(CENT, ROUND_HALF_UP)))


def quantity(name: str, value: Decimal | None) -> str:
    """All digits of the value, without trailing zeros after the point."""
    return "" if value is None else tag(name, short(value))


def short(value: Decimal) -> str:
    digits = plain(value)
    return digits.rstrip("0").rstrip(".") or "0" if "." in digits else digits
