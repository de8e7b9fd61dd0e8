"""HTML from the editor: what is kept of it, when it comes and when it goes out."""

from __future__ import annotations

import re
from typing import Final

from b2bkit.core.web.render import SafeHtml

PICTURES: Final = "/news/pictures/"
LONGEST: Final = 200_000
_EMPTY: Final = re.compile(r"<(p|h2|h3|h4|li|blockquote|strong|em|b|i|u|s)>(\s|<br ?/?>)*</\1>")
_TAG: Final = re.compile(r"<[^>]+>")


def cleaned(html: str) -> str:
    """What may be kept: paragraphs, headings, lists, quotations, emphasis, links, tables and the portal's own pictures."""
    found = str(SafeHtml.cleaned(html.replace("\u00a0", " ").replace("&nbsp;", " "), pictures=PICTURES)).strip()
    return "" if not _TAG.sub("", found).strip() and "<img" not in found else _EMPTY.sub("", found)


def shown(html: str) -> SafeHtml:
    """The same, cleaned once more on its way into a page."""
    return SafeHtml.cleaned(html, pictures=PICTURES)
