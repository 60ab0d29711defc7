"""Run other people's programs on our packages: LibreOffice, pdfsig, xmlsec1."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SYSTEM_PYTHON = "/usr/bin/python3"
SECONDS = 120
BATCH = 50
"""So many files LibreOffice is asked about before it is started anew: one may hold it up."""


def missing(*programs: str) -> list[str]:
    """Return which of these programs are not installed."""
    return [one for one in programs if shutil.which(one) is None]


def has_uno() -> bool:
    """Say whether the system's Python can talk to LibreOffice."""
    if missing("soffice", SYSTEM_PYTHON):
        return False
    found = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    return found.returncode == 0


def trust_store(folder: Path, root: Path) -> Path:
    """Make an NSS certificate database that trusts one root for everything."""
    folder.mkdir(parents=True)
    database = f"sql:{folder}"
    _run("certutil", "-N", "-d", database, "--empty-password")
    _run("certutil", "-A", "-d", database, "-n", "root", "-t", "CT,CT,CT", "-a", "-i", str(root))
    return folder


def libreoffice_signatures(file: Path, store: Path, work: Path) -> list[dict[str, Any]]:
    """Return what LibreOffice says of a workbook's signatures, in a process of its own.

    NSS remembers certificates of earlier documents: where trust is the question, no two documents
    must share a process.
    """
    (found,) = libreoffice_says([file], store, work)
    assert not isinstance(found, str), found
    return found


def libreoffice_says(
    files: Sequence[Path], store: Path, work: Path
) -> list[list[dict[str, Any]] | str]:
    """Return what LibreOffice says of the signatures of several workbooks, one after the other.

    For a file over which it crashes or that it cannot open there is a text instead.
    """
    said: list[list[dict[str, Any]] | str] = []
    while len(said) < len(files):
        said += _libreoffice_once(files[len(said) :][:BATCH], store, work)
    return said


def _libreoffice_once(
    files: Sequence[Path], store: Path, work: Path
) -> list[list[dict[str, Any]] | str]:
    """Ask one process, which may end over one of the files; that one is the last answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    accept = f"--accept=socket,host=127.0.0.1,port={port};urp;"
    script = Path(__file__).with_name("libreoffice_signatures.py")
    with _libreoffice(work, [accept], {"MOZILLA_CERTIFICATE_FOLDER": str(store)}):
        command = [SYSTEM_PYTHON, str(script), port, *map(str, files)]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=SECONDS + 2 * len(files), check=False
            )
            output, ended = done.stdout, "crashes"
        except subprocess.TimeoutExpired as late:
            output, ended = late.stdout or b"", "does not come to an end"
    said = [json.loads(line) for line in output.splitlines()]
    return said if said[-1:] == ["crashes"] or len(said) == len(files) else [*said, ended]


def libreoffice_convert(file: Path, kind: str, folder: Path, work: Path) -> Path:
    """Open a file in LibreOffice and save it as another kind (``xlsx``, ``pdf``) in ``folder``."""
    arguments = ["--convert-to", kind, "--outdir", str(folder), str(file)]
    with _libreoffice(work, arguments, {}) as process:
        process.wait(SECONDS)
    return folder / f"{file.stem}.{kind}"


@contextmanager
def _libreoffice(
    work: Path, arguments: list[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run LibreOffice with a profile of its own; whatever happens, it is gone afterwards."""
    profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"
    process = subprocess.Popen(
        ["soffice", profile, "--headless", "--norestore", "--nolockcheck", *arguments],
        env={**os.environ, "HOME": str(work), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)


def trust_too(store: Path, root: Path) -> None:
    """Let an NSS certificate database trust one more root."""
    _run(
        "certutil",
        "-A",
        "-d",
        f"sql:{store}",
        "-n",
        root.stem,
        "-t",
        "CT,CT,CT",
        "-a",
        "-i",
        str(root),
    )


def pdfsig(file: Path, store: Path) -> str:
    """Return what poppler's pdfsig prints about a PDF's signatures."""
    return _run("pdfsig", "-nssdir", f"sql:{store}", str(file))


def pdfsig_says(file: Path, store: Path) -> str:
    """Return the same of a file that it may refuse."""
    return _said("pdfsig", "-nssdir", f"sql:{store}", str(file))


def xmlsec(folder: Path, roots: Path) -> str:
    """Return what xmlsec1 prints about the signature of a workbook unpacked into ``folder``."""
    done = _ran(*_xmlsec_command(folder, roots))
    return done.stdout.decode() + done.stderr.decode()


def xmlsec_says(folder: Path, roots: Path) -> str:
    """Return the same of a workbook that it may refuse."""
    return _said(*_xmlsec_command(folder, roots))


def _xmlsec_command(folder: Path, roots: Path) -> list[str]:
    signature = folder / "_xmlsignatures" / "sig1.xml"
    addresses = re.findall(r'URI="(/[^"]*)"', signature.read_text("utf-8", "replace"))
    places = [
        argument
        for address in addresses
        for argument in (f"--url-map:{address}", f"{folder}{address.partition('?')[0]}")
    ]
    return ["xmlsec1", "--verify", "--trusted-pem", str(roots), *places, str(signature)]


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except (subprocess.TimeoutExpired, ValueError, OSError):
        return ""
    return done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")


def _run(*command: str) -> str:
    return _ran(*command).stdout.decode()


def _ran(*command: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout.decode()}{done.stderr.decode()}"
    return done
