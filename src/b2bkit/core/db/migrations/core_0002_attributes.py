"""attributes."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_attribute",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("in_list", sa.Boolean(), nullable=False),
        sa.Column("in_product", sa.Boolean(), nullable=False),
        sa.Column("in_filter", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_attribute")),
        sa.UniqueConstraint("name", name=op.f("uq_core_attribute_name")),
    )
    op.create_table(
        "core_attribute_value",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("attribute_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=250), nullable=False),
        sa.Column("number", types.Factor(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attribute_id"], ["core_attribute.id"], name=op.f("fk_core_attribute_value_attribute_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_attribute_value_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", "attribute_id", "position", name=op.f("pk_core_attribute_value")),
    )
    with op.batch_alter_table("core_attribute_value", schema=None) as batch_op:
        batch_op.create_index("ix_core_attribute_value_by_text", ["attribute_id", "text"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_attribute_value", schema=None) as batch_op:
        batch_op.drop_index("ix_core_attribute_value_by_text")

    op.drop_table("core_attribute_value")
    op.drop_table("core_attribute")
