"""Alembic's environment, the same for every owner of tables."""

from alembic import context

from b2bkit.core.db.migrate import run_environment

run_environment(context)
