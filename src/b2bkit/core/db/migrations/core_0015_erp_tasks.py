"""erp_tasks."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0015"
down_revision = "core_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_erp_task",
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("text", sa.String(length=3000), nullable=False),
        sa.Column("performer", sa.String(length=254), nullable=False),
        sa.Column("author", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=250), nullable=False),
        sa.Column("words", sa.String(length=3000), nullable=False),
        sa.Column("answered_by", sa.String(length=250), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("answered_at", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "party_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_core_erp_task_company_id_party_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_erp_task_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_erp_task")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_erp_task_company_id_id")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_core_erp_task_kind_about")),
    )
    with op.batch_alter_table("core_erp_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_erp_task_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_erp_task_state", ["state", "created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_erp_task", schema=None) as batch_op:
        batch_op.drop_index("ix_core_erp_task_state")
        batch_op.drop_index(batch_op.f("ix_core_erp_task_company_id"))

    op.drop_table("core_erp_task")
