"""Writes requirements/*.txt from *.in: exact versions with hashes, for every platform, naming no package index."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
# dev first: runtime takes its versions from it, so that a demo runs what was tested
LOCKS = {"dev": [], "runtime": ["-c", "requirements/dev.txt"], "bootstrap": ["-c", "requirements/dev.txt"]}
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet"]


def lock(name: str, constraints: list[str], extra: list[str]) -> None:
    """One lock file; versions that it has stay unless `--upgrade` is among the extra options."""
    command = [".venv/bin/uv", "pip", "compile", *OPTIONS, *constraints, *extra, f"requirements/{name}.in"]
    subprocess.run([*command, "-o", f"requirements/{name}.txt"], cwd=ROOT, check=True)


if __name__ == "__main__":
    for each, constraints in LOCKS.items():
        lock(each, constraints, sys.argv[1:])
