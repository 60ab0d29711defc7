"""The one Range header that the mailbox understands (RFC 9110, 14.1.2): a single range of bytes."""

import re

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class BadRangeError(ValueError):
    """A range that lies outside."""


def parse_range(header: str, size: int) -> range:
    """Return which of ``size`` bytes are asked for; all of them for a header not understood.

    Raises:
        BadRangeError: it lies outside.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or found[0] == "bytes=-":
        return range(size)
    first, last = found.groups()
    if not first:  # the last so many bytes
        part = range(max(0, size - int(last)), size)
    else:
        part = range(int(first), min(size, int(last) + 1) if last else size)
    if not part:
        raise BadRangeError
    return part
