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
        "onec_flow",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("next_at", types.Instant(), nullable=True),
        sa.Column("last_good_at", types.Instant(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("cure", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("seen_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_onec_flow")),
    )
    op.create_table(
        "onec_mentioned",
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("catalog", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("refs", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onec_mentioned")),
    )
    with op.batch_alter_table("onec_mentioned", schema=None) as batch_op:
        batch_op.create_index("ix_onec_mentioned_catalog", ["catalog", "at"], unique=False)

    op.create_table(
        "onec_property",
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("choices", types.Json, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_onec_property")),
    )
    op.create_table(
        "onec_run",
        sa.Column("flow", sa.String(length=30), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("counts", types.Json, nullable=False),
        sa.Column("differences", types.Json, nullable=False),
        sa.Column("refused", types.Json, nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("cure", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onec_run")),
    )
    with op.batch_alter_table("onec_run", schema=None) as batch_op:
        batch_op.create_index("ix_onec_run_flow", ["flow", "started_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_onec_run_started_at"), ["started_at"], unique=False)

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
        "onec_message",
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("flow", sa.String(length=30), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("subject_entity", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("headers", types.Json, nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("file", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_onec_message_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onec_message")),
    )
    with op.batch_alter_table("onec_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onec_message_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_onec_message_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_onec_message_flow", ["flow", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_onec_message_pair"), ["pair"], unique=False)
        batch_op.create_index(batch_op.f("ix_onec_message_run_id"), ["run_id"], unique=False)
        batch_op.create_index("ix_onec_message_subject", ["subject_entity", "subject_id", "at"], unique=False)

    op.create_table(
        "onec_picture",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_onec_picture_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onec_picture")),
        sa.UniqueConstraint("product_id", "position", name=op.f("uq_onec_picture_product_id_position")),
    )
    with op.batch_alter_table("onec_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onec_picture_path"), ["path"], unique=False)
        batch_op.create_index("ix_onec_picture_state", ["state", "id"], unique=False)

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
    with op.batch_alter_table("onec_picture", schema=None) as batch_op:
        batch_op.drop_index("ix_onec_picture_state")
        batch_op.drop_index(batch_op.f("ix_onec_picture_path"))

    op.drop_table("onec_picture")
    with op.batch_alter_table("onec_message", schema=None) as batch_op:
        batch_op.drop_index("ix_onec_message_subject")
        batch_op.drop_index(batch_op.f("ix_onec_message_run_id"))
        batch_op.drop_index(batch_op.f("ix_onec_message_pair"))
        batch_op.drop_index("ix_onec_message_flow")
        batch_op.drop_index(batch_op.f("ix_onec_message_company_id"))
        batch_op.drop_index(batch_op.f("ix_onec_message_at"))

    op.drop_table("onec_message")
    with op.batch_alter_table("onec_upload", schema=None) as batch_op:
        batch_op.drop_index("ix_onec_upload_state")

    op.drop_table("onec_upload")
    op.drop_table("onec_unit")
    with op.batch_alter_table("onec_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onec_run_started_at"))
        batch_op.drop_index("ix_onec_run_flow")

    op.drop_table("onec_run")
    op.drop_table("onec_property")
    with op.batch_alter_table("onec_mentioned", schema=None) as batch_op:
        batch_op.drop_index("ix_onec_mentioned_catalog")

    op.drop_table("onec_mentioned")
    op.drop_table("onec_flow")
    with op.batch_alter_table("onec_exchange", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onec_exchange_seen_at"))

    op.drop_table("onec_exchange")
