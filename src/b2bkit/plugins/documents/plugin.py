"""Documents: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from b2bkit import (
    Job,
    NavItem,
    NotificationKind,
    PaperRule,
    Permission,
    Plugin,
    PluginSettings,
    Route,
    Scope,
    Subscriber,
    Widget,
    hookimpl,
)
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.i18n import N_
from b2bkit.core.settlements.scopes import PAPERS
from b2bkit.plugins.documents import events, jobs, notices, routes, scopes, widgets
from b2bkit.plugins.documents.service import erp, find, policy
from b2bkit.plugins.documents.settings import DocumentsSettings


class DocumentsPlugin(Plugin):
    """A policy for each kind of papers: look at marked pages, take the file, ask for the original."""

    name = "documents"
    label = N_("Documents")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = DocumentsSettings
    events = (events.OriginalsAsked, events.OriginalsMoved)

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        self.own = cast(DocumentsSettings, settings)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        return scopes.permissions()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        return scopes.SCOPES

    @hookimpl
    def register_paper_rules(self) -> Iterable[PaperRule]:
        yield policy.RULE

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        return routes.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="documents.nav", area="portal", label=N_("Originals"), route="documents.originals", icon="file-certificate", order=71,
            permission=PAPERS, needs="papers.in",
        )  # fmt: skip
        yield NavItem(
            name="documents.desk_nav", area="admin", label=N_("Originals"), route="documents.desk", icon="file-certificate", order=26,
            permission=scopes.ANSWER, badge=find.staff_badge,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="documents.answered_in_erp", event=TaskAnswered, handle=erp.answered)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        return jobs.JOBS
