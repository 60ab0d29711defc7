"""The committed test vectors, read by our verifier and by the standalone reader."""

import json
import subprocess
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from stocktake_app.actions.checking import judge
from stocktake_app.exchange.age import is_encrypted
from stocktake_app.exchange.record_layout import language_of, layout_name
from stocktake_app.exchange.visible import check_visible
from stocktake_app.model.codes import Verdict
from stocktake_app.model.disclosure import Attachment, digest_in, is_digest, read_disclosure
from stocktake_app.trust.certificates import from_pem
from stocktake_app.trust.chain import Trust
from tests.make_vectors import expected_of

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "test-vectors"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
PACKAGES: dict[str, Any] = EXPECTED["packages"]
SIGNED = [name for name, one in PACKAGES.items() if one["verdict"] == "valid"]
AT = datetime.fromisoformat(EXPECTED["at"])
NEWER_PEOPLE = ("practice.xlsx", "unknown.xlsx")


def test_every_package_has_its_reading_and_none_is_large() -> None:
    found = {path.name: path.stat().st_size for path in (FOLDER / "packages").iterdir()}
    assert found.keys() == PACKAGES.keys()
    assert max(found.values()) < 64_000


def test_nothing_secret_lies_beside_them() -> None:
    for path in FOLDER.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"PRIVATE KEY" not in data
            assert b"AGE-SECRET-KEY" not in data


@pytest.mark.parametrize("name", PACKAGES)
def test_our_verifier_says_what_is_expected(name: str) -> None:
    data = (FOLDER / "packages" / name).read_bytes()
    expected = PACKAGES[name]
    if expected.get("encrypted"):
        assert is_encrypted(data)
    report = judge(data, Trust(from_pem((FOLDER / "root.pem").read_bytes())), AT)
    if expected.get("encrypted"):
        assert report.verdict is Verdict.UNREADABLE
        return
    assert expected_of(report, expected["visible"]) == expected
    seen = check_visible(data, report).visible
    layout = report.seals[-1].seal.manifest.layout if report.seals else ""
    known = report.kind and layout == layout_name(report.kind, language_of(layout))
    assert seen == (expected["visible"] if known else "not_checked")


def read_alone(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", DOCS / "read_package.py", FOLDER / "packages" / name,
         FOLDER / "root.pem"],
        capture_output=True, check=False, encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def shown(answer: str | None, disclosures: dict[str, str]) -> object:
    """Return an answer as the reader prints it."""
    if answer is None or not is_digest(answer):
        return answer
    data = disclosures.get(digest_in(answer))
    if data is None:
        return {"withheld": True}
    found = read_disclosure(b64decode(data))
    if isinstance(found, Attachment):
        return {"file": found.name, "type": found.media_type, "bytes": len(found.data)}
    return found.value


@pytest.mark.parametrize("name", [*SIGNED, *NEWER_PEOPLE])
def test_the_standalone_reader_prints_the_same_changes(name: str) -> None:
    expected = PACKAGES[name]
    done = read_alone(name)
    assert done.returncode == (0 if name in SIGNED else 1), done.stderr
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    changes = [
        {
            "record": seal["id"],
            **{key: value for key, value in change.items() if key != "id"},
            "set": {
                path: shown(answer, expected["disclosures"])
                for path, answer in change["set"].items()
            },
        }
        for seal in expected["seals"]
        for change in seal["changes"]
    ]
    assert printed == changes
    assert [line[:16] for line in done.stderr.splitlines()[: len(expected["seals"])]] == [
        seal["id"][:16] for seal in expected["seals"]
    ]


@pytest.mark.parametrize("name", sorted(PACKAGES.keys() - {*SIGNED, *NEWER_PEOPLE}))
def test_the_standalone_reader_refuses_the_others_with_a_sentence(name: str) -> None:
    done = read_alone(name)
    assert done.returncode == 1
    assert done.stderr.startswith("not as it was signed: ")
    assert not done.stdout


def test_the_standalone_reader_imports_nothing_of_ours() -> None:
    text = (DOCS / "read_package.py").read_text(encoding="utf-8")
    assert "stocktake_app" not in text
