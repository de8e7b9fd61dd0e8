"""Settlements: who may see money and papers that the ERP tells of."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts.scopes import criterion_of
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Level, Permission, Scope
from b2bkit.core.i18n import N_
from b2bkit.core.settlements.models import ContactPerson, Due, Paper, PaperLine, Settlement, Terms


class SettlementsPlugin(Plugin):
    """Debts, expected payments, terms and papers, as the ERP last told them."""

    name = "settlements"
    label = N_("Settlements")
    version = "0.1.0"

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        client = {"owner": Level.COMPANY, "accountant": Level.COMPANY}
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name="settlements.view", label=N_("See debts and payments"), roles=client | staff)
        papers = client | {"buyer": Level.COMPANY}
        yield Permission(name="settlements.papers", label=N_("See invoices and shipping papers"), roles=papers | staff)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        for name, entity in (
            ("terms", Terms), ("contact", ContactPerson), ("settlement", Settlement), ("due", Due), ("paper", Paper), ("line", PaperLine),
        ):  # fmt: skip
            yield Scope(name=f"settlements.{name}", entity=entity, criterion=criterion_of(entity))
