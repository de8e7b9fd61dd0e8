"""texts. What was taken is told anew with the next exchange, so its rows go."""

import sqlalchemy as sa
from alembic import op

revision = "onec_0003"
down_revision = "onec_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM onec_taken")
    with op.batch_alter_table("onec_taken", schema=None) as batch_op:
        batch_op.add_column(sa.Column("context", sa.Uuid(), nullable=False))
        batch_op.add_column(sa.Column("prices", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("stock", sa.Integer(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("onec_taken", schema=None) as batch_op:
        batch_op.drop_column("stock")
        batch_op.drop_column("prices")
        batch_op.drop_column("context")
