"""consignee."""

import sqlalchemy as sa
from alembic import op

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consignee_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_order_company_id_consignee_id"), "core_legal_entity", ["company_id", "consignee_id"], ["company_id", "id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_order_company_id_consignee_id"), type_="foreignkey")
        batch_op.drop_column("consignee_id")
