"""Access: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.access import groups, scopes
from b2bkit.core.access.actors import BEHALF
from b2bkit.core.access.models import AccessRule, Acting, Substitution
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import CatalogFilter, Level, Permission, Scope
from b2bkit.core.i18n import N_

VIEW, EDIT = "access.view", "access.edit"


class AccessPlugin(Plugin):
    """Who may do what."""

    name = "access"
    label = N_("Rights")
    version = "0.1.0"

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name=VIEW, label=N_("See who may do what"), roles=staff)
        yield Permission(name=EDIT, label=N_("Change who may do what"), roles=staff)
        yield Permission(name=BEHALF, label=N_("Act for a client"), roles=staff)
        yield Permission(name="access.substitutes", label=N_("Say who stands in for a colleague who is away"), roles=staff)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="access.rule", entity=AccessRule, criterion=scopes.rule_scope)
        yield Scope(name="access.acting", entity=Acting, criterion=scopes.acting_scope)
        yield Scope(name="access.substitution", entity=Substitution, criterion=scopes.substitution_scope)

    @hookimpl
    def register_catalog_filters(self) -> Iterable[CatalogFilter]:
        yield CatalogFilter(name="access.groups", order=110, criterion=groups.groups_left, opened=groups.opened_groups)
