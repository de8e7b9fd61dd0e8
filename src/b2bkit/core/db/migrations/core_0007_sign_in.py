"""Reset links, second factors, passkeys, half-done sign-ins; sessions that were proven by more than a password."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_passkey",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_passkey_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_core_passkey_credential")),
    )
    with op.batch_alter_table("core_passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_password_reset",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_password_reset_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_password_reset_token_hash")),
    )
    with op.batch_alter_table("core_password_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_password_reset_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_recovery_code_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_recovery_code")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_core_recovery_code_user_id_code_hash")),
    )
    op.create_table(
        "core_second_factor",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(length=300), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("confirmed_at", types.Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_second_factor_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_second_factor")),
        sa.UniqueConstraint("user_id", name=op.f("uq_core_second_factor_user_id")),
    )
    op.create_table(
        "core_sign_in_step",
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("challenge", sa.String(length=200), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_sign_in_step_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_sign_in_step")),
        sa.UniqueConstraint("browser", "purpose", name=op.f("uq_core_sign_in_step_browser_purpose")),
    )
    with op.batch_alter_table("core_sign_in_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_sign_in_step_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_sign_in_step_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("core_user_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proven", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("core_user_session", schema=None) as batch_op:
        batch_op.drop_column("proven")

    with op.batch_alter_table("core_sign_in_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_sign_in_step_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_sign_in_step_expires_at"))

    op.drop_table("core_sign_in_step")
    op.drop_table("core_second_factor")
    op.drop_table("core_recovery_code")
    with op.batch_alter_table("core_password_reset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_password_reset_user_id"))

    op.drop_table("core_password_reset")
    with op.batch_alter_table("core_passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_passkey_user_id"))

    op.drop_table("core_passkey")
