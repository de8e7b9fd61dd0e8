"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_category",
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["core_category.id"], name=op.f("fk_core_category_parent_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_category")),
    )
    with op.batch_alter_table("core_category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_category_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "core_erp_break",
        sa.Column("system", sa.String(length=30), nullable=False),
        sa.Column("slow_at", types.Instant(), nullable=False),
        sa.Column("down_at", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_erp_break")),
    )
    with op.batch_alter_table("core_erp_break", schema=None) as batch_op:
        batch_op.create_index("ix_core_erp_break_system_ended_at", ["system", "ended_at"], unique=False)

    op.create_table(
        "core_erp_contact",
        sa.Column("system", sa.String(length=30), nullable=False),
        sa.Column("first_good", types.Instant(), nullable=True),
        sa.Column("last_good", types.Instant(), nullable=True),
        sa.Column("last_bad", types.Instant(), nullable=True),
        sa.Column("bad_since", types.Instant(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_core_erp_contact")),
    )
    op.create_table(
        "core_external_ref",
        sa.Column("system", sa.String(length=30), nullable=False),
        sa.Column("entity", sa.String(length=30), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_external_ref")),
        sa.UniqueConstraint("system", "entity", "ref", name=op.f("uq_core_external_ref_system_entity_ref")),
    )
    with op.batch_alter_table("core_external_ref", schema=None) as batch_op:
        batch_op.create_index("ix_core_external_ref_entity", ["entity", "entity_id"], unique=False)

    op.create_table(
        "core_fact",
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", types.Json, nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_fact")),
    )
    with op.batch_alter_table("core_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_fact_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_fact_key"), ["key"], unique=False)

    op.create_table(
        "core_freshness",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_core_freshness")),
    )
    op.create_table(
        "core_idempotency",
        sa.Column("principal", sa.String(length=120), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.String(length=4000), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "route", "key", name=op.f("pk_core_idempotency")),
    )
    with op.batch_alter_table("core_idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_idempotency_created_at"), ["created_at"], unique=False)

    op.create_table(
        "core_order_number",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_order_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "core_price_type",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_price_type")),
    )
    op.create_table(
        "core_schedule",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("next_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_schedule")),
    )
    op.create_table(
        "core_sign_in_attempt",
        sa.Column("bucket", sa.String(length=300), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_sign_in_attempt")),
    )
    with op.batch_alter_table("core_sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_core_sign_in_attempt_bucket_at", ["bucket", "at"], unique=False)

    op.create_table(
        "core_user",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("staff_role", sa.String(length=30), nullable=True),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
        sa.UniqueConstraint("email", name=op.f("uq_core_user_email")),
    )
    op.create_table(
        "core_warehouse",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_warehouse")),
    )
    op.create_table(
        "core_category_closure",
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("descendant_id", sa.Uuid(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["core_category.id"], name=op.f("fk_core_category_closure_ancestor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["descendant_id"], ["core_category.id"], name=op.f("fk_core_category_closure_descendant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "descendant_id", name=op.f("pk_core_category_closure")),
    )
    with op.batch_alter_table("core_category_closure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_category_closure_descendant_id"), ["descendant_id"], unique=False)

    op.create_table(
        "core_company",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["core_user.id"], name=op.f("fk_core_company_manager_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_company")),
    )
    with op.batch_alter_table("core_company", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_company_manager_id"), ["manager_id"], unique=False)

    op.create_table(
        "core_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_preference_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_preference")),
        sa.UniqueConstraint("user_id", "kind", "channel", name=op.f("uq_core_preference_user_id_kind_channel")),
    )
    op.create_table(
        "core_product",
        sa.Column("article", sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("full_name", sa.String(length=1100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("unit_code", sa.String(length=10), nullable=False),
        sa.Column("vat_rate", types.Quantity(), nullable=True),
        sa.Column("minimum", types.Quantity(), nullable=False),
        sa.Column("multiple", types.Quantity(), nullable=False),
        sa.Column("producer", sa.String(length=250), nullable=False),
        sa.Column("barcode", sa.String(length=50), nullable=False),
        sa.Column("attributes", types.Json, nullable=False),
        sa.Column("search_text", sa.String(length=650).with_variant(sa.String(length=650, collation="C"), "postgresql"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minimum > 0", name=op.f("ck_core_product_minimum")),
        sa.CheckConstraint("multiple > 0", name=op.f("ck_core_product_multiple")),
        sa.ForeignKeyConstraint(["category_id"], ["core_category.id"], name=op.f("fk_core_product_category_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_product")),
    )
    with op.batch_alter_table("core_product", schema=None) as batch_op:
        batch_op.create_index("ix_core_product_by_article", ["article", "id"], unique=False)
        batch_op.create_index("ix_core_product_by_name", ["search_text", "id"], unique=False)
        batch_op.create_index("ix_core_product_category_id", ["category_id"], unique=False)

    op.create_table(
        "core_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("order_key", sa.String(length=120), nullable=True),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("fact_id", sa.Uuid(), nullable=True),
        sa.Column("arguments", types.Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("leased_until", types.Instant(), nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("error", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["core_fact.id"], name=op.f("fk_core_task_fact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_task")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("core_task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_task_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(batch_op.f("ix_core_task_fact_id"), ["fact_id"], unique=False)
        batch_op.create_index(
            "ix_core_task_lease",
            ["leased_until"],
            unique=False,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )
        batch_op.create_index(
            "ix_core_task_order",
            ["name", "order_key", "id"],
            unique=False,
            postgresql_where=sa.text("state <> 'done'"),
            sqlite_where=sa.text("state <> 'done'"),
        )
        batch_op.create_index("ix_core_task_state_done", ["state", "done_at"], unique=False)
        batch_op.create_index(
            "uq_core_task_unique",
            ["name", "unique_key"],
            unique=True,
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "core_address",
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_address_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_address")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_address_company_id_id")),
    )
    with op.batch_alter_table("core_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_address_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_audit_entry",
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("on_behalf", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.String(length=80), nullable=False),
        sa.Column("details", types.Json, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_audit_entry_company_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_audit_entry_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_entry")),
    )
    with op.batch_alter_table("core_audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_core_audit_entry_company_at", ["company_id", "at"], unique=False)
        batch_op.create_index("ix_core_audit_entry_entity", ["entity", "entity_id"], unique=False)

    op.create_table(
        "core_contact_person",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("position", sa.String(length=250), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_contact_person_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contact_person")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_contact_person_company_id_id")),
    )
    with op.batch_alter_table("core_contact_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_contact_person_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_invitation",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_invitation_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["invited_by"], ["core_user.id"], name=op.f("fk_core_invitation_invited_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_invitation")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_invitation_company_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_invitation_token_hash")),
    )
    with op.batch_alter_table("core_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_invitation_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_legal_entity",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("full_name", sa.String(length=1000), nullable=False),
        sa.Column("tax_id", sa.String(length=20), nullable=False),
        sa.Column("tax_code", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_legal_entity_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_legal_entity")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_legal_entity_company_id_id")),
    )
    with op.batch_alter_table("core_legal_entity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_legal_entity_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_legal_entity_tax_id"), ["tax_id"], unique=False)

    op.create_table(
        "core_membership",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("dismissed_at", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_membership_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_membership_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_membership")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_membership_company_id_id")),
        sa.UniqueConstraint("company_id", "user_id", name=op.f("uq_core_membership_company_id_user_id")),
    )
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_membership_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_membership_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_notification",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("fact_id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("read_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_notification_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_notification_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_notification")),
        sa.UniqueConstraint("user_id", "kind", "fact_id", name=op.f("uq_core_notification_user_id_kind_fact_id")),
    )
    with op.batch_alter_table("core_notification", schema=None) as batch_op:
        batch_op.create_index("ix_core_notification_user_read", ["user_id", "read_at"], unique=False)

    op.create_table(
        "core_packaging",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("factor", types.Factor(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("factor > 0", name=op.f("ck_core_packaging_factor")),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_packaging_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_packaging")),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_core_packaging_product_id_name")),
    )
    op.create_table(
        "core_picture",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_picture_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_picture")),
        sa.UniqueConstraint("product_id", "position", name=op.f("uq_core_picture_product_id_position")),
    )
    op.create_table(
        "core_price",
        sa.Column("price_type_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("min_quantity", types.Quantity(), nullable=False),
        sa.Column("value", types.UnitPrice(), nullable=False),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.CheckConstraint("min_quantity >= 0", name=op.f("ck_core_price_min_quantity")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_core_price_value")),
        sa.ForeignKeyConstraint(["price_type_id"], ["core_price_type.id"], name=op.f("fk_core_price_price_type_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_price_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("price_type_id", "product_id", "min_quantity", name=op.f("pk_core_price")),
    )
    with op.batch_alter_table("core_price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_price_product_id"), ["product_id"], unique=False)

    op.create_table(
        "core_stock",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("warehouse_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_stock_product_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["core_warehouse.id"], name=op.f("fk_core_stock_warehouse_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", "warehouse_id", name=op.f("pk_core_stock")),
    )
    op.create_table(
        "core_contract",
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("price_type_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment_delay_days", sa.Integer(), nullable=False),
        sa.Column("whole_catalogue", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_core_contract_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_contract_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["price_type_id"], ["core_price_type.id"], name=op.f("fk_core_contract_price_type_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contract")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_contract_company_id_id")),
    )
    with op.batch_alter_table("core_contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_contract_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_contract_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "core_cart",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("total", types.Amount(), nullable=True),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_cart_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_cart_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_cart_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_cart")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_cart_company_id_id")),
        sa.UniqueConstraint("company_id", "user_id", "id", name=op.f("uq_core_cart_company_id_user_id_id")),
        sa.UniqueConstraint("user_id", "contract_id", name=op.f("uq_core_cart_user_id_contract_id")),
    )
    with op.batch_alter_table("core_cart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_cart_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_contract_category",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["core_category.id"], name=op.f("fk_core_contract_category_category_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_contract_category_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_contract_category_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contract_category")),
        sa.UniqueConstraint("contract_id", "category_id", name=op.f("uq_core_contract_category_contract_id_category_id")),
    )
    with op.batch_alter_table("core_contract_category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_contract_category_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_contract_category_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_order",
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("placed_by", sa.Uuid(), nullable=True),
        sa.Column("placed_at", types.Instant(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("comment", sa.String(length=3000), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("vat", types.Amount(), nullable=False),
        sa.Column("total", types.Amount(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("erp_state", sa.String(length=20), nullable=False),
        sa.Column("erp_number", sa.String(length=40), nullable=False),
        sa.Column("erp_version", sa.String(length=40), nullable=False),
        sa.Column("erp_as_of", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_core_order_total")),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_order_company_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_core_order_company_id_legal_entity_id"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_order_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["placed_by"], ["core_user.id"], name=op.f("fk_core_order_placed_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_order")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_order_company_id_id")),
    )
    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_order_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_order_company_placed", ["company_id", "placed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_order_erp_state"), ["erp_state"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_order_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_order_placed_at"), ["placed_at"], unique=False)
        batch_op.create_index(
            "uq_core_order_number",
            ["number"],
            unique=True,
            postgresql_where=sa.text("source = 'portal'"),
            sqlite_where=sa.text("source = 'portal'"),
        )

    op.create_table(
        "core_settlement",
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("debt", types.Amount(), nullable=False),
        sa.Column("overdue", types.Amount(), nullable=False),
        sa.Column("prepaid", types.Amount(), nullable=False),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_settlement_company_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_core_settlement_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_settlement_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_settlement")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_settlement_company_id_id")),
        sa.UniqueConstraint("place", name=op.f("uq_core_settlement_place")),
    )
    with op.batch_alter_table("core_settlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_settlement_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_settlement_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "core_terms",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("credit_limit", types.Amount(), nullable=True),
        sa.Column("stops_overdue", sa.Boolean(), nullable=False),
        sa.Column("prepayment", types.Amount(), nullable=True),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_terms_company_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_terms_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_terms")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_terms_company_id_id")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_core_terms_contract_id")),
    )
    with op.batch_alter_table("core_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_terms_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_user_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_user_session_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contract_id"], ["core_contract.id"], name=op.f("fk_core_user_session_contract_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_user_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_user_session_token_hash")),
    )
    with op.batch_alter_table("core_user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_user_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_cart_line",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("base_quantity", types.Quantity(), nullable=False),
        sa.Column("seen_price", types.UnitPrice(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("base_quantity > 0", name=op.f("ck_core_cart_line_base_quantity")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_core_cart_line_quantity")),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id", "cart_id"],
            ["core_cart.company_id", "core_cart.user_id", "core_cart.id"],
            name=op.f("fk_core_cart_line_company_id_user_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_cart_line_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_cart_line_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_cart_line")),
        sa.UniqueConstraint("cart_id", "product_id", "unit", name=op.f("uq_core_cart_line_cart_id_product_id_unit")),
    )
    with op.batch_alter_table("core_cart_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_cart_line_cart_id"), ["cart_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_cart_line_company_id"), ["company_id"], unique=False)

    op.create_table(
        "core_due",
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("deal", sa.String(length=250), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"], ["core_contract.company_id", "core_contract.id"], name=op.f("fk_core_due_company_id_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_core_due_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"], ["core_order.company_id", "core_order.id"], name=op.f("fk_core_due_company_id_order_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_due_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_due")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_due_company_id_id")),
        sa.UniqueConstraint("place", name=op.f("uq_core_due_place")),
    )
    with op.batch_alter_table("core_due", schema=None) as batch_op:
        batch_op.create_index("ix_core_due_company_day", ["company_id", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_due_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_due_legal_entity_id"), ["legal_entity_id"], unique=False)

    op.create_table(
        "core_handover",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("offered_at", types.Instant(), nullable=True),
        sa.Column("taken_at", types.Instant(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["core_order.company_id", "core_order.id"],
            name=op.f("fk_core_handover_company_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_handover_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_handover")),
        sa.UniqueConstraint("order_id", name=op.f("uq_core_handover_order_id")),
    )
    with op.batch_alter_table("core_handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_handover_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_handover_state", ["state", "created_at"], unique=False)

    op.create_table(
        "core_order_event",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=250), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["core_order.company_id", "core_order.id"],
            name=op.f("fk_core_order_event_company_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_order_event_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_order_event")),
    )
    with op.batch_alter_table("core_order_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_order_event_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_order_event_order_id"), ["order_id"], unique=False)

    op.create_table(
        "core_order_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("factor", types.Factor(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("base_unit", sa.String(length=50), nullable=False),
        sa.Column("base_unit_code", sa.String(length=10), nullable=False),
        sa.Column("base_quantity", types.Quantity(), nullable=False),
        sa.Column("price", types.UnitPrice(), nullable=False),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("vat_rate", types.Quantity(), nullable=True),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("vat", types.Amount(), nullable=False),
        sa.Column("total", types.Amount(), nullable=False),
        sa.Column("explanation", types.Json, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_core_order_line_quantity")),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["core_order.company_id", "core_order.id"],
            name=op.f("fk_core_order_line_company_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_order_line_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_order_line_product_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_order_line")),
        sa.UniqueConstraint("order_id", "product_id", "unit", "price", name=op.f("uq_core_order_line_order_id_product_id_unit_price")),
    )
    with op.batch_alter_table("core_order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_order_line_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_order_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "core_paper",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", types.Amount(), nullable=False),
        sa.Column("vat", types.Amount(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("as_of", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["core_contract.company_id", "core_contract.id"],
            name=op.f("fk_core_paper_company_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["core_legal_entity.company_id", "core_legal_entity.id"],
            name=op.f("fk_core_paper_company_id_legal_entity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"], ["core_order.company_id", "core_order.id"], name=op.f("fk_core_paper_company_id_order_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_paper_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_paper")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_paper_company_id_id")),
    )
    with op.batch_alter_table("core_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_paper_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_paper_company_on", ["company_id", "on"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_paper_legal_entity_id"), ["legal_entity_id"], unique=False)
        batch_op.create_index("ix_core_paper_order", ["order_id"], unique=False)

    op.create_table(
        "core_paper_line",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("price", types.UnitPrice(), nullable=False),
        sa.Column("total", types.Amount(), nullable=False),
        sa.Column("vat", types.Amount(), nullable=False),
        sa.Column("vat_rate", types.Amount(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "paper_id"],
            ["core_paper.company_id", "core_paper.id"],
            name=op.f("fk_core_paper_line_company_id_paper_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_paper_line_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["core_product.id"], name=op.f("fk_core_paper_line_product_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_paper_line")),
        sa.UniqueConstraint("paper_id", "position", name=op.f("uq_core_paper_line_paper_id_position")),
    )
    with op.batch_alter_table("core_paper_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_paper_line_company_id"), ["company_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_paper_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_paper_line_company_id"))

    op.drop_table("core_paper_line")
    with op.batch_alter_table("core_paper", schema=None) as batch_op:
        batch_op.drop_index("ix_core_paper_order")
        batch_op.drop_index(batch_op.f("ix_core_paper_legal_entity_id"))
        batch_op.drop_index("ix_core_paper_company_on")
        batch_op.drop_index(batch_op.f("ix_core_paper_company_id"))

    op.drop_table("core_paper")
    with op.batch_alter_table("core_order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_order_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_core_order_line_company_id"))

    op.drop_table("core_order_line")
    with op.batch_alter_table("core_order_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_order_event_order_id"))
        batch_op.drop_index(batch_op.f("ix_core_order_event_company_id"))

    op.drop_table("core_order_event")
    with op.batch_alter_table("core_handover", schema=None) as batch_op:
        batch_op.drop_index("ix_core_handover_state")
        batch_op.drop_index(batch_op.f("ix_core_handover_company_id"))

    op.drop_table("core_handover")
    with op.batch_alter_table("core_due", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_due_legal_entity_id"))
        batch_op.drop_index(batch_op.f("ix_core_due_company_id"))
        batch_op.drop_index("ix_core_due_company_day")

    op.drop_table("core_due")
    with op.batch_alter_table("core_cart_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_cart_line_company_id"))
        batch_op.drop_index(batch_op.f("ix_core_cart_line_cart_id"))

    op.drop_table("core_cart_line")
    with op.batch_alter_table("core_user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_user_session_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_user_session_expires_at"))

    op.drop_table("core_user_session")
    with op.batch_alter_table("core_terms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_terms_company_id"))

    op.drop_table("core_terms")
    with op.batch_alter_table("core_settlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_settlement_legal_entity_id"))
        batch_op.drop_index(batch_op.f("ix_core_settlement_company_id"))

    op.drop_table("core_settlement")
    with op.batch_alter_table("core_order", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_order_number", postgresql_where=sa.text("source = 'portal'"), sqlite_where=sa.text("source = 'portal'")
        )
        batch_op.drop_index(batch_op.f("ix_core_order_placed_at"))
        batch_op.drop_index(batch_op.f("ix_core_order_number"))
        batch_op.drop_index(batch_op.f("ix_core_order_erp_state"))
        batch_op.drop_index("ix_core_order_company_placed")
        batch_op.drop_index(batch_op.f("ix_core_order_company_id"))

    op.drop_table("core_order")
    with op.batch_alter_table("core_contract_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_contract_category_company_id"))
        batch_op.drop_index(batch_op.f("ix_core_contract_category_category_id"))

    op.drop_table("core_contract_category")
    with op.batch_alter_table("core_cart", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_cart_company_id"))

    op.drop_table("core_cart")
    with op.batch_alter_table("core_contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_contract_legal_entity_id"))
        batch_op.drop_index(batch_op.f("ix_core_contract_company_id"))

    op.drop_table("core_contract")
    op.drop_table("core_stock")
    with op.batch_alter_table("core_price", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_price_product_id"))

    op.drop_table("core_price")
    op.drop_table("core_picture")
    op.drop_table("core_packaging")
    with op.batch_alter_table("core_notification", schema=None) as batch_op:
        batch_op.drop_index("ix_core_notification_user_read")

    op.drop_table("core_notification")
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_membership_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_membership_company_id"))

    op.drop_table("core_membership")
    with op.batch_alter_table("core_legal_entity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_legal_entity_tax_id"))
        batch_op.drop_index(batch_op.f("ix_core_legal_entity_company_id"))

    op.drop_table("core_legal_entity")
    with op.batch_alter_table("core_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_invitation_company_id"))

    op.drop_table("core_invitation")
    with op.batch_alter_table("core_contact_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_contact_person_company_id"))

    op.drop_table("core_contact_person")
    with op.batch_alter_table("core_audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_core_audit_entry_entity")
        batch_op.drop_index("ix_core_audit_entry_company_at")

    op.drop_table("core_audit_entry")
    with op.batch_alter_table("core_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_address_company_id"))

    op.drop_table("core_address")
    with op.batch_alter_table("core_task", schema=None) as batch_op:
        batch_op.drop_index("uq_core_task_unique", postgresql_where=sa.text("state = 'waiting'"), sqlite_where=sa.text("state = 'waiting'"))
        batch_op.drop_index("ix_core_task_state_done")
        batch_op.drop_index("ix_core_task_order", postgresql_where=sa.text("state <> 'done'"), sqlite_where=sa.text("state <> 'done'"))
        batch_op.drop_index("ix_core_task_lease", postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'"))
        batch_op.drop_index(batch_op.f("ix_core_task_fact_id"))
        batch_op.drop_index("ix_core_task_due", postgresql_where=sa.text("state = 'waiting'"), sqlite_where=sa.text("state = 'waiting'"))

    op.drop_table("core_task")
    with op.batch_alter_table("core_product", schema=None) as batch_op:
        batch_op.drop_index("ix_core_product_category_id")
        batch_op.drop_index("ix_core_product_by_name")
        batch_op.drop_index("ix_core_product_by_article")

    op.drop_table("core_product")
    op.drop_table("core_preference")
    with op.batch_alter_table("core_company", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_company_manager_id"))

    op.drop_table("core_company")
    with op.batch_alter_table("core_category_closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_category_closure_descendant_id"))

    op.drop_table("core_category_closure")
    op.drop_table("core_warehouse")
    op.drop_table("core_user")
    with op.batch_alter_table("core_sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_core_sign_in_attempt_bucket_at")

    op.drop_table("core_sign_in_attempt")
    op.drop_table("core_schedule")
    op.drop_table("core_price_type")
    op.drop_table("core_order_number")
    with op.batch_alter_table("core_idempotency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_idempotency_created_at"))

    op.drop_table("core_idempotency")
    op.drop_table("core_freshness")
    with op.batch_alter_table("core_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_fact_key"))
        batch_op.drop_index(batch_op.f("ix_core_fact_at"))

    op.drop_table("core_fact")
    with op.batch_alter_table("core_external_ref", schema=None) as batch_op:
        batch_op.drop_index("ix_core_external_ref_entity")

    op.drop_table("core_external_ref")
    op.drop_table("core_erp_contact")
    with op.batch_alter_table("core_erp_break", schema=None) as batch_op:
        batch_op.drop_index("ix_core_erp_break_system_ended_at")

    op.drop_table("core_erp_break")
    with op.batch_alter_table("core_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_category_parent_id"))

    op.drop_table("core_category")
