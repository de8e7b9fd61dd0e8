"""The steps of a checkout at work: which of them ask, what was entered in each, and the draft that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pydantic import BaseModel

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import CheckoutStep
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service import cart
from b2bkit.core.ordering.service.contract import own_terms
from b2bkit.core.ordering.service.drafts import Chosen, Draft
from b2bkit.core.web.forms import validated
from b2bkit.core.work import Work

Typed = Mapping[str, object]
OWN: Final = "ordering."


class Shown(NamedTuple):
    """A step with what its template needs."""

    step: CheckoutStep
    values: Mapping[str, object]


def fields_of(step: CheckoutStep) -> Sequence[str]:
    """Names of the step's fields."""
    return tuple(step.form.model_fields) if step.form is not None else ()


def shown(work: Work, draft: Draft) -> list[Shown]:
    """Steps that have something to ask or to show, in their order."""
    return [Shown(step, step.load(work, draft)) for step in work.kit.checkout_steps if step.applies(work, draft)]


def further(work: Work, draft: Draft, told: Typed) -> Draft:
    """The draft of a machine, whose own fields say what the core's steps ask, with what it told of the steps of plugins.

    Raises Refused for a field that no such step has, and with the problems of all steps that apply.
    """
    steps = [step for step in work.kit.checkout_steps if not step.name.startswith(OWN)]
    known = {name for step in steps for name in fields_of(step)}
    unknown = [name for name in told if name not in known]
    if unknown:
        said = _("No step of the checkout asks for this.")
        raise Refused([Problem("ordering.unknown_step_field", said, f"steps.{name}"[:100]) for name in unknown])
    if not steps:
        return draft
    seen = replace(draft, terms=own_terms(work), lines=cart.view(work).lines if draft.wanted is None else ())
    try:
        return replace(completed(work, seen, told, steps), terms=None, lines=())
    except Refused as refused:
        raise Refused([replace(problem, field=f"steps.{problem.field}") for problem in refused.problems]) from None


def completed(work: Work, draft: Draft, typed: Typed, steps: Sequence[CheckoutStep] | None = None) -> Draft:
    """The draft with what was entered in the steps that apply, of all or of these. Raises Refused with the problems of all of them.

    typed   field -> value; a blank one counts as not entered. What belongs to steps that do not apply is left alone
    """
    problems: list[Problem] = []
    for step in work.kit.checkout_steps if steps is None else steps:
        if step.form is None or not step.applies(work, draft):
            continue
        try:
            values = _read(step.form, typed)
            draft = step.complete(work, draft, values)
        except Refused as refused:
            problems += refused.problems
        else:
            draft = draft.chosen(Chosen(step.name, values, step.placed))
    if problems:
        raise Refused(problems)
    return draft


def _read(form: type[BaseModel], typed: Typed) -> BaseModel:
    return validated(form, {name: typed[name] for name in form.model_fields if typed.get(name) not in (None, "")})
