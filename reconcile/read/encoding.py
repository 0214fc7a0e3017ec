"""Bytes -> text. UTF-8 first; a guess only where the bytes are not UTF-8."""

from __future__ import annotations

import codecs
import re
from typing import Final

from reconcile.read.identity import detect_language

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
DECLARED = re.compile(rb"(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
LATIN2_LANGUAGES: Final = frozenset({"cs", "hr", "hu", "pl", "ro", "sk", "sl"})
LATIN2: Final = frozenset({"cp1250", "iso8859_2", "iso8859_16", "mac_latin2"})
FEW_HIGH_BYTES: Final = 0.3
SAMPLE: Final = 65_536


def decode(data: bytes, *, declared: bool = False, charset: str = "") -> tuple[str, str]:
    """Return the text of ``data`` without a byte order mark, and what was wrong with it ("" if nothing).

    Where the bytes are not UTF-8, ``charset`` (what a server said) is trusted, and with ``declared`` a charset
    named in the first 2,000 bytes (HTML, XML).
    """
    encoding = guess_encoding(data, declared=declared, charset=charset)
    text = data.decode(encoding, errors="replace")
    if "\ufffd" in text and "\ufffd".encode() not in data:
        return text, f"some bytes are not {encoding}; each is replaced by U+FFFD"
    return text, ""


def guess_encoding(data: bytes, *, declared: bool = False, charset: str = "") -> str:
    """Return the name of the encoding that ``data``, possibly cut off in the middle of a character, is in."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return name
    if _is_utf8(data):
        return "utf-8"
    if charset and (name := _usable(charset, data)):
        return name
    if declared and (match := DECLARED.search(data[:2000])) and (name := _usable(match[1].decode("ascii"), data)):
        return name
    if _is_mostly_utf8(data):
        return "utf-8"
    return _guess_legacy(data[:SAMPLE])


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
    except UnicodeDecodeError:
        return False
    return data.count(b"\x00") < max(1, len(data)) / 10


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell a damaged UTF-8 file from a legacy one: most bytes beyond ASCII form valid sequences."""
    sample = data[:SAMPLE]
    inside = sum(len(m) for m in MULTIBYTE.findall(sample))
    return inside > 0.8 * len(HIGH.findall(sample)) > 0


def _usable(charset: str, data: bytes) -> str:
    """Return the codec for a stated charset, or "" where it is unknown, no text codec or what was tried already."""
    try:
        name = codecs.lookup(charset).name
        data[:SAMPLE].decode(name, errors="ignore")
    except (LookupError, UnicodeError):
        return ""
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-8": ""}.get(name, name)


def _guess_legacy(sample: bytes) -> str:
    """Windows-1252 for Latin script that fits it, unless the text reads as a language of Windows-1250."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    guess = best.encoding if best else "cp1252"
    if best and guess.startswith("utf"):
        return guess
    if len(HIGH.findall(sample)) > FEW_HIGH_BYTES * max(1, len(sample)):
        return guess
    if guess in LATIN2 and all(_reads_as_latin2(sample, name) for name in (guess, "cp1252")):
        return guess
    try:
        codecs.getincrementaldecoder("cp1252")().decode(sample)
    except UnicodeDecodeError:
        return guess
    return "cp1252"


def _reads_as_latin2(sample: bytes, encoding: str) -> bool:
    return detect_language(sample.decode(encoding, errors="replace"))[0] in LATIN2_LANGUAGES
