"""orders."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_saved_cart",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind in ('draft', 'template')", name=op.f("ck_core_saved_cart_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_saved_cart_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_saved_cart_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_saved_cart")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_saved_cart_company_id_id")),
    )
    with op.batch_alter_table("core_saved_cart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_saved_cart_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_saved_cart_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_saved_cart_line",
        sa.Column("saved_cart_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("base_quantity", types.Quantity(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("base_quantity > 0", name=op.f("ck_core_saved_cart_line_base_quantity")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_core_saved_cart_line_quantity")),
        sa.ForeignKeyConstraint(
            ["company_id", "saved_cart_id"],
            ["core_saved_cart.company_id", "core_saved_cart.id"],
            name=op.f("fk_core_saved_cart_line_company_id_saved_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_saved_cart_line_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_saved_cart_line_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_saved_cart_line")),
        sa.UniqueConstraint("saved_cart_id", "product_id", "unit", name=op.f("uq_core_saved_cart_line_saved_cart_id_product_id_unit")),
    )
    with op.batch_alter_table("core_saved_cart_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_saved_cart_line_company_id"), ["company_id"], unique=False)

    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_at", types.Instant(), nullable=True))
        batch_op.add_column(sa.Column("cancel_asked_at", types.Instant(), nullable=True))

    with op.batch_alter_table("core_order_line", schema=None) as batch_op:
        batch_op.create_index("ix_core_order_line_article", ["article"], unique=False, postgresql_ops={"article": "varchar_pattern_ops"})


def downgrade() -> None:
    with op.batch_alter_table("core_order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_core_order_line_article", postgresql_ops={"article": "varchar_pattern_ops"})

    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.drop_column("cancel_asked_at")
        batch_op.drop_column("archived_at")

    with op.batch_alter_table("core_saved_cart_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_saved_cart_line_company_id"))

    op.drop_table("core_saved_cart_line")
    with op.batch_alter_table("core_saved_cart", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_saved_cart_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_saved_cart_company_id"))

    op.drop_table("core_saved_cart")
