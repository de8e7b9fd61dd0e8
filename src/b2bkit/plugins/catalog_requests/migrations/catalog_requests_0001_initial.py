"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "catalog_requests_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_requests_askable",
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["core_category.id"], name=op.f("fk_catalog_requests_askable_category_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category_id", name=op.f("pk_catalog_requests_askable")),
    )
    op.create_table(
        "catalog_requests_request",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("groups", types.Json, nullable=False),
        sa.Column("articles", types.Json, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("warned_at", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'granted', 'refused', 'withdrawn', 'ended')", name=op.f("ck_catalog_requests_request_state")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_catalog_requests_request_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_catalog_requests_request_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_catalog_requests_request_decided_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_catalog_requests_request_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_requests_request")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_catalog_requests_request_company_id_id")),
    )
    with op.batch_alter_table("catalog_requests_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_requests_request_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_catalog_requests_request_state", ["state", "valid_until"], unique=False)

    op.create_table(
        "catalog_requests_grant",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(category_id is null) <> (product_id is null)", name=op.f("ck_catalog_requests_grant_one")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["core_category.id"], name=op.f("fk_catalog_requests_grant_category_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_catalog_requests_grant_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "request_id"],
            ["catalog_requests_request.company_id", "catalog_requests_request.id"],
            name=op.f("fk_catalog_requests_grant_company_id_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_catalog_requests_grant_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_catalog_requests_grant_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_requests_grant")),
    )
    with op.batch_alter_table("catalog_requests_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_requests_grant_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_catalog_requests_grant_contract", ["contract_id", "valid_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_requests_grant_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("catalog_requests_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalog_requests_grant_request_id"))
        batch_op.drop_index("ix_catalog_requests_grant_contract")
        batch_op.drop_index(batch_op.f("ix_catalog_requests_grant_company_id"))

    op.drop_table("catalog_requests_grant")
    with op.batch_alter_table("catalog_requests_request", schema=None) as batch_op:
        batch_op.drop_index("ix_catalog_requests_request_state")
        batch_op.drop_index(batch_op.f("ix_catalog_requests_request_company_id"))

    op.drop_table("catalog_requests_request")
    op.drop_table("catalog_requests_askable")
