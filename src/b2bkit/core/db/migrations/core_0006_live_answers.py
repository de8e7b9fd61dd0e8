"""live_answers."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_live_answer",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("price", types.UnitPrice(), nullable=True),
        sa.Column("free", types.Quantity(), nullable=True),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_live_answer_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_live_answer_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_live_answer_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_live_answer")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_live_answer_company_id_id")),
        sa.UniqueConstraint("contract_id", "product_id", name=op.f("uq_core_live_answer_contract_id_product_id")),
    )
    with op.batch_alter_table("core_live_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_live_answer_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_live_answer_company_id"), ["company_id"], unique=False)

    with op.batch_alter_table("core_cart_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_free", types.Quantity(), nullable=True))

    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_at", types.Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.drop_column("checked_at")

    with op.batch_alter_table("core_cart_line", schema=None) as batch_op:
        batch_op.drop_column("seen_free")

    with op.batch_alter_table("core_live_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_live_answer_company_id"))
        batch_op.drop_index(batch_op.f("ix_core_live_answer_at"))

    op.drop_table("core_live_answer")
