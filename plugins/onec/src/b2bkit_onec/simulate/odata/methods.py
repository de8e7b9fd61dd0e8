"""Methods of objects: Post, Unpost of documents, ExecuteTask of a task, Start of a business process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from b2bkit_onec.simulate import names, objects
from b2bkit_onec.simulate.actions import NotNow, refuse_over_limit
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import EMPTY, ERRAND, NO_DATE, ORDER, TASK
from b2bkit_onec.simulate.odata.errors import handler_failed
from b2bkit_onec.simulate.order_row import DRAFT, SUPPLY, update
from b2bkit_onec.simulate.tasks import UNDEFINED, make_task

Method = Callable[[Infobase, sqlite3.Connection, str, str], None]


def _post(base: Infobase, db: sqlite3.Connection, entity: str, ref: str) -> None:
    """An order is posted unless the contract's limit forbids the debt; posting again is harmless."""
    if entity != ORDER:
        db.execute("UPDATE paper SET posted = 1 WHERE id = ?", (ref,))
        objects.touch(db, entity, ref)
        return
    row = db.execute("SELECT * FROM document WHERE id = ?", (ref,)).fetchone()
    if row["deleted"]:
        raise handler_failed("Нельзя провести помеченный на удаление документ")
    try:
        refuse_over_limit(base, db, row)
    except NotNow as reason:
        words = reason.reason.format(**reason.values)
        raise handler_failed(f"Превышение допустимой суммы задолженности по договору: {words}") from reason
    update(base, db, ref, posted=1, status=SUPPLY if row["status"] == DRAFT else row["status"])


def _unpost(base: Infobase, db: sqlite3.Connection, entity: str, ref: str) -> None:
    if entity == ORDER:
        row = db.execute("SELECT shipped_at FROM document WHERE id = ?", (ref,)).fetchone()
        if row["shipped_at"]:
            raise handler_failed("По заказу уже оформлена отгрузка")
        update(base, db, ref, posted=0)
    else:
        db.execute("UPDATE paper SET posted = 0 WHERE id = ?", (ref,))
        objects.touch(db, entity, ref)


def _execute(base: Infobase, db: sqlite3.Connection, entity: str, ref: str) -> None:
    task = objects.get(db, TASK, ref) or {}
    if objects.flag(task, "Executed"):
        raise handler_failed("Задача уже выполнена")
    objects.change(db, TASK, ref, Executed=True, ДатаИсполнения=base.now().isoformat())


def _start(base: Infobase, db: sqlite3.Connection, entity: str, ref: str) -> None:
    """Задание makes a task for its performer."""
    errand = objects.get(db, ERRAND, ref) or {}
    if objects.flag(errand, "Started"):
        raise handler_failed("Бизнес-процесс уже стартован")
    objects.change(db, ERRAND, ref, Started=True, ДатаНачала=base.now().isoformat())
    task = make_task(
        base, db, objects.text(errand, "Наименование"), objects.text(errand, "Содержание"), subject=objects.text(errand, "Предмет"),
        subject_type=objects.text(errand, "Предмет_Type") or UNDEFINED, performer=objects.text(errand, "Исполнитель") or EMPTY,
        due=objects.text(errand, "СрокИсполнения") or NO_DATE, importance=objects.text(errand, "Важность") or "Обычная",
    )  # fmt: skip
    objects.change(db, TASK, task, БизнесПроцесс=ref, БизнесПроцесс_Type=f"StandardODATA.{names.ERRAND}")


METHODS: dict[tuple[str, str], Method] = {
    ("Document", "Post"): _post, ("Document", "Unpost"): _unpost, ("Task", "ExecuteTask"): _execute, ("BusinessProcess", "Start"): _start,
}  # fmt: skip
