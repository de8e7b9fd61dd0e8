"""access matrix."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_access_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_access_version")),
    )
    op.create_table(
        "core_substitution",
        sa.Column("away_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["away_id"], ["core_user.id"], name=op.f("fk_core_substitution_away_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["substitute_id"], ["core_user.id"], name=op.f("fk_core_substitution_substitute_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_substitution")),
    )
    with op.batch_alter_table("core_substitution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_substitution_away_id"), ["away_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_substitution_substitute_id"), ["substitute_id"], unique=False)

    op.create_table(
        "core_access_rule",
        sa.Column("subject", sa.String(length=90), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("permission", sa.String(length=80), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_access_rule_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_access_rule_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_access_rule")),
        sa.UniqueConstraint(
            "subject", "permission", "dimension", "value", name=op.f("uq_core_access_rule_subject_permission_dimension_value")
        ),
    )
    with op.batch_alter_table("core_access_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_access_rule_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_access_rule_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_core_access_rule_level",
            ["subject", "permission"],
            unique=True,
            postgresql_where=sa.text("dimension = ''"),
            sqlite_where=sa.text("dimension = ''"),
        )

    op.create_table(
        "core_acting",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_core_acting_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contract_id"], ["core_contract.id"], name=op.f("fk_core_acting_contract_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["session_id"], ["core_user_session.id"], name=op.f("fk_core_acting_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_core_acting")),
    )
    with op.batch_alter_table("core_acting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_acting_company_id"), ["company_id"], unique=False)

    with op.batch_alter_table("core_company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=100), server_default="", nullable=False))
        batch_op.add_column(sa.Column("profile", sa.String(length=30), server_default="legal_entity", nullable=False))
        batch_op.add_column(sa.Column("dealer_of", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_core_company_dealer_of"), ["dealer_of"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_company_region"), ["region"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_core_company_dealer_of"), "core_company", ["dealer_of"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("core_company", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_company_dealer_of"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_core_company_region"))
        batch_op.drop_index(batch_op.f("ix_core_company_dealer_of"))
        batch_op.drop_column("dealer_of")
        batch_op.drop_column("profile")
        batch_op.drop_column("region")

    with op.batch_alter_table("core_acting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_acting_company_id"))

    op.drop_table("core_acting")
    with op.batch_alter_table("core_access_rule", schema=None) as batch_op:
        batch_op.drop_index("uq_core_access_rule_level", postgresql_where=sa.text("dimension = ''"), sqlite_where=sa.text("dimension = ''"))
        batch_op.drop_index(batch_op.f("ix_core_access_rule_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_access_rule_company_id"))

    op.drop_table("core_access_rule")
    with op.batch_alter_table("core_substitution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_substitution_substitute_id"))
        batch_op.drop_index(batch_op.f("ix_core_substitution_away_id"))

    op.drop_table("core_substitution")
    op.drop_table("core_access_version")
