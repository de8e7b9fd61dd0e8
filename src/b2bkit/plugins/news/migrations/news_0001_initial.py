"""initial."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "news_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "news_post",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=True),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind in ('news', 'offer', 'tutorial')", name=op.f("ck_news_post_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_post")),
    )
    with op.batch_alter_table("news_post", schema=None) as batch_op:
        batch_op.create_index("ix_news_post_published_since", ["published", "since"], unique=False)

    op.create_table(
        "news_picture",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["news_post.id"], name=op.f("fk_news_picture_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_picture")),
    )
    with op.batch_alter_table("news_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_news_picture_post_id"), ["post_id"], unique=False)

    op.create_table(
        "news_version",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("lead", sa.String(length=500), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("steps", types.Json, nullable=False),
        sa.Column("goods", types.Json, nullable=False),
        sa.Column("audience", types.Json, nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["news_post.id"], name=op.f("fk_news_version_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_version")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_news_version_post_id_number")),
    )
    op.create_table(
        "news_read",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_news_read_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["news_post.id"], name=op.f("fk_news_read_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_news_read_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_read")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_news_read_company_id_id")),
        sa.UniqueConstraint("post_id", "user_id", "company_id", name=op.f("uq_news_read_post_id_user_id_company_id")),
    )
    with op.batch_alter_table("news_read", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_news_read_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_news_read_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("news_read", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_news_read_user_id"))
        batch_op.drop_index(batch_op.f("ix_news_read_company_id"))

    op.drop_table("news_read")
    op.drop_table("news_version")
    with op.batch_alter_table("news_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_news_picture_post_id"))

    op.drop_table("news_picture")
    with op.batch_alter_table("news_post", schema=None) as batch_op:
        batch_op.drop_index("ix_news_post_published_since")

    op.drop_table("news_post")
