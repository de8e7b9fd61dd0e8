"""watches."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_watch",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("price", types.UnitPrice(), nullable=True),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_watch_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_watch_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_watch_product_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_watch_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_watch")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_watch_company_id_id")),
        sa.UniqueConstraint("user_id", "contract_id", "product_id", "kind", name=op.f("uq_core_watch_user_id_contract_id_product_id_kind")),
    )
    with op.batch_alter_table("core_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_watch_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_watch_kind", ["kind"], unique=False)
        batch_op.create_index("ix_core_watch_product_id", ["product_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_watch", schema=None) as batch_op:
        batch_op.drop_index("ix_core_watch_product_id")
        batch_op.drop_index("ix_core_watch_kind")
        batch_op.drop_index(batch_op.f("ix_core_watch_company_id"))

    op.drop_table("core_watch")
