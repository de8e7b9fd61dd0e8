"""`python -m b2bkit.core.db.revise OWNER [MESSAGE]` writes a revision with what the models have and the migrations lack.

Without a message it writes the owner's first revision anew: for the time before the first release, when no database has to be kept.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from b2bkit.core.db.engine import Database
from b2bkit.core.db.migrate import CORE, CORE_OWNER, Owner, revise, upgrade
from b2bkit.core.extend.load import known_plugins


def import_core_models() -> None:
    """Imports every `models` module of the core, so that the MetaData is complete."""
    import b2bkit.core

    for module in pkgutil.iter_modules(b2bkit.core.__path__):
        path = Path(b2bkit.core.__path__[0]) / module.name
        if (path / "models.py").exists() or (path / "models").is_dir():
            importlib.import_module(f"b2bkit.core.{module.name}.models")


def owners_for(name: str) -> list[Owner]:
    """The owner of that name, last, after the core and the plugins that it requires. Their models are imported."""
    import_core_models()
    if name == CORE:
        return [CORE_OWNER]
    known = known_plugins()
    if name not in known:
        raise SystemExit(f"no plugin {name} is installed; known: {', '.join(sorted(known)) or 'none'}")
    plugin = known[name].load()
    package = plugin.__module__.rpartition(".")[0]
    if (plugin.folder() / "models.py").exists():
        importlib.import_module(f"{package}.models")
    required = [owner for needed in plugin.requires for owner in owners_for(needed)]
    return list(dict.fromkeys([CORE_OWNER, *required, Owner(name, plugin.folder() / "migrations")]))


def main(arguments: list[str]) -> int:
    """Prints the path of the new revision."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    *required, owner = owners_for(arguments[0])
    if len(arguments) == 1:
        _forget_first(owner)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/revise.db")
        try:
            upgrade(database, [*required, owner] if any(owner.folder.glob("*.py")) else required)
            path = revise(database, owner, arguments[1] if len(arguments) == 2 else "initial")
        finally:
            database.dispose()
    if path is None:
        print(f"{owner.name}: the migrations already make what the models say")  # noqa: T201
        return 0
    noise = re.compile(r"^ *# ###.*\n", re.MULTILINE)
    path.write_text(noise.sub("", path.read_text()))
    for tidy in (["format"], ["check", "--fix", "--exit-zero"]):
        subprocess.run([sys.executable, "-m", "ruff", *tidy, "--quiet", str(path)], check=False, capture_output=True)
    print(path)  # noqa: T201
    return 0


def _forget_first(owner: Owner) -> None:
    files = sorted(owner.folder.glob("*.py"))
    if len(files) > 1:
        raise SystemExit(f"{owner.name} has {len(files)} revisions: say in a message what the next one is for")
    for path in files:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
