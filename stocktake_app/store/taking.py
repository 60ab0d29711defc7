"""One import inside one transaction: seals noted, lines read, touched entries settled, counted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import BadSealError, Manifest
from stocktake_app.store import rows
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import take_disclosures
from stocktake_app.store.forms import store_objects
from stocktake_app.store.incoming import (
    Brought,
    Effect,
    EntryEffect,
    ImportResult,
    IncomingSeal,
    PackageFile,
    Refusal,
    Signer,
)
from stocktake_app.store.intake import Intake, SealInHand
from stocktake_app.store.settling import Progress, Settled, seal_facts, settle
from stocktake_app.store.workspace import Workspace

MAX_LISTED = 10_000
"""Effects and refusals beyond this are counted, not listed."""

_REFUSALS = (
    "SELECT s.id, 0, e.id, x.reason FROM set_aside x JOIN change c ON c.key = x.change"
    " JOIN entry e ON e.key = c.entry JOIN seal s ON s.key = c.seal"
    " JOIN import_seal i ON i.seal = s.key WHERE i.package_import = ?1"
    " UNION ALL SELECT s.id, b.line, '', b.reason FROM bad_line b JOIN seal s ON s.key = b.seal"
    " JOIN import_seal i ON i.seal = s.key WHERE i.package_import = ?1"
)


def moment(now: datetime) -> str:
    """Return a time as the store keeps it: UTC, to the second."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signer_key(connection: Connection, signer: Signer) -> int:
    """Return the key of a signer's row of ``author``."""
    return rows.author_key(
        connection,
        (
            signer.identity,
            signer.role,
            signer.bureau,
            signer.name,
            signer.office,
            signer.fingerprint,
        ),
    )


def insert_seal(
    connection: Connection,
    manifest: Manifest,
    data: bytes,
    judged: tuple[int, str, str, str],
    *,
    own: bool,
) -> int:
    """Store a seal and return its key; ``judged`` is author key, verdict, reason, received."""
    author, verdict, reason, received = judged
    cursor = connection.execute(
        "INSERT INTO seal (id, author, device, number, previous, created, verdict, reason,"
        " received, own, live, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
        (
            manifest.id,
            author,
            manifest.device,
            manifest.number,
            manifest.previous,
            manifest.created,
            verdict,
            reason,
            received,
            int(own),
            manifest.changes,
        ),
    )
    key = int(cursor.lastrowid)
    connection.execute("INSERT INTO seal_data (seal, data) VALUES (?, ?)", (key, data))
    connection.executemany(
        "INSERT INTO carried_seal (closing, seal) VALUES (?, ?)",
        [(key, carried) for carried in sorted(set(manifest.seals))] if own else [],
    )
    return key


def _stands_over(incoming: IncomingSeal, verdict: str, data: bytes) -> bool:
    """Say whether what came says more of a known seal than its verdict and bytes here.

    What was good at its first receipt stays good: certificates end, packages come again. A seal is
    named by its manifest, which a stranger can sign once more: such bytes give way to the author's,
    and never the other way round.
    """
    if verdict in {Verdict.VALID, incoming.verdict}:
        return False
    better = incoming.verdict is Verdict.VALID or verdict == Verdict.SIGNER_UNKNOWN
    return better or incoming.data == data


def entries_of_seal(connection: Connection, seal: int) -> set[int]:
    """Return the keys of the entries that a seal has changes of."""
    found = connection.rows(
        "SELECT entry FROM change WHERE seal = ? UNION SELECT c.entry FROM extra_seal x"
        " JOIN change c ON c.key = x.change WHERE x.seal = ?",
        (seal, seal),
    )
    return {entry for (entry,) in found}


def object_kinds(manifests: Iterable[Manifest]) -> dict[str, str]:
    """Return the kinds of the objects that these manifests name, forms left out."""
    named = list(manifests)
    kinds = {one.labels: "labels" for one in named if one.labels}
    kinds |= {sha256: "notice" for one in named for sha256 in one.notices}
    forms = {sha256 for one in named for sha256 in one.forms}
    return {sha256: kind for sha256, kind in kinds.items() if sha256 not in forms}


