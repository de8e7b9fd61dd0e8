"""Tables of tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title, within


class TicketNumber(Base):
    """Hands out numbers of tickets: one row each, so that two tickets never wait for the same counter."""

    __tablename__ = "tickets_number"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


class Ticket(CompanyOwned, Base):
    """What a client asks of the supplier.

    state         open (waits for the supplier), answered, waiting (for the client), closed, reopened (waits for the supplier again)
    fields        list of {key, type, label, value, said}: the category's own fields as they were filled in
    round_id      what its task in the ERP is about: each time the supplier is asked anew, another one
    due_at        when an answer is due; None while nobody waits for one
    first_due_at  when the first answer was due
    minutes       working minutes to the first answer; None: there is none yet
    answer_seen   whether who opened it saw the newest answer
    told_late     whether staff were told that it is overdue
    found_by      what the search looks through: number, category, fields and words

    It goes with the order, paper, contract or legal entity that it is about: none of these is ever deleted but with its company.
    """

    __tablename__ = "tickets_ticket"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("number"),
        UniqueConstraint("round_id"),
        within("legal_entity_id", "core_legal_entity", "CASCADE"),
        within("contract_id", "core_contract", "CASCADE"),
        within("order_id", "core_order", "CASCADE"),
        within("paper_id", "core_paper", "CASCADE"),
        CheckConstraint("state in ('open', 'answered', 'waiting', 'closed', 'reopened')", name="state"),
        Index("ix_tickets_ticket_company_changed", "company_id", "changed_at"),
        Index("ix_tickets_ticket_state_due", "state", "due_at"),
        Index("ix_tickets_ticket_opened", "opened_at"),
    )

    number: Mapped[str] = mapped_column(String(30))
    category: Mapped[str] = mapped_column(String(40))
    subject: Mapped[title]
    state: Mapped[str] = mapped_column(String(10))
    fields: Mapped[list[dict[str, Any]]]
    legal_entity_id: Mapped[UUID | None]
    contract_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None] = mapped_column(index=True)
    paper_id: Mapped[UUID | None] = mapped_column(index=True)
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    round_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime]
    first_answer_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    answer_seen: Mapped[bool] = mapped_column(default=True)
    told_late: Mapped[bool] = mapped_column(default=False)
    found_by: Mapped[str] = mapped_column(Text)


class TicketMessage(CompanyOwned, Base):
    """Something that was said or done in a ticket.

    side     client, staff, erp (somebody answered in the ERP), portal (it did something by itself)
    act      said, waits (said, and something is asked of the client), closed, reopened
    task_id  of the ERP's task that was answered: heard twice, it is one message
    """

    __tablename__ = "tickets_message"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("task_id"),
        within("ticket_id", "tickets_ticket", "CASCADE"),
        CheckConstraint("side in ('client', 'staff', 'erp', 'portal')", name="side"),
        Index("ix_tickets_message_ticket", "ticket_id", "at"),
    )

    ticket_id: Mapped[UUID]
    at: Mapped[datetime]
    side: Mapped[str] = mapped_column(String(10))
    act: Mapped[str] = mapped_column(String(10), default="said")
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    author: Mapped[title]
    text: Mapped[str] = mapped_column(Text)
    task_id: Mapped[UUID | None]


class TicketFile(CompanyOwned, Base):
    """A file with a message; `name` is the random one under which it is kept."""

    __tablename__ = "tickets_file"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("ticket_id", "tickets_ticket", "CASCADE"),
        within("message_id", "tickets_message", "CASCADE"),
    )

    ticket_id: Mapped[UUID] = mapped_column(index=True)
    message_id: Mapped[UUID] = mapped_column(index=True)
    filename: Mapped[title]
    name: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
