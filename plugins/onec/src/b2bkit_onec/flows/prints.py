"""Printed forms of papers on demand, by the HTTP service."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from b2bkit import OpenWork
from b2bkit.core.i18n import _
from b2bkit_onec.flows.lines import Lines
from b2bkit_onec.line import OneCRefused, OneCSilent
from b2bkit_onec.odata.query import is_guid

NONE: Final = ("absent", "unposted")  # 1C's word that there is no such form


def print_paper(open_work: OpenWork, lines: Lines, ref: str) -> bytes | None:
    """The form as PDF; None where 1C says that it has none. Raises LineError to be tried again."""
    if not is_guid(ref):
        return None
    if lines.rests():
        raise OneCSilent(_("1C is left alone for now."))
    with lines.keeper(open_work):
        service = lines.line(open_work).service
        if service is None:
            return None
        try:
            return service.form(UUID(ref))
        except OneCRefused as refused:
            if refused.code in NONE:
                return None
            raise
