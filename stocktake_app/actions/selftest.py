"""A self-test that any installation can run: capture, export, verify, import, then clean up."""

import json
import secrets
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.capture import capture
from stocktake_app.actions.checking import check_file
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.packing import Kind
from stocktake_app.actions.reading import all_entries
from stocktake_app.actions.workspaces import Person, create, write_root
from stocktake_app.errors import MachineError
from stocktake_app.exchange.record_layout import Format
from stocktake_app.model.codes import Role
from stocktake_app.settings import resource
from stocktake_app.store.workspace import Workspace

FORMATS: tuple[Format, ...] = ("xlsx", "pdf")
SAMPLE = "resources/demo/entries/wca-2020-french.json"


def selftest(*, now: datetime) -> list[str]:
    """Do the main job once and return what was done, step by step.

    Raises:
        MachineError: a step did not give what it should.
    """
    with tempfile.TemporaryDirectory(prefix="stocktake-selftest-") as folder:
        return _run(Path(folder), now)


def _run(folder: Path, now: datetime) -> list[str]:
    passphrase = secrets.token_urlsafe(12)
    person = Person(name="Self-test", office="Geneva", role=Role.HQ)
    with closing(create(folder / "hq", person, now=now, passphrase=passphrase)) as workspace:
        return [
            _capture(workspace, now),
            *(_exchange(workspace, folder, form, passphrase, now) for form in FORMATS),
        ]


def _capture(workspace: Workspace, now: datetime) -> str:
    content = json.loads(resource(SAMPLE).read_text(encoding="utf-8"))
    done = capture(workspace, content["form"], content["answers"], now=now)
    _require(done.entry is not None, f"capture: {done.problems}")
    return f"captured an entry of the questionnaire {content['form']!r}"


def _exchange(
    workspace: Workspace, folder: Path, form: Format, passphrase: str, now: datetime
) -> str:
    """Export everything, verify it under the root alone, and read it into a new workspace."""
    package, root = folder / f"package.{form}", folder / "root.pem"
    export(
        workspace, None, Kind(form), out=package, everything=True, passphrase=passphrase, now=now
    )
    write_root(workspace, root)
    checked = check_file(package, trust=root.read_bytes(), at=now)
    _require(checked.valid, f"verify: {checked.reasons}")
    reader = Person(name="", role=Role.HQ)
    with closing(create(folder / form, reader, now=now, trust=root.read_bytes())) as other:
        _require(import_files(other, [package], dry_run=False, now=now).accepted, "import")
        same = all_entries(other) == all_entries(workspace)
        _require(same, "import: the entries are not the same")
    return f"exported, verified and imported a signed {form}"


def _require(fact: bool, sentence: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not fact:
        raise MachineError(f"the self-test failed at {sentence}")
