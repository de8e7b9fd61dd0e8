"""notify."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_notify_hours",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("digest_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_notify_hours_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_notify_hours")),
    )
    op.create_table(
        "core_notify_text",
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("broken", sa.String(length=300), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["core_user.id"], name=op.f("fk_core_notify_text_changed_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_notify_text")),
        sa.UniqueConstraint("kind", "lang", name=op.f("uq_core_notify_text_kind_lang")),
    )
    op.create_table(
        "core_sending",
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["core_notification.id"], name=op.f("fk_core_sending_notification_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_sending_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_sending")),
        sa.UniqueConstraint("notification_id", "channel", name=op.f("uq_core_sending_notification_id_channel")),
    )
    with op.batch_alter_table("core_sending", schema=None) as batch_op:
        batch_op.create_index("ix_core_sending_state_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_core_sending_user_state", ["user_id", "state"], unique=False)

    with op.batch_alter_table("core_preference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digested", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("core_preference", schema=None) as batch_op:
        batch_op.drop_column("digested")

    with op.batch_alter_table("core_sending", schema=None) as batch_op:
        batch_op.drop_index("ix_core_sending_user_state")
        batch_op.drop_index("ix_core_sending_state_due")

    op.drop_table("core_sending")
    op.drop_table("core_notify_text")
    op.drop_table("core_notify_hours")
