"""A stolen laptop reads nothing: all bytes that a full journey leaves on the disk are looked at."""

import dataclasses
import importlib
import os
import pkgutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from confidants import FORM, XFORM
from cryptography.hazmat.primitives import serialization
from traces import spellings, traces

import stocktake_app
from stocktake_app.actions import capture, protecting, workspaces
from stocktake_app.actions.exporting import export
from stocktake_app.actions.fault_log import write_fault
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.packing import Kind
from stocktake_app.actions.reporting import background
from stocktake_app.actions.sending import send_to_folder
from stocktake_app.documents import spool
from stocktake_app.errors import StocktakeError
from stocktake_app.model.disclosure import Attachment, as_answer
from stocktake_app.store import drafts
from stocktake_app.store.files import atomic_file
from stocktake_app.store.forms import add_form
from stocktake_app.store.freezing import freeze
from stocktake_app.store.search import search
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust import slots
from stocktake_app.trust.keystore import SIGNING, open_keystore

NOW = datetime(2021, 4, 28, 10, 0, tzinfo=UTC)
PASSPHRASE, NEW = "four quiet green boats", "six loud yellow drums"
NAME, OFFICE = "Wilhelmina Quasthoff", "Ouagadougou"
FROZEN, DRAFTED, RECEIVED = "Kasserine", "Tataouine", "Zinguinchor"
SECRET, PICTURED, QUOTED = "Mogadiscio", "Nyamirambo", "Xalapa"
WORDS = (NAME, "Quasthoff", OFFICE, FROZEN, DRAFTED, RECEIVED, SECRET, PICTURED, QUOTED)


@dataclass
class Site:
    """A laptop's folders, and one outside for what the user asked for."""

    workspace: Path
    state: Path
    temporary: Path
    asked_for: Path
    secrets: list[bytes] = field(default_factory=list)

    @property
    def marks(self) -> list[bytes]:
        words = [form for word in (*WORDS, PASSPHRASE, NEW) for form in spellings(word)]
        keys = [form for key in self.secrets for form in (key, key.hex().encode())]
        return [*words, *keys]

    def found(self) -> list[str]:
        """Return what of words and keys lies anywhere on the laptop."""
        places = (self.workspace, self.state, self.temporary)
        return [one for place in places for one in traces(place, self.marks)]


