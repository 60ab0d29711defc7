"""Run other people's programs on our packages: LibreOffice, pdfsig, xmlsec1."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SYSTEM_PYTHON = "/usr/bin/python3"
SECONDS = 120


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

    NSS remembers certificates of earlier documents, so two documents must not share a process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    accept = f"--accept=socket,host=127.0.0.1,port={port};urp;"
    with _libreoffice(work, [accept], {"MOZILLA_CERTIFICATE_FOLDER": str(store)}):
        script = Path(__file__).with_name("libreoffice_signatures.py")
        found: list[dict[str, Any]] = json.loads(_run(SYSTEM_PYTHON, str(script), port, str(file)))
        return found


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


def pdfsig(file: Path, store: Path) -> str:
    """Return what poppler's pdfsig prints about a PDF's signatures."""
    return _run("pdfsig", "-nssdir", f"sql:{store}", str(file))


def xmlsec(folder: Path, roots: Path) -> str:
    """Return what xmlsec1 prints about the signature of a workbook unpacked into ``folder``."""
    signature = folder / "_xmlsignatures" / "sig1.xml"
    addresses = re.findall(r'URI="(/[^"]*)"', signature.read_text())
    places = [
        argument
        for address in addresses
        for argument in (f"--url-map:{address}", f"{folder}{address.partition('?')[0]}")
    ]
    done = _ran("xmlsec1", "--verify", "--trusted-pem", str(roots), *places, str(signature))
    return done.stdout.decode() + done.stderr.decode()


def _run(*command: str) -> str:
    return _ran(*command).stdout.decode()


def _ran(*command: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout.decode()}{done.stderr.decode()}"
    return done
