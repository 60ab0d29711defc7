"""One site of offices for all tests of the command line: its keys take half a minute."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from officers_site import make_site

from stocktake_app.actions.importing import import_files
from stocktake_app.actions.workspaces import open_folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, converted_forms: Path) -> Path:
    """Return a folder with a bureau that has taken differing versions in, and its officers."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
        (folder / "state").mkdir()
        (folder / "state" / "forms").symlink_to(converted_forms, target_is_directory=True)
        made = make_site(folder)
        bureau = open_folder(made.bureau)
        import_files(bureau, made.packages, dry_run=False, now=datetime.now(UTC))
        bureau.close()
    return folder
