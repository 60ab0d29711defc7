"""Confidential answers as a package carries them: one zstd frame of lines, sorted by digest."""

from collections.abc import Mapping

from backports import zstd

from stocktake_app.exchange.contents import SWELLS, AlteredFileError, ForeignFileError, Limits
from stocktake_app.exchange.seals import LEVEL, WINDOW_LOG
from stocktake_app.model.disclosure import BadDisclosureError, pack, unpack

_DAMAGED = "the confidential answers in it are damaged"


def pack_values(values: Mapping[str, bytes]) -> bytes:
    """Return the disclosures of values (by digest) as one part of a package."""
    return zstd.compress(pack(values), level=LEVEL)


def unpack_values(data: bytes, limits: Limits) -> dict[str, bytes]:
    """Read what ``pack_values`` wrote; the disclosures by digest, each in canonical form.

    Raises:
        AlteredFileError: no one frame, or its lines are not as our writer writes them.
        ForeignFileError: they are more than anybody reads.
    """
    room = limits.values(len(data))
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
    frame = zstd.ZstdDecompressor(options=options)
    try:
        lines = frame.decompress(data, room + 1)
    except zstd.ZstdError:
        raise AlteredFileError(_DAMAGED) from None
    if len(lines) > room:
        raise ForeignFileError(SWELLS)
    if not frame.eof or frame.unused_data:
        raise AlteredFileError(_DAMAGED)
    try:
        return unpack(lines)
    except BadDisclosureError as error:
        raise AlteredFileError(str(error)) from None


def joined(values: Mapping[str, bytes], attachments: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the disclosures of a package; an attachment's part must hold an attachment.

    Raises:
        AlteredFileError: it holds something else.
    """
    if not all(b"\n" in data for data in attachments.values()):
        raise AlteredFileError("an attachment in it is none")
    return {**values, **attachments}
