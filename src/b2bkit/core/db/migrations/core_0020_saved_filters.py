"""Saved filters of the catalogue."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0020"
down_revision = "core_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_saved_filter",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("narrowing", types.Json, nullable=False),
        sa.Column("labels", types.Json, nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_saved_filter_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_saved_filter_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_saved_filter")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_saved_filter_company_id_id")),
    )
    with op.batch_alter_table("core_saved_filter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_saved_filter_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_saved_filter_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_saved_filter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_saved_filter_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_saved_filter_company_id"))

    op.drop_table("core_saved_filter")