@pytest.fixture
def site(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(slots, "MEMORY_KIB", 64)
    made = Site(tmp_path / "workspace", state, tmp_path / "temporary", tmp_path / "asked for")
    made.temporary.mkdir()
    made.asked_for.mkdir()
    _keep_what_is_thrown_away(made.temporary, monkeypatch)
    return made


def _keep_what_is_thrown_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let temporary files stay, also those without a name, and let all of them reach the disk."""
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(spool, "MEMORY_BYTES", 1)
    unlink = os.unlink

    def kept(**_: Any) -> BinaryIO:
        return tempfile.NamedTemporaryFile("w+b", dir=folder, delete=False)  # type: ignore[return-value]

    def copied(path: Any, **named: Any) -> None:
        if Path(path).is_file() and Path(path).parent != folder:
            (folder / f"gone-{len(list(folder.iterdir()))}").write_bytes(Path(path).read_bytes())
        unlink(path, **named)

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: kept())
    monkeypatch.setattr(os, "unlink", copied)
    monkeypatch.setattr(os, "remove", copied)


def journey(site: Site, workspace: Workspace) -> None:
    """Do with a workspace what an officer does with it."""
    answers = {"findings": [{"kind": "progress", "text": f"{FROZEN} has a school."}]}
    done = capture.capture(workspace, "regional", answers, now=NOW, finish_it=False)
    capture.leave(workspace, done.draft, now=NOW)
    _attach(workspace)
    export(workspace, None, passphrase=PASSPHRASE, now=NOW)
    export(workspace, None, Kind("pdf"), everything=True, passphrase=PASSPHRASE, now=NOW)
    out = site.asked_for / "out.xlsx"
    export(workspace, None, everything=True, out=out, passphrase=PASSPHRASE, now=NOW)
    import_files(workspace, [_received(site)], dry_run=False, now=NOW)
    assert search(workspace, FROZEN)
    background(workspace, site.asked_for / "paper.pdf", now=NOW)
    send_to_folder(workspace, site.asked_for, now=NOW)
    draft = capture.begin(workspace, "regional", now=NOW)
    capture.save(workspace, draft, {"event_details/event_name": DRAFTED}, now=NOW)
    try:
        int(f"{QUOTED} {PASSPHRASE}")
    except ValueError as error:
        write_fault(error)


def _attach(workspace: Workspace) -> None:
    """Tell a confidential story, with a file; and begin another one."""
    add_form(workspace, XFORM, NOW)
    for _ in range(2):
        draft = drafts.start_draft(workspace, FORM, now=NOW)
        file = Attachment("0a" * 16, f"{PICTURED}.txt", "text/plain", PICTURED.encode() * 99)
        digest = drafts.attach(workspace, draft.id, file)
        story = {"title": FROZEN, "story": SECRET, "picture": as_answer(digest)}
        drafts.save_answers(workspace, draft.id, story, now=NOW)
    freeze(workspace, draft.id, NOW, finished=False)


def _received(site: Site) -> Path:
    """Return the package of a colleague, who has another laptop."""
    out = site.asked_for / "received.xlsx"
    if not out.exists():
        person = workspaces.Person("A colleague", "Niamey", bureau="WCA")
        colleague = workspaces.create(site.asked_for / "colleague", person, now=NOW)
        answers = {"findings": [{"kind": "challenge", "text": f"{RECEIVED} has none."}]}
        done = capture.capture(colleague, "regional", answers, now=NOW, finish_it=False)
        capture.leave(colleague, done.draft, now=NOW)
        export(colleague, None, out=out, passphrase=PASSPHRASE, now=NOW)
        colleague.close()
        _forget_kept(site)
    return out


def _forget_kept(site: Site) -> None:
    for path in site.temporary.iterdir():
        path.rename(site.asked_for / path.name)


def _know_secrets(site: Site, passphrase: str) -> None:
    """Note every key of the workspace, to look for it."""
    unlocked = open_keystore(site.workspace).unlock(passphrase)
    key = unlocked.private_key(SIGNING)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    numbers: Any = key.private_numbers()
    secret = numbers.d if hasattr(numbers, "d") else numbers.private_value
    assert unlocked.store_key
    site.secrets = [
        unlocked.data_key,
        unlocked.store_key,
        pem.splitlines()[1],
        secret.to_bytes((secret.bit_length() + 7) // 8, "big"),
        b"PRIVATE KEY",
        b"AGE-SECRET-KEY",
    ]


def test_a_protected_workspace_leaves_nothing_to_read_on_the_disk(site: Site) -> None:
    person = workspaces.Person(NAME, OFFICE, bureau="WCA")
    workspace = workspaces.create(site.workspace, person, now=NOW, passphrase=PASSPHRASE)
    journey(site, workspace)
    protecting.freeze_idle(workspace, now=NOW)
    workspace.close()
    protecting.make_recovery_key(site.workspace, PASSPHRASE, now=NOW)
    protecting.change_passphrase(site.workspace, PASSPHRASE, NEW)
    _know_secrets(site, NEW)
    assert len(list((site.workspace / "packages").iterdir())) >= 2
    assert site.found() == []
    assert traces(site.asked_for, spellings(FROZEN)), "what was asked for can be read"


def test_a_workspace_protected_later_leaves_nothing_to_read_on_the_disk(site: Site) -> None:
    person = workspaces.Person(NAME, OFFICE, bureau="WCA")
    workspace = workspaces.create(site.workspace, person, now=NOW)
    journey(site, workspace)
    workspace.close()
    before = site.found()
    assert {word for word in WORDS if any(word in one for one in before)} == set(WORDS) - {QUOTED}
    _forget_kept(site)
    protecting.protect(site.workspace, PASSPHRASE)
    _know_secrets(site, PASSPHRASE)
    assert site.found() == []
    workspaces.open_folder(site.workspace, passphrase=PASSPHRASE).close()
    assert site.found() == []


def test_what_is_packed_and_encoded_is_found_by_the_search_itself(tmp_path: Path) -> None:
    import base64
    import zlib
    from zipfile import ZIP_DEFLATED, ZipFile

    from backports import zstd

    said = f"before {FROZEN} after. ".encode() * 50
    hidden = base64.b64encode(zstd.compress(said))
    with atomic_file(tmp_path / "one") as file, ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr("inside", b"<a>" + hidden + b"</a>")
    (tmp_path / "two").write_bytes(b"%PDF " + zlib.compress(said))
    (tmp_path / "three").write_bytes(said.decode().encode("utf-16-le"))
    (tmp_path / "four").write_bytes(b"nothing at all")
    names = {one.split(":")[0] for one in traces(tmp_path, spellings(FROZEN))}
    assert names == {"one", "two", "three"}


def dataclasses_of_ours() -> Iterator[type]:
    for module in pkgutil.walk_packages(stocktake_app.__path__, "stocktake_app."):
        if module.name.startswith(("stocktake_app.resources", "stocktake_app.forms")):
            continue
        if module.name.endswith("__main__"):
            continue
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                yield found


def test_nothing_that_holds_a_secret_prints_it() -> None:
    holders = {"passphrase", "data_key", "secret", "store_key", "file_key", "wrapping_key"}
    printing = {
        f"{one.__module__}.{one.__name__}.{member.name}"
        for one in dataclasses_of_ours()
        for member in dataclasses.fields(one)
        if member.name in holders and member.repr
    }
    assert printing == set()


def test_no_sentence_about_a_passphrase_or_key_quotes_it(site: Site) -> None:
    person = workspaces.Person(NAME, OFFICE, bureau="WCA")
    workspaces.create(site.workspace, person, now=NOW, passphrase=PASSPHRASE).close()
    wrong = "a wrong guess of somebody"
    said = []
    for attempt in (
        lambda: workspaces.open_folder(site.workspace, passphrase=wrong),
        lambda: protecting.change_passphrase(site.workspace, wrong, NEW),
        lambda: protecting.change_passphrase(site.workspace, PASSPHRASE, "Password2021"),
        lambda: protecting.use_recovery_key(site.workspace, wrong, NEW),
        lambda: protecting.open_recovery(site.workspace, wrong.encode(), NEW),
        lambda: protecting.protect(site.workspace, wrong),
    ):
        with pytest.raises(StocktakeError) as caught:
            attempt()
        said.append(f"{caught.value!s} {caught.value!r}")
    for secret in (wrong, PASSPHRASE, NEW, "Password2021"):
        assert not [one for one in said if secret in one]


def test_keys_and_folder_are_their_owners_alone(site: Site) -> None:
    person = workspaces.Person(NAME, OFFICE, bureau="WCA")
    workspaces.create(site.workspace, person, now=NOW, passphrase=PASSPHRASE).close()
    assert site.workspace.stat().st_mode & 0o777 == 0o700
    assert (site.workspace / "keys.json").stat().st_mode & 0o777 == 0o600
