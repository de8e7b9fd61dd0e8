"""A deployment's brand: a small style sheet made from checked values, and its logo. A client's theme needs no build."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from b2bkit.core.config import Config, ThemeSection

DEFAULT_FONT = '"Golos Text Variable", "Golos Text", system-ui, "Segoe UI", Roboto, sans-serif'


class ThemeFiles(NamedTuple):
    """What is served under /static/theme/; `addresses` are those of logo (or empty) and style sheet."""

    addresses: tuple[str, str]
    files: Mapping[str, bytes]


def theme_css(theme: ThemeSection, logo: str) -> str:
    """The style sheet that sets a portal's tokens; everything else is computed from them."""
    font = f'"{theme.font}", {DEFAULT_FONT}' if theme.font else DEFAULT_FONT
    mark = f"url({logo})" if logo else "none"
    return (
        f":root {{ --b2b-brand: {theme.brand}; --b2b-accent: {theme.accent}; --b2b-radius: {theme.radius}px;"
        f" --b2b-logo: {mark}; --b2b-font: {font}; }}\n"
    )


@cache
def _read(path: Path, modified: float) -> bytes:
    return path.read_bytes()


def theme_files(config: Config) -> ThemeFiles:
    """Logo and style sheet of a deployment, with hashes in their names so that browsers may keep them."""
    files: dict[str, bytes] = {}
    theme, logo = config.tables.theme, ""
    if theme.logo:
        path = config.folder / theme.logo
        data = _read(path, path.stat().st_mtime)
        name = f"logo.{_mark(data)}{path.suffix.lower()}"
        files[name], logo = data, f"/static/theme/{name}"
    css = theme_css(theme, logo).encode()
    name = f"theme.{_mark(css)}.css"
    files[name] = css
    return ThemeFiles((logo, f"/static/theme/{name}"), files)


def _mark(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=5).hexdigest()
