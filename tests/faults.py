"""What tests of faults share: commands in processes of their own that can be killed at any point, what must hold of a
database afterwards, and the table of what was tried that closes a session.

A process is a fork of this one, which has everything imported, and notes how far it has got in shared memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import mmap
import os
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile import cli, console
from reconcile.publish.derive import DERIVED
from reconcile.publish.tables import SEARCH_1
from reconcile.terms import Relation

FIRST, LAST = "<!-- begin faults -->", "<!-- end faults -->"
PUBLISHING, COMMITTING, CHECKPOINT = "publishing", "committing", "checkpoint"
_WRITES = {  # what the first writing statement of a transaction tells
    "CREATE": (("TEMP", PUBLISHING),),
    "SAVEPOINT": (),
    "DELETE": (("", PUBLISHING),),
    "UPDATE": (("", PUBLISHING),),
    "INSERT": (("vectors", "keeping vectors"), ("_sqlite_migrations", "opening"), ("", PUBLISHING)),
}
_HISTORY = {
    "revisions": "revision_id, article_id, number, title, text, content_hash",
    "changes": "*",
}

# -- the table ---------------------------------------------------------------------------------------------------------

HEAD = ("fault", "tried", "survived", "lost", "test")
COUNTS = range(1, 4)  # of the cells

Row = tuple[str, ...]  # cells of a row, as HEAD names them

_tried: dict[str, tuple[int, int, int, str]] = {}


def record(kind: str, tried: int, survived: int, lost: int) -> None:
    """Count what was tried of a kind of fault, how often all was well afterwards, and how often something was lost.

    A kind belongs to one test, with one set of parameters: where only that is run, it fills its row and no other.
    """
    test = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0].partition("[")[0]
    before = _tried.get(kind, (0, 0, 0, ""))
    _tried[kind] = (before[0] + tried, before[1] + survived, before[2] + lost, test)


def recorded() -> dict[str, Row]:
    """Return a row for each kind of fault that this session tried."""
    return {kind: (kind, *map(str, counts), f"`{test}`") for kind, (*counts, test) in _tried.items()}


def table(rows: Mapping[str, Row]) -> list[str]:
    """Return rows as the lines of a table in Markdown; none if there are no rows."""
    if not rows:
        return []
    every = [HEAD, *(rows[kind] for kind in sorted(rows))]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    head, *body = [f"| {' | '.join(map(_cell, range(len(HEAD)), row, widths))} |" for row in every]
    rule = "|".join("-" * (width + 1) + (":" if n in COUNTS else "-") for n, width in enumerate(widths))
    return [head, f"|{rule}|", *body]


def _cell(number: int, text: str, width: int) -> str:
    return text.rjust(width) if number in COUNTS else text.ljust(width)


def fill(path: Path) -> None:
    """Write this session's rows between the two markers of a Markdown file; rows of what was not tried again stay.

    :raises ValueError: if the file does not have them.
    """
    text = path.read_text("utf-8")
    head, first, rest = text.partition(FIRST)
    inside, last, tail = rest.partition(LAST)
    if not first or not last:
        raise ValueError(f"{path}: lacks {FIRST} or {LAST}")
    lines = "\n".join(table({**_rows(inside), **recorded()}))
    path.write_text(f"{head}{first}\n\n{lines}\n\n{last}{tail}", "utf-8")


def _rows(lines: str) -> dict[str, Row]:
    """Return the rows of a table that was written before, by kind of fault."""
    split = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines.splitlines()]
    return {row[0]: row for row in split if len(row) == len(HEAD) and row[1].isdigit()}


# -- processes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class End:
    """How a process ended: its exit code, or minus the signal that killed it; what it said; how far it had got.

    ``seconds``: what it took of a processor.
    """

    code: int
    said: str
    stage: str
    statements: int
    seconds: float


class Progress:
    """How far a process has got: a stage and a count of statements of publishing, told by what it asks of SQLite."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 128)
        self._wrote = ""
        self.fatal, self.halt = 0, ""
        self.stage = "starting"

    @property
    def stage(self) -> str:
        """What is being done."""
        return self._shared[8:].rstrip(b"\0").decode()

    @stage.setter
    def stage(self, name: str) -> None:
        self._shared[8:] = name.encode().ljust(120, b"\0")

    @property
    def statements(self) -> int:
        """Statements that write or tidy up what is published, so far; the one of this number may be ``fatal``."""
        return int.from_bytes(self._shared[:8], "little")

    def watch(self) -> None:
        """Note from now on what this process does."""
        connect = sqlite3.connect

        def watched(*words: object, **more: object) -> sqlite3.Connection:
            conn: sqlite3.Connection = connect(*words, **more)  # type: ignore[call-overload]
            conn.set_trace_callback(self._statement)
            return conn

        def told(_: object, stage: str, done: int, total: int) -> None:
            self.stage = stage
            if stage == self.halt:
                self.halt = ""
                os.kill(os.getpid(), signal.SIGSTOP)

        sqlite3.connect = watched  # type: ignore[assignment]
        console.Progress.__call__ = told  # type: ignore[method-assign]

    def _statement(self, sql: str) -> None:
        verb = sql.split(maxsplit=1)[0]
        if verb == "BEGIN":
            self._wrote, self.stage = "", "beginning"
        elif verb in _WRITES and not self._wrote:
            self.stage = self._wrote = next((name for part, name in _WRITES[verb] if part in sql[:40]), "opening")
        elif verb == "COMMIT" and self._wrote != "keeping vectors":
            self.stage = COMMITTING if self._wrote == PUBLISHING else "reading"
        elif "wal_checkpoint" in sql:
            self.stage = CHECKPOINT
        elif self.stage == COMMITTING:
            self.stage = "closing"
        if self.stage in (PUBLISHING, COMMITTING, CHECKPOINT):
            self._shared[:8] = (self.statements + 1).to_bytes(8, "little")
            if self.statements == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)


