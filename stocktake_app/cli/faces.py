"""What the command line may start but does not know: the window and HQ's receiving side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class ServeOptions:
    """What ``stocktake serve`` was asked; ``started`` gets the address once it listens."""

    workspace: "Workspace"
    host: str
    port: int
    passphrase: str | None = field(repr=False)
    now: Callable[[], datetime]
    started: Callable[[str], None]


@dataclass(frozen=True)
class Faces:
    """The other two faces, given by ``__main__``. The window gets a workspace and files."""

    window: Callable[[Path | None, Sequence[Path]], int]
    serve: Callable[[ServeOptions], None]
