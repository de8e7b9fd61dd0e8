"""Settlements: who may see money and papers that the ERP tells of."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts.scopes import criterion_of
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Level, Permission, Scope
from b2bkit.core.i18n import N_
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
