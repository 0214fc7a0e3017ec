"""A file written whole or not at all: beside its place first, then renamed."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from reconcile.errors import InputError

_SQLITE = b"SQLite format 3\x00"


def save(path: str | Path, text: str, *, force: bool = True) -> None:
    """Write a text as UTF-8, half characters as escapes. A link is followed; a pipe or device is written to as it is.

    :param force: replace a file that is there; a database never is.
    :raises InputError: that says why it cannot be written, with the old file still there.
    """
    given, wanted = Path(path), Path(os.path.realpath(path))
    data = text.encode("utf-8", "backslashreplace")
    try:
        require_place(given, wanted)
        if given.exists() and (not given.is_file() or given.is_relative_to("/dev")):
            given.write_bytes(data)
            return
        if wanted.exists():
            _require_replaceable(given, wanted, force=force)
        _replace(wanted, data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error


def require_place(given: Path, wanted: Path) -> None:
    """Raise InputError where no file can stand: on a folder, or in one that is not there."""
    if wanted.is_dir():
        raise InputError(f"{given}: is a folder; name a file in it")
    if not given.exists() and not wanted.parent.is_dir():
        raise InputError(f"{given}: there is no folder {wanted.parent}; make it first")


def _require_replaceable(given: Path, wanted: Path, *, force: bool) -> None:
    if not force:
        raise InputError(f"{given}: is there already; --force replaces it")
    with wanted.open("rb") as file:
        if file.read(len(_SQLITE)) == _SQLITE:
            raise InputError(f"{given}: is a database and is not replaced; name another file")


def _replace(wanted: Path, data: bytes) -> None:
    made = wanted.with_name(f".{wanted.name[:100]}.{os.getpid()}.part")
    try:
        with made.open("xb") as file:
            file.write(data)
        with suppress(OSError):  # it is new, or the file system has no permissions
            shutil.copymode(wanted, made)
        os.replace(made, wanted)
    finally:
        made.unlink(missing_ok=True)
