"""The part of Tabler's style sheet that the portal uses: chosen rules, chosen variables, nothing for its own dark theme.

The portal's tokens compute both themes, so Tabler's `[data-bs-theme]` rules would only repeat them. The list of classes is fixed, not read
from templates: a plugin built elsewhere finds the same classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FORM_CLASSES = ("form-control", "form-select", "form-check", "form-check-input", "form-check-label", "form-label")
KEPT_CLASSES = frozenset(("btn", "card", "card-body", "card-header", "table", *_FORM_CLASSES))
_PREFIX = "--tblr-"
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_USED = re.compile(r"var\(\s*(--tblr-[\w-]+)")
_UNWANTED = re.compile(
    r"\[(data-|dir|class|type=range|list)|::-webkit-(calendar|datetime|file|scrollbar)|::file|:first-child|^(fieldset|:host)"
)


def _split(text: str, separator: str) -> list[str]:
    """Parts of `text` between separators that stand outside of brackets and strings."""
    parts, depth, start, quote, skip = [], 0, 0, "", False
    for position, letter in enumerate(text):
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == separator and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def rules(css: str) -> Iterator[tuple[str, str]]:
    """(head, body) of each rule or at-rule of one level; a statement such as `@charset` has the body ``."""
    depth, start, head, quote, skip = 0, 0, "", "", False
    for position, letter in enumerate(css):
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "{":
            if depth == 0:
                head, start = css[start:position].strip(), position + 1
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:position]
                start = position + 1
        elif letter == ";" and depth == 0:
            yield css[start:position].strip(), ""
            start = position + 1


def _kept_selectors(head: str) -> str:
    kept = [part for part in _split(head, ",") if not _UNWANTED.search(part.strip()) and set(_CLASS.findall(part)) <= KEPT_CLASSES]
    return ",".join(kept)


def _cut(css: str) -> str:
    kept = []
    for head, body in rules(css):
        if head.startswith(("@media", "@supports")):
            inner = "" if "print" in head else _cut(body)
            if inner:
                kept.append(f"{head}{{{inner}}}")
        elif not head.startswith("@"):
            selectors = _kept_selectors(head)
            if selectors and body.strip():
                kept.append(f"{selectors}{{{body}}}")
    return "".join(kept)


def _is_read(declaration: str, used: set[str]) -> bool:
    return not declaration.startswith(_PREFIX) or declaration.partition(":")[0].strip() in used


def _without_unused(css: str, used: set[str]) -> str:
    kept = []
    for head, body in rules(css):
        if head.startswith("@"):
            inner = _without_unused(body, used)
        else:
            declarations = (part.strip() for part in _split(body, ";"))
            inner = ";".join(part for part in declarations if part and _is_read(part, used))
        if inner:
            kept.append(f"{head}{{{inner}}}")
    return "".join(kept)


def cut(tabler: str, own: str) -> str:
    """Rules of `tabler` for elements and KEPT_CLASSES, with those of its variables that they or the style sheet `own` read."""
    css = _cut(_COMMENT.sub("", tabler))
    while True:
        smaller = _without_unused(css, set(_USED.findall(css)) | set(_USED.findall(own)))
        if smaller == css:
            return css
        css = smaller
