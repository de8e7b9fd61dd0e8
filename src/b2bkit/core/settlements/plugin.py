"""Settlements: who may see money and papers that the ERP tells of."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts.scopes import criterion_of
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Level, NavItem, Permission, Route, Scope, Widget
from b2bkit.core.i18n import N_
from b2bkit.core.settlements import api, pages, widgets
from b2bkit.core.settlements.models import ContactPerson, Due, Paper, PaperLine, Settlement, Terms
from b2bkit.core.settlements.scopes import PAPERS, SUMS, paper_line_scope, paper_scope


class SettlementsPlugin(Plugin):
    """Debts, expected payments, terms and papers, as the ERP last told them."""

    name = "settlements"
    label = N_("Settlements")
    version = "0.1.0"

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        client = {"owner": Level.COMPANY, "accountant": Level.COMPANY}
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        far, limits = (Level.NETWORK,), ("region", "contract")
        yield Permission(name=SUMS, label=N_("See debts and payments"), roles=client | staff, levels=far, limits=limits)
        papers = client | {"buyer": Level.COMPANY}
        yield Permission(
            name=PAPERS, label=N_("See invoices and shipping papers"), roles=papers | staff, levels=far, limits=(*limits, "paper")
        )

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        for name, entity, permission, contract in (
            ("terms", Terms, SUMS, Terms.contract_id),
            ("contact", ContactPerson, "", None),
            ("settlement", Settlement, SUMS, Settlement.contract_id),
            ("due", Due, SUMS, Due.contract_id),
        ):
            yield Scope(name=f"settlements.{name}", entity=entity, criterion=criterion_of(entity, permission, contract))
        yield Scope(name="settlements.paper", entity=Paper, criterion=paper_scope)
        yield Scope(name="settlements.line", entity=PaperLine, criterion=paper_line_scope)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        for path, page, data, described, name in (
            ("/money", pages.MoneyPage(), api.MoneyData(), api.MONEY, "money"),
            ("/papers", pages.Papers(), api.PapersData(), api.PAPERS, "papers"),
            ("/papers/{paper_id:uuid}", pages.PaperPage(), api.PaperData(), api.PAPER, "paper"),
        ):
            permission, needs = ("settlements.view", "settlements.in") if name == "money" else ("settlements.papers", "papers.in")
            yield Route(name=f"settlements.{name}_page", path=path, resource=page, permission=permission, needs=needs)
            yield Route(
                name=f"settlements.api_{name}", path=f"/api/v1{path}", resource=data, permission=permission, area="api",
                operations=described, needs=needs,
            )  # fmt: skip

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="settlements.money_nav", area="portal", label=N_("Money"), route="settlements.money_page", icon="wallet", order=60,
            permission="settlements.view", needs="settlements.in",
        )  # fmt: skip
        yield NavItem(
            name="settlements.papers_nav", area="portal", label=N_("Papers"), route="settlements.papers_page", icon="file-text", order=70,
            permission="settlements.papers", needs="papers.in",
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS
