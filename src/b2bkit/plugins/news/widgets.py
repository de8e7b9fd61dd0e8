"""News on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from b2bkit import Widget, Work
from b2bkit.core.i18n import N_, _
from b2bkit.plugins.news.scopes import VIEW
from b2bkit.plugins.news.service import read
from b2bkit.plugins.news.settings import NewsSettings


class Newest:
    """The newest posts that are for the person."""

    def __init__(self, settings: NewsSettings) -> None:
        self.settings = settings

    def load(self, work: Work, _subject: object) -> Mapping[str, object] | None:
        """Nothing where there is nothing to read."""
        found, _more = read.teasers(work, size=self.settings.home)
        return {"found": found, "names": {kind: _(label) for kind, label in read.KINDS.items()}} if found else None


TEMPLATE: Final = "news/widget.html"


def widget(settings: NewsSettings) -> Widget:
    """The section of the first page."""
    load = Newest(settings).load
    return Widget(
        name="news.newest",
        label=N_("News and offers"),
        slot="dashboard",
        order=70,
        template=TEMPLATE,
        load=load,
        permission=VIEW,
        side=True,
    )
