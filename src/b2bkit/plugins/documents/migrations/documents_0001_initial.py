"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "documents_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents_request",
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asker", sa.String(length=250), nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("handed_at", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state in ('asked', 'on_way', 'handed', 'declined', 'withdrawn')", name=op.f("ck_documents_request_state")),
        sa.CheckConstraint("way in ('delivery', 'post', 'pickup')", name=op.f("ck_documents_request_way")),
        sa.ForeignKeyConstraint(["asked_by"], ["core_user.id"], name=op.f("fk_documents_request_asked_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_documents_request_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents_request")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_documents_request_company_id_id")),
    )
    with op.batch_alter_table("documents_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_request_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index("ix_documents_request_company_changed", ["company_id", "changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_request_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_documents_request_state", ["state", "asked_at"], unique=False)

    op.create_table(
        "documents_form",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("pages", types.Json, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state in ('waiting', 'ready', 'refused')", name=op.f("ck_documents_form_state")),
        sa.ForeignKeyConstraint(
            ["company_id", "paper_id"],
            ["core_paper.company_id", "core_paper.id"],
            name=op.f("fk_documents_form_company_id_paper_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_documents_form_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents_form")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_documents_form_company_id_id")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_documents_form_paper_id")),
    )
    with op.batch_alter_table("documents_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_form_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_documents_form_made", ["made_at"], unique=False)

    op.create_table(
        "documents_request_paper",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "paper_id"],
            ["core_paper.company_id", "core_paper.id"],
            name=op.f("fk_documents_request_paper_company_id_paper_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "request_id"],
            ["documents_request.company_id", "documents_request.id"],
            name=op.f("fk_documents_request_paper_company_id_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_documents_request_paper_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents_request_paper")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_documents_request_paper_company_id_id")),
        sa.UniqueConstraint("request_id", "paper_id", name=op.f("uq_documents_request_paper_request_id_paper_id")),
    )
    with op.batch_alter_table("documents_request_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_request_paper_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_request_paper_paper_id"), ["paper_id"], unique=False)

    op.create_table(
        "documents_view",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind in ('view', 'download')", name=op.f("ck_documents_view_kind")),
        sa.ForeignKeyConstraint(
            ["company_id", "paper_id"],
            ["core_paper.company_id", "core_paper.id"],
            name=op.f("fk_documents_view_company_id_paper_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_documents_view_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_documents_view_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents_view")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_documents_view_company_id_id")),
    )
    with op.batch_alter_table("documents_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_view_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_view_paper_id"), ["paper_id"], unique=False)
        batch_op.create_index("ix_documents_view_until", ["until"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_view_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("documents_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_view_user_id"))
        batch_op.drop_index("ix_documents_view_until")
        batch_op.drop_index(batch_op.f("ix_documents_view_paper_id"))
        batch_op.drop_index(batch_op.f("ix_documents_view_company_id"))

    op.drop_table("documents_view")
    with op.batch_alter_table("documents_request_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_request_paper_paper_id"))
        batch_op.drop_index(batch_op.f("ix_documents_request_paper_company_id"))

    op.drop_table("documents_request_paper")
    with op.batch_alter_table("documents_form", schema=None) as batch_op:
        batch_op.drop_index("ix_documents_form_made")
        batch_op.drop_index(batch_op.f("ix_documents_form_company_id"))

    op.drop_table("documents_form")
    with op.batch_alter_table("documents_request", schema=None) as batch_op:
        batch_op.drop_index("ix_documents_request_state")
        batch_op.drop_index(batch_op.f("ix_documents_request_company_id"))
        batch_op.drop_index("ix_documents_request_company_changed")
        batch_op.drop_index(batch_op.f("ix_documents_request_asked_by"))

    op.drop_table("documents_request")
