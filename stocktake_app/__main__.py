"""``stocktake`` and ``python -m stocktake_app``: wires the three faces together."""

import sys
from collections.abc import Sequence
from pathlib import Path

from stocktake_app.cli.faces import Faces, ServeOptions
from stocktake_app.cli.main import main as run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or run the command that is given; return the exit code."""
    return run_command(sys.argv[1:] if argv is None else argv, Faces(_window, _serve))


def _window(workspace: Path | None, files: Sequence[Path]) -> int:
    from stocktake_app.ui.application import run

    return run(workspace, files)


def _serve(options: ServeOptions) -> None:
    from stocktake_app.server.serve import serve

    serve(
        options.workspace,
        host=options.host,
        port=options.port,
        passphrase=options.passphrase,
        now=options.now,
        started=options.started,
    )


if __name__ == "__main__":
    sys.exit(main())
