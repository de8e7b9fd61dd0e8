"""The steps of a portal's checkout: what plugins registered, as the deployment orders and hides them."""

from __future__ import annotations

from collections.abc import Sequence

from b2bkit.core.config import Tables, did_you_mean
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.things import CheckoutStep

CONTROL = frozenset({"accept", "news", "contract_id", "version", "seen_total"})  # fields of the checkout itself


def chosen_steps(
    steps: Sequence[CheckoutStep], tables: Tables | None, file: str, problems: list[ConfigProblem]
) -> tuple[CheckoutStep, ...]:
    """The steps in their order. Notes unknown names in `[checkout]` and fields that two steps share."""
    names = [step.name for step in steps]
    hidden, places = (tables.checkout.hide, tables.checkout.order) if tables else ((), {})
    for key, told in (("hide", hidden), ("order", tuple(places))):
        for name in told:
            if name not in names:
                problems.append(ConfigProblem(file, f"checkout.{key}", f"there is no step {name!r}", did_you_mean(name, names)))
    shown = [step for step in steps if step.name not in hidden]
    _check_fields(shown, problems)
    return tuple(sorted(shown, key=lambda step: (places.get(step.name, step.order), step.name)))


def _check_fields(steps: Sequence[CheckoutStep], problems: list[ConfigProblem]) -> None:
    owners = dict.fromkeys(CONTROL, "the checkout itself")
    for step in steps:
        for field in step.form.model_fields if step.form is not None else ():
            if field in owners:
                what = f"its field {field!r} is already one of {owners[field]}"
                problems.append(ConfigProblem(f"plugin {step.name.split('.')[0]}", step.name, what, "give the field another name"))
            owners[field] = step.name
