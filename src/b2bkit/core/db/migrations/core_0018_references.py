"""References found by row first: the unique key is the only way to a reference, whatever the planner knows of the table."""

from alembic import op

revision = "core_0018"
down_revision = "core_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_external_ref", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_external_ref_entity"))
        batch_op.create_index("ix_core_external_ref_entity", ["entity_id", "entity"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_external_ref", schema=None) as batch_op:
        batch_op.drop_index("ix_core_external_ref_entity")
        batch_op.create_index(batch_op.f("ix_core_external_ref_entity"), ["entity", "entity_id"], unique=False)
