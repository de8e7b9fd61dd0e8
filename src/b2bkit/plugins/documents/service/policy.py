"""What may be had of a paper, by its kind: the settings, and through them the core's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from b2bkit import PaperRule, PaperUse, Work
from b2bkit.core.settlements.service import prints
from b2bkit.plugins.documents.settings import Access, DocumentsSettings

if TYPE_CHECKING:
    from b2bkit.plugins.documents.plugin import DocumentsPlugin


def settings_of(work: Work) -> DocumentsSettings:
    """The plugin's settings."""
    return cast("DocumentsPlugin", work.kit.plugins["documents"]).own


def _allows(work: Work, kind: str, use: PaperUse) -> bool:
    access = settings_of(work).of(kind).access
    return access == "download" or (access == "view" and use == "view")


RULE: Final = PaperRule(name="documents.policy", allows=_allows)


def opens(work: Work, company_id: UUID) -> bool:
    """Whether forms of this company's papers are for the actor: a distributor reads what papers of his dealers say, and no more."""
    mine = work.actor.kind == "staff" or work.actor.company_id == company_id
    return mine and work.actor.user_id is not None and prints.printed(work)


def access(work: Work, kind: str, company_id: UUID) -> Access:
    """What the actor may have of a paper that he sees."""
    if not opens(work, company_id):
        return "none"
    if prints.allowed(work, kind, "download"):
        return "download"
    return "view" if prints.allowed(work, kind, "view") else "none"


def originals(work: Work, kind: str) -> bool:
    """Whether the signed original of such a paper may be asked for."""
    return settings_of(work).of(kind).originals
