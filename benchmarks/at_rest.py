"""What encryption at rest costs: the same work on an encrypted and on a plain workspace, in turns.

Save, import, search, open, write and read a package: each ratio is of CPU time, encrypted over
plain, round by round in one run. The time of unlocking is Argon2id's and is meant to be long.
Arguments: entries, rounds.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from import_changes import NOW, take_in, write_seals
from measure import Variant, print_ratios, rounds_of, with_huge_pages

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace

ENTRIES = 10_000
ROUNDS = 7
SAVES = 100
SEARCHES = 50
OPENINGS = 20
PACKAGE = os.urandom(10_000_000)
KEY = os.urandom(32)
KEYS = {"plain": None, "encrypted": KEY}

# What people wait for may cost so much more than with a plain file.
AIMS = {"save": 2.0, "import": 1.8, "search": 1.3, "open": 2.0, "package": 3.0}


def fresh(folder: Path, key: bytes | None) -> "Workspace":
    from stocktake_app.model.codes import Role
    from stocktake_app.store.workspace import Profile, create_workspace

    place = Path(tempfile.mkdtemp(dir=folder))
    profile = Profile("Bureau", "Dakar", Role.BUREAU, "WCA", "SEN", "fr", "e5" * 16)
    return create_workspace(place, profile, key=key, now=NOW)


def filled(folder: Path, key: bytes | None) -> "Workspace":
    from stocktake_app.store.projections import refresh_projections

    workspace = fresh(folder, key)
    take_in(workspace, folder)
    refresh_projections(workspace)
    return workspace


def save(workspace: object) -> None:
    from stocktake_app.store import drafts
    from stocktake_app.store.workspace import Workspace

    assert isinstance(workspace, Workspace)
    draft = drafts.start_draft(workspace, "f" * 64, now=NOW).id
    for number in range(SAVES):
        drafts.save_answer(workspace, draft, "findings[a]/text", f"said {number}", now=NOW)
    drafts.discard_draft(workspace, draft)


def search(workspace: object) -> None:
    from stocktake_app.store import search as stored
    from stocktake_app.store.workspace import Workspace

    assert isinstance(workspace, Workspace)
    for number in range(SEARCHES):
        stored.search(workspace, ("funding", "municipalite", "ecoles", "salaires")[number % 4])


def open_again(place: object) -> None:
    from stocktake_app.store.workspace import open_workspace

    assert isinstance(place, tuple)
    folder, key = place
    for _ in range(OPENINGS):
        open_workspace(folder, key=key).close()


def package(workspace: object) -> None:
    from stocktake_app.store.packages import reading_package, writing_package
    from stocktake_app.store.workspace import Workspace

    assert isinstance(workspace, Workspace)
    with writing_package(workspace, "package.xlsx") as file:
        file.write(PACKAGE)
    with reading_package(workspace, "package.xlsx") as file:
        while file.read(1024 * 1024):
            pass


def pair(
    what: str, prepare: Callable[[str], object], run: Callable[[object], object], count: int
) -> list[Variant]:
    """Make a plain and an encrypted variant of one thing."""
    return [
        Variant(
            f"{what}, {name}",
            lambda name=name: prepare(name),  # type: ignore[misc]  # bound now, not when it runs
            run,
            count,
            aim=AIMS[what.split(maxsplit=1)[0]] if name == "encrypted" else None,
        )
        for name in KEYS
    ]


def unlocking(folder: Path) -> float:
    """Return the median seconds that a passphrase takes to open the keys."""
    from stocktake_app.trust.keystore import create_keystore, open_keystore

    place = folder / "keys"
    place.mkdir()
    create_keystore(place, passphrase="four quiet green boats")
    taken = []
    for _ in range(7):
        begun = time.perf_counter()
        open_keystore(place).unlock("four quiet green boats")
        taken.append(time.perf_counter() - begun)
    return median(taken)


def main() -> int:
    with_huge_pages()
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        os.environ["STOCKTAKE_STATE"] = str(folder / "state")
        write_seals(folder, entries)
        known = {name: filled(folder, key) for name, key in KEYS.items()}
        open_places = {name: (one.folder, KEYS[name]) for name, one in known.items()}
        pairs = [
            pair("save of an answer", known.__getitem__, save, SAVES),
            pair(
                f"import of {entries:,} entries",
                lambda name: fresh(folder, KEYS[name]),
                lambda workspace: take_in(workspace, folder),
                entries,
            ),
            pair(f"search in {entries:,} entries", known.__getitem__, search, SEARCHES),
            pair("open a workspace", open_places.__getitem__, open_again, OPENINGS),
            pair("package of 10 MB, written and read", known.__getitem__, package, 1),
        ]
        met = [
            print_ratios(
                f"Cost of encryption: {variants[0].name.rpartition(',')[0]}",
                rounds_of(variants, rounds),
                variants[0].name,
            )
            for variants in pairs
        ]
        print(f"\nUnlocking with a passphrase: {unlocking(folder) * 1000:.0f} ms")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
