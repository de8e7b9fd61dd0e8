"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "availability_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "availability_announcement",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("amount", types.Quantity(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind in ('expected', 'back', 'low')", name=op.f("ck_availability_announcement_kind")),
        sa.CheckConstraint("source in ('staff', 'stock')", name=op.f("ck_availability_announcement_source")),
        sa.ForeignKeyConstraint(["made_by"], ["core_user.id"], name=op.f("fk_availability_announcement_made_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["core_product.id"], name=op.f("fk_availability_announcement_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_announcement")),
    )
    with op.batch_alter_table("availability_announcement", schema=None) as batch_op:
        batch_op.create_index("ix_availability_announcement_made", ["made_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_availability_announcement_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_availability_announcement_product_id"), ["product_id"], unique=False)
        batch_op.create_index(
            "uq_availability_announcement_live",
            ["product_id"],
            unique=True,
            postgresql_where=sa.text("ended_at is null"),
            sqlite_where=sa.text("ended_at is null"),
        )

    op.create_table(
        "availability_state",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.CheckConstraint("state in ('in', 'low', 'out')", name=op.f("ck_availability_state_state")),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_availability_state_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_availability_state")),
    )


def downgrade() -> None:
    op.drop_table("availability_state")
    with op.batch_alter_table("availability_announcement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_availability_announcement_live", postgresql_where=sa.text("ended_at is null"), sqlite_where=sa.text("ended_at is null")
        )
        batch_op.drop_index(batch_op.f("ix_availability_announcement_product_id"))
        batch_op.drop_index(batch_op.f("ix_availability_announcement_made_by"))
        batch_op.drop_index("ix_availability_announcement_made")

    op.drop_table("availability_announcement")
