"""Jinja's environment of the portal, with shorter ways where a page of many rows spends its time: calls, escaping, texts.

What templates mean stays Jinja's. Only what is always so here is taken for granted: autoescape is on, texts are newstyle gettext in the
language of the environment. Where a newer Jinja or MarkupSafe would write other code than is known here, theirs is used as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from gettext import NullTranslations
from threading import RLock
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from uuid import UUID

import markupsafe
from jinja2 import Environment, nodes
from jinja2.runtime import Context, Macro, Undefined
from jinja2.utils import internalcode, missing
from markupsafe import Markup

from b2bkit.core.i18n import language
from b2bkit.core.web.folding import Folding, Macros, constant_macros
from b2bkit.core.web.formatting import num

_IMPORTS = "from jinja2.runtime import "
_OURS = f"; from {__name__} import escaped as escape\n"
_SIMPLE = (FunctionType, MethodType, BuiltinFunctionType)
_HARMLESS = frozenset({int, Decimal, UUID, Undefined})  # their text holds nothing to escape; Undefined: what `x if y` is without y
_new: Callable[[type[Markup], str], Markup] = str.__new__
# markupsafe's inner function gives str; its escape() wraps each piece into Markup, though pieces of a page are joined at once
_escape_text: Callable[[str], str] = getattr(markupsafe, "_escape_inner", markupsafe.escape)


def escaped(value: Any) -> str:
    """What an expression of a template writes: text made safe, markup as it is."""
    kind = type(value)
    if kind is str:
        return _escape_text(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind in _HARMLESS:
        return str(value)
    return markupsafe.escape(value)


class PageContext(Context):
    """Calls macros and plain functions without asking each what it would like to be passed."""

    @internalcode
    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  (as in Jinja: any name may be a keyword)
        kind = type(__obj)
        if kind is Macro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return _called(__obj, args, kwargs)
        if kind in _SIMPLE and getattr(__obj, "jinja_pass_arg", None) is None:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


def _called(macro: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Markup:
    """A macro's markup; whatever is unusual about it or its arguments is left to Jinja."""
    names, given = macro.arguments, len(args)
    if macro.caller or macro.catch_kwargs or macro.catch_varargs or given > len(names) or "caller" in names:
        return macro(*args, **kwargs)  # type: ignore[no-any-return]
    rest = names[given:]
    known = [kwargs.get(name, missing) for name in rest] if kwargs else [missing] * len(rest)
    if kwargs and not kwargs.keys() <= set(rest):
        return macro(*args, **kwargs)  # type: ignore[no-any-return]  # raises, and says which
    return _new(Markup, macro._func(*args, *known))


def _filled(text: str, variables: dict[str, Any]) -> Markup:
    if not variables:
        return _new(Markup, text % variables if "%" in text else text)
    safe: dict[str, object] = {}
    for name, value in variables.items():
        kind = type(value)
        if kind is str:
            safe[name] = _escape_text(value)
        elif kind is Markup or kind is int or kind is Decimal:
            safe[name] = value
        else:
            return Markup(text) % variables  # noqa: S704  (texts are ours; values are escaped)
    return _new(Markup, text % safe)


class PageEnvironment(Environment):
    """Templates in one language. Texts, and what `constants` (functions that answer the same as long as the process lives) say of
    constants, are put into a template when it is compiled. Autoescape is on, and nothing in a template switches it off.
    """

    context_class = PageContext

    def __init__(self, translations: NullTranslations, constants: Mapping[str, Callable[..., Any]], **options: Any) -> None:
        super().__init__(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)
        self.translate, self._translate_many = translations.gettext, translations.ngettext
        self.constants = constants
        self._macros: dict[str, Macros] = {}
        self._folding = RLock()
        self.install_gettext_callables(self.translate, self._translate_many, newstyle=True)  # type: ignore[attr-defined]
        self.globals.update(constants, _=self.say, gettext=self.say, ngettext=self.say_of_many)
        del self.filters["safe"]  # markup comes from templates and SafeHtml alone

    def say(self, message: str, /, **variables: Any) -> Markup:
        """`_()` of templates: the text as a format, its values made safe."""
        return _filled(self.translate(message), variables)

    def say_of_many(self, singular: str, plural: str, number: int, /, **variables: Any) -> Markup:
        """`ngettext()` of templates; `num` is the number as people of the language read it."""
        variables.setdefault("num", num(number, lang=language()))
        return _filled(self._translate_many(singular, plural, number), variables)

    def constant_macros(self, template: str) -> Macros:
        """Macros of a template that may be called when another one is compiled."""
        with self._folding:
            if template not in self._macros:
                self._macros[template] = {}  # while they are compiled themselves
                self._macros[template] = constant_macros(self, template)
            return self._macros[template]

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        with self._folding:
            folded = Folding(self, source, name).visit(source)
        code = super()._generate(folded, name, filename, defer_init)
        # on the same line, so that errors still name the template's line
        return code.replace("\n", _OURS, 1) if code.startswith(_IMPORTS) else code
