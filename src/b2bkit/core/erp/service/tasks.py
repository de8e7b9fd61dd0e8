"""Tasks for managers in the ERP: what a client asks of the supplier and only somebody in the ERP can do (1C: ЗадачаИсполнителя).

waiting -> open -> done or refused (by the manager; or by the ERP itself, which then has it not); void when it is not needed any more.
Each goes out under its own id, so that it is one task there however often it is sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Company, User
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service.refs import ref_of
from b2bkit.core.extend.things import ErpTask, OpenWork, TakesTasks, TaskReceipt
from b2bkit.core.i18n import _
from b2bkit.core.jobs.points import reach
from b2bkit.core.work import Work

CAPABILITY: Final = "tasks.out"
SEND: Final = "erp.send_task"
OWED: Final = ("waiting", "open")


def taken(work: Work) -> bool:
    """Whether the ERP takes tasks for its managers."""
    gateway: object = work.kit.erp_gateway
    return isinstance(gateway, TakesTasks) and CAPABILITY in work.kit.erp_can


def give(
    work: Work, *, kind: str, about: UUID, company_id: UUID, title: str, text: str, party_id: UUID | None = None, author: str = ""
) -> UUID | None:
    """Owes a task for the client's manager, in the transaction of what it is about; its key, or None where the ERP takes no tasks."""
    if not taken(work):
        return None
    task_id = new_id()
    manager = select(User.email).join(Company, Company.manager_id == User.id).where(Company.id == company_id)
    row = {
        "id": task_id, "company_id": company_id, "kind": kind, "about": about, "party_id": party_id, "title": title[:250],
        "text": text[:3000], "performer": work.session.scalar(manager) or "", "author": author[:250], "state": "waiting", "number": "",
        "words": "", "answered_by": "", "created_at": work.now, "sent_at": None, "answered_at": None,
    }  # fmt: skip
    work.session.insert_rows(GivenTask, [row])
    _wake(work, task_id)
    return task_id


def void(work: Work, *, kind: str, about: UUID) -> None:
    """The task is not needed any more: the ERP is told where it has it. Nothing happens to one that is done or was never given."""
    row = work.session.scalars(select(GivenTask).where(GivenTask.kind == kind, GivenTask.about == about).with_for_update()).one_or_none()
    if row is None or row.state not in OWED:
        return
    row.title = _("Not needed any more: {title}").format(title=row.title)[:250]
    row.state = "void"
    work.session.flush()
    if row.sent_at is not None:
        _wake(work, row.id)


def reword(work: Work, *, kind: str, about: UUID, text: str) -> bool:
    """Other words for a task that nobody answered yet: the ERP gets them under the same key. False where there is no such task."""
    row = work.session.scalars(select(GivenTask).where(GivenTask.kind == kind, GivenTask.about == about).with_for_update()).one_or_none()
    if row is None or row.state not in OWED:
        return False
    row.text = text[:3000]
    work.session.flush()
    _wake(work, row.id)
    return True


def _wake(work: Work, task_id: UUID) -> None:
    work.enqueue(SEND, unique=str(task_id), key=str(task_id), task_id=str(task_id))


def send(open_work: OpenWork, *, task_id: str) -> None:
    """Job: gives a task to the gateway, outside any transaction. Raises what the gateway raises, to be tried again."""
    with open_work(write=False) as work:
        gateway: object = work.kit.erp_gateway
        row = work.session.get(GivenTask, UUID(task_id))
        if not isinstance(gateway, TakesTasks) or row is None or row.state not in ("waiting", "open", "void"):
            return
        task, before = _told(work, row), row.state
    receipt = gateway.put_task(open_work, task)
    reach("sent")
    with open_work() as work:
        _record(work, task.id, before, receipt)


def _told(work: Work, row: GivenTask) -> ErpTask:
    system = work.kit.erp_gateway.name if work.kit.erp_gateway is not None else ""
    party = ref_of(work, system=system, entity="legal_entity", entity_id=row.party_id) if row.party_id is not None else None
    return ErpTask(
        id=row.id, kind=row.kind, title=row.title, text=row.text, party_ref=party or "", performer=row.performer, author=row.author
    )


def _record(work: Work, task_id: UUID, before: str, receipt: TaskReceipt) -> None:
    row = work.session.scalars(select(GivenTask).where(GivenTask.id == task_id).with_for_update()).one_or_none()
    if row is None:
        return
    first, row.sent_at, row.number = row.sent_at is None, work.now, receipt.number[:250]
    if row.state == "void" and before != "void":
        _wake(work, task_id)  # it was withdrawn while it was on its way
    elif row.state != "void":
        row.state = "refused" if receipt.state == "refused" else "open" if first else row.state
        row.words = receipt.words[:3000] if receipt.state == "refused" else row.words
        _shown(work, row)
    if receipt.state == "done":
        answered(work, task_id=task_id, state="done", text=receipt.words, at=work.now)


def answered(
    work: Work, *, task_id: UUID, state: Literal["open", "done", "refused"], text: str = "", author: str = "", at: datetime
) -> bool:
    """Somebody in the ERP answered; False for a task that is none of ours, is not needed any more, or is answered already."""
    row = work.session.scalars(select(GivenTask).where(GivenTask.id == task_id).with_for_update()).one_or_none()
    if row is None or row.state == "void" or row.answered_at is not None or state == "open":
        return False
    row.state, row.words, row.answered_by, row.answered_at = state, text[:3000], author[:250], at
    row.sent_at = row.sent_at or work.now
    work.session.flush()
    work.publish(TaskAnswered(row.id, row.kind, row.about, row.company_id, state, author, text[:3000]), key=f"company:{row.company_id}")
    _shown(work, row)
    return True


def _shown(work: Work, row: GivenTask) -> None:
    work.session.flush()
    work.signal("changes", row.about, companies=(row.company_id,), staff=True)