class Process:
    """``reconcile`` with some words, in a fork of this process; ``before`` is called in it first.

    ``fatal``: the statement of publishing at which it kills itself; ``halt``: the stage at which it stops for a while.
    """

    def __init__(self, words: Sequence[str], *before: Callable[[], object], fatal: int = 0, halt: str = "") -> None:
        self._said = mmap.mmap(-1, 1 << 16)
        self.progress = Progress()
        self.progress.fatal, self.progress.halt = fatal, halt
        self.pid = os.fork()
        if not self.pid:
            self._run(words, before)

    def _run(self, words: Sequence[str], before: Sequence[Callable[[], object]]) -> None:
        code, out = 99, io.StringIO()
        try:
            sys.stdout, sys.stderr = io.StringIO(), out
            self.progress.watch()
            for action in before:
                action()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # until and after the command heeds it
            code = cli.main(words)
            self.progress.stage = self.progress.stage if code else "done"
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except BaseException:
            if code == 99:
                out.write(traceback.format_exc())
        finally:
            self._said.write(out.getvalue().encode()[: 1 << 16])
            os._exit(code)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal, if it still runs."""
        os.kill(self.pid, number)

    def wait(self) -> End:
        """Wait for its end."""
        _, status, used = os.wait4(self.pid, 0)
        said = self._said[:].rstrip(b"\0").decode(errors="replace")
        return End(
            os.waitstatus_to_exitcode(status),
            said,
            self.progress.stage,
            self.progress.statements,
            used.ru_utime + used.ru_stime,
        )

    def begins(self) -> None:
        """Wait until it does something."""
        while not self._ended() and self.progress.stage == "starting":
            time.sleep(0.001)

    def halted(self) -> None:
        """Wait until it stands still; SIGCONT lets it go on."""
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def killed_after(self, seconds: float, number: int = signal.SIGKILL) -> End:
        """Let it work for some seconds of a processor, then send a signal, and wait for its end."""
        while not self._ended() and _spent(self.pid) < seconds:
            time.sleep(0.001)
        self.kill(number)
        return self.wait()

    def _ended(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _spent(pid: int) -> float:
    """Return the seconds of a processor that a process has taken (clock_getcpuclockid of Linux)."""
    return time.clock_gettime(~pid << 3 | 2)


def said_by(*words: str) -> str:
    """Return what a command writes to stdout, run in this process.

    :raises RuntimeError: if it fails.
    """
    out, messages = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(messages):
        code = cli.main(words)
    if code:
        raise RuntimeError(f"{' '.join(words)} ended with {code}: {messages.getvalue()}")
    return out.getvalue()


def run_words(db: Path, *paths: Path) -> list[str]:
    """Return the words of a run by rules alone in one process."""
    return ["run", *map(str, paths), "--db", str(db), "--judge", "rules", "--jobs", "1"]


def findings(db: Path) -> str:
    """Return all findings of a database as JSON lines, as the command line gives them."""
    every = [word for relation in Relation for word in ("--relation", str(relation))]
    return said_by("findings", "--db", str(db), "--format", "jsonl", *every)


# -- what must hold ----------------------------------------------------------------------------------------------------


def published(db: Path) -> str:
    """Return a digest of all that is derived from the articles, and of their earlier versions; empty if nothing is."""
    with contextlib.closing(sqlite3.connect(db)) as conn:
        if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone():
            return ""
        asked = {**dict.fromkeys(DERIVED, "*"), **_HISTORY}
        rows = {t: sorted(map(repr, conn.execute(f"SELECT {names} FROM {t}"))) for t, names in asked.items()}
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest() if any(rows.values()) else ""


def decided(db: Path) -> set[str]:
    """Return the ids of all decisions."""
    with contextlib.closing(sqlite3.connect(db)) as conn:
        if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'decisions'").fetchone():
            return set()
        return {row[0] for row in conn.execute("SELECT decision_id FROM decisions")}


def damage(db: Path) -> list[str]:
    """Return what is wrong with the file: pages, indexes, links between rows, the search index."""
    with contextlib.closing(sqlite3.connect(db)) as conn:
        wrong = [row[0] for row in conn.execute("PRAGMA integrity_check") if row[0] != "ok"]
        wrong += [f"dangling: {row}" for row in conn.execute("PRAGMA foreign_key_check")]
        names = {row[0] for row in conn.execute("SELECT name FROM sqlite_master")}
        for searched in SEARCH_1:
            if f"{searched}_fts" in names:
                try:
                    conn.execute(f"INSERT INTO {searched}_fts({searched}_fts, rank) VALUES ('integrity-check', 1)")
                except sqlite3.DatabaseError as error:
                    wrong.append(f"{searched}_fts: {error}")
        conn.rollback()
    return wrong
