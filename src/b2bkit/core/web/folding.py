"""What a template says again and again is worked out once, when it is compiled: texts in the environment's language, macros and
addresses that are given constants, choices between pieces of a page. What a template means stays the same, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import Template, TemplateAssertionError, TemplateNotFound, nodes
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from b2bkit.core.web.environment import PageEnvironment

TEXTS = frozenset({"_", "gettext"})
FOLDED = frozenset({"macros/ui.html"})  # icons, chips, marks: pictures of their arguments. Never a template with forms
_PLACE = re.compile(r"%\((\w+)\)s|(%%)")
Macros = Mapping[str, Callable[..., Any]]


class Folding(NodeTransformer):
    """Folds one template's tree. Names that it knows the meaning of (`_`, `asset`, `url` ...) are the portal's own: a template that gives
    one another meaning is refused, as is one that switches escaping off.
    """

    def __init__(self, env: PageEnvironment, tree: nodes.Template, name: str | None) -> None:
        self.env, self.name = env, name
        self.imported: dict[str, str] = {}  # import ... as X -> its template
        self.macros: dict[str, Callable[..., Any]] = {}
        given = _given(tree)
        for node, own in ((node, own) for node, own in given if own in TEXTS or own in env.constants):
            raise TemplateAssertionError(f"{own!r} is a name of the portal's own: use another", node.lineno, name, None)
        once = {own for _node, own in given if sum(1 for _other, same in given if same == own) == 1}
        self._import(tree, once)

    def _import(self, tree: nodes.Template, once: set[str]) -> None:
        for node in tree.find_all((nodes.Import, nodes.FromImport, nodes.Macro)):
            if isinstance(node, nodes.Macro):
                if node.name in once and self.name is not None and node in tree.body:
                    self.macros |= {key: value for key, value in self.env.constant_macros(self.name).items() if key == node.name}
                continue
            source = node.template if isinstance(node, nodes.Import | nodes.FromImport) else None
            template = source.value if isinstance(source, nodes.Const) else None
            if not isinstance(template, str):
                continue
            if isinstance(node, nodes.Import) and node.target in once:
                self.imported[node.target] = template
            elif isinstance(node, nodes.FromImport):
                known = self.env.constant_macros(template)
                pairs = [(one, one) if isinstance(one, str) else one for one in node.names]
                self.macros |= {alias: known[own] for own, alias in pairs if own in known and alias in once}

    # expressions

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802  (named by Jinja)
        self.generic_visit(node)
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return node
        if self._says(node):
            return _at(self._text(node), node)  # type: ignore[no-any-return]
        called = self._constant(node.node)
        if called is None:
            return node
        try:
            args = [arg.as_const() for arg in node.args]
            value = called(*args, **{pair.key: pair.value.as_const() for pair in node.kwargs})
        except Exception:  # not constant, or wrong: then it fails where it is shown, with the template's line
            return node
        return _at(nodes.TemplateData(str(value)) if hasattr(value, "__html__") else nodes.Const(value), node)  # type: ignore[no-any-return]

    def _constant(self, called: nodes.Expr) -> Callable[..., Any] | None:
        if isinstance(called, nodes.Name):
            return self.macros.get(called.name) or self.env.constants.get(called.name)
        if isinstance(called, nodes.Getattr) and isinstance(called.node, nodes.Name) and called.node.name in self.imported:
            return self.env.constant_macros(self.imported[called.node.name]).get(called.attr)
        return None

    def _text(self, node: nodes.Call) -> nodes.Expr:
        """A text of the catalogue; one with values in it is left to the moment it is shown."""
        message = _message(node)
        if message is None or node.kwargs:
            return node
        try:
            return nodes.TemplateData(self.env.translate(message) % {})
        except (KeyError, TypeError, ValueError):
            return node

    def _pieces(self, node: nodes.Expr) -> Iterable[nodes.Expr]:
        """What is written for an expression, each piece escaped by itself: of a text with values, its parts and the values."""
        message = _message(node) if isinstance(node, nodes.Call) and self._says(node) else None
        if message is None or not isinstance(node, nodes.Call):
            return () if isinstance(node, nodes.TemplateData) and not node.data else (node,)
        text, end = self.env.translate(message), 0
        values = {pair.key: pair.value for pair in node.kwargs}
        pieces: list[nodes.Expr] = []
        for found in _PLACE.finditer(text):
            pieces.append(nodes.TemplateData(text[end : found.start()]))
            end = found.end()
            if found.group(2):
                pieces.append(nodes.TemplateData("%"))
            elif found.group(1) in values:
                pieces.append(values.pop(found.group(1)))  # twice in a text, it would be worked out twice
            else:
                return (node,)
        pieces.append(nodes.TemplateData(text[end:]))
        odd = values or "%" in _PLACE.sub("", text)
        return (node,) if odd else [_at(piece, node) if isinstance(piece, nodes.TemplateData) else piece for piece in pieces]

    @staticmethod
    def _says(node: nodes.Call) -> bool:
        plain = node.dyn_args is None and node.dyn_kwargs is None
        return plain and isinstance(node.node, nodes.Name) and node.node.name in TEXTS

    # statements

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802
        self.generic_visit(node)
        written: list[nodes.Node] = []
        for piece in (piece for whole in node.nodes for piece in self._pieces(whole)):
            if isinstance(piece, nodes.CondExpr):
                other = [] if piece.expr2 is None else self.visit_Output(_at(nodes.Output([piece.expr2]), node))
                written.append(_at(nodes.If(piece.test, self.visit_Output(_at(nodes.Output([piece.expr1]), node)), [], other), node))
            elif written and isinstance(written[-1], nodes.Output):
                written[-1].nodes.append(piece)
            else:
                written.append(_at(nodes.Output([piece]), node))
        return written

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        self.generic_visit(node.call)  # the call itself has a body to pass on: only its arguments may be worked out
        node.body[:] = [one for old in node.body for one in self.visit_list(old)]
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> nodes.Node:  # noqa: N802
        raise TemplateAssertionError("escaping cannot be switched off: {% autoescape %} is refused", node.lineno, self.name, None)


def _at(new: Any, old: nodes.Node) -> Any:
    if new is not old:
        new.set_lineno(old.lineno).set_environment(old.environment)
    return new


def _message(call: nodes.Call) -> str | None:
    """The text that a call of `_` names, when it names one by itself."""
    first = call.args[0] if len(call.args) == 1 else None
    return first.value if isinstance(first, nodes.Const) and isinstance(first.value, str) else None


def _given(tree: nodes.Template) -> list[tuple[nodes.Node, str]]:
    """Every name that the template itself gives a meaning to."""
    found: list[tuple[nodes.Node, str]] = []
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        if isinstance(node, nodes.Name):
            found += [(node, node.name)] if node.ctx in ("store", "param") else []
        elif isinstance(node, nodes.Macro):
            found.append((node, node.name))
        elif isinstance(node, nodes.Import):
            found.append((node, node.target))
        elif isinstance(node, nodes.FromImport):
            found += [(node, one if isinstance(one, str) else one[1]) for one in node.names]
    return found


def _asks_for_more(macro: nodes.Macro) -> bool:
    """Whether a macro looks at what is no argument of its own: the body of a call block, further arguments."""
    return any(name.name in ("caller", "varargs", "kwargs") for name in macro.find_all(nodes.Name))


def constant_macros(env: PageEnvironment, template: str) -> Macros:
    """Macros of a template of `FOLDED` that depend on their arguments alone: on no request, person or clock.

    A macro that names anything else, `csrf_token` or `form_key` above all, is not among them: its answer would be one visitor's for all.
    """
    if env.loader is None or template not in FOLDED:
        return {}
    try:
        source, filename, _fresh = env.loader.get_source(env, template)
    except TemplateNotFound:
        return {}
    tree = env.parse(source, template, filename)
    known = {one.name: one for one in tree.body if isinstance(one, nodes.Macro) and not _asks_for_more(one)}
    while unfit := [name for name, one in known.items() if _asked_for(one) - TEXTS - env.constants.keys() - known.keys()]:
        for name in unfit:
            del known[name]
    if not known:
        return {}
    body = nodes.Template(list(known.values()), lineno=1, environment=env)
    module: Any = Template.from_code(env, env.compile(body, template, filename), env.make_globals(None)).module
    return {name: getattr(module, name) for name in known if not name.startswith("_")}  # those are not exported


def _asked_for(macro: nodes.Macro) -> set[str]:
    """Every name that a macro reads and does not itself give a meaning to. Jinja's own `meta` leaves out the environment's globals."""
    names = list(macro.find_all(nodes.Name))
    return {name.name for name in names if name.ctx == "load"} - {name.name for name in names if name.ctx in ("store", "param")}
