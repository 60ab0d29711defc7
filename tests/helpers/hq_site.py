"""HQ and its people for tests: real keys and certificates, a real mailbox, a real web server.

Run as a program (``hq_site.py FOLDER PORT``) it is HQ's mailbox in a process that can be killed.
"""

import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

import httpx
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.hashes import SHA256

from stocktake_app.exchange import greeting, wire
from stocktake_app.exchange.receipts import Receipt, make_receipt
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.scope import Author
from stocktake_app.server.app import make_app
from stocktake_app.server.importer import ImporterThread
from stocktake_app.server.ledger import Judged
from stocktake_app.server.limits import Limits
from stocktake_app.server.mailbox import Identity, Judge, Mailbox, open_mailbox
from stocktake_app.server.objects import FolderObjects
from stocktake_app.server.web import Place, run
from stocktake_app.store.database import Database
from stocktake_app.trust.certificates import (
    Authority,
    Subject,
    from_pem,
    issue_bureau_ca,
    issue_leaf,
    make_hq,
    to_pem,
)
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.keys import PrivateKey, new_key

HOST = "127.0.0.1"


def now() -> datetime:
    """Return the time: the laptop's clock and HQ's."""
    return datetime.now(UTC)


def identity(letter: str) -> str:
    """Return an identity that is easy to tell in a failure's text."""
    return hashlib.sha256(letter.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class People:
    """HQ with two bureaux, an officer each; everybody signs with a key on P-256."""

    root: Authority
    hq: Signer
    bureau: Signer
    officer: Signer
    other_bureau: Signer
    other_officer: Signer

    @property
    def trust(self) -> Trust:
        """What everybody pinned at enrolment."""
        return Trust((self.root.certificate,))


def subject(name: str, role: Role, bureau: str) -> Subject:
    """Return somebody whose identity follows from the name."""
    return Subject(identity(name), name, role, bureau, "")


def make_people() -> People:
    """Make HQ and its people, certified since yesterday."""
    since = now() - timedelta(days=1)
    root = make_hq(new_key("ec"), subject("HQ", Role.HQ, ""), since)
    key = new_key("ec")
    leaf = issue_leaf(root, key.public_key(), subject("HQ desk", Role.HQ, ""), since)
    pairs = {bureau: _bureau(root, bureau, since) for bureau in ("WCA", "EHA")}
    return People(root, Signer(key, (leaf,)), *pairs["WCA"], *pairs["EHA"])


def _bureau(root: Authority, bureau: str, since: datetime) -> tuple[Signer, Signer]:
    key = new_key("ec")
    bureau_subject = subject(f"{bureau} bureau", Role.BUREAU, bureau)
    issuer = issue_bureau_ca(root, key.public_key(), bureau_subject, since)
    authority = Authority(key, issuer, root.certificate)
    officer = subject(f"{bureau} officer", Role.OFFICER, bureau)
    return tuple(_leaf(authority, issuer, one, since) for one in (bureau_subject, officer))  # type: ignore[return-value]


def _leaf(authority: Authority, issuer: object, one: Subject, since: datetime) -> Signer:
    key = new_key("ec")
    leaf = issue_leaf(authority, key.public_key(), one, since)
    return Signer(key, (leaf, authority.certificate))


def web_certificate(folder: Path, root: Authority, days: int = 30) -> tuple[Path, Path]:
    """Return certificate and key of this machine's web address, issued by HQ's root."""
    key = new_key("ec")
    until = now() + timedelta(days=days)
    builder = x509.CertificateBuilder(
        issuer_name=root.certificate.subject,
        subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web")]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=until - timedelta(days=60),
        not_valid_after=until,
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    certificate = builder.add_extension(names, critical=False).sign(root.key, SHA256())
    paths = folder / "web.pem", folder / "web.key"
    paths[0].write_text(to_pem([certificate]))
    paths[1].write_bytes(_key_pem(key))
    return paths


def package(
    text: str = "", *, size: int = 0, to: str = "hq", author: Author | None = None
) -> bytes:
    """Return stand-in package bytes; the first line says what the test's judge will read in it."""
    head = {"to": to, "verdict": "valid", "text": text}
    if author:
        head |= {"identity": author.identity, "role": author.role, "bureau": author.bureau}
    data = json.dumps(head).encode() + b"\n"
    filler = hashlib.sha256(data).digest() * (size // 32 + 1)
    return data + filler[: max(0, size - len(data))]


def name(data: bytes) -> str:
    """Return a package's name."""
    return hashlib.sha256(data).hexdigest()


def make_test_judge(people: People) -> Judge:
    """Return a judge that believes a package's first line and signs real receipts."""

    def judge(data: bytes, sha256: str, position: int, received: datetime) -> Judged:
        head = json.loads(data.split(b"\n", 1)[0])
        author = None
        if "identity" in head:
            author = Author(head["identity"], Role(head["role"]), head["bureau"])
        verdict = Verdict(head["verdict"])
        receipt = Receipt(sha256, "", received.isoformat(), verdict, position)
        return Judged(verdict, author, head["to"], make_receipt(receipt, people.hq, now()))

    return judge


def make_mailbox(folder: Path, people: People, port: int, limits: Limits = Limits()) -> Mailbox:  # noqa: B008 - frozen
    """Open the mailbox in a folder, known under this machine's own addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    return open_mailbox(
        folder,
        Database(folder / "mailbox.db"),
        Identity(people.hq, lambda: people.trust, Place(HOST, port).addresses),
        objects=FolderObjects(folder / "packages"),
        now=now,
        limits=replace(limits, free_bytes=0) if limits == Limits() else limits,
    )


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


@dataclass
class Site:
    """A mailbox that really listens, in a thread of the test's process."""

    people: People
    mailbox: Mailbox
    port: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        """HQ's address."""
        return f"{self.scheme}://{HOST}:{self.port}"

    @property
    def packages(self) -> dict[str, bytes]:
        """All that is stored, by name."""
        folder = self.mailbox.uploads.folder.parent / "packages"
        return {path.name: path.read_bytes() for path in folder.iterdir()}


@contextmanager
def running_site(
    folder: Path,
    people: People,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    web: tuple[Path, Path] | None = None,
) -> Iterator[Site]:
    """Run HQ's web server until the block ends; ``web`` are certificate and key for https."""
    port = free_port()
    mailbox = make_mailbox(folder, people, port, limits)
    importer = ImporterThread(mailbox, make_test_judge(people), None)
    config = uvicorn.Config(
        make_app(mailbox, arrived=importer.wake),
        host=HOST,
        port=port,
        log_config=None,
        http="h11",
        ws="none",
        h11_max_incomplete_event_size=mailbox.limits.header_bytes,
        timeout_graceful_shutdown=2,
        ssl_certfile=web[0] if web else None,
        ssl_keyfile=web[1] if web else None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    importer.start()
    try:
        wait_for_port(port)
        yield Site(people, mailbox, port, "https" if web else "http")
    finally:
        server.should_exit = True
        thread.join()
        importer.stop()
        mailbox.ledger.database.close()


@dataclass(frozen=True)
class Caller:
    """A logged-in sender who speaks plain HTTP."""

    http: httpx.Client

    def head(self, sha256: str) -> tuple[int, bool]:
        answer = self.http.head(f"/p/{sha256}")
        assert answer.status_code == 200
        offset = int(answer.headers[wire.UPLOAD_OFFSET])
        return offset, answer.headers[wire.UPLOAD_COMPLETE] == "?1"

    def patch(self, sha256: str, offset: int, data: bytes, *, last: bool) -> httpx.Response:
        headers = {
            wire.UPLOAD_OFFSET: str(offset),
            wire.UPLOAD_COMPLETE: "?1" if last else "?0",
            "Content-Type": wire.UPLOAD_TYPE,
        }
        return self.http.patch(f"/p/{sha256}", headers=headers, content=data)


@contextmanager
def logged_in(site: Site, signer: Signer) -> Iterator[Caller]:
    """Log a sender in at a mailbox."""
    with httpx.Client(base_url=site.url, trust_env=False, timeout=10) as http:
        answer = http.post("/login", content=signed_login(http, site, signer))
        assert answer.status_code == 200, answer.text
        http.headers["Authorization"] = f"Bearer {wire.parse_token(answer.content)}"
        yield Caller(http)


def signed_login(http: httpx.Client, site: Site, signer: Signer) -> bytes:
    """Return a fresh login of this signer."""
    challenge = greeting.new_challenge()
    body = http.post("/hello", content=challenge).content
    now = site.mailbox.now()
    nonce = greeting.check_hello(body, challenge, site.people.trust, now, site.url)
    return greeting.login_body(nonce, f"127.0.0.1:{site.port}", signer, now)


@dataclass
class HqProcess:
    """HQ's mailbox in a process of its own."""

    folder: Path
    people: People
    port: int
    process: subprocess.Popen[bytes] | None = None

    @cached_property
    def url(self) -> str:
        """HQ's address."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.folder.mkdir(exist_ok=True)
        _save(self.people, self.folder / "people.json")
        command = [sys.executable, __file__, str(self.folder), str(self.port)]
        self.process = subprocess.Popen(command)
        wait_for_port(self.port)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> int:
        """Ask it to end and return its exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(timeout=20)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _save(people: People, path: Path) -> None:
    members = {
        "key": _key_pem(people.hq.key).decode(),
        "chain": to_pem(people.hq.chain),
        "root": to_pem([people.root.certificate]),
    }
    path.write_text(json.dumps(members))


def main(folder: Path, port: int) -> None:
    """Be HQ's mailbox."""
    members = json.loads((folder / "people.json").read_text())
    key = serialization.load_pem_private_key(members["key"].encode(), None)
    hq = Signer(key, from_pem(members["chain"].encode()))  # type: ignore[arg-type]
    root = from_pem(members["root"].encode())[0]
    people = People(Authority(key, root, root), hq, hq, hq, hq, hq)  # type: ignore[arg-type]
    mailbox = make_mailbox(folder, people, port)
    run(mailbox, Place(HOST, port), make_test_judge(people), None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
