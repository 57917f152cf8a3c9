"""Image names as they are sorted and searched."""

from __future__ import annotations

import unicodedata

from edam_gui.imaging.walk import natural_key


def natural_bytes(relative: str) -> bytes:
    """Return bytes that sort as `natural_key` does: `a2` before `a10`, whatever the case, folders together.

    Text is kept, a number is its count of digits and its digits, so that longer numbers sort behind shorter ones.
    """
    parts, tie = natural_key(relative)
    key = bytearray()
    for part in parts:
        for piece in part:
            if isinstance(piece, int):
                digits = str(piece).encode()
                key += b"\1" + len(digits).to_bytes(2, "big") + digits
            else:
                key += _utf8(piece)
        key += b"\0"
    return bytes(key + b"\0" + _utf8(tie))


def folded(text: str) -> str:
    """Return text in the form in which it is searched: NFC, case folded, always UTF-8."""
    composed = unicodedata.normalize("NFC", text).casefold()
    return composed.encode("utf-8", "replace").decode()


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
