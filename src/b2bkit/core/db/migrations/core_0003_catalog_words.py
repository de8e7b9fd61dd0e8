"""The words of the catalogue."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_catalog_mark",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=True),
        sa.Column("spelling", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_catalog_mark")),
    )
    op.create_table(
        "core_catalog_word",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("sound", sa.String(length=160), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_core_catalog_word")),
    )


def downgrade() -> None:
    op.drop_table("core_catalog_word")
    op.drop_table("core_catalog_mark")
