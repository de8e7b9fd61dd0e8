"""Registrations, change requests, erasure requests; addresses that clients make themselves."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_erasure_request",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_core_erasure_request_decided_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_erasure_request_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_erasure_request")),
    )
    with op.batch_alter_table("core_erasure_request", schema=None) as batch_op:
        batch_op.create_index("ix_core_erasure_request_state", ["state", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_erasure_request_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_change_request",
        sa.Column("entity", sa.String(length=20), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("changes", types.Json, nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_change_request_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_core_change_request_decided_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["requested_by"], ["core_user.id"], name=op.f("fk_core_change_request_requested_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_change_request")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_core_change_request_company_id_id")),
    )
    with op.batch_alter_table("core_change_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_change_request_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_core_change_request_state", ["state", "created_at"], unique=False)

    op.create_table(
        "core_registration",
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("tax_id", sa.String(length=20), nullable=False),
        sa.Column("tax_code", sa.String(length=20), nullable=False),
        sa.Column("ogrn", sa.String(length=20), nullable=False),
        sa.Column("legal_name", sa.String(length=250), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("confirmed_at", types.Instant(), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["core_company.id"], name=op.f("fk_core_registration_client_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by"], ["core_user.id"], name=op.f("fk_core_registration_decided_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_registration")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_registration_token_hash")),
    )
    with op.batch_alter_table("core_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_registration_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_registration_email"), ["email"], unique=False)
        batch_op.create_index("ix_core_registration_state_created_at", ["state", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_registration_tax_id"), ["tax_id"], unique=False)

    with op.batch_alter_table("core_address", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consignee", sa.String(length=250), server_default="", nullable=False))
        batch_op.add_column(sa.Column("contact", sa.String(length=250), server_default="", nullable=False))
        batch_op.add_column(sa.Column("phone", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("made_here", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("core_address", schema=None) as batch_op:
        batch_op.drop_column("made_here")
        batch_op.drop_column("phone")
        batch_op.drop_column("contact")
        batch_op.drop_column("consignee")

    with op.batch_alter_table("core_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_registration_tax_id"))
        batch_op.drop_index("ix_core_registration_state_created_at")
        batch_op.drop_index(batch_op.f("ix_core_registration_email"))
        batch_op.drop_index(batch_op.f("ix_core_registration_client_id"))

    op.drop_table("core_registration")
    with op.batch_alter_table("core_change_request", schema=None) as batch_op:
        batch_op.drop_index("ix_core_change_request_state")
        batch_op.drop_index(batch_op.f("ix_core_change_request_company_id"))

    op.drop_table("core_change_request")
    with op.batch_alter_table("core_erasure_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_erasure_request_user_id"))
        batch_op.drop_index("ix_core_erasure_request_state")

    op.drop_table("core_erasure_request")
