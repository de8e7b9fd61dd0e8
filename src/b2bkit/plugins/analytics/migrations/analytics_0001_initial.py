"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "analytics_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analytics_mark",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_analytics_mark")),
    )
    op.create_table(
        "analytics_search",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_search")),
        sa.UniqueConstraint("day", "words", name=op.f("uq_analytics_search_day_words")),
    )
    op.create_table(
        "analytics_people",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("ordered", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_analytics_people_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_people")),
        sa.UniqueConstraint("company_id", "day", name=op.f("uq_analytics_people_company_id_day")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_analytics_people_company_id_id")),
    )
    with op.batch_alter_table("analytics_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_people_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_analytics_people_day", ["day"], unique=False)

    op.create_table(
        "analytics_stale",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_analytics_stale_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_stale")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_analytics_stale_company_id_id")),
    )
    with op.batch_alter_table("analytics_stale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_stale_company_id"), ["company_id"], unique=False)

    op.create_table(
        "analytics_visit",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_analytics_visit_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_analytics_visit_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_visit")),
        sa.UniqueConstraint("company_id", "day", "user_id", name=op.f("uq_analytics_visit_company_id_day_user_id")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_analytics_visit_company_id_id")),
    )
    with op.batch_alter_table("analytics_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_visit_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_analytics_visit_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_analytics_visit_user_id"), ["user_id"], unique=False)

    op.create_table(
        "analytics_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("by_hand", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("total", types.Amount(), nullable=False),
        sa.Column("known", types.Amount(), nullable=False),
        sa.Column("listed", types.Amount(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_analytics_day_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_analytics_day_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_analytics_day_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["core_user.id"], name=op.f("fk_analytics_day_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_day")),
        sa.UniqueConstraint("company_id", "day", "place", name=op.f("uq_analytics_day_company_id_day_place")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_analytics_day_company_id_id")),
    )
    with op.batch_alter_table("analytics_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_day_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_analytics_day_day", ["day"], unique=False)

    op.create_table(
        "analytics_goods",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("total", types.Amount(), nullable=False),
        sa.Column("known", types.Amount(), nullable=False),
        sa.Column("listed", types.Amount(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_analytics_goods_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_analytics_goods_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_analytics_goods_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["core_user.id"], name=op.f("fk_analytics_goods_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_analytics_goods_product_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_goods")),
        sa.UniqueConstraint("company_id", "day", "place", name=op.f("uq_analytics_goods_company_id_day_place")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_analytics_goods_company_id_id")),
    )
    with op.batch_alter_table("analytics_goods", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_goods_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_analytics_goods_product_id"), ["product_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("analytics_goods", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_analytics_goods_product_id"))
        batch_op.drop_index(batch_op.f("ix_analytics_goods_company_id"))

    op.drop_table("analytics_goods")
    with op.batch_alter_table("analytics_day", schema=None) as batch_op:
        batch_op.drop_index("ix_analytics_day_day")
        batch_op.drop_index(batch_op.f("ix_analytics_day_company_id"))

    op.drop_table("analytics_day")
    with op.batch_alter_table("analytics_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_analytics_visit_user_id"))
        batch_op.drop_index(batch_op.f("ix_analytics_visit_day"))
        batch_op.drop_index(batch_op.f("ix_analytics_visit_company_id"))

    op.drop_table("analytics_visit")
    with op.batch_alter_table("analytics_stale", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_analytics_stale_company_id"))

    op.drop_table("analytics_stale")
    with op.batch_alter_table("analytics_people", schema=None) as batch_op:
        batch_op.drop_index("ix_analytics_people_day")
        batch_op.drop_index(batch_op.f("ix_analytics_people_company_id"))

    op.drop_table("analytics_people")
    op.drop_table("analytics_search")
    op.drop_table("analytics_mark")
