"""A durable save of one answer, against appending 4 KiB to a file with fdatasync."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from measure import Variant, measure, print_table, with_huge_pages

SAVES = 200
ROUNDS = 12
BLOCK = os.urandom(4096)
NOW = datetime(2021, 4, 28, 10, tzinfo=UTC)


def append_blocks(path: object) -> None:
    descriptor = os.open(str(path), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for _ in range(SAVES):
        os.write(descriptor, BLOCK)
        os.fdatasync(descriptor)
    os.close(descriptor)


def saver(folder: Path, key: bytes | None) -> Variant:
    from stocktake_app.model.codes import Role
    from stocktake_app.store.drafts import save_answer, start_draft
    from stocktake_app.store.workspace import Profile, create_workspace

    profile = Profile("Amie", "Dakar", Role.OFFICER, "WCA", "SEN", "fr", "a1" * 16)
    workspace = create_workspace(folder, profile, key=key, now=NOW)

    def save(draft: object) -> None:
        for number in range(SAVES):
            path = f"findings[row{number % 20}]/text"
            save_answer(workspace, str(draft), path, f"What was said, version {number}", now=NOW)

    name = f"save_answer, {'encrypted' if key else 'no key'}"
    return Variant(name, lambda: start_draft(workspace, "f" * 64, now=NOW).id, save, SAVES, aim=3)


def main() -> int:
    with_huge_pages()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        os.environ["STOCKTAKE_STATE"] = str(folder / "state")
        floor = Variant(
            "FLOOR append 4 KiB + fdatasync", lambda: folder / "floor", append_blocks, SAVES
        )
        variants = [floor, saver(folder / "plain", None), saver(folder / "keyed", os.urandom(32))]
        measured = measure(variants, ROUNDS)
    return 0 if print_table("Durable save of one answer", measured, floor.name) else 1


if __name__ == "__main__":
    raise SystemExit(main())
