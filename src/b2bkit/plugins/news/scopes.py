"""Who may read and write news."""

from __future__ import annotations

from typing import Final

from b2bkit import Level, Permission, Scope
from b2bkit.core.accounts.scopes import criterion_of
from b2bkit.core.i18n import N_
from b2bkit.plugins.news.models import NewsRead

VIEW: Final = "news.view"
WRITE: Final = "news.write"
READERS: Final = "accounts.clients"
SCOPES: Final = (Scope(name="news.read", entity=NewsRead, criterion=criterion_of(NewsRead)),)


def permissions() -> list[Permission]:
    """Everybody reads; editors and administrators write."""
    clients = dict.fromkeys(("owner", "buyer", "accountant", "viewer"), Level.COMPANY)
    staff = dict.fromkeys(("manager", "admin", "editor"), Level.ALL)
    return [
        Permission(name=VIEW, label=N_("Read news and offers"), roles={**clients, **staff}),
        Permission(name=WRITE, label=N_("Write news, offers and tutorials"), roles={"admin": Level.ALL, "editor": Level.ALL}),
    ]
