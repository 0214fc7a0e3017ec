"""A database file opened: to read, so that no trace is left, or to write; and what SQLite says, in our words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from reconcile.errors import StoreError

BUSY_SECONDS = 5.0


def require_file(path: Path) -> None:
    """Raise StoreError if there is no such database."""
    if not path.is_file():
        raise StoreError(f"{path}: no such database; make it with `reconcile run PATH... --db {path}`")


def explained(where: str, error: sqlite3.Error) -> StoreError:
    """Put SQLite's own words into one line that says where and what to do."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreError(f"{where}: another process is writing to it; wait for it to finish and try again")
    if "not a database" in text:
        return StoreError(f"{where}: is not a SQLite database; name another file with --db")
    if "disk I/O" in text:  # a full disk, too, where the file that says who reads and writes cannot grow
        return StoreError(f"{where}: the disk cannot be read or written; see if it is full or failing, then run again")
    if "malformed" in text or "corrupt" in text:
        return StoreError(f"{where}: is damaged ({text}); restore a copy, or delete it and run again")
    if "readonly" in text or "read-only" in text:
        return StoreError(f"{where}: cannot be written; check the permissions of the file and its folder")
    if "full" in text:
        return StoreError(f"{where}: the disk is full ({text})")
    if "unable to open" in text:
        return StoreError(f"{where}: cannot be opened; check the path and the permissions of its folder")
    return StoreError(f"{where}: {text}")


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open so that nothing can be written; a copy in a folder that cannot be written to is read as immutable.

    ``query_only`` instead of ``mode=ro``: a read-only connection leaves ``-wal`` and ``-shm`` files behind.
    """
    uri = path.absolute().as_uri()
    conn = sqlite3.connect(f"{uri}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    try:
        conn.execute("PRAGMA query_only = ON")
        conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError as error:
        conn.close()
        wal = path.with_name(path.name + "-wal")
        cannot = "unable to open" in str(error) or "readonly" in str(error)
        if not cannot or (wal.exists() and wal.stat().st_size):
            raise
        conn = sqlite3.connect(f"{uri}?immutable=1", uri=True)
    return conn


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open to write; the file is made if it is missing."""
    if str(path) == ":memory:":
        return sqlite3.connect(":memory:")
    conn = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.Error:
        conn.close()
        raise
    return conn
