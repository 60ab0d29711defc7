"""Workspaces of an officer, a colleague, their bureau, another bureau's officer and HQ."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stores import new_store

from stocktake_app.model.codes import Role
from stocktake_app.store.workspace import Workspace


@pytest.fixture
def officer(tmp_path: Path) -> Iterator[Workspace]:
    workspace = new_store(tmp_path, "officer")
    yield workspace
    workspace.close()


@pytest.fixture
def colleague(tmp_path: Path) -> Iterator[Workspace]:
    workspace = new_store(tmp_path, "colleague")
    yield workspace
    workspace.close()


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Workspace]:
    workspace = new_store(tmp_path, "bureau", Role.BUREAU)
    yield workspace
    workspace.close()


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Workspace]:
    """Give the workspace of an officer of another bureau."""
    workspace = new_store(tmp_path, "stranger", bureau="EHA")
    yield workspace
    workspace.close()


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Workspace]:
    workspace = new_store(tmp_path, "hq", Role.HQ)
    yield workspace
    workspace.close()
