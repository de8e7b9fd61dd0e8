"""What a page carries for one visitor alone is never worked out for all when its template is compiled."""

from __future__ import annotations

import re

from b2bkit.core.web.folding import FOLDED
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

HIDDEN = re.compile(r'name="(_csrf|_key)"[^>]*value="([^"]+)"')


def hidden(portal: Portal, path: str, person: object = None) -> dict[str, list[str]]:
    """Values of hidden fields by name, of a page of a new visitor."""
    browser = portal.sign_in(person) if person is not None else portal.browser()  # type: ignore[arg-type]
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(browser.get(path).text):
        found.setdefault(name, []).append(value)
    return found


def test_no_form_carries_another_visitors_token_or_key(portal: Portal) -> None:
    with portal.work() as work:
        people = [make.staff(work, role="admin") for _ in range(2)]
    for path, visitors in (("/sign-in", (None, None)), ("/admin", people), ("/admin/clients", people), ("/profile", people)):
        first, second = (hidden(portal, path, person) for person in visitors)
        assert first, path
        assert first.keys() == second.keys(), path
        assert len(set(first.get("_csrf", []))) <= 1, path
        for name in first:
            assert set(first[name]).isdisjoint(second[name]), f"{path}: {name}"


def test_only_pictures_of_their_arguments_are_folded(portal: Portal) -> None:
    assert not {name for name in FOLDED if "form" in name}
    env = portal.app.asgi.site.renderer.env
    folded = {name: set(env.constant_macros(name)) for name in FOLDED}
    assert {"icon", "chip"} <= folded["macros/ui.html"]
    assert folded["macros/ui.html"].isdisjoint({"dialog", "ago", "erp_state"})
