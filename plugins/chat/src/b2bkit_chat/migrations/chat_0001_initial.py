"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "chat_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_presence",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_chat_presence_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_chat_presence")),
    )
    op.create_table(
        "chat_talk",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", types.Instant(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("last_at", types.Instant(), nullable=False),
        sa.Column("last_side", sa.String(length=10), nullable=False),
        sa.Column("last_text", sa.String(length=200), nullable=False),
        sa.Column("client_unread", sa.Integer(), nullable=False),
        sa.Column("client_since", types.Instant(), nullable=True),
        sa.Column("client_told", sa.Boolean(), nullable=False),
        sa.Column("client_read", sa.Integer(), nullable=False),
        sa.Column("client_read_at", types.Instant(), nullable=True),
        sa.Column("staff_unread", sa.Integer(), nullable=False),
        sa.Column("staff_since", types.Instant(), nullable=True),
        sa.Column("staff_told", sa.Boolean(), nullable=False),
        sa.Column("staff_read", sa.Integer(), nullable=False),
        sa.Column("staff_read_at", types.Instant(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("found_by", sa.String(length=600), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["core_user.id"], name=op.f("fk_chat_talk_answered_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_chat_talk_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_chat_talk_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_talk")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_chat_talk_company_id_id")),
        sa.UniqueConstraint("company_id", "user_id", name=op.f("uq_chat_talk_company_id_user_id")),
        sa.UniqueConstraint("round_id", name=op.f("uq_chat_talk_round_id")),
    )
    with op.batch_alter_table("chat_talk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_talk_answered_by"), ["answered_by"], unique=False)
        batch_op.create_index("ix_chat_talk_client_since", ["client_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_talk_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_chat_talk_last", ["last_at", "id"], unique=False)
        batch_op.create_index("ix_chat_talk_staff_since", ["staff_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_talk_user_id"), ["user_id"], unique=False)

    op.create_table(
        "chat_message",
        sa.Column("talk_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answers", sa.Uuid(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("read_at", types.Instant(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side in ('client', 'staff', 'erp')", name=op.f("ck_chat_message_side")),
        sa.ForeignKeyConstraint(
            ["company_id", "answers"],
            ["chat_message.company_id", "chat_message.id"],
            name=op.f("fk_chat_message_company_id_answers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "talk_id"],
            ["chat_talk.company_id", "chat_talk.id"],
            name=op.f("fk_chat_message_company_id_talk_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_chat_message_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_chat_message_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_chat_message_company_id_id")),
        sa.UniqueConstraint("talk_id", "seq", name=op.f("uq_chat_message_talk_id_seq")),
        sa.UniqueConstraint("task_id", name=op.f("uq_chat_message_task_id")),
    )
    with op.batch_alter_table("chat_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_message_answers"), ["answers"], unique=False)
        batch_op.create_index("ix_chat_message_company_at", ["company_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_message_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_message_user_id"), ["user_id"], unique=False)

    op.create_table(
        "chat_file",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("picture", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "message_id"],
            ["chat_message.company_id", "chat_message.id"],
            name=op.f("fk_chat_file_company_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_chat_file_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_file")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_chat_file_company_id_id")),
    )
    with op.batch_alter_table("chat_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_file_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_file_message_id"), ["message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("chat_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_file_message_id"))
        batch_op.drop_index(batch_op.f("ix_chat_file_company_id"))

    op.drop_table("chat_file")
    with op.batch_alter_table("chat_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_message_user_id"))
        batch_op.drop_index(batch_op.f("ix_chat_message_company_id"))
        batch_op.drop_index("ix_chat_message_company_at")
        batch_op.drop_index(batch_op.f("ix_chat_message_answers"))

    op.drop_table("chat_message")
    with op.batch_alter_table("chat_talk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_talk_user_id"))
        batch_op.drop_index("ix_chat_talk_staff_since")
        batch_op.drop_index("ix_chat_talk_last")
        batch_op.drop_index(batch_op.f("ix_chat_talk_company_id"))
        batch_op.drop_index("ix_chat_talk_client_since")
        batch_op.drop_index(batch_op.f("ix_chat_talk_answered_by"))

    op.drop_table("chat_talk")
    op.drop_table("chat_presence")
