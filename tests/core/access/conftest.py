"""The small world of the workspace: two clients of different managers, an administrator."""

from tests.core.admin.conftest import world

__all__ = ["world"]
