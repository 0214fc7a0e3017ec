"""A copy of a database that is in use: SQLite's online backup, checked before it takes its name."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reconcile.errors import StoreError
from reconcile.publish.opening import explained, open_for_reading, require_file
from reconcile.publish.saving import require_place
from reconcile.publish.schema import applied_migrations

_BESIDE = ("", "-wal", "-shm", "-journal")  # the files of one database


def backup(db: Path, target: Path, *, force: bool = False) -> int:
    """Copy a database to one file that opens alone, and return its size in bytes.

    The copy holds the last finished transaction; whoever reads or writes meanwhile goes on. It is written beside
    ``target``, checked, and then renamed, so that ``target`` is never half a copy.

    Source: https://sqlite.org/backup.html

    :param force: replace a file that is there.
    :raises StoreError, InputError: with one line on what stands in the way.
    """
    require_file(db)
    wanted = Path(os.path.realpath(target))
    _require_place(db, target, wanted, force=force)
    with closing(_opened(db)) as source, _beside(wanted, target, db) as made:
        _copied(source, made)
        _require_whole(made)
        with suppress(OSError):  # a file system without permissions
            shutil.copymode(db, made)
        size = made.stat().st_size
        os.replace(made, wanted)
    return size


def _require_place(db: Path, target: Path, wanted: Path, *, force: bool) -> None:
    """Refuse a name that the copy must not or cannot take."""
    own = os.path.realpath(db)
    same = wanted.exists() and wanted.samefile(db)
    if same or str(wanted) in {own + end for end in _BESIDE}:
        raise StoreError(f"{target}: is the database itself; name another file for the copy")
    require_place(target, wanted)
    if not wanted.exists():
        return
    if not wanted.is_file():
        raise StoreError(f"{target}: is no plain file; name another")
    if not force:
        raise StoreError(f"{target}: is there already; --force replaces it")


def _opened(db: Path) -> sqlite3.Connection:
    try:
        conn = open_for_reading(db)
        try:
            ours = bool(applied_migrations(conn))
        except BaseException:
            conn.close()
            raise
    except sqlite3.Error as error:
        raise explained(str(db), error) from error
    if not ours:
        conn.close()
        raise StoreError(f"{db}: is no database of reconcile; name another file with --db")
    return conn


@contextmanager
def _beside(wanted: Path, target: Path, db: Path) -> Iterator[Path]:
    """Give an empty file in the folder of ``wanted``, and take away what is left of it; say what went wrong with it."""
    made = ""
    try:
        handle, made = tempfile.mkstemp(prefix=f".{wanted.name[:100]}.", suffix=".part", dir=wanted.parent)
        os.close(handle)
        yield Path(made)
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise explained(str(db), error) from error
        raise StoreError(f"{target}: cannot be written to the end ({error}); is the disk or a quota full?") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{db}: is damaged ({error}), so no copy was made; go back to an older one") from error
    except OSError as error:
        raise StoreError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        for end in _BESIDE if made else ():
            Path(made + end).unlink(missing_ok=True)


def _copied(source: sqlite3.Connection, made: Path) -> None:
    """Copy in one step: in several, a run that writes between them would make it start again."""

    def busy(status: int, left: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # after the time that the connection waits
            raise sqlite3.OperationalError("database is locked")

    with closing(sqlite3.connect(made)) as copy:
        source.backup(copy, progress=busy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()  # it opens without a -wal, also where nobody may write


def _require_whole(made: Path) -> None:
    with closing(sqlite3.connect(made)) as copy:
        said = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(3)")]
    if said != ["ok"]:
        raise sqlite3.DatabaseError("; ".join(said))
