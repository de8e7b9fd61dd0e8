"""Access: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.access import behalf, groups, pages, scopes, substitute_pages, widgets
from b2bkit.core.access.actors import BEHALF
from b2bkit.core.access.models import AccessRule, Acting, Substitution
from b2bkit.core.access.substitutes import SUBSTITUTES
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import SIGNED_IN, CatalogFilter, Job, Level, NavItem, Permission, Route, Scope, Widget
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
        yield Permission(name=SUBSTITUTES, label=N_("Say who stands in for a colleague who is away"), roles=staff)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="access.rule", entity=AccessRule, criterion=scopes.rule_scope)
        yield Scope(name="access.acting", entity=Acting, criterion=scopes.acting_scope)
        yield Scope(name="access.substitution", entity=Substitution, criterion=scopes.substitution_scope)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield _page("matrix", "", pages.Matrix())
        yield _page("file", "/file", pages.MatrixFile(), max_body=5_000_000)
        for name, path, resource in (
            ("role", "/roles/{role}", pages.RolePage()),
            ("member", "/people/{membership_id:uuid}", pages.MemberPage()),
            ("colleague", "/staff/{user_id:uuid}", pages.ColleaguePage()),
        ):
            yield _page(name, path, resource)
            yield _page(f"{name}_narrowed", f"{path}/narrowed", pages.Narrowed(resource))

        yield Route(name="access.start", path="/admin/act-for", resource=pages.Start(), permission=BEHALF, area="admin")
        yield Route(name="access.stop", path="/act-for/stop", resource=pages.Stop(), permission=SIGNED_IN, on_behalf=True)

        yield _page("substitutes", "/admin/substitutes", substitute_pages.Substitutes(), permission=SUBSTITUTES)
        ended = substitute_pages.SubstituteEnd()
        yield _page("substitute_end", "/admin/substitutes/{substitution_id:uuid}", ended, permission=SUBSTITUTES)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="access.forget_old", run=behalf.forget_old, every=3600)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        label, group = N_("Who may do what"), N_("System")
        yield NavItem(
            name="access.nav", area="admin", label=label, route="access.matrix", icon="shield-check", order=55, permission=VIEW, group=group
        )

        yield NavItem(
            name="access.substitutes_nav", area="admin", label=N_("Substitutes"), route="access.substitutes", icon="replace-user", order=56,
            permission=SUBSTITUTES, group=group,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield Widget(
            name="access.people", slot="admin.client", order=500, template="access/widget_people.html", load=widgets.people,
            permission=VIEW, side=True,
        )  # fmt: skip

    @hookimpl
    def register_catalog_filters(self) -> Iterable[CatalogFilter]:
        yield CatalogFilter(name="access.groups", order=110, criterion=groups.groups_left, opened=groups.opened_groups)


def _page(name: str, path: str, resource: object, *, permission: str = "", max_body: int = 1_000_000) -> Route:
    return Route(
        name=f"access.{name}",
        path=path if path.startswith("/admin") else f"/admin/access{path}",
        resource=resource,
        permission=permission or VIEW,
        write_permission=permission or EDIT,
        area="admin",
        max_body=max_body,
    )
