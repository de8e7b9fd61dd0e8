"""ways."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "payments_0002"
down_revision = "payments_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_status",
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_payments_status_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_status")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_payments_status_company_id_id")),
        sa.UniqueConstraint("company_id", name=op.f("uq_payments_status_company_id")),
    )
    with op.batch_alter_table("payments_status", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_status_company_id"), ["company_id"], unique=False)

    op.create_table(
        "payments_part",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_part_amount")),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["core_order.company_id", "core_order.id"],
            name=op.f("fk_payments_part_company_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_payments_part_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_part")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_payments_part_company_id_id")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_payments_part_order_id_number")),
    )
    with op.batch_alter_table("payments_part", schema=None) as batch_op:
        batch_op.create_index("ix_payments_part_company_day", ["company_id", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_part_company_id"), ["company_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payments_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_part_company_id"))
        batch_op.drop_index("ix_payments_part_company_day")

    op.drop_table("payments_part")
    with op.batch_alter_table("payments_status", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_status_company_id"))

    op.drop_table("payments_status")
