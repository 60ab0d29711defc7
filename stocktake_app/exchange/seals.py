"""Making and judging seals: frozen changes and named objects under one author's signature.

The lines of a seal are its changes and then its objects, one canonical JSON text each with a line
feed behind it, compressed as one zstd frame. Nothing is decompressed before the hash that the
author signed fits, and never more than the author's manifest and our limits say.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from backports import zstd

from stocktake_app import settings
from stocktake_app.model.codes import Verdict
from stocktake_app.model.disclosure import MENTION_BYTES, PREFIX, mentioned
from stocktake_app.model.scope import Author
from stocktake_app.model.seal import MAX_MANIFEST_BYTES, BadSealError, Manifest, Seal
from stocktake_app.trust.certificates import Subject, subject_of
from stocktake_app.trust.chain import Chain, Trust, judge_chain
from stocktake_app.trust.cms import BadSignatureError, Opened, Signer, open_detached, sign_detached

LEVEL = 3
"""Of zstd: 180 MB/s; level 9 saves a sixth and takes eight times as long."""

WINDOW_LOG = 23
"""A reader of ours never keeps more than 8 MiB of history."""

MAX_WORD_CHARS = 200
MAX_NUMBER = 2**53 - 1  # what every JSON reader and store can hold
_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

BLOCK_BYTES = 64 * 1024
OUTPUT_BYTES = 1024 * 1024

MIXED = "a practice certificate signs practice records only, and a real one real records only"


@dataclass(frozen=True)
class Header:
    """What the maker of a seal says beside its lines; the members are those of ``Manifest``."""

    device: str
    number: int
    previous: str = ""
    forms: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    to: str = "hq"
    layout: str = ""
    labels: str = ""
    notices: tuple[str, ...] = ()
    practice: bool = False


@dataclass(frozen=True, slots=True)
class NamedObject:
    """One object line: bytes that the author stands for, by their SHA-256 (64 digits).

    ``kind`` is a word such as ``attachment``, ``form`` or ``certificate``; ``id`` and ``version``
    are the object's own, as its kind has them.
    """

    kind: str
    id: str
    version: str
    sha256: str

    @property
    def line(self) -> bytes:
        """The canonical JSON line, without the line feed."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()


@dataclass(frozen=True)
class SealReport:
    """What the verifier says of one seal; ``reasons`` and ``notes`` are whole sentences.

    ``subject`` is what the certificate says (only a claim while the signer is unknown, None if it
    is none of ours). ``author`` is whom to count the changes for: None unless what we trust leads
    to the certificate. ``chain`` is empty when the signature does not hold.
    """

    seal: Seal
    verdict: Verdict
    reasons: tuple[str, ...]
    subject: Subject | None = None
    author: Author | None = None
    chain: Chain = ()
    signed_at: datetime | None = None
    fingerprint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The seal's id."""
        return self.seal.id


def make_seal(
    changes: Iterable[bytes],
    header: Header,
    signer: Signer,
    now: datetime,
    objects: Iterable[NamedObject] = (),
) -> Seal:
    """Seal canonical change lines and named objects; memory holds the compressed lines only.

    Raises:
        BadSealError: no reader would take it: a line, or all of them, too long; or practice
            signed with a real certificate, or real work with a practice one.
    """
    subject = subject_of(signer.certificate)
    if subject.practice != header.practice:
        raise BadSealError(MIXED)
    frame = _Frame()
    change_count = sum(1 for line in changes if frame.add(line))
    object_count = sum(1 for one in objects if frame.add(one.line))
    lines = frame.finish()
    manifest = Manifest(
        identity=subject.identity,
        created=now.isoformat(timespec="seconds"),
        changes=change_count,
        objects=object_count,
        lines_sha256=hashlib.sha256(lines).hexdigest(),
        lines_size=len(lines),
        raw_size=frame.raw_size,
        **asdict(header),
    )
    if len(manifest.encoded) > MAX_MANIFEST_BYTES:
        raise BadSealError("it names too many forms and earlier records; send less at once")
    return Seal(manifest, sign_detached(manifest.encoded, signer, now), lines)


def open_seal(seal: Seal, trust: Trust, at: datetime) -> SealReport:
    """Judge a seal as of ``at``, the time of first receipt; never raises for what it holds.

    The lines are hashed but not decompressed; ``seal_lines`` does that.
    """
    try:
        opened = open_detached(seal.manifest.encoded, seal.cms)
        _check_whole(seal, opened)
    except (BadSignatureError, BadSealError) as error:
        reason = f"This record was changed after it was signed, or is damaged: {error}."
        return SealReport(seal, Verdict.ALTERED, (reason,))
    return _judge_signer(seal, opened, trust, at)


def _check_whole(seal: Seal, opened: Opened) -> None:
    _check_lines_hash(seal)
    _check_members(seal.manifest)
    if _moment(seal.manifest.created) != opened.signing_time:
        raise BadSealError("it names another time than its signature")


def _check_members(manifest: Manifest) -> None:
    """Refuse what an author may sign but our writer never writes: stores and screens rely on it."""
    if not (_ID.fullmatch(manifest.identity) and _ID.fullmatch(manifest.device)):
        raise BadSealError("its author or its device is none")
    if manifest.previous and not _DIGEST.fullmatch(manifest.previous):
        raise BadSealError("it names an earlier record that is none")
    numbers = (manifest.number, manifest.changes, manifest.objects)
    if manifest.number < 1 or max(numbers) > MAX_NUMBER:
        raise BadSealError("it counts beyond all measure")
    words = (manifest.to, manifest.layout)
    if not all(len(word) <= MAX_WORD_CHARS and word.isprintable() for word in words):
        raise BadSealError("it says for whom or in what form it is in a way that nobody does")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadSealError(f"{text[:40]!r} is not a time") from None
    if moment.tzinfo is None:
        raise BadSealError(f"{text[:40]!r} is a time without its offset")
    if moment.isoformat(timespec="seconds") != text:
        raise BadSealError(f"{text[:40]!r} is a time in another form than ours")
    return moment


