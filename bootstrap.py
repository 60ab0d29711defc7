"""Make the project's own environment in .venv and run something in it. Needs only Python 3.11.

    python3 bootstrap.py run [ARGUMENTS...]    start Stocktake: run demo --out demo-out
    python3 bootstrap.py test [ARGUMENTS...]   check style and types, run the tests

Nothing is installed outside .venv but missing system packages, and those only where apt and the
right to use it are at hand; otherwise the exact command is printed. An environment whose making
was interrupted is made anew.
"""

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
# What each command installs; a developer's environment can also run the program.
LOCKS = {"run": ["requirements.lock"], "test": ["requirements.lock", "requirements-dev.lock"]}

# Debian packages by the library that Qt loads from them.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
# The same for a window on an X11 screen; without a screen nobody misses them.
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Programs that judge our packages in tests; a test whose program is missing is skipped.
TEST_PROGRAMS = {
    "soffice": "libreoffice-calc",
    "pdfsig": "poppler-utils",
    "certutil": "libnss3-tools",
    "xmlsec1": "xmlsec1",
    "age": "age",
}
UNO = Path("/usr/lib/python3/dist-packages/uno.py")


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def say(message: str) -> None:
    """Print a line of progress, apart from what the program itself prints."""
    print(f"bootstrap: {message}", file=sys.stderr, flush=True)


def loads(library: str) -> bool:
    """Say whether the system has this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(command: str) -> list[str]:
    """Return the Debian packages that this system lacks for a command."""
    libraries = dict(QT_LIBRARIES)
    if os.environ.get("DISPLAY"):
        libraries.update(SCREEN_LIBRARIES)
    missing = [package for library, package in libraries.items() if not loads(library)]
    if command == "test":
        missing += [name for program, name in TEST_PROGRAMS.items() if not shutil.which(program)]
        missing += [] if UNO.exists() else ["python3-uno"]
    return missing


def apt_prefix() -> list[str] | None:
    """Return what stands before apt-get here (nothing, or sudo), None if we may not use it."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
        return None
    return [sudo, "-n"] if sudo else None


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages if we may; say whether they are there now."""
    prefix = apt_prefix()
    if prefix is None:
        return False
    say(f"installing system packages: {' '.join(packages)}")
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt_get += ["-o", "Dpkg::Use-Pty=0"]  # else -qq is not quiet
    install = [*apt_get, "install", "-y", "--no-install-recommends", *packages]
    for step in ([*apt_get, "update"], install):
        done = subprocess.run(
            step, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
    return done.returncode == 0


def advice(packages: Sequence[str]) -> str:
    """Return the command a person with the right to it must type."""
    return f"sudo apt-get install --no-install-recommends {' '.join(packages)}"


def supply_system_packages(command: str) -> None:
    """Install what Qt and the tests need from the system, or say how; never a reason to stop."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(command)
    if missing and not apt_install(missing):
        say(f"some parts will not work before this is done:\n    {advice(missing)}")


def venv_tools() -> list[str]:
    """Return the arguments of ``python -m venv`` that work here, after installing what it needs.

    Debian splits both venv's pip and pip itself from Python. Either is enough.
    """
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return []
    if importlib.util.find_spec("venv") and importlib.util.find_spec("pip"):
        return ["--without-pip"]
    packages = ["python3-venv"]
    if not apt_install(packages):
        raise SetupError(f"Python lacks venv and pip here. Please run:\n    {advice(packages)}")
    return []


def pip_command() -> list[str]:
    """Return pip acting on .venv: its own, or this system's."""
    own = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    if own.returncode == 0:
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def fingerprint(lock: str) -> str:
    """Return what stands for one lock file's content installed for this Python in this place."""
    facts = f"{sys.version}\n{ROOT}\n".encode() + (ROOT / lock).read_bytes()
    return hashlib.sha256(facts).hexdigest()


def recorded() -> dict[str, str] | None:
    """Return the fingerprints of what .venv holds, or None if it is absent or half made."""
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and PYTHON.exists() else None


def run(arguments: Sequence[str | Path]) -> None:
    """Run a step of the setup, its output on stderr.

    Raises:
        SetupError: it failed.
    """
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise SetupError(f"this failed (see above): {' '.join(map(str, arguments))}")


def make_venv(command: str) -> None:
    """Bring .venv to what the lock files of a command say; nothing to do when it is there."""
    wanted = {lock: fingerprint(lock) for lock in LOCKS[command]}
    present = recorded()
    if present is not None and wanted.items() <= present.items():
        return
    kept = present is not None and present.items() <= wanted.items()
    if VENV.exists() and not kept:
        say(".venv is incomplete or out of date; making it anew")
        shutil.rmtree(VENV)
    STAMP.unlink(missing_ok=True)
    if not kept:
        say("making .venv")
        run([sys.executable, "-m", "venv", *venv_tools(), VENV])
    install(LOCKS[command][-1])
    (site_packages() / "stocktake-checkout.pth").write_text(f"{ROOT}\n")
    temporary = STAMP.with_suffix(".tmp")
    temporary.write_text(json.dumps(wanted))
    temporary.replace(STAMP)
    say(".venv is ready")


def install(lock: str) -> None:
    """Install a lock file into .venv; every file must have the hash that the lock names."""
    count = sum("==" in line for line in (ROOT / lock).read_text().splitlines())
    say(f"installing up to {count} packages from {lock}; the first time takes a few minutes")
    options = ["--require-hashes", "--only-binary", ":all:", "--no-input", "--timeout", "60"]
    options += ["--disable-pip-version-check", "--progress-bar", "off", "-q"]
    run([*pip_command(), "install", *options, "-r", ROOT / lock])


def site_packages() -> Path:
    """Return the folder of .venv's libraries."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.check_output([PYTHON, "-c", code], text=True).strip())


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other bootstrap works on this checkout."""
    if os.name == "nt":  # has no such lock: there one must not start two at once
        yield
        return
    import fcntl

    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def start(arguments: Sequence[str]) -> int:
    """Start Stocktake in the folder where the person stands."""
    return subprocess.run([PYTHON, "-m", "stocktake_app", *arguments], check=False).returncode


def check(arguments: Sequence[str]) -> int:
    """Run style, types and tests; 0 only when all pass. Arguments narrow the tests alone."""
    checks = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
    failed = [" ".join(step) for step in checks if module(step, [])]
    # Two at a time, a file's tests together as they share keys that are slow to make.
    tests = ["pytest", "-n", "2", "--dist", "loadfile", *arguments]
    if module(tests, failed):
        failed.append("pytest")
    return 1 if failed else 0


def module(step: Sequence[str], failed: Sequence[str]) -> int:
    """Run a tool of the environment in the checkout and return its exit code."""
    say(" ".join(step) + (f" (failed so far: {', '.join(failed)})" if failed else ""))
    return subprocess.run([PYTHON, "-m", *step], cwd=ROOT, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit code."""
    if sys.version_info < OLDEST:
        say(f"Stocktake needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        return 3
    commands = {"run": start, "test": check}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 2
    try:
        with alone():
            make_venv(arguments[0])
            supply_system_packages(arguments[0])
    except (SetupError, OSError) as error:
        say(str(error))
        return 3
    return commands[arguments[0]](arguments[1:])


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        raise SystemExit(main(sys.argv[1:]))
    raise SystemExit(130)
