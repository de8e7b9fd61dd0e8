"""Tasks for managers (1C: ЗадачаИсполнителя) by the HTTP service: given one by one, and asked by the clock what was said about them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from b2bkit import ErpTask, OpenWork, TaskReceipt
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _, language, speaking
from b2bkit_onec.flows.lines import Lines
from b2bkit_onec.flows.spec import RunResult
from b2bkit_onec.line import Line, OneCRefused, OneCSilent
from b2bkit_onec.odata.query import is_guid
from b2bkit_onec.service.client import ServiceClient
from b2bkit_onec.service.contract import TaskAsked

MOST_WORDS: Final = 3000
MOST_NAME: Final = 250


def put_task(open_work: OpenWork, lines: Lines, task: ErpTask) -> TaskReceipt:
    """Sends the task under its id. What 1C itself does not take is `refused` with its words; raises LineError to be tried again."""
    if lines.rests():
        raise OneCSilent(_("1C is left alone for now."))
    with open_work(write=False) as work:
        lang = work.lang or language()
        texts = work.translations(lang)
    asked = TaskAsked(
        kind=task.kind,
        title=task.title[:MOST_NAME],
        text=task.text[:MOST_WORDS],
        party=UUID(task.party_ref) if is_guid(task.party_ref) else None,
        performer=task.performer[:MOST_NAME],
        author=task.author[:MOST_NAME],
    )
    with speaking(lang, texts), lines.keeper(open_work):
        try:
            told = _service(lines.line(open_work)).put_task(task.id, asked)
        except OneCRefused as refused:
            return TaskReceipt("refused", words=f"{refused.words} {refused.cure}".strip())
    return TaskReceipt(told.state, told.number, told.words)


def take_answers(open_work: OpenWork, line: Line, cursor: str) -> RunResult:
    """What managers said about the portal's tasks since the cursor."""
    with open_work(write=False) as work:
        began = work.now
    told, taken = _service(line).answers(cursor), 0
    with open_work() as work:
        for one in told.answers:
            taken += erp.task_answered(work, task_id=one.task, state=one.state, text=one.text, author=one.author, at=one.at)
    counts = {"answers": {"told": len(told.answers), "new": taken, "changed": 0}} if told.answers else {}
    return RunResult(counts=counts, cursor=told.cursor or cursor, as_of=began, more=told.more, whole=False)


def _service(line: Line) -> ServiceClient:
    if line.service is None:
        raise OneCRefused(0, "", _("Tasks go by the HTTP service, which the portal's settings do not name."))
    return line.service
