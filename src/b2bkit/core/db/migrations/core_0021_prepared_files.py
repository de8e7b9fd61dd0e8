"""Files that a job makes for a person."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0021"
down_revision = "core_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_prepared_file",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("filename", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state in ('waiting', 'ready')", name=op.f("ck_core_prepared_file_state")),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_prepared_file_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_prepared_file_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_prepared_file")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_prepared_file_company_id_id")),
    )
    with op.batch_alter_table("core_prepared_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_prepared_file_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_prepared_file_until", ["until"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_prepared_file_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_prepared_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_prepared_file_user_id"))
        batch_op.drop_index("ix_core_prepared_file_until")
        batch_op.drop_index(batch_op.f("ix_core_prepared_file_company_id"))

    op.drop_table("core_prepared_file")
