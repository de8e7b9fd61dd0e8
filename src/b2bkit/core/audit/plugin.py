"""Audit: who may read the trail of changes."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Level, Permission, Scope
from b2bkit.core.i18n import N_


class AuditPlugin(Plugin):
    """Who changed what, and when."""

    name = "audit"
    label = N_("Changes")
    version = "0.1.0"

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        yield Permission(name="audit.view", label=N_("See who changed what"), roles={"manager": Level.ASSIGNED, "admin": Level.ALL})

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="audit.entry", entity=AuditEntry, criterion=lambda actor: company_scope(actor, AuditEntry.company_id))
