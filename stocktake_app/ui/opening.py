"""What is done with a workspace's folder before there is a window on it; all of it in a worker."""

from pathlib import Path
from typing import TYPE_CHECKING

from stocktake_app.ui.clock import now
from stocktake_app.ui.first_run import Newcomer
from stocktake_app.ui.jobs import Progress

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace


def default_folder() -> Path:
    """Return the folder a new workspace is made in: ``Stocktake`` among the documents."""
    import platformdirs

    base = Path(platformdirs.user_documents_dir()) / "Stocktake"
    folder, number = base, 2
    while folder.exists() and any(folder.iterdir()):
        folder, number = base.with_name(f"Stocktake {number}"), number + 1
    return folder


def load_ahead() -> None:
    """Load the store's libraries, ahead of use."""
    import stocktake_app.actions.capture
    import stocktake_app.actions.workspaces  # noqa: F401 - loaded ahead of use


def create_workspace(folder: Path, person: Newcomer) -> "Workspace":
    """Make a workspace for somebody who just said who they are."""
    from stocktake_app.actions import workspaces

    return workspaces.create(
        folder,
        workspaces.Person(
            name=person.name,
            office=person.office,
            bureau=person.bureau,
            country=person.country,
            language=person.language,
        ),
        now=now(),
    )


def open_workspace(folder: Path, passphrase: str | None) -> "Workspace":
    """Open a workspace."""
    from stocktake_app.actions import workspaces

    return workspaces.open_folder(folder, passphrase=passphrase)


def is_protected(workspace: "Workspace") -> bool:
    """Say whether its files are encrypted."""
    from stocktake_app.actions.workspaces import describe

    return describe(workspace).protected


def encrypt(folder: Path, passphrase: str, progress: Progress) -> None:
    """Encrypt a workspace that nobody has open."""
    from stocktake_app.actions.protecting import protect

    protect(folder, passphrase, progress=progress)


def bring_to_rest(workspace: "Workspace") -> None:
    """Freeze the drafts in which nothing was typed for long."""
    from stocktake_app.actions.protecting import freeze_idle

    freeze_idle(workspace, now=now())
