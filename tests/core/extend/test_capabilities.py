"""Menus, pages, sections and buttons follow what the ERP's gateway can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID

import pytest

from b2bkit import (
    SIGNED_IN,
    ErpGateway,
    ErpState,
    Level,
    NavItem,
    OpenWork,
    Permission,
    Plugin,
    Receipt,
    Route,
    Widget,
    Work,
    hookimpl,
)
from b2bkit.core.web.handling import Request, Response
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal


class Printing:
    """A gateway whose ERP gives printed forms."""

    name = "printing.line"

    def capabilities(self) -> frozenset[str]:
        return frozenset({"orders.out", "papers.print"})

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        return Receipt("queued")

    def state(self, work: Work) -> ErpState:
        return ErpState("up")


class PrintingErp(Plugin):
    name = "printing"

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield Printing()


class Forms:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.text = "forms"


class Papers(Plugin):
    """A plugin half of which needs printed forms."""

    name = "papers"

    @classmethod
    def folder(cls) -> Path:
        return Path(__file__).parent

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        yield Permission(name="papers.see", label="Papers", roles={"owner": Level.COMPANY})

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="papers.list", path="/sheets", resource=Forms(), permission=SIGNED_IN)
        yield Route(name="papers.forms", path="/sheets/forms", resource=Forms(), permission=SIGNED_IN, needs="papers.print")

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        common: Mapping[str, str] = {"area": "portal", "icon": "file", "permission": SIGNED_IN}
        yield NavItem(name="papers.nav", label="Papers", route="papers.list", order=90, **common)  # type: ignore[arg-type]
        yield NavItem(name="papers.forms_nav", label="Forms", route="papers.forms", order=91, **common)  # type: ignore[arg-type]

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield Widget(
            name="papers.new", slot="dashboard", order=1, template="x.html", load=lambda work, subject: None, permission=SIGNED_IN,
            needs="papers.print",
        )  # fmt: skip


@pytest.mark.parametrize("there", [True, False], ids=["with", "without"])
def test_what_needs_a_capability_is_there_with_it_and_not_at_all_without(make_portal: MakePortal, there: bool) -> None:
    portal = make_portal(classes=(Papers, PrintingErp) if there else (Papers,))
    kit = portal.app.kit
    assert ("papers.print" in kit.erp_can) is there
    assert ("papers.forms" in kit.routes) is there
    assert ("papers.forms_nav" in {item.name for item in kit.nav}) is there
    assert ("papers.new" in {widget.name for widget in kit.widgets["dashboard"]}) is there
    assert {"papers.list"} <= kit.routes.keys()
    with portal.work() as work:
        owner = make.member(work, company=make.company(work), role="owner")
    browser = portal.sign_in(owner)
    assert browser.get("/sheets/forms").status_code == (200 if there else 404)
    assert ("/sheets/forms" in browser.get("/").text) is there


def test_templates_ask_for_capabilities(make_portal: MakePortal) -> None:
    portal = make_portal(classes=(PrintingErp,))
    template = portal.app.asgi.site.renderer.env.from_string("{{ erp_can('papers.print') }} {{ erp_can('lines.live') }}")
    assert template.render() == "True False"
