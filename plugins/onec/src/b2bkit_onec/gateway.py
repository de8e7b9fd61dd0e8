"""The line to 1C as the portal sees it: what flows are connected decide what it can, and orders go out by the flow of orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from b2bkit import ErpState, ErpTask, Health, LineAnswer, LineQuestion, Receipt, TaskReceipt, Work
from b2bkit.core.erp import service as erp
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.i18n import _
from b2bkit_onec.flows import state
from b2bkit_onec.flows.answers import put_task
from b2bkit_onec.flows.choice import Chosen, capabilities
from b2bkit_onec.flows.lines import Lines
from b2bkit_onec.flows.prints import print_paper
from b2bkit_onec.live import LiveLines
from b2bkit_onec.models import Upload
from b2bkit_onec.sessions import SYSTEM_NAME


class OneC:
    """ErpGateway over all ways to 1C."""

    name = SYSTEM_NAME

    def __init__(self, flows: Mapping[str, Chosen], live: LiveLines, lines: Lines) -> None:
        self.flows, self.live, self.lines = flows, live, lines

    def capabilities(self) -> frozenset[str]:
        """What the connected flows can together."""
        return capabilities(self.flows)

    def further_kinds(self) -> Iterable[str]:
        """Kinds of data whose age is kept besides the core's."""
        return [flow.kind.freshness for flow in self.flows.values() if flow.kind.freshness]

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        """The order is owed already: 1C fetches it (CommerceML), or the flow of orders runs at once and sends what is owed."""
        orders = self.flows["orders"]
        if orders.run is not None:
            with open_work() as work:
                row = state.row_of(work, orders, lock=True)
                if not row.paused and row.failures == 0:  # after a failure it goes on by its own clock
                    state.wake(work, orders, row)
        return Receipt("queued")

    def ask_lines(
        self, open_work: OpenWork, lines: Sequence[LineQuestion], *, contract_ref: str, price_type_ref: str, seconds: float
    ) -> Mapping[str, LineAnswer] | None:
        """Prices and free stock now, by the way of the flow `live`."""
        return self.live.ask(open_work, lines, contract_ref=contract_ref, price_type_ref=price_type_ref, seconds=seconds)

    def put_task(self, open_work: OpenWork, task: ErpTask) -> TaskReceipt:
        """Makes or changes the manager's task, by the HTTP service; raises while 1C is silent."""
        return put_task(open_work, self.lines, task)

    def print_paper(self, open_work: OpenWork, ref: str) -> bytes | None:
        """The printed form of a paper, by the HTTP service."""
        return print_paper(open_work, self.lines, ref)

    def state(self, work: Work) -> ErpState:
        """Up while 1C's exchanges come."""
        return erp.state(work, SYSTEM_NAME)


def last_file_health(work: Work) -> Health:
    """Whether the last file of 1C could be taken."""
    last = (
        work.session.query(Upload)
        .filter(Upload.state.in_(("done", "failed")))
        .order_by(Upload.finished_at.desc(), Upload.id.desc())
        .first()
    )
    if last is None:
        return Health(True, _("1C has sent no files yet."))
    if last.state == "done":
        return Health(True, _("The last file of 1C, {name}, was taken.").format(name=last.name))
    return Health(
        False,
        _("The last file of 1C was not taken: {why}").format(why=last.message),
        _("Mend what it names and repeat the exchange in 1C."),
    )
