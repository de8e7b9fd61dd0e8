"""ЗадачаИсполнителя: what a manager is asked to do, by the portal or by 1C itself."""

from __future__ import annotations

import sqlite3
import uuid

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import EMPTY, NO_DATE, TASK, USER
from b2bkit_onec.simulate.objects import Body

UNDEFINED = "StandardODATA.Undefined"


def make_task(
    base: Infobase,
    db: sqlite3.Connection,
    name: str,
    words: str,
    *,
    ref: str = "",
    subject: str = "",
    subject_type: str = UNDEFINED,
    performer: str = EMPTY,
    due: str = NO_DATE,
    importance: str = "Обычная",
) -> str:
    """Writes a task that is to be done and returns its reference."""
    made = ref or str(uuid.uuid4())
    body: Body = {
        "Date": base.now().isoformat(), "Description": name, "Описание": words, "Executed": False, "Исполнитель": performer,
        "Исполнитель_Type": f"StandardODATA.{USER}" if performer != EMPTY else UNDEFINED, "СрокИсполнения": due,
        "Важность": importance, "Предмет": subject, "Предмет_Type": subject_type, "ДатаИсполнения": NO_DATE,
        "СостояниеБизнесПроцесса": "Активен",
    }  # fmt: skip
    objects.put(db, TASK, made, body)
    return made


def finish_task(base: Infobase, ref: str, result: str) -> None:
    """Выполнено: with what came out of it. A second time changes nothing. Raises LookupError."""
    with base.write() as db:
        task = objects.get(db, TASK, ref)
        if task is None:
            raise LookupError(ref)
        if not objects.flag(task, "Executed"):
            objects.change(db, TASK, ref, Executed=True, РезультатВыполнения=result, ДатаИсполнения=base.now().isoformat())
