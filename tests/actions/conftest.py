"""The offices of a stocktake, made once for a module of tests."""

from pathlib import Path

import pytest
from offices import Offices, make_offices


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory, converted_forms: Path) -> Offices:
    """Return HQ, a bureau and an officer of it."""
    folder = tmp_path_factory.mktemp("offices")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
        (folder / "state").mkdir()
        (folder / "state" / "forms").symlink_to(converted_forms, target_is_directory=True)
        return make_offices(folder)
