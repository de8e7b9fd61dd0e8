"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "webpush_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webpush_push_device",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("p256dh", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_webpush_push_device_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webpush_push_device")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_webpush_push_device_endpoint_hash")),
    )
    with op.batch_alter_table("webpush_push_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webpush_push_device_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("webpush_push_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webpush_push_device_user_id"))

    op.drop_table("webpush_push_device")
