"""Settings: the table `[plugins.documents]` and its table of kinds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from b2bkit import PluginSettings

Kind = Literal["invoice", "shipment", "tax_invoice", "act", "correction", "reconciliation", "other"]
Access = Literal["none", "view", "download"]


class KindSettings(BaseModel):
    """What a client may have of the papers of a kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    access: Access = Field("view", description="`view`: pages as marked pictures, no file; `download`: the file too; `none`: neither.")
    originals: bool = Field(True, description="The signed original may be asked for.")


class DocumentsSettings(PluginSettings):
    """What clients may have of their papers."""

    access: Access = Field("view", description="For kinds that the table `kinds` does not name, as `access` there.")
    originals: bool = Field(True, description="For kinds that the table `kinds` does not name, as `originals` there.")
    kinds: dict[Kind, KindSettings] = Field(default_factory=dict, description="Kind of papers = what may be had of it.")
    complete: tuple[Kind, ...] = Field(
        ("shipment", "tax_invoice"), description="Kinds of papers that belong to an order which was shipped; what lacks is told."
    )
    open_for: int = Field(30, description="Minutes for which opened pages and a file can be fetched.", ge=1, le=1440)
    keep: int = Field(30, description="Days for which printed forms are kept; then they are fetched from the ERP again.", ge=1, le=365)
    pages: int = Field(50, description="Most pages of a form that are shown.", ge=1, le=200)

    def of(self, kind: str) -> KindSettings:
        """What may be had of papers of this kind."""
        for name, one in self.kinds.items():
            if name == kind:
                return one
        return KindSettings(access=self.access, originals=self.originals)
