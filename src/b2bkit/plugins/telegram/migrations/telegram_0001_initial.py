"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "telegram_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telegram_heard",
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bot", name=op.f("pk_telegram_heard")),
    )
    op.create_table(
        "telegram_chat",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_telegram_chat_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_chat")),
        sa.UniqueConstraint("chat", name=op.f("uq_telegram_chat_chat")),
        sa.UniqueConstraint("user_id", name=op.f("uq_telegram_chat_user_id")),
    )
    op.create_table(
        "telegram_connect_link",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_telegram_connect_link_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_connect_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_telegram_connect_link_token_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_telegram_connect_link_user_id")),
    )


def downgrade() -> None:
    op.drop_table("telegram_connect_link")
    op.drop_table("telegram_chat")
    op.drop_table("telegram_heard")
