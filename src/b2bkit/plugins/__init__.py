"""Bundled plugins: features that need no dependency beyond the core's own."""
