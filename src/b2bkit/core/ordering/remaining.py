"""What stands between a person and the order, in words, each with the place where it is mended."""

from __future__ import annotations

from typing import Final, NamedTuple

from b2bkit.core.i18n import _, ngettext
from b2bkit.core.ordering.service.cart import CartView

_MOST: Final = 6  # are listed; of the rest the number is said


class Remaining(NamedTuple):
    """`listed`: (words, anchor) pairs, what comes first first; `number` of all."""

    listed: list[tuple[str, str]]
    number: int


def anchor(line_id: object) -> str:
    """The place of a line on the cart's page; it stays when lines before it go."""
    return f"#line-{line_id}"


def remaining(cart: CartView) -> Remaining:
    """What is left to do in a cart."""
    found = []
    if cart.changed:
        count = len(cart.changed)
        found.append((ngettext("Accept %(num)s change", "Accept %(num)s changes", count) % {"num": count}, "#h-diff"))
    found += [(_("Correct the quantity in line %(number)s") % {"number": line.position}, anchor(line.line_id)) for line in cart.wrong]
    unpriced = [line for line in cart.unpriced if line.change is None]
    found += [(_("Line %(number)s has no price") % {"number": line.position}, anchor(line.line_id)) for line in unpriced]
    rest = len(found) - _MOST
    if rest > 1:
        more = ngettext("and %(num)s line more", "and %(num)s lines more", rest) % {"num": rest}
        return Remaining([*found[:_MOST], (more, found[_MOST][1])], len(found))
    return Remaining(found, len(found))
