"""Publishing: the fact and one delivery per subscriber, in the transaction that made it true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b2bkit.core.db.types import new_id
from b2bkit.core.extend.things import Fact
from b2bkit.core.jobs.queue import DELIVERY, wake_after_commit, write_tasks
from b2bkit.core.outbox.facts import to_json
from b2bkit.core.outbox.models import StoredFact

if TYPE_CHECKING:
    from b2bkit.core.work import Work


def publish(work: Work, event: Fact, *, key: str) -> None:
    """Writes the fact, runs atomic subscribers at once (they may refuse), writes a delivery for each of the others."""
    subscribers = work.kit.subscribers.get(type(event), ())
    for subscriber in subscribers:
        if subscriber.atomic:
            subscriber.handle(work, event)
    fact_id = new_id()
    row = {
        "id": fact_id,
        "type": work.kit.fact_name(type(event)),
        "key": key,
        "payload": to_json(event),
        "at": work.now,
        "actor": work.actor.name,
    }
    work.session.insert_rows(StoredFact, [row])
    later = [subscriber.name for subscriber in subscribers if not subscriber.atomic]
    tasks = [{"kind": DELIVERY, "name": name, "order_key": key, "fact_id": fact_id, "arguments": {}} for name in later]
    if tasks:
        wake_after_commit(work, write_tasks(work, tasks))
