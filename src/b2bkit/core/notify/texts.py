"""Words of notifications: the shipped ones, or staff's own in their place. A text that cannot be used never stops a message.

A text holds `{placeholders}` and nothing else that is worked out: no expressions, no attributes, no formats. It is plain text; whoever
puts it into HTML escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import select

from b2bkit.core.audit.service import record
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import NotificationKind
from b2bkit.core.i18n import _, speaking
from b2bkit.core.notify.events import TextBroken
from b2bkit.core.notify.models import NotifyText
from b2bkit.core.work import Work

LONGEST_TITLE, LONGEST_TEXT = 300, 2000
_PLACE: Final = re.compile(r"\{([^{}]*)\}|[{}]")
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]*")


class Words(NamedTuple):
    """Title and text with their placeholders."""

    title: str
    text: str


class KindRow(NamedTuple):
    """A kind in the list: which languages have words of their own, and in which they are broken."""

    name: str
    label: str
    audience: str
    own: frozenset[str]
    broken: frozenset[str]


def placeholders(*texts: str) -> list[str]:
    """Names between braces, in their order; what is no placeholder comes as it stands."""
    found = [match[1] if match[1] is not None else match[0] for text in texts for match in _PLACE.finditer(text)]
    return list(dict.fromkeys(found))


def fields_of(kind: NotificationKind) -> dict[str, str]:
    """Placeholder -> a believable value: those that the kind names, and those of its shipped texts."""
    shipped = {name: kind.samples.get(name, "…") for name in placeholders(kind.title, kind.text) if _FIELD.fullmatch(name)}
    return {name: _(sample) if sample else sample for name, sample in {**kind.samples, **shipped}.items()}


def filled(template: str, values: Mapping[str, str]) -> str:
    """The text with its values; raises KeyError naming the placeholder that has none."""
    return _PLACE.sub(lambda match: str(values[match[1] if match[1] is not None else match[0]]), template)


def worded(work: Work, kind: NotificationKind, lang: str, values: Mapping[str, str]) -> Words:
    """What a person reads: staff's own words where they can be used, else the shipped ones. Speaks the current language."""
    own = work.session.scalars(select(NotifyText).where(NotifyText.kind == kind.name, NotifyText.lang == lang)).one_or_none()
    if own is not None:
        try:
            return Words(filled(own.title, values), filled(own.text, values))
        except KeyError as missing:
            _tell_broken(work, own, str(missing.args[0]))
    return Words(_(kind.title).format(**values), _(kind.text).format(**values))


def _tell_broken(work: Work, own: NotifyText, missing: str) -> None:
    """Once: the shipped words go out until somebody mends it."""
    if not own.broken:
        own.broken = missing[:300]
        work.publish(TextBroken(own.kind, own.lang, own.broken), key=f"text:{own.kind}")


def shipped(work: Work, kind: NotificationKind, lang: str) -> Words:
    """The words that came with the portal, in a language."""
    with speaking(lang, work.translations(lang)):
        return Words(_(kind.title), _(kind.text))


def own_words(work: Work, kind: NotificationKind) -> dict[str, NotifyText]:
    """Language -> staff's own words."""
    rows = work.session.scalars(select(NotifyText).where(NotifyText.kind == kind.name))
    return {row.lang: row for row in rows}


def kinds(work: Work) -> list[KindRow]:
    """Every kind of this portal, by its label."""
    own: dict[str, list[NotifyText]] = {}
    for row in work.session.scalars(select(NotifyText)):
        own.setdefault(row.kind, []).append(row)
    found = []
    for kind in work.kit.notifications.values():
        mine = own.get(kind.name, [])
        langs, broken = frozenset(row.lang for row in mine), frozenset(row.lang for row in mine if row.broken)
        found.append(KindRow(kind.name, _(kind.label), kind.audience, langs, broken))
    return sorted(found, key=lambda row: (not row.broken, row.label.casefold()))


def kind_of(work: Work, name: str) -> NotificationKind:
    """The kind of this name; raises NotFound."""
    found = work.kit.notifications.get(name)
    if found is None:
        raise NotFound("notification kind")
    return found


def check(kind: NotificationKind, *, title: str, text: str) -> list[Problem]:
    """What is wrong with words for a kind, all of it."""
    known, problems = fields_of(kind), []
    for name, value, longest in (("title", title, LONGEST_TITLE), ("text", text, LONGEST_TEXT)):
        if not value.strip():
            problems.append(Problem("missing", _("Fill in this field."), name))
        if len(value) > longest:
            problems.append(Problem("too_long", _("At most {count} characters.").format(count=longest), name))
        problems += [Problem("unknown_placeholder", _unknown(one, known), name) for one in placeholders(value) if one not in known]
    if "\n" in title.strip():
        problems.append(Problem("one_line", _("A title is one line."), "title"))
    return problems


def _unknown(name: str, known: Iterable[str]) -> str:
    may = ", ".join(f"{{{one}}}" for one in known) or _("none")
    if not _FIELD.fullmatch(name):
        return _("A brace stands alone or holds no name. Placeholders here: {known}.").format(known=may)
    return _("There is no {{{name}}} here. Placeholders: {known}.").format(name=name, known=may)


def save(work: Work, *, kind: str, lang: str, title: str, text: str) -> None:
    """Keeps staff's own words; the shipped ones again when they are the same. Raises Refused with everything that is wrong."""
    work.require("notify.texts")
    found = kind_of(work, kind)
    _check_lang(work, lang)
    title, text = title.strip(), text.replace("\r\n", "\n").strip()
    problems = check(found, title=title, text=text)
    if problems:
        raise Refused(problems)
    if Words(title, text) == shipped(work, found, lang):
        return reset(work, kind=kind, lang=lang)
    row = own_words(work, found).get(lang)
    if row is None:
        row = NotifyText(kind=kind, lang=lang)
        work.session.add(row)
    row.title, row.text, row.broken, row.changed_at, row.changed_by = title, text, "", work.now, work.actor.user_id
    record(work, action="notify.text_changed", entity="text", entity_id=f"{kind} {lang}", details={"title": title, "text": text})


def reset(work: Work, *, kind: str, lang: str) -> None:
    """Back to the shipped words."""
    work.require("notify.texts")
    _check_lang(work, lang)
    row = own_words(work, kind_of(work, kind)).get(lang)
    if row is not None:
        record(work, action="notify.text_reset", entity="text", entity_id=f"{kind} {lang}", details={"title": row.title, "text": row.text})
        work.session.delete(row)


def _check_lang(work: Work, lang: str) -> None:
    if lang not in work.config.portal.languages:
        raise NotFound("language")
