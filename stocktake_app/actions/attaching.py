"""Attaching files to a draft: judged by content, pictures made small, limits kept."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.documents import pictures
from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.model.disclosure import (
    MAX_NAME_CHARS,
    Attachment,
    as_answer,
    digest_in,
    is_digest,
    is_name,
)
from stocktake_app.model.ids import Ids, new_salt
from stocktake_app.questionnaire.nodes import Kind
from stocktake_app.store import drafts
from stocktake_app.store.disclosures import AttachmentInfo, get_attachment
from stocktake_app.store.workspace import Workspace

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PICTURE_BYTES = 60 * 1024 * 1024
"""A picture may be larger as it comes: it is made small."""

MAX_FILES = 100
"""Files in one draft, those that were taken out again among them."""

_UNFIT = re.compile(r"[^\w .,()\-]+")
_WANTED = {Kind.IMAGE: "image/", Kind.AUDIO: "audio/", Kind.FILE: ""}


@dataclass(frozen=True)
class Attached(Result):
    """A file of a draft or an entry: the answer that names it, and what people see of it.

    ``size`` is in bytes, after a picture was made small.
    """

    answer: str
    name: str
    media_type: str
    size: int


def attach(
    workspace: Workspace,
    draft: str,
    data: bytes,
    name: str,
    *,
    kind: Kind = Kind.FILE,
    keep_place: bool = False,
    salts: Ids = new_salt,
) -> Attached:
    """Put a file into a draft, durably; the caller saves ``answer`` as the question's answer.

    Raises:
        UserFileError: it is empty, too large, damaged, or no file of this ``kind``.
        RefusedError: the draft is closed, or has as many files as it may.
    """
    found = prepare(data, name, kind=kind, keep_place=keep_place, salt=salts())
    if drafts.count_attached(workspace, draft) >= MAX_FILES:
        raise RefusedError(f"This entry has {MAX_FILES} attached files already; that is the most.")
    digest = drafts.attach(workspace, draft, found)
    return Attached(as_answer(digest), found.name, found.media_type, len(found.data))


def attach_file(
    workspace: Workspace, draft: str, path: Path, *, kind: Kind = Kind.FILE
) -> Attached:
    """Attach a file from disk, as ``attach``."""
    return attach(workspace, draft, read_file(path, kind), path.name, kind=kind)


def read_file(path: Path, kind: Kind) -> bytes:
    """Read a file to attach, unless it is too large.

    Raises:
        UserFileError: it is, or it cannot be read.
    """
    limit = MAX_PICTURE_BYTES if kind is Kind.IMAGE else MAX_FILE_BYTES
    try:
        if path.stat().st_size > limit:
            raise UserFileError(_too_large(path.name, path.stat().st_size, limit))
        return path.read_bytes()
    except OSError as error:
        raise UserFileError(f"{path} cannot be read: {error.strerror}") from error


def prepare(data: bytes, name: str, *, kind: Kind, keep_place: bool, salt: str) -> Attachment:
    """Return a file as it will be stored: of a picture a small one under a fitting name.

    Raises:
        UserFileError: it is empty, too large, damaged, or no file of this ``kind``.
    """
    media_type = pictures.sniff(data)
    if not media_type.startswith(_WANTED[kind]) or not media_type:
        raise UserFileError(_wrong_kind(name, kind))
    if media_type in pictures.PICTURES and len(data) <= MAX_PICTURE_BYTES:
        data, media_type = pictures.small_picture(data, keep_place=keep_place)
    if len(data) > MAX_FILE_BYTES:
        raise UserFileError(_too_large(name, len(data), MAX_FILE_BYTES))
    return Attachment(salt, fitting_name(name, media_type), media_type, data)


def fitting_name(name: str, media_type: str) -> str:
    """Return a name that is one on every system, with the ending of what it is."""
    suffix = pictures.SUFFIXES[media_type]
    ending = Path(name).suffix
    stem = name.removesuffix(ending) if ending.lower() != ".csv" else name
    stem = re.sub(r"\s+", " ", _UNFIT.sub("_", Path(stem.replace("\\", "/")).name)).strip(" .")
    fitting = f"{stem[: MAX_NAME_CHARS - len(suffix)] or 'attachment'}{suffix}"
    return fitting if is_name(fitting) else f"attachment{suffix}"


def opened(workspace: Workspace, entry: str, answer: str, draft: str = "") -> Attachment:
    """Return the file that an answer names, from the draft if it is there, else from the entry.

    Raises:
        RefusedError: it is withheld or erased.
    """
    if not is_digest(answer):
        raise RefusedError("This answer names no attachment.")
    digest = digest_in(answer)
    found = drafts.draft_attachment(workspace, draft, digest) if draft else None
    return found or get_attachment(workspace, entry, digest)


@dataclass(frozen=True)
class Look:
    """What is shown of a file in small: name, size in bytes, a thumbnail (PNG, b"" for none)."""

    name: str
    size: int
    thumbnail: bytes


def look(workspace: Workspace, draft: str, answer: str, longest: int) -> Look:
    """Return what is shown of a draft's file; ``longest`` is the thumbnail's side in pixels.

    Raises:
        RefusedError: it is withheld or erased.
    """
    entry = drafts.get_draft(workspace, draft).entry
    found = opened(workspace, entry, answer, draft)
    small = b""
    if found.media_type in pictures.PICTURES:
        with contextlib.suppress(UserFileError):  # somebody else's, and damaged: its name is shown
            small = pictures.thumbnail(found.data, longest)
    return Look(found.name, len(found.data), small)


def write_out(
    workspace: Workspace, entry: str, attachments: dict[str, AttachmentInfo], folder: Path
) -> dict[str, Path]:
    """Write an entry's attachments into a folder; return where each path's file is.

    Two of one name get the beginning of their digest before it; nothing is overwritten.

    Raises:
        UserFileError: the folder cannot be written, or has files of these names.
    """
    written: dict[str, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = [one.name.lower() for one in attachments.values()]
        for path, info in sorted(attachments.items()):
            alone = names.count(info.name.lower()) == 1
            target = folder / (info.name if alone else f"{info.digest[:8]}-{info.name}")
            with target.open("xb") as file:
                file.write(get_attachment(workspace, entry, info.digest).data)
            written[path] = target
    except FileExistsError as error:
        raise UserFileError(f"{error.filename} is there already; give an empty folder.") from error
    except OSError as error:
        raise UserFileError(f"{folder} cannot be written: {error.strerror}") from error
    return written


def _too_large(name: str, size: int, limit: int) -> str:
    return (
        f"{name} has {size / 2**20:.0f} MB; a file that is attached may have "
        f"{limit // 2**20} MB. Make it smaller first."
    )


def _wrong_kind(name: str, kind: Kind) -> str:
    wanted = {
        Kind.IMAGE: "a picture (JPEG, PNG, GIF, WebP, TIFF)",
        Kind.AUDIO: "a recording (MP3, M4A, OGG, WAV, FLAC)",
        Kind.FILE: "a picture, a recording, a PDF, an office document or a text",
    }
    return f"{name} is not {wanted[kind]}; what a file is follows from its content."
