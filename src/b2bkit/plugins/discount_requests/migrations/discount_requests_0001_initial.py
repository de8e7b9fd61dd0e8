"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "discount_requests_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discount_requests_request",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'offered', 'granted', 'refused', 'withdrawn', 'used', 'lapsed')",
            name=op.f("ck_discount_requests_request_state"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_discount_requests_request_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["core_order.company_id", "core_order.id"],
            name=op.f("fk_discount_requests_request_company_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_discount_requests_request_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["core_user.id"], name=op.f("fk_discount_requests_request_decided_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_discount_requests_request_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_requests_request")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_discount_requests_request_company_id_id")),
    )
    with op.batch_alter_table("discount_requests_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discount_requests_request_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_discount_requests_request_state", ["state", "until"], unique=False)
        batch_op.create_index(
            "uq_discount_requests_request_open",
            ["user_id", "contract_id"],
            unique=True,
            postgresql_where=sa.text("state in ('waiting', 'offered', 'granted')"),
            sqlite_where=sa.text("state in ('waiting', 'offered', 'granted')"),
        )

    op.create_table(
        "discount_requests_line",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("said", sa.String(length=120), nullable=False),
        sa.Column("base_unit", sa.String(length=50), nullable=False),
        sa.Column("base_quantity", types.Quantity(), nullable=False),
        sa.Column("price", types.UnitPrice(), nullable=False),
        sa.Column("wished", types.UnitPrice(), nullable=False),
        sa.Column("granted", types.UnitPrice(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "request_id"],
            ["discount_requests_request.company_id", "discount_requests_request.id"],
            name=op.f("fk_discount_requests_line_company_id_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_discount_requests_line_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_discount_requests_line_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_requests_line")),
    )
    with op.batch_alter_table("discount_requests_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discount_requests_line_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discount_requests_line_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("discount_requests_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_discount_requests_line_request_id"))
        batch_op.drop_index(batch_op.f("ix_discount_requests_line_company_id"))

    op.drop_table("discount_requests_line")
    with op.batch_alter_table("discount_requests_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_discount_requests_request_open",
            postgresql_where=sa.text("state in ('waiting', 'offered', 'granted')"),
            sqlite_where=sa.text("state in ('waiting', 'offered', 'granted')"),
        )
        batch_op.drop_index("ix_discount_requests_request_state")
        batch_op.drop_index(batch_op.f("ix_discount_requests_request_company_id"))

    op.drop_table("discount_requests_request")
