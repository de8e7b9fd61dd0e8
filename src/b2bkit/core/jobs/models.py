"""Tables of work to be done: the only queue of record."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base


class Task(Base):
    """A delivery of a fact to a subscriber, or a job.

    state       waiting (due at `due_at`), running (leased until `leased_until`), done, parked (a person must decide; nothing is dropped)
    order_key   tasks of one name with the same key run one after the other, in the order of `id`
    unique_key  at most one waiting task of this name has it
    attempts    counted before the work; `crashes` are attempts whose lease ran out without a word
    """

    __tablename__ = "core_task"
    __table_args__ = (
        Index("ix_core_task_due", "due_at", postgresql_where=text("state = 'waiting'"), sqlite_where=text("state = 'waiting'")),
        Index("ix_core_task_lease", "leased_until", postgresql_where=text("state = 'running'"), sqlite_where=text("state = 'running'")),
        Index(
            "ix_core_task_order", "name", "order_key", "id", postgresql_where=text("state <> 'done'"), sqlite_where=text("state <> 'done'")
        ),
        Index(
            "uq_core_task_unique",
            "name",
            "unique_key",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_core_task_state_done", "state", "done_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))  # delivery, job
    name: Mapped[str] = mapped_column(String(120))
    order_key: Mapped[str | None] = mapped_column(String(120))
    unique_key: Mapped[str | None] = mapped_column(String(200))
    fact_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_fact.id", ondelete="CASCADE"), index=True)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    lease: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(2000), default="")


class ScheduleEntry(Base):
    """When a scheduled job is to run next; moved on by compare-and-set, so that one of several processes starts it."""

    __tablename__ = "core_schedule"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    next_at: Mapped[datetime]