def _judge_signer(seal: Seal, opened: Opened, trust: Trust, at: datetime) -> SealReport:
    found = judge_chain(opened.chain, trust, at, seal.id)
    report = SealReport(
        seal,
        found.verdict,
        found.reasons,
        found.subject,
        chain=opened.chain,
        signed_at=opened.signing_time,
        fingerprint=found.fingerprint,
        notes=found.notes,
    )
    if found.subject and found.subject.practice != seal.manifest.practice:
        return replace(report, verdict=Verdict.ALTERED, reasons=(f"{MIXED.capitalize()}.",))
    if found.verdict is Verdict.SIGNER_UNKNOWN or found.subject is None:
        return report
    if seal.manifest.identity != found.subject.identity:
        reason = (
            f"This record says it is by somebody else than {found.subject.name}, who signed it."
        )
        return replace(report, verdict=Verdict.ALTERED, reasons=(reason,))
    return replace(report, author=found.subject.author)


def seal_lines(seal: Seal) -> Iterator[bytes]:
    """Yield the lines without their line feeds: the changes, then the objects.

    Raises:
        BadSealError: before the first line when the hash does not fit; later, when lines turn out
            longer, more or fewer than the manifest says. Nothing counts unless the end is reached.
    """
    _check_lines_hash(seal)
    expected = seal.manifest.changes + seal.manifest.objects
    count = 0
    for line in _split(_decompress(seal.lines, seal.manifest.raw_size)):
        count += 1
        if count > expected:
            break
        yield line
    if count != expected:
        raise BadSealError(f"it does not hold the {expected} lines that it says")


def mentions(seal: Seal) -> frozenset[str]:
    """Return the digests of confidential content that the lines of a seal name.

    Raises:
        BadSealError: the lines are not as the manifest says.
    """
    _check_lines_hash(seal)
    found: set[str] = set()
    rest = b""
    for block in _decompress(seal.lines, seal.manifest.raw_size):
        seam = rest + block[:MENTION_BYTES]  # joining whole blocks would copy everything once more
        found.update(mentioned(seam))
        found.update(mentioned(block))
        rest = (seam if len(block) < MENTION_BYTES else block)[-MENTION_BYTES:]
    return frozenset(found)


def mentions_by_entry(seal: Seal) -> Iterator[tuple[str, str]]:
    """Yield which entry (id) names which digest of confidential content in the lines of a seal.

    Raises:
        BadSealError: as ``seal_lines``.
    """
    mark = PREFIX.encode()
    for line in seal_lines(seal):
        change = _CHANGE.match(line) if mark in line else None
        if change is not None:
            entry = change.group(1).decode()
            yield from ((entry, digest) for digest in mentioned(line))


_CHANGE = re.compile(rb'\{"device":"[0-9a-f]{32}","entry":"([0-9a-f]{32})",')


def _check_lines_hash(seal: Seal) -> None:
    if len(seal.lines) != seal.manifest.lines_size or seal.manifest.lines_sha256 != (
        hashlib.sha256(seal.lines).hexdigest()
    ):
        raise BadSealError("its lines are not those that were signed")


def _decompress(data: bytes, raw_size: int) -> Iterator[bytes]:
    """Yield blocks of one zstd frame that inflates to exactly ``raw_size`` bytes."""
    if raw_size > settings.MAX_LINES_BYTES:
        raise BadSealError(f"its lines take {raw_size} bytes, more than anybody reads")
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
    frame = zstd.ZstdDecompressor(options=options)
    position = total = 0
    while not frame.eof:
        block = memoryview(data)[position : position + BLOCK_BYTES] if frame.needs_input else b""
        if frame.needs_input and not block:
            raise BadSealError("its lines are cut short")
        position += len(block)
        try:
            raw = frame.decompress(block, OUTPUT_BYTES)
        except zstd.ZstdError as error:
            raise BadSealError(f"its lines cannot be decompressed ({error})") from None
        total += len(raw)
        if total > raw_size:
            break
        yield raw
    if total != raw_size or frame.unused_data or position != len(data):
        raise BadSealError("its lines have another size than it says")


def _split(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            _check_line(line)
            yield line
        _check_line(rest)
    if rest:
        raise BadSealError("its last line has no end")


def _check_line(line: bytes) -> None:
    if len(line) > settings.MAX_LINE_BYTES:
        raise BadSealError(f"a line has over {settings.MAX_LINE_BYTES} bytes")


class _Frame:
    """One zstd frame that grows by lines; its blocks are kept, the lines are not."""

    def __init__(self) -> None:
        self.raw_size = 0
        self._compressor = zstd.ZstdCompressor(level=LEVEL)
        self._blocks: list[bytes] = []

    def add(self, line: bytes) -> bool:
        """Add a line and its line feed; True, so that lines can be counted on the way."""
        _check_line(line)
        if b"\n" in line:
            raise BadSealError("a line holds a line feed")
        self.raw_size += len(line) + 1
        if self.raw_size > settings.MAX_LINES_BYTES:
            raise BadSealError("there is too much in it; send less at once")
        block = self._compressor.compress(line + b"\n")
        if block:
            self._blocks.append(block)
        return True

    def finish(self) -> bytes:
        """Return the whole frame."""
        self._blocks.append(self._compressor.flush())
        return b"".join(self._blocks)