class Taking:
    """One import, or its plan, on a connection whose transaction the caller ends."""

    def __init__(
        self, connection: Connection, workspace: Workspace, progress: Progress | None
    ) -> None:
        self._connection = connection
        self._workspace = workspace
        self._progress = progress
        self._intake = Intake(connection)

    def run(
        self,
        opened: Sequence[IncomingSeal],
        file: PackageFile,
        brought: Brought,
        now: datetime,
    ) -> ImportResult:
        """Take everything in and return what happened."""
        store_objects(
            self._connection, brought.objects, object_kinds(one.manifest for one in opened), now
        )
        number = self._note_file(file, now)
        done, total = 0, sum(one.manifest.changes for one in opened)
        for incoming in opened:
            self._report(done, total)
            key = self._note_seal(incoming, number, now)
            if key is not None:
                self._read_lines(incoming, key, (done, total))
            done += incoming.manifest.changes
        self._take_disclosures(opened, brought.disclosures)
        touched = self._intake.tally.touched
        settled = list(settle(self._connection, self._workspace, touched, self._progress))
        self._raise_lamport()
        result = self._result(number, settled)
        self._note_counts(result)
        return result

    def _report(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(done, total)

    def _note_file(self, file: PackageFile, now: datetime) -> int:
        cursor = self._connection.execute(
            "INSERT INTO package_import (sha256, name, kind, size, verdict, signer_name, imported,"
            " undone, new, newer, conflicting, same, refused)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, 0)",
            (
                file.sha256,
                file.name,
                file.kind,
                file.size,
                file.verdict,
                file.signer_name,
                moment(now),
            ),
        )
        return int(cursor.lastrowid)

    def _note_seal(self, incoming: IncomingSeal, number: int, now: datetime) -> int | None:
        """Note a seal as brought by this import; return its key when its lines are to be read."""
        known = self._connection.row(
            "SELECT s.key, s.live, s.verdict, d.data FROM seal s JOIN seal_data d ON d.seal = s.key"
            " WHERE s.id = ?",
            (incoming.manifest.id,),
        )
        author = signer_key(self._connection, incoming.signer)
        if known is None:
            judged = (author, incoming.verdict, incoming.reason, moment(now))
            key = insert_seal(self._connection, incoming.manifest, incoming.data, judged, own=False)
        else:
            key, live, verdict, data = known
            again = entries_of_seal(self._connection, key)
            self._intake.tally.seen |= again
            if _stands_over(incoming, verdict, data):
                self._connection.execute(
                    "UPDATE seal SET verdict = ?, reason = ?, author = ? WHERE key = ?",
                    (incoming.verdict, incoming.reason, author, key),
                )
                self._connection.execute(
                    "UPDATE seal_data SET data = ? WHERE seal = ?", (incoming.data, key)
                )
                self._intake.tally.touched |= again
            if incoming.received is not None:
                since = (moment(incoming.received), key)
                self._connection.execute("UPDATE seal SET received = ? WHERE key = ?", since)
            if not live:
                self._connection.execute("UPDATE seal SET live = 1 WHERE key = ?", (key,))
                self._intake.tally.touched |= again
        self._connection.execute(
            "INSERT OR IGNORE INTO import_seal (package_import, seal) VALUES (?, ?)", (number, key)
        )
        return key if known is None else None

    def _read_lines(self, incoming: IncomingSeal, key: int, progress: tuple[int, int]) -> None:
        facts = seal_facts(self._connection, self._workspace)[key]
        hand = SealInHand(key, facts, incoming.manifest.changes)
        try:
            for done in self._intake.take(incoming.lines, hand):
                self._report(progress[0] + done, progress[1])
        except BadSealError as error:
            raise RefusedError(
                f"A record by {incoming.signer.name or 'an unknown sender'} in this file cannot be "
                f"read ({error}); nothing was taken in. Ask the sender for the file again."
            ) from None

    def _take_disclosures(
        self, opened: Sequence[IncomingSeal], disclosures: Mapping[str, bytes]
    ) -> None:
        """Store confidential content for the entries whose changes in this package name it.

        Salts are random, so two entries that name one digest are a theft: whoever saw a digest
        could name it in an own entry, at a place that everybody reads. It belongs to the entry that
        named it first; packages carry seals in the order of their receipt.
        """
        if not disclosures:
            return
        named: dict[str, set[str]] = {}
        first: dict[str, str] = {}
        for incoming in opened:
            for entry, digest in incoming.mentions():
                if first.setdefault(digest, entry) == entry:
                    named.setdefault(entry, set()).add(digest)
        changed = rows.as_json(take_disclosures(self._connection, disclosures, named))
        # An entry of one change stands as it is; where there are several, versions may agree now.
        several = self._connection.rows(
            "SELECT key FROM entry WHERE changes > 1 AND key IN (SELECT value FROM json_each(?))",
            (changed,),
        )
        self._intake.tally.touched.update(key for (key,) in several)
        self._connection.execute(
            "UPDATE entry SET stale = 1 WHERE key IN (SELECT value FROM json_each(?))", (changed,)
        )

    def _raise_lamport(self) -> None:
        known = int(rows.setting(self._connection, "lamport"))
        if self._intake.tally.lamport > known:
            rows.set_setting(self._connection, "lamport", self._intake.tally.lamport)

    def _result(self, number: int, settled: Sequence[Settled]) -> ImportResult:
        effects = {one.key: (self._effect(one), one.new_conflicts) for one in settled}
        counts = dict.fromkeys(Effect, 0)
        for effect, _ in effects.values():
            counts[effect] += 1
        counts[Effect.NEW] += self._plain_new(effects)
        counts[Effect.SAME] += len(self._intake.tally.seen - effects.keys())
        return ImportResult(
            id=number,
            new=counts[Effect.NEW],
            newer=counts[Effect.NEWER],
            conflicting=counts[Effect.CONFLICTING],
            same=counts[Effect.SAME],
            changes=self._intake.tally.changes,
            refused=self._refused(number),
            effects=self._listed(effects),
            refusals=self._refusals(number),
        )

    def _effect(self, settled: Settled) -> Effect:
        first_change = self._intake.first_new_change
        if not settled.present:
            return Effect.REFUSED
        if settled.new_conflicts:
            return Effect.CONFLICTING
        if not settled.was_present or settled.key >= self._intake.first_new_entry:
            return Effect.NEW
        if settled.counts_moved:
            return Effect.NEWER
        return Effect.REFUSED if settled.last_change >= first_change else Effect.SAME

    def _plain_new(self, settled: Mapping[int, object]) -> int:
        """Count the new entries that needed no settling and count."""
        first = self._intake.first_new_entry
        every: int = self._connection.value(
            "SELECT count(*) FROM entry WHERE key >= ? AND present = 1", (first,)
        )
        present = self._connection.rows(
            "SELECT key FROM entry WHERE key >= ? AND present = 1"
            " AND key IN (SELECT value FROM json_each(?))",
            (first, rows.as_json(key for key in settled if key >= first)),
        )
        return every - len(present)

    def _refused(self, number: int) -> int:
        count: int = self._connection.value(f"SELECT count(*) FROM ({_REFUSALS})", (number,))  # noqa: S608 - a constant
        return count

    def _listed(
        self, settled: Mapping[int, tuple[Effect, tuple[str, ...]]]
    ) -> tuple[EntryEffect, ...]:
        """List what happened by entry: what a person must look at first, then the plain rest."""
        order = [Effect.CONFLICTING, Effect.REFUSED, Effect.NEWER, Effect.NEW, Effect.SAME]
        keys = sorted(settled, key=lambda key: (order.index(settled[key][0]), key))[:MAX_LISTED]
        named = {
            key: (name, title)
            for key, name, title in self._connection.rows(
                "SELECT key, id, title FROM entry WHERE key IN (SELECT value FROM json_each(?))",
                (rows.as_json(keys),),
            )
        }
        listed = [EntryEffect(*named[key], *settled[key]) for key in keys]
        plain = self._connection.rows(
            "SELECT key, id, title, present FROM entry WHERE key >= ? ORDER BY key LIMIT ?",
            (self._intake.first_new_entry, MAX_LISTED),
        )
        listed += [
            EntryEffect(name, title, Effect.NEW if present else Effect.REFUSED)
            for key, name, title, present in plain
            if key not in settled
        ]
        return tuple(listed[:MAX_LISTED])

    def _refusals(self, number: int) -> tuple[Refusal, ...]:
        found = self._connection.rows(f"{_REFUSALS} LIMIT ?2", (number, MAX_LISTED))
        return tuple(Refusal(*row) for row in found)

    def _note_counts(self, result: ImportResult) -> None:
        self._connection.execute(
            "UPDATE package_import SET new = ?, newer = ?, conflicting = ?, same = ?, refused = ?"
            " WHERE key = ?",
            (
                result.new,
                result.newer,
                result.conflicting,
                result.same,
                result.refused,
                result.id,
            ),
        )
