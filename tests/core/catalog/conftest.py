"""Fixtures of these tests."""

from tests.core.catalog.desk import desk, kit

__all__ = ["desk", "kit"]
