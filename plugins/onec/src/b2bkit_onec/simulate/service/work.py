"""Tasks that the portal gives to managers, and what they answer."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Final
from uuid import UUID

from b2bkit_onec.service.contract import AnswersTold, AnswerTold, TaskAsked, TaskTold
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import EMPTY, NO_DATE, TASK, USER, made_up
from b2bkit_onec.simulate.service import register
from b2bkit_onec.simulate.service.errors import ServiceProblem
from b2bkit_onec.simulate.tasks import UNDEFINED, make_task

KIND: Final = "task"
PORTION: Final = 200


def put(base: Infobase, id_: UUID, asked: TaskAsked, digest: str) -> TaskTold:
    """Makes the task with this id as its reference, or changes it while it is open. Raises ServiceProblem."""
    ref = str(id_)
    with base.write() as db:
        before = register.known(db, ref)
        if before is not None and before.kind != KIND:
            raise ServiceProblem(409, "another", "Под этим идентификатором уже спрошено другое.")
        task = objects.get(db, TASK, ref)
        if task is None:
            make_task(base, db, asked.title, asked.text, ref=ref, **_particulars(db, asked))
        elif before is not None and before.hash != digest and not objects.flag(task, "Executed"):
            objects.change(db, TASK, ref, Description=asked.title, Описание=asked.text)
        register.keep(db, ref, register.Known(KIND, digest, ref))
        return _told(db, id_, digest)


def _particulars(db: sqlite3.Connection, asked: TaskAsked) -> dict[str, str]:
    performer = made_up("user", asked.performer) if asked.performer else EMPTY
    if performer != EMPTY and objects.get(db, USER, performer) is None:
        performer = EMPTY
    due = asked.due.astimezone().replace(tzinfo=None).isoformat(timespec="seconds") if asked.due else NO_DATE
    importance = "Высокая" if asked.important else "Обычная"
    about = "StandardODATA.Document_ЗаказКлиента" if asked.about else UNDEFINED
    return {"subject": str(asked.about or ""), "subject_type": about, "performer": performer, "due": due, "importance": importance}


def _told(db: sqlite3.Connection, id_: UUID, digest: str) -> TaskTold:
    task = objects.get(db, TASK, str(id_)) or {}
    return TaskTold(
        id=id_,
        hash=digest,
        state="done" if objects.flag(task, "Executed") else "open",
        number=objects.text(task, "Code"),
        words=objects.text(task, "РезультатВыполнения"),
    )


def answers(base: Infobase, after: str) -> AnswersTold:
    """Tasks of the portal that were done since the cursor, which is a version of the infobase. Raises ServiceProblem."""
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise ServiceProblem(400, "after", "Такого курсора сервис не выдавал.")
    with base.read() as db:
        ours = register.ids(db, KIND)
        query = "SELECT object_id, seq FROM version WHERE entity = ? AND seq > ? ORDER BY seq"
        rows = [(row["object_id"], int(row["seq"])) for row in db.execute(query, (TASK, int(after or 0))) if row["object_id"] in ours]
        portion = rows[:PORTION]
        found = [one for ref, _seq in portion if (one := _answer(db, ref)) is not None]
    cursor = str(portion[-1][1]) if portion else after
    return AnswersTold(cursor=cursor, more=len(rows) > PORTION, answers=tuple(found))


def _answer(db: sqlite3.Connection, ref: str) -> AnswerTold | None:
    task = objects.get(db, TASK, ref) or {}
    if not objects.flag(task, "Executed"):
        return None
    at = dt.datetime.fromisoformat(objects.text(task, "ДатаИсполнения")).astimezone(dt.UTC)
    author = objects.named(db, USER, objects.text(task, "Исполнитель") or EMPTY)
    return AnswerTold(task=UUID(ref), at=at, state="done", author=author, text=objects.text(task, "РезультатВыполнения"))
