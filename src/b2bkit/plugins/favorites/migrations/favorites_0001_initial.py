"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "favorites_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "favorites_list",
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind in ('main', 'later', 'named')", name=op.f("ck_favorites_list_kind")),
        sa.ForeignKeyConstraint(["changed_by"], ["core_user.id"], name=op.f("fk_favorites_list_changed_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_favorites_list_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_favorites_list_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favorites_list")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_favorites_list_company_id_id")),
    )
    with op.batch_alter_table("favorites_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_favorites_list_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_favorites_list_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_favorites_list_of_a_person",
            ["company_id", "user_id", "kind"],
            unique=True,
            postgresql_where=sa.text("kind <> 'named'"),
            sqlite_where=sa.text("kind <> 'named'"),
        )

    op.create_table(
        "favorites_line",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_favorites_line_quantity")),
        sa.ForeignKeyConstraint(["changed_by"], ["core_user.id"], name=op.f("fk_favorites_line_changed_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["company_id", "list_id"],
            ["favorites_list.company_id", "favorites_list.id"],
            name=op.f("fk_favorites_line_company_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_favorites_line_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_favorites_line_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favorites_line")),
        sa.UniqueConstraint("list_id", "product_id", name=op.f("uq_favorites_line_list_id_product_id")),
    )
    with op.batch_alter_table("favorites_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_favorites_line_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_favorites_line_product_id"), ["product_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("favorites_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_favorites_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_favorites_line_company_id"))

    op.drop_table("favorites_line")
    with op.batch_alter_table("favorites_list", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_favorites_list_of_a_person", postgresql_where=sa.text("kind <> 'named'"), sqlite_where=sa.text("kind <> 'named'")
        )
        batch_op.drop_index(batch_op.f("ix_favorites_list_user_id"))
        batch_op.drop_index(batch_op.f("ix_favorites_list_company_id"))

    op.drop_table("favorites_list")
