"""Import of a verified package of 100,000 entries, against a bare executemany of the same rows.

Engine, key and tables are the same for floor and work. The work reads the compressed lines of the
seal, parses and checks each strictly, writes changes and entries, judges and folds; one entry in
ten comes with a second change by another laptop, half of those contradicting. The floor writes
the very rows that the work leaves, changes and entries, from tuples that are ready in memory; the
changes alone are shown beside it. Projections are reported apart. ``--entries N`` makes it smaller.
"""

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Measured, Variant, measure, peak_memory_mb, print_table, with_huge_pages

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace

NOW = datetime(2021, 4, 28, 10, tzinfo=UTC)
ROUNDS = 4
MAX_MB = 400
FORM = "f" * 64
TEXT = (
    "les autorités locales ont ouvert de nouvelles classes aux enfants réfugiés et la commune "
    "prend en charge les salaires; partners said that funding for the health posts ends in June; "
    "أعلنت البلدية عن دعم إضافي للمجتمعات المضيفة"
)
WORDS = TEXT.split()
PEOPLE = ("a1" * 16, "b2" * 16)
DEVICES = ("c3" * 16, "d4" * 16)


def said(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def answers(chance: random.Random, number: int, form: str = FORM) -> dict[str, str | None]:
    from stocktake_app.model.ids import ROW_ALPHABET

    found: dict[str, str | None] = {
        "@form": form,
        "@state": "finished",
        "event_details/event": f"2021-04-{number % 28 + 1:02d}-WCA",
        "event_details/event_name": f"Consultation {number} de {said(chance, 2)}",
        "event_details/start_date": f"2021-04-{number % 28 + 1:02d}",
        "event_details/bureau": "WCA",
        "event_details/countries": "MLI NER SEN",
        "arrangements/modality": "online",
        "arrangements/language": "fr",
        "participation/participants_total": str(number % 90),
        "follow_up/summary": said(chance, 12),
    }
    for order in range(1, chance.randint(2, 5)):
        row = f"findings[{''.join(chance.choices(ROW_ALPHABET, k=10))}]"
        found |= {
            f"{row}/@order": str(order),
            f"{row}/kind": chance.choice(("progress", "challenge", "support_needed")),
            f"{row}/text": said(chance, 14),
            f"{row}/coding/subject": "pledges",
            f"{row}/coding/objectives": "1 2",
        }
    return found


def entry_id(chance: random.Random, number: int) -> str:
    """Return an id as ``new_id`` makes them: time first, one every ten seconds."""
    return f"{(1_619_600_000_000 + number * 10_000) << 80 | chance.getrandbits(78) | 7 << 76:032x}"


def histories(entries: int, form: str = FORM) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield the lines of each entry: its beginning, and for one in ten a change by another."""
    from stocktake_app.model.change import Change

    chance = random.Random(2021)
    edits = 0
    for number in range(1, entries + 1):
        entry = entry_id(chance, number)
        time_of = f"2021-04-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00+00:00"
        first = Change(DEVICES[0], number, entry, number, time_of, answers(chance, number, form))
        second = None
        if number % 10 == 0:
            edits += 1
            seen = {"follow_up/summary": (first.id,)} if number % 20 else {}
            values: dict[str, str | None] = {"follow_up/summary": said(chance, 12)}
            second = Change(DEVICES[1], edits, entry, number + 1, time_of, values, seen).line
        yield first.line, second


def write_seals(folder: Path, entries: int) -> None:
    """Write two seals, one per person, as files; signatures are not what is measured here."""
    from backports import zstd

    from stocktake_app.model.seal import Manifest, Seal

    lines: tuple[list[bytes], list[bytes]] = ([], [])
    for first, second in histories(entries):
        lines[0].append(first)
        if second is not None:
            lines[1].append(second)
    for person, device, found in zip(PEOPLE, DEVICES, lines, strict=True):
        raw = b"".join(line + b"\n" for line in found)
        packed = zstd.compress(raw, 3)
        manifest = Manifest(
            person, device, 1, "", NOW.isoformat(), len(found), 0,
            hashlib.sha256(packed).hexdigest(), len(packed), len(raw), (FORM,),
        )  # fmt: skip
        (folder / f"{person}.seal").write_bytes(Seal(manifest, b"unsigned", packed).encode())


def fresh_workspace(folder: Path, key: bytes) -> "Workspace":
    from stocktake_app.model.codes import Role
    from stocktake_app.store.workspace import Profile, create_workspace

    place = Path(tempfile.mkdtemp(dir=folder))
    profile = Profile("Bureau", "Dakar", Role.BUREAU, "WCA", "SEN", "fr", "e5" * 16)
    return create_workspace(place, profile, key=key, now=NOW)


def take_in(workspace: object, folder: Path) -> None:
    from stocktake_app.exchange.seals import seal_lines
    from stocktake_app.model.codes import Role, Verdict
    from stocktake_app.model.seal import decode_seal
    from stocktake_app.store.imports import IncomingSeal, PackageFile, Signer, apply_seals
    from stocktake_app.store.workspace import Workspace

    assert isinstance(workspace, Workspace)
    opened = []
    for person in PEOPLE:
        data = (folder / f"{person}.seal").read_bytes()
        seal = decode_seal(data)
        signer = Signer(person, "Officer", Role.OFFICER, "WCA", "Dakar", "")
        lines = seal_lines(seal)
        opened.append(IncomingSeal(data, seal.manifest, Verdict.VALID, "", signer, lines))
    file = PackageFile("0" * 64, "big.xlsx", "xlsx", 1, Verdict.VALID)
    result = apply_seals(workspace, opened, file, NOW)
    print(f"  new {result.new}, conflicting {result.conflicting}, refused {result.refused}")


def bare_rows(folder: Path, key: bytes, *, entries_too: bool) -> Variant:
    """Make the floor: the same rows, ready as tuples, into the same tables in one transaction."""
    from stocktake_app.store.workspace import Workspace

    source = fresh_workspace(folder, key)
    take_in(source, folder)
    with source.store.reading() as connection:
        changes = connection.rows("SELECT * FROM change ORDER BY key")
        entries = connection.rows("SELECT * FROM entry ORDER BY key")
        others = [
            (table, connection.rows(f"SELECT * FROM {table}"))
            for table in ("author", "device", "form", "seal")
        ]
    source.close()

    def prepare() -> object:
        workspace = fresh_workspace(folder, key)
        with workspace.store.writing() as connection:
            for table, rows in others:
                insert(connection, table, rows, "INSERT OR REPLACE")
            if not entries_too:
                insert(connection, "entry", entries)
        return workspace

    def run(workspace: object) -> None:
        assert isinstance(workspace, Workspace)
        with workspace.store.writing() as connection:
            if entries_too:
                insert(connection, "entry", entries)
            insert(connection, "change", changes)
        workspace.close()

    name = "FLOOR executemany of the same rows" if entries_too else "  of the changes alone"
    return Variant(name, prepare, run, len(changes))


def insert(
    connection: object, table: str, rows: list[tuple[object, ...]], how: str = "INSERT"
) -> None:
    from stocktake_app.store.database import Connection

    assert isinstance(connection, Connection)
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f"{how} INTO {table} VALUES ({places})", rows)


def import_once(folder: Path) -> None:
    """Import and project once in this process; print memory and the projections' cost."""
    from stocktake_app.store.projections import refresh_projections

    workspace = fresh_workspace(folder, os.urandom(32))
    begin = time.process_time()
    take_in(workspace, folder)
    taken = time.process_time()
    print(f"  import {taken - begin:.1f} CPU s, peak {peak_memory_mb():.0f} MB (<= {MAX_MB})")
    if peak_memory_mb() > MAX_MB:
        raise SystemExit(1)
    count = refresh_projections(workspace)
    spent = time.process_time() - taken
    print(
        f"  projections of {count:,} entries {spent:.1f} CPU s, {spent / count * 1e6:.0f} µs each"
    )


def main() -> int:
    with_huge_pages()
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--once", type=Path, help="import what stands in this folder, once")
    given = parser.parse_args()
    if given.once:
        import_once(given.once)
        return 0
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        os.environ["STOCKTAKE_STATE"] = str(folder / "state")
        subprocess.run(
            [sys.executable, "-c", _WRITE, name, str(given.entries)],
            check=True,
            cwd=Path(__file__).parent,
        )
        once = subprocess.run([sys.executable, __file__, "--once", name], check=False)
        measured = compare(folder, given.entries)
    met = print_table(f"Import of {given.entries:,} entries", measured, measured[0].variant.name)
    return 0 if met and once.returncode == 0 else 1


_WRITE = (
    "import sys; from pathlib import Path; from import_changes import write_seals;"
    " write_seals(Path(sys.argv[1]), int(sys.argv[2]))"
)


def compare(folder: Path, entries: int) -> list[Measured]:
    key = os.urandom(32)
    work = Variant(
        "import: parse, check, insert, judge, fold",
        lambda: fresh_workspace(folder, key),
        lambda workspace: take_in(workspace, folder),
        entries + entries // 10,
        aim=3,
    )
    floors = [bare_rows(folder, key, entries_too=True), bare_rows(folder, key, entries_too=False)]
    return measure([*floors, work], ROUNDS)


if __name__ == "__main__":
    raise SystemExit(main())
