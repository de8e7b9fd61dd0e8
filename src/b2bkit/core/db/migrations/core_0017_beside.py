"""Variants, analogues and files of products."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0017"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_analogue",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["core_product.id"], name=op.f("fk_core_analogue_first_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_id"], ["core_product.id"], name=op.f("fk_core_analogue_second_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_core_analogue")),
    )
    with op.batch_alter_table("core_analogue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_analogue_second_id"), ["second_id"], unique=False)

    op.create_table(
        "core_product_file",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("filename", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_product_file_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_product_file")),
    )
    with op.batch_alter_table("core_product_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_product_file_product_id"), ["product_id"], unique=False)

    op.create_table(
        "core_product_variant",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_product_variant_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_core_product_variant")),
    )
    with op.batch_alter_table("core_product_variant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_product_variant_family_id"), ["family_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_product_variant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_product_variant_family_id"))

    op.drop_table("core_product_variant")
    with op.batch_alter_table("core_product_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_product_file_product_id"))

    op.drop_table("core_product_file")
    with op.batch_alter_table("core_analogue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_analogue_second_id"))

    op.drop_table("core_analogue")
