"""``stocktake serve`` and ``send`` with real workspaces and a real package, end to end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hq_site import free_port, make_people, now, wait_for_port

from stocktake_app.actions import identity
from stocktake_app.actions.capture import capture
from stocktake_app.actions.exporting import export
from stocktake_app.actions.reading import all_entries
from stocktake_app.actions.sending import outbox, send
from stocktake_app.actions.workspaces import Person, create
from stocktake_app.errors import UserFileError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.server.serve import serve
from stocktake_app.server.settings_file import Settings, read_settings
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.certificates import to_pem

PASSPHRASE = "a passphrase for this test"
SAMPLE = Path(__file__).parents[2] / "resources/demo/entries/wca-2020-french.json"


@dataclass(frozen=True)
class Offices:
    """HQ and a bureau that HQ has approved."""

    hq: Workspace
    bureau: Workspace


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[Offices]:
    hq_person = Person(name="HQ", role=Role.HQ)
    person = Person(name="Dakar", office="Dakar", role=Role.BUREAU, bureau="WCA")
    with (
        closing(create(tmp_path / "hq", hq_person, now=now(), passphrase=PASSPHRASE)) as hq,
        closing(create(tmp_path / "wca", person, now=now(), passphrase=PASSPHRASE)) as bureau,
    ):
        asked, answer = tmp_path / "asked.json", tmp_path / "answer.json"
        identity.request(bureau, asked, passphrase=PASSPHRASE, now=now())
        identity.approve(hq, asked.read_bytes(), answer, passphrase=PASSPHRASE, now=now())
        identity.install(bureau, answer.read_bytes(), passphrase=PASSPHRASE, now=now())
        yield Offices(hq, bureau)


@contextmanager
def serving(hq: Workspace) -> Iterator[str]:
    """Run ``stocktake serve`` as a person would and end it with Ctrl+C; yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "stocktake_app", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workspace", hq.folder],
        env={**os.environ, "STOCKTAKE_PASSPHRASE": PASSPHRASE},
        stderr=subprocess.PIPE,
    )
    wait_for_port(port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"Traceback" not in said


def test_package_goes_from_the_outbox_into_hqs_entries_exactly_once(offices: Offices) -> None:
    content = json.loads(SAMPLE.read_text(encoding="utf-8"))
    capture(offices.bureau, content["form"], content["answers"], now=now())
    export(offices.bureau, None, passphrase=PASSPHRASE, now=now())
    assert [row.state for row in outbox(offices.bureau)] == ["waiting"]
    for _ in range(2):  # a second round, after a restart, sends and imports nothing again
        with serving(offices.hq) as url:
            sent = send(offices.bureau, url, passphrase=PASSPHRASE, now=now)
            assert (len(sent.received), sent.waiting, sent.notes) == (1, (), ())
            wait_for_entries(offices.hq)
        assert [row.state for row in outbox(offices.bureau)] == ["received"]
    entries = all_entries(offices.hq)
    assert len(entries) == 1
    assert entries == all_entries(offices.bureau)


def wait_for_entries(workspace: Workspace) -> None:
    """Wait until the importer is done, as a person looking at HQ's list would."""
    for _ in range(200):
        if all_entries(workspace):
            return
        time.sleep(0.05)
    raise AssertionError("nothing was imported")


def start(workspace: Workspace, host: str = "127.0.0.1") -> None:
    serve(
        workspace,
        host=host,
        port=free_port(),
        passphrase=PASSPHRASE,
        now=now,
        started=lambda _address: pytest.fail("it began to listen"),
    )


def test_only_hq_receives(tmp_path: Path) -> None:
    person = Person(name="Dakar", role=Role.OFFICER, bureau="WCA")
    with (
        closing(create(tmp_path / "officer", person, now=now())) as officer,
        pytest.raises(WrongUseError, match="only a workspace of HQ"),
    ):
        start(officer)


def test_mailbox_in_clear_text_is_never_open_to_the_outside(tmp_path: Path) -> None:
    reader = Person(name="", role=Role.HQ)
    root = to_pem([make_people().root.certificate]).encode()
    with (
        closing(create(tmp_path / "hq", reader, now=now(), trust=root)) as hq,
        pytest.raises(WrongUseError, match="web certificate"),
    ):
        start(hq, host="192.0.2.1")


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "web.pem").touch()
    (tmp_path / "settings.toml").write_text(
        f'names = ["HQ.example:443"]\ncertificate = "{tmp_path}/web.pem"\npackages = "s3://bucket"\n'
    )
    assert read_settings(tmp_path) == Settings(
        ("hq.example:443",), tmp_path / "web.pem", None, "s3://bucket"
    )


def test_without_settings_the_mailbox_is_for_this_machine(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("names = ", "cannot be read"),
        ("name = 'x'", "no setting"),
        ("names = 'hq.example'", "list of texts"),
        ("names = [1]", "list of texts"),
        ("packages = 3", "must be a text"),
        ("certificate = '/nowhere/web.pem'", "not there"),
    ],
)
def test_wrong_settings_are_told_with_file_and_reason(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(UserFileError, match=sentence) as caught:
        read_settings(tmp_path)
    assert "settings.toml" in str(caught.value)
