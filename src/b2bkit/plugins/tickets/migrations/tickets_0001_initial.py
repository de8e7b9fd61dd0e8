"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "tickets_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tickets_number",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tickets_ticket",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fields", types.Json, nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("first_due_at", types.Instant(), nullable=False),
        sa.Column("first_answer_at", types.Instant(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("closed_at", types.Instant(), nullable=True),
        sa.Column("answer_seen", sa.Boolean(), nullable=False),
        sa.Column("told_late", sa.Boolean(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state in ('open', 'answered', 'waiting', 'closed', 'reopened')", name=op.f("ck_tickets_ticket_state")),
        sa.ForeignKeyConstraint(["assigned_to"], ["core_user.id"], name=op.f("fk_tickets_ticket_assigned_to"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_tickets_ticket_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_tickets_ticket_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["core_order.company_id", "core_order.id"],
            name=op.f("fk_tickets_ticket_company_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "paper_id"],
            ["core_paper.company_id", "core_paper.id"],
            name=op.f("fk_tickets_ticket_company_id_paper_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_tickets_ticket_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["opened_by"], ["core_user.id"], name=op.f("fk_tickets_ticket_opened_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets_ticket")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_tickets_ticket_company_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_ticket_number")),
        sa.UniqueConstraint("round_id", name=op.f("uq_tickets_ticket_round_id")),
    )
    with op.batch_alter_table("tickets_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_ticket_assigned_to"), ["assigned_to"], unique=False)
        batch_op.create_index("ix_tickets_ticket_company_changed", ["company_id", "changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_ticket_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_tickets_ticket_opened", ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_ticket_opened_by"), ["opened_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_ticket_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_ticket_paper_id"), ["paper_id"], unique=False)
        batch_op.create_index("ix_tickets_ticket_state_due", ["state", "due_at"], unique=False)

    op.create_table(
        "tickets_message",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side in ('client', 'staff', 'erp', 'portal')", name=op.f("ck_tickets_message_side")),
        sa.ForeignKeyConstraint(
            ["company_id", "ticket_id"],
            ["tickets_ticket.company_id", "tickets_ticket.id"],
            name=op.f("fk_tickets_message_company_id_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_tickets_message_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_tickets_message_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets_message")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_tickets_message_company_id_id")),
        sa.UniqueConstraint("task_id", name=op.f("uq_tickets_message_task_id")),
    )
    with op.batch_alter_table("tickets_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_message_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_tickets_message_ticket", ["ticket_id", "at"], unique=False)

    op.create_table(
        "tickets_file",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "message_id"],
            ["tickets_message.company_id", "tickets_message.id"],
            name=op.f("fk_tickets_file_company_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "ticket_id"],
            ["tickets_ticket.company_id", "tickets_ticket.id"],
            name=op.f("fk_tickets_file_company_id_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_tickets_file_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets_file")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_tickets_file_company_id_id")),
    )
    with op.batch_alter_table("tickets_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_file_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_file_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_file_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tickets_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_file_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_file_message_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_file_company_id"))

    op.drop_table("tickets_file")
    with op.batch_alter_table("tickets_message", schema=None) as batch_op:
        batch_op.drop_index("ix_tickets_message_ticket")
        batch_op.drop_index(batch_op.f("ix_tickets_message_company_id"))

    op.drop_table("tickets_message")
    with op.batch_alter_table("tickets_ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_tickets_ticket_state_due")
        batch_op.drop_index(batch_op.f("ix_tickets_ticket_paper_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_ticket_order_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_ticket_opened_by"))
        batch_op.drop_index("ix_tickets_ticket_opened")
        batch_op.drop_index(batch_op.f("ix_tickets_ticket_company_id"))
        batch_op.drop_index("ix_tickets_ticket_company_changed")
        batch_op.drop_index(batch_op.f("ix_tickets_ticket_assigned_to"))

    op.drop_table("tickets_ticket")
    op.drop_table("tickets_number")
