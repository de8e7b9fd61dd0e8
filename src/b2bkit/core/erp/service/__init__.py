"""The line to the ERP: references, freshness, contact, orders out and their states in."""

from b2bkit.core.erp.service.contact import ErpView, erp_view, failed, heard, state
from b2bkit.core.erp.service.freshness import Fresh, freshness, mark_fresh
from b2bkit.core.erp.service.handover import confirm_batch, offer_batch, offered_in, refuse, release_batch, resend
from b2bkit.core.erp.service.incoming import Applied, NewsLine, OrderNews, apply_order_status
from b2bkit.core.erp.service.line import LineDay, line_day
from b2bkit.core.erp.service.live import live_lines
from b2bkit.core.erp.service.outgoing import OutgoingLine, OutgoingOrder, OutgoingParty, outgoing
from b2bkit.core.erp.service.refs import id_of, ids_for, ref_of, refs_for, remember
from b2bkit.core.erp.service.tasks import answered as task_answered

__all__ = [
    "Applied", "ErpView", "Fresh", "LineDay", "NewsLine", "OrderNews", "OutgoingLine", "OutgoingOrder", "OutgoingParty",
    "apply_order_status", "confirm_batch", "erp_view", "failed", "freshness", "heard", "id_of", "ids_for", "line_day", "live_lines",
    "mark_fresh",
    "offer_batch", "offered_in", "outgoing", "ref_of", "refs_for", "refuse", "release_batch", "remember", "resend", "state",
    "task_answered",
]  # fmt: skip
