"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "onec_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "onec_exchange",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("dialogue", sa.String(length=20), nullable=False),
        sa.Column("client", sa.String(length=200), nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onec_exchange")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_onec_exchange_token_hash")),
    )
    with op.batch_alter_table("onec_exchange", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onec_exchange_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "onec_property",
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("choices", types.Json, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_onec_property")),
    )
    op.create_table(
        "onec_unit",
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_onec_unit")),
    )
    op.create_table(
        "onec_upload",
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("stored", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("last_part", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.Column("queued_at", types.Instant(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", types.Instant(), nullable=True),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.Column("counts", types.Json, nullable=False),
        sa.Column("refused", types.Json, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["onec_exchange.id"], name=op.f("fk_onec_upload_exchange_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onec_upload")),
        sa.UniqueConstraint("exchange_id", "name", name=op.f("uq_onec_upload_exchange_id_name")),
    )
    with op.batch_alter_table("onec_upload", schema=None) as batch_op:
        batch_op.create_index("ix_onec_upload_state", ["state", "queued_at"], unique=False)

    op.create_table(
        "onec_variant",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("base_ref", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("barcode", sa.String(length=50), nullable=False),
        sa.Column("attributes", types.Json, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("base_deleted", sa.Boolean(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_onec_variant_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_onec_variant")),
    )
    with op.batch_alter_table("onec_variant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onec_variant_base_ref"), ["base_ref"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("onec_variant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onec_variant_base_ref"))

    op.drop_table("onec_variant")
    with op.batch_alter_table("onec_upload", schema=None) as batch_op:
        batch_op.drop_index("ix_onec_upload_state")

    op.drop_table("onec_upload")
    op.drop_table("onec_unit")
    op.drop_table("onec_property")
    with op.batch_alter_table("onec_exchange", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onec_exchange_seen_at"))

    op.drop_table("onec_exchange")
