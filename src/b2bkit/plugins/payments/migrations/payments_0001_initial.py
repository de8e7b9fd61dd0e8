"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "payments_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_feed",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_payments_feed_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_payments_feed_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_feed")),
        sa.UniqueConstraint("company_id", "user_id", name=op.f("uq_payments_feed_company_id_user_id")),
    )
    with op.batch_alter_table("payments_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_feed_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_feed_user_id"), ["user_id"], unique=False)

    op.create_table(
        "payments_reminder",
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_payments_reminder_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_reminder")),
        sa.UniqueConstraint("company_id", "place", "on", name=op.f("uq_payments_reminder_company_id_place_on")),
    )
    with op.batch_alter_table("payments_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_reminder_company_id"), ["company_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payments_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_reminder_company_id"))

    op.drop_table("payments_reminder")
    with op.batch_alter_table("payments_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_feed_user_id"))
        batch_op.drop_index(batch_op.f("ix_payments_feed_company_id"))

    op.drop_table("payments_feed")
