"""taken."""

import sqlalchemy as sa
from alembic import op

revision = "onec_0002"
down_revision = "onec_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "onec_taken",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Uuid(), nullable=False),
        sa.Column("state", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "kind", name=op.f("pk_onec_taken")),
    )


def downgrade() -> None:
    op.drop_table("onec_taken")
