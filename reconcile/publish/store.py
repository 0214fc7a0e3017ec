"""The database: opened and brought up to date, published to in one transaction, read back as model objects.

:class:`Store` adds opening, errors and writing to the functions of :mod:`reconcile.publish.read`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from reconcile.errors import StoreError
from reconcile.model import (
    Article,
    Claim,
    Decision,
    Problem,
    Revision,
    Sentence,
    stable_id,
)
from reconcile.publish import nearness, read, retractions, writing
from reconcile.publish.decisions import append_decision, appended, finding_digest, new_decision
from reconcile.publish.opening import explained, open_for_reading, open_for_writing, require_file
from reconcile.publish.publication import Publication
from reconcile.publish.retractions import Retraction
from reconcile.publish.rows import Row, change_row, dump, problem_row, revision_row
from reconcile.publish.schema import migrate, require_ours
from reconcile.publish.verifications import Verification

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["Store", "finding_digest", "new_decision"]

_RUN_COLUMNS = ("started_at", "tool_version", "extractor", "embedder", "settings", "input_digest")
T = TypeVar("T")


class Store:
    """A reconcile database, as a context manager.

    :param path: the file (made if missing, unless ``read_only``), or ``":memory:"``.
    :param read_only: open without writing anything, and refuse to publish or record.
    :raises StoreError: if the file is missing, locked, damaged, foreign, or made by a newer version.
    """

    def __init__(self, path: str | Path, *, read_only: bool = False) -> None:
        self.path = Path(path)
        self.read_only = read_only
        if read_only:
            require_file(self.path)
        with self._errors():
            self._conn = (open_for_reading if read_only else open_for_writing)(self.path)
        try:
            with self._errors():
                require_ours(self._conn, str(path), read_only=read_only)
                if not read_only:
                    self._bring_up_to_date()
        except BaseException:
            self._conn.close()
            raise

    def _bring_up_to_date(self) -> None:
        from sqlite_utils import Database

        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA synchronous = NORMAL")
        self.db: Database = Database(self._conn, recursive_triggers=False, execute_plugins=False)
        with self._writing():
            require_ours(self._conn, str(self.path), read_only=False)
            migrate(self.db)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explained(str(self.path), error) from error
        except UnicodeEncodeError as error:
            raise StoreError(f"{self.path}: a text with a lone surrogate cannot be stored") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction that holds the write lock from its start; undone on any error."""
        if self.read_only:
            raise StoreError(f"{self.path}: is open for reading only")
        with self._errors():
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._conn.execute("COMMIT")
            except BaseException:
                self._conn.rollback()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write everything into the one file, so that a copy of it is complete, and close it."""
        try:
            if not self.read_only:
                with self._errors():
                    self._tidy()
        finally:
            self._conn.close()

    def _tidy(self) -> None:
        try:
            self._conn.execute("PRAGMA optimize")
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):  # what was published is safe; whoever closes last will tidy up
                raise

    # ---------------------------------------------------------------- writing

    def publish(
        self, publication: Publication, *, retracted: Iterable[Retraction] = (), after: int | None = None
    ) -> None:
        """Make the derived tables hold this publication, in one transaction, writing only what changed.

        One that ``replaces`` articles leaves the rows of all others as they are.

        Decisions and vectors are left alone; one row is added to ``runs``, and earlier versions are kept.

        :param retracted: what the publication leaves out of what stands, each with who takes it back and why.
        :param after: the number of the run whose publication this one was made from, to refuse it if that is no longer
            the last one (None: whatever stands).
        :raises StoreError: if the database cannot be written, or the publication names what it does not hold, or
            holds a retracted article.
        """
        with self._writing():
            if after is not None and after != nearness.last_number(self._conn):
                raise StoreError(
                    f"{self.path}: another run published to it meanwhile, so this one changed nothing; run again"
                )
            for said in retracted:
                retractions.retract(self._conn, said)
            retractions.require_none(self._conn, publication.articles, str(self.path))
            written, deleted = writing.write(self._conn, publication, str(self.path))
            finished = publication.run.get("finished_at") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._append_revisions(publication.revisions, finished)
            self._append_run(publication, written, deleted, finished=finished)

    def _append_revisions(self, revisions: Iterable[Revision], replaced_at: str) -> None:
        for revision in revisions:
            self._insert("revisions", revision_row(revision, replaced_at))
            for position, change in enumerate(revision.changes):
                self._insert("changes", change_row(revision.revision_id, position, change))

    def _append_run(self, publication: Publication, written: int, deleted: int, *, finished: str) -> None:
        run = publication.run
        number = nearness.last_number(self._conn) + 1
        row: Row = {
            "run_id": stable_id(str(number), dump(sorted(run.items())), finished),
            "number": number,
            "finished_at": finished,
            **{name: run.get(name) for name in _RUN_COLUMNS},
            **self.read(nearness.totals),
            "problems": len(publication.problems),
            "rows_written": written,
            "rows_deleted": deleted,
            "details": dump(run),
        }
        self._insert("runs", row)

    def _insert(self, table: str, row: Mapping[str, Any], *, verb: str = "INSERT") -> None:
        names = ", ".join(f'"{c}"' for c in row)
        sql = f"{verb} INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})"
        self._conn.execute(sql, list(row.values()))

    def record(self, decision: Decision) -> None:
        """Append a decision; recording the same one again changes nothing.

        :raises StoreError: if the ruling is unknown, or another decision has this id.
        """
        with self._writing():
            append_decision(self._conn, decision)

    def record_all(self, decisions: Iterable[Decision]) -> list[bool | str]:
        """Append decisions in one transaction; for each, return whether it is new, or why it is refused."""
        with self._writing():
            return [appended(self._conn, decision) for decision in decisions]

    def restore(self, said: Iterable[Retraction]) -> None:
        """Let retracted articles in again: the next run that reads one publishes it.

        :raises StoreError: if one of them is not retracted; then none is restored.
        """
        with self._writing():
            for one in said:
                retractions.restore(self._conn, one)

    def save_vectors(self, model: str, dim: int, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors of ``dim`` numbers by text hash; one that is already there is replaced."""
        rows = [(model, text_hash, dim, data) for text_hash, data in sorted(vectors.items())]
        with self._writing():
            self._conn.executemany(
                """INSERT INTO vectors (model, text_hash, dim, data) VALUES (?, ?, ?, ?)
                ON CONFLICT (model, text_hash) DO UPDATE SET dim = excluded.dim, data = excluded.data""",
                rows,
            )

    def save_verification(self, said: Verification) -> None:
        """Keep what a model said of a finding, in place of what it said before."""
        with self._writing():
            self._insert("verifications", asdict(said), verb="REPLACE")

    def add_problems(self, problems: Collection[Problem]) -> None:
        """Add what went wrong after publishing to the problems of the last run."""
        if not problems:
            return
        with self._writing():
            for problem in problems:
                self._insert("problems", problem_row(problem), verb="REPLACE")
            last = "UPDATE runs SET problems = problems + ? WHERE number = (SELECT max(number) FROM runs)"
            self._conn.execute(last, [len(problems)])

    # ---------------------------------------------------------------- reading

    def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Return what a function reads from the open database."""
        with self._errors():
            return function(self._conn)

    def _read(self, items: Iterable[T]) -> Iterator[T]:
        with self._errors():
            yield from items

    def articles(self) -> Iterator[Article]:
        """Yield every article with its raw page, by id."""
        return self._read(read.articles(self._conn))

    def sentences(self, article_id: str | None = None) -> Iterator[Sentence]:
        """Yield the sentences of one article or of all, in reading order."""
        return self._read(read.sentences(self._conn, _one(article_id)))

    def claims(self, article_id: str | None = None) -> Iterator[Claim]:
        """Yield the claims of one article or of all; the title's first, then by place."""
        return self._read(read.claims(self._conn, _one(article_id)))

    def problems(self) -> Iterator[Problem]:
        """Yield every problem, by stage and place."""
        return self._read(read.problems(self._conn))

    def finding_dicts(
        self, relations: Collection[str] = ("conflict",), fields: Collection[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """Yield findings in their documented form, most severe first (an empty choice: all)."""
        return self._read(read.finding_dicts(self._conn, relations, fields))

    def explain(self, finding_id: str) -> dict[str, Any]:
        """Return a finding with its outcomes, paragraphs and current decision (see ``read.explain``)."""
        with self._errors():
            return read.explain(self._conn, finding_id)

    def vectors(self, model: str, hashes: Iterable[str]) -> dict[str, bytes]:
        """Return the stored vectors of a model among these text hashes."""
        with self._errors():
            return read.vectors(self._conn, model, hashes)

    def decisions(self, finding_id: str | None = None) -> Iterator[Decision]:
        """Yield the decisions on one finding or on all, oldest first."""
        return self._read(read.decisions(self._conn, finding_id))

    def current_decision(self, finding_id: str) -> Decision | None:
        """Return the newest decision on a finding that no other supersedes."""
        with self._errors():
            return read.current_decision(self._conn, finding_id)

    def revisions(self, article_id: str | None = None) -> Iterator[Revision]:
        """Yield the earlier versions of one article or of all, oldest first, with what changed after each."""
        return self._read(read.revisions(self._conn, article_id))

    def change_dicts(self, article_id: str | None = None, fields: Collection[str] = ()) -> Iterator[dict[str, Any]]:
        """Yield what changed between versions as plain objects, the newest revision first."""
        return self._read(read.change_dicts(self._conn, article_id, fields))


def _one(article_id: str | None) -> list[str] | None:
    return None if article_id is None else [article_id]
