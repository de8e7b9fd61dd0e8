"""Orders to 1C: a ЗаказКлиента whose reference is the portal's own id, so that a resend finds the first one, whatever was lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from b2bkit import Receipt
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.line.line import Line
from b2bkit_onec.odata import values
from b2bkit_onec.odata.client import Subject
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.order_body import CannotSend, cancelled_lines, changeable, differs, document
from b2bkit_onec.odata.source import Source
from b2bkit_onec.odata.values import Row
from b2bkit_onec.settings import ODataSettings

EXISTS: Final = "15"
KEPT: Final = timedelta(minutes=10)  # how long currencies and rates of VAT are taken for the same
# what these say is about the line and its rights, not about an order: it waits until they are mended
OF_THE_LINE: Final = frozenset((401, 403, 404, 405, 501))


class Orders:
    """Sends orders over one line. Every function may be called again with the same order at any time."""

    def __init__(self, line: Line) -> None:
        self._line = line.for_run("orders")
        self._source: Source | None = None
        self._since: datetime | None = None

    def send(self, order: erp.OutgoingOrder) -> Receipt:
        """taken with 1C's reference and number once the document is there, posted where the settings want it; refused with 1C's words.

        A document that is there and that 1C does not post is taken: its people see it; `reason` has the words. An order that was
        cancelled before 1C got it makes no document. Raises OneCSilent and OneCBroken, and OneCRefused for what is no matter of this
        order: it is to be sent again later.
        """
        source, settings = self._reading()
        found = source.need("order")
        try:
            row = self._get(source, found, order)
            if order.cancelled:
                return self._cancelled(source, found, order, row)
            note = ""
            if row is None:
                body = document(source, settings, order)
                row = self._create(source, found, order, body)
                note = differs(found, body, row)
            if values.flag(row, found.field("deleted")) is True:
                return _refused(_("1C has the order marked for deletion."), _("Unmark it in 1C and send it again, or cancel it here."))
            return self._posted(source, found, order, row, note)
        except CannotSend as problem:
            return _refused(problem.reason, problem.cure)
        except OneCRefused as refused:
            if refused.status in OF_THE_LINE:
                raise
            return _refused(refused.words, refused.cure)

    def change(self, order: erp.OutgoingOrder, *, version: str = "") -> Receipt:
        """Brings lines, address, day and comment of a document to what the portal has.

        version   DataVersion that the change was made for; another one is refused, for 1C itself compares none: it would overwrite
        """
        source, _settings = self._reading()
        found = source.need("order")
        try:
            row = self._get(source, found, order)
            if row is None:
                return self.send(order)
            if version and values.text(row, found.field("version")) != version:
                return _refused(_("The order was changed in 1C meanwhile."), _("Look at the order in 1C and make the change again."))
            subject: Subject = ("order", order.id)
            body = changeable(source, found, order)
            row = source.client.change(found.entity, str(order.id), body, subject=subject, number=order.number)
            return self._posted(source, found, order, row, differs(found, body, row), again=True)
        except CannotSend as problem:
            return _refused(problem.reason, problem.cure)
        except OneCRefused as refused:
            if refused.status in OF_THE_LINE:
                raise
            return _refused(refused.words, refused.cure)

    def _reading(self) -> tuple[Source, ODataSettings]:
        settings = self._line.settings.odata
        if settings is None or self._line.odata is None:
            raise OneCSilent(_("The portal is not connected with 1C's OData."), _("Add [plugins.onec.odata] to b2bkit.toml."))
        now = self._line.now
        names = self._line.names()
        if self._source is None or self._since is None or now - self._since > KEPT or self._source.names is not names:
            made = Source(self._line, names, "orders")
            made.check()
            self._source, self._since = made, now
        return self._source, settings

    def _get(self, source: Source, found: Found, order: erp.OutgoingOrder) -> Row | None:
        return source.client.one(found.entity, str(order.id), subject=("order", order.id))

    def _create(self, source: Source, found: Found, order: erp.OutgoingOrder, body: dict[str, object]) -> Row:
        """POST. What became of one that brought no answer is asked by the reference; without an answer to that, too, it is sent later."""
        try:
            made = source.client.create(found.entity, body, subject=("order", order.id), number=order.number)
        except (OneCSilent, OneCBroken):
            row = self._get(source, found, order)
            if row is None:
                raise
            return row
        except OneCRefused as refused:
            row = self._get(source, found, order) if refused.code == EXISTS else None
            if row is None:
                raise
            return row
        complete = values.text(made, found.field("number")) and found.field("lines") in made
        return made if complete else self._get(source, found, order) or made

    def _posted(self, source: Source, found: Found, order: erp.OutgoingOrder, row: Row, note: str = "", *, again: bool = False) -> Receipt:
        """Posts the document where the settings want it; refused posting leaves it for 1C's people."""
        settings = self._line.settings.odata
        posted = values.flag(row, found.field("posted")) is True
        if settings is not None and settings.post and (again or not posted):
            try:
                self._call(source, found, order, "Post")
            except OneCRefused as refused:
                if refused.status in OF_THE_LINE and refused.status != 404:
                    raise
                note = f"{note} {refused.words}".strip()
        return Receipt("taken", ref=str(order.id), number=values.text(row, found.field("number")), reason=note)

    def _call(self, source: Source, found: Found, order: erp.OutgoingOrder, function: str) -> None:
        subject: Subject = ("order", order.id)
        source.client.call(found.entity, str(order.id), function, subject=subject, number=order.number, PostingModeOperational=False)

    def _cancelled(self, source: Source, found: Found, order: erp.OutgoingOrder, row: Row | None) -> Receipt:
        """A posted order has its lines cancelled (Отменено) and is posted again; one that is not is marked for deletion."""
        if row is None:
            return Receipt("taken", ref=str(order.id))
        done = Receipt("taken", ref=str(order.id), number=values.text(row, found.field("number")))
        if values.flag(row, found.field("deleted")) is True:
            return done
        lines = values.rows(row, found.field("lines"))
        posted, subject = values.flag(row, found.field("posted")) is True, ("order", order.id)
        if posted and "lines/cancelled" in found and lines:
            if all(values.flag(line, found.field("lines/cancelled")) is True for line in lines):
                return done
            body = {found.field("lines"): cancelled_lines(found, row)}
            source.client.change(found.entity, str(order.id), body, subject=subject, number=order.number)
            self._call(source, found, order, "Post")
            return done
        if posted:
            self._call(source, found, order, "Unpost")
        source.client.change(found.entity, str(order.id), {found.field("deleted"): True}, subject=subject, number=order.number)
        return done


def _refused(reason: str, cure: str) -> Receipt:
    return Receipt("refused", reason=f"{reason} {cure}".strip())
