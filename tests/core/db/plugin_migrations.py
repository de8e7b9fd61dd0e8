"""Writes migrations of plugins that exist in tests only."""

from pathlib import Path
from textwrap import indent

from b2bkit.core.db.migrate import Owner

HEAD = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db import types

revision = "{revision}"
down_revision = {before}
branch_labels = None
depends_on = None


def upgrade() -> None:
{steps}


def downgrade() -> None:
    pass
'''

CLAIM = """
op.create_table(
    "claims_claim",
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("company_id", sa.Uuid(), nullable=False),
    sa.Column("amount", types.Amount(), nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], ondelete="CASCADE", name="fk_claims_claim_company_id"),
    sa.CheckConstraint("amount >= 0", name="ck_claims_claim_amount"),
)
op.create_index("ix_claims_claim_company_id", "claims_claim", ["company_id"])
"""


class PluginMigrations:
    """A plugin's folder of migrations that grows step by step."""

    def __init__(self, folder: Path, name: str = "claims") -> None:
        self.owner = Owner(name, folder / name)
        self.owner.folder.mkdir(parents=True)
        self.count = 0

    def add(self, steps: str, message: str = "step") -> str:
        """One more revision; returns its id."""
        before = f'"{self.owner.name}_{self.count:04d}"' if self.count else "None"
        self.count += 1
        revision = f"{self.owner.name}_{self.count:04d}"
        text = HEAD.format(message=message, revision=revision, before=before, steps=indent(steps.strip(), "    "))
        (self.owner.folder / f"{revision}_{message}.py").write_text(text)
        return revision

    def drop_last(self) -> None:
        """Takes the last revision away again."""
        for path in self.owner.folder.glob(f"{self.owner.name}_{self.count:04d}_*.py"):
            path.unlink()
        self.count -= 1
