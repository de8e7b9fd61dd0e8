"""desk."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_desk_choice",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("places", types.Json, nullable=False),
        sa.Column("hidden", types.Json, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_desk_choice_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "slot", name=op.f("pk_core_desk_choice")),
    )


def downgrade() -> None:
    op.drop_table("core_desk_choice")
