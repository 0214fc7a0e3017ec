"""Whatever happens to a run, the database is sound, holds the old or the new publication whole, and every decision.

Slow: hundreds of runs are killed, starved and disturbed. Seeded; where a kill at a moment falls is up to the machine,
and the count of statements and of bytes written reaches the points that moments miss.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from reconcile import engine
from reconcile.publish.store import Store, new_decision
from tests import faults, made, stored
from tests.faults import (
    CHECKPOINT,
    COMMITTING,
    PUBLISHING,
    End,
    Process,
    damage,
    decided,
    findings,
    published,
    record,
    run_words,
    said_by,
)
from tests.machine import quick_model

pytestmark = pytest.mark.slow
STORIES, NEW_STORIES, FIRST_STORIES, UNCHANGED = 134, 1, 20, 30  # stories have three articles; UNCHANGED are articles
MOMENTS, STATEMENTS, WRITES = 104, 56, 44
SMALLEST = 30_000  # bytes of a file
SEED = 20260
PATIENCE = 60  # seconds
NOBODY = 65534
TEMPORARY = tempfile.gettempdir()


@dataclass(frozen=True, slots=True)
class Case:
    """A database before a run, and what an undisturbed one leaves and takes (seconds of a processor)."""

    name: str
    folder: Path
    old: str
    new: str
    lines: str
    decisions: frozenset[str]
    seconds: float
    statements: int

    @property
    def articles(self) -> Path:
        """What the run is given."""
        return self.folder / "articles.jsonl"

    def copy(self, folder: Path) -> Path:
        """Return a copy of the database as it was before the run."""
        db = folder / "copy.db"
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{db}{end}").unlink(missing_ok=True)
        if (self.folder / "old.db").exists():
            shutil.copy(self.folder / "old.db", db)
        return db


def prepared(name: str, folder: Path, old: list[dict[str, str]], new: list[dict[str, str]]) -> Case:
    """Publish the old articles, decide on some findings, and run on the new ones undisturbed."""
    given = made.write(folder / "articles.jsonl", new)
    before = folder / "old.db"
    if old:
        said_by(*run_words(before, made.write(folder / "old.jsonl", old)))
        decide(before, 5)
    after = folder / "new.db"
    for _ in range(2):  # the second time nothing is loaded and looked up for the first time
        after.unlink(missing_ok=True)
        if old:
            shutil.copy(before, after)
        process = Process(run_words(after, given))
        end = process.wait()
        said_by(*run_words(after, given))
        assert end.code == 0, end
    assert damage(after) == []
    states = (published(before) if old else "", published(after))
    assert states[0] != states[1]
    ids = frozenset(decided(before)) if old else frozenset()
    return Case(name, folder, *states, findings(after), ids, end.seconds, end.statements)


def decide(db: Path, count: int) -> None:
    """Record decisions on the first findings."""
    with Store(db) as store:
        for row in list(store.finding_dicts(()))[:count]:
            store.record(new_decision(row, "unsure", reviewer="ana", created_at="2031-04-01T00:00:00Z"))


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    with quick_model():
        yield


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A changed article and new ones, beside some hundred that stay as they are."""
    rows = made.articles(STORIES + NEW_STORIES)
    old = rows[: STORIES * made.A_STORY]
    changed = {**old[0], "text": old[0]["text"] + " The mayor of Odel Quay paid 31 euros."}
    return prepared("added", tmp_path_factory.mktemp("added"), old, [changed, *old[1:UNCHANGED], *rows[len(old) :]])


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The first run on a database."""
    return prepared("first", tmp_path_factory.mktemp("first"), [], made.articles(FIRST_STORIES, seed=2))


@pytest.fixture(scope="module")
def cases(added: Case, first: Case) -> tuple[Case, Case]:
    return added, first


def losses(case: Case, db: Path, kept: set[str] | frozenset[str]) -> list[str]:
    """Return what is not as it must be after a fault: the file, the publication, the decisions, a later run."""
    wrong = damage(db)
    if published(db) not in (case.old, case.new):
        wrong.append("neither the old nor the new publication")
    if not kept <= decided(db):
        wrong.append(f"{len(kept - decided(db))} decisions are gone")
    said_by(*run_words(db, case.articles))
    if published(db) != case.new or findings(db) != case.lines:
        wrong.append("a later run ends elsewhere")
    if not kept <= decided(db):
        wrong.append("a later run took decisions")
    return wrong + damage(db)


class Tally:
    """Counts what was tried of one kind of fault, and keeps what was lost; records it however the test ends."""

    def __init__(self, kind: str) -> None:
        self.kind, self.tried, self.lost, self.stages = kind, 0, {}, Counter[str]()

    def __enter__(self) -> Tally:
        return self

    def __exit__(self, *_: object) -> None:
        record(self.kind, self.tried, self.tried - len(self.lost), len(self.lost))

    def add(self, point: object, end: End, wrong: list[str]) -> None:
        """Count one."""
        self.tried += 1
        self.stages[end.stage] += 1
        if wrong:
            self.lost[f"{point} ({end.stage})"] = wrong


def test_table_stands_between_the_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_tried", {})
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n{faults.FIRST}\nold\n{faults.LAST}\nAfter\n", "utf-8")
    record("flood", 3, 2, 1)
    record("flood", 1, 1, 0)
    for _ in range(2):
        faults.fill(page)
    monkeypatch.setattr(faults, "_tried", {})
    record("ash", 10, 10, 0)
    faults.fill(page)
    assert page.read_text("utf-8").splitlines() == [
        "# Before",
        faults.FIRST,
        "",
        f"| fault | tried | survived | lost | {'test'.ljust(len(THIS))} |",
        f"|-------|------:|---------:|-----:|{'-' * len(THIS)}--|",
        f"| ash   |    10 |       10 |    0 | {THIS} |",
        f"| flood |     4 |        3 |    1 | {THIS} |",
        "",
        faults.LAST,
        "After",
    ]
    page.write_text("no markers", "utf-8")
    with pytest.raises(ValueError, match="lacks"):
        faults.fill(page)


THIS = "`tests/test_faults.py::test_table_stands_between_the_markers`"


# -- kill -9 -----------------------------------------------------------------------------------------------------------


class Reviewer:
    """Records decisions from a process of its own; what it was told is kept, is ``kept``."""

    def __init__(self, db: Path) -> None:
        self._read, write = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            with contextlib.suppress(BaseException):
                self._decide(db, write)
            os._exit(1)
        os.close(write)

    def _decide(self, db: Path, write: int) -> None:
        side = {"quote": "The lake rose.", "value": "rose"}
        for number in range(10_000):
            row = {"id": f"found{number % 3}", "a": side, "b": side}
            decision = new_decision(row, "unsure", reviewer="bo", created_at="2031-04-02T00:00:00Z", note=f"{number}")
            with Store(db) as store:
                store.record(decision)
            os.write(write, f"{decision.decision_id}\n".encode())
            time.sleep(0.05)

    def killed(self) -> set[str]:
        """Kill it, and return what must be kept."""
        os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        with os.fdopen(self._read, "rb") as pipe:
            kept = pipe.read().decode().split("\n")[:-1]
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the reviewer met an error"
        return set(kept)


def test_kill_at_any_moment_beside_a_reviewer(cases: tuple[Case, ...], tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with Tally("kill -9 at a moment, a reviewer at work") as tally:
        for number in range(MOMENTS):
            case = cases[number % len(cases)]
            db = case.copy(tmp_path)
            process, reviewer = Process(run_words(db, case.articles)), Reviewer(db)
            end = process.killed_after(rng.uniform(0, 1.1 * case.seconds))
            tally.add((case.name, number), end, losses(case, db, case.decisions | reviewer.killed()))
    say(tally)
    assert tally.lost == {}


def test_kill_at_statements_of_publishing(cases: tuple[Case, ...], tmp_path: Path) -> None:
    with Tally("kill -9 at a statement of publishing") as tally:
        for case in cases:
            for number in range(STATEMENTS // 2):
                db = case.copy(tmp_path)
                fatal = 1 + number * (case.statements - 1) // (STATEMENTS // 2 - 1)
                end = Process(run_words(db, case.articles), fatal=fatal).wait()
                assert end.code == -signal.SIGKILL, end
                tally.add((case.name, fatal), end, losses(case, db, case.decisions))
    say(tally)
    assert tally.lost == {}
    assert tally.stages[PUBLISHING] > STATEMENTS // 2
    assert tally.stages[COMMITTING] or tally.stages[CHECKPOINT]


def limited(size: int, *, fatal: bool) -> Callable[[], None]:
    """Return what lets no file grow beyond a size; the write that would is ``fatal``, or an error as of a full disk."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if fatal else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def sizes(case: Case, count: int) -> list[int]:
    """Return sizes of files, few of them whole pages, up to what the database has in the end.

    Half of them are spread by their logarithm: the log of a run that changes little is small beside the database.
    """
    rng, whole = random.Random(SEED), (case.folder / "new.db").stat().st_size
    ratio = whole / SMALLEST
    return sorted(
        int(SMALLEST * ratio ** rng.random()) if n % 2 else rng.randrange(SMALLEST, whole) for n in range(count)
    )


def test_kill_in_the_middle_of_a_write(cases: tuple[Case, ...], tmp_path: Path) -> None:
    with Tally("killed in the middle of a write to the file") as tally:
        for case in cases:
            for size in sizes(case, WRITES // 2):
                db = case.copy(tmp_path)
                end = Process(run_words(db, case.articles), limited(size, fatal=True)).wait()
                assert end.code in (0, -signal.SIGXFSZ), end
                tally.add((case.name, size), end, losses(case, db, case.decisions))
    say(tally)
    assert tally.lost == {}
    assert tally.stages[CHECKPOINT]
    assert tally.stages[PUBLISHING] + tally.stages[COMMITTING]


def say(tally: Tally) -> None:
    """Show with ``pytest -s`` where the kills fell."""
    sys.stdout.write(f"\n{tally.kind}: {dict(tally.stages)}\n")


# -- a disk that is full or read-only ----------------------------------------------------------------------------------


def unclear(end: End, *words: str, codes: tuple[int, ...] = (2,)) -> list[str]:
    """Return what is wrong with the end of a run: its last line, the only error, holds one of ``words``."""
    if end.code == 0 and 0 in codes:
        return []
    *lines, last = [""] + [line for line in end.said.splitlines() if line]
    plain = last.startswith("error: ") and any(word in last for word in words)
    plain &= not any(line.startswith(("error", "Traceback")) for line in lines)
    return [] if end.code in codes and plain else [f"ended with {end.code}: {end.said}"]


def test_file_that_cannot_grow(cases: tuple[Case, ...], tmp_path: Path) -> None:
    with Tally("disk full: a limit of bytes a file") as tally:
        for case in cases:
            for size in (0, 20_000, *sizes(case, 10)):
                db = case.copy(tmp_path)
                end = Process(run_words(db, case.articles), limited(size, fatal=False)).wait()
                wrong = unclear(end, "the disk", codes=(0, 2))
                tally.add((case.name, size), end, wrong + losses(case, db, case.decisions))
    say(tally)
    assert tally.lost == {}


def test_full_disk(cases: tuple[Case, ...], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        with Tally("disk full: a small disk") as tally:
            for case in cases:
                for room in (0, 4, 40, 72, 200, 600, 1200, 2400, 4800):
                    db = case.copy(disk)
                    full = disk / "filler"
                    with full.open("wb") as filler, contextlib.suppress(OSError):
                        left = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
                        os.posix_fallocate(filler.fileno(), 0, max(1, left - 1024 * room))
                    end = Process(run_words(db, case.articles)).wait()
                    full.unlink()
                    wrong = unclear(end, "the disk", codes=(0, 2))
                    tally.add((case.name, room), end, wrong + losses(case, db, case.decisions))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    say(tally)
    assert tally.lost == {}


def as_nobody() -> None:
    """Give up the permissions of root, which no mode of a file binds."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.mark.parametrize(
    ("kind", "folder_mode", "file_mode"),
    [("read-only folder", 0o555, 0o666), ("read-only file", 0o777, 0o444), ("read-only folder, new file", 0o555, None)],
)
def test_what_cannot_be_written(added: Case, first: Case, kind: str, folder_mode: int, file_mode: int | None) -> None:
    case = added if file_mode else first
    with tempfile.TemporaryDirectory(dir=TEMPORARY) as name, Tally(kind) as tally:
        folder = Path(name)
        db = case.copy(folder)
        given = Path(shutil.copy(case.articles, folder))
        if file_mode:
            db.chmod(file_mode)
        folder.chmod(folder_mode)
        end = Process(run_words(db, given), partial(os.chdir, folder), as_nobody).wait()
        folder.chmod(0o755)
        assert db.exists() == bool(file_mode)
        if db.exists():
            db.chmod(0o644)
        wrong = unclear(end, "cannot be written", "cannot be opened")
        tally.add(kind, end, wrong + losses(case, db, case.decisions))
    assert tally.lost == {}


# -- others at work ----------------------------------------------------------------------------------------------------

HOLD = """
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
conn.execute("BEGIN IMMEDIATE")
print(flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def held(db: Path) -> Iterator[None]:
    """Let another process hold the lock of those that write."""
    words = [sys.executable, "-c", HOLD, str(db)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield
        holder.communicate(b"\n")


@pytest.mark.parametrize("stage", ["starting", "extracting", "comparing"])
def test_lock_held_by_another_process(added: Case, tmp_path: Path, stage: str) -> None:
    with Tally(f"locked by another process: {stage}") as tally:
        db = added.copy(tmp_path)
        if stage == "starting":
            with held(db):
                end = Process(run_words(db, added.articles)).wait()
        else:
            process = Process(run_words(db, added.articles), halt=stage)
            process.halted()
            with held(db):
                process.kill(signal.SIGCONT)
                end = process.wait()
        tally.add(stage, end, unclear(end, "another process is writing") + losses(added, db, added.decisions))
    assert tally.lost == {}


def test_two_runs_at_once(cases: tuple[Case, ...], tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with Tally("two runs at once") as tally:
        for case in cases:
            lines = case.articles.read_text("utf-8").splitlines(keepends=True)
            halves = [tmp_path / f"{case.name}{n}.jsonl" for n in range(2)]
            for n, half in enumerate(halves):
                half.write_text("".join(lines[n::2]), "utf-8")
            serial = case.copy(tmp_path)
            for half in halves:
                said_by(*run_words(serial, half))
            wanted = published(serial), findings(serial)
            for number in range(8):
                db = case.copy(tmp_path)
                one = Process(run_words(db, halves[number % 2]))
                time.sleep(rng.uniform(0, case.seconds / 2))
                ends = [Process(run_words(db, halves[1 - number % 2])).wait(), one.wait()]
                wrong = [line for end in ends for line in unclear(end, "another", codes=(0, 2))]
                if all(end.code == 0 for end in ends) and (published(db), findings(db)) != wanted:
                    wrong.append("not what one after the other gives")
                for half in halves:
                    said_by(*run_words(db, half))
                if (published(db), findings(db)) != wanted or not case.decisions <= decided(db):
                    wrong.append("a later run ends elsewhere")
                tally.add((case.name, number), ends[0], wrong + damage(db))
    assert tally.lost == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_told_to_stop(cases: tuple[Case, ...], tmp_path: Path, number: signal.Signals) -> None:
    rng = random.Random(SEED)
    with Tally(f"{number.name} in a run") as tally:
        for turn in range(20):
            case = cases[turn % len(cases)]
            db = case.copy(tmp_path)
            process = Process(run_words(db, case.articles))
            process.begins()
            end = process.killed_after(rng.uniform(0, case.seconds), number)
            wrong = unclear(end, "interrupted", codes=(0, 2))
            tally.add((case.name, turn), end, wrong + losses(case, db, case.decisions))
    say(tally)
    assert tally.lost == {}


# -- the clock, and the processes of a run -----------------------------------------------------------------------------


def clock_from(year: int) -> Callable[[], None]:
    """Return what sets the clock of reconcile to a year, and back by a month each time it is read."""

    class Backwards(datetime):
        read = 0

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            cls.read += 1
            return datetime(year, 12 - cls.read % 12, 1, tzinfo=UTC)

    def turn() -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("reconcile") and getattr(module, "datetime", None) is datetime:
                module.datetime = Backwards  # type: ignore[attr-defined]

    return turn


def test_clock_that_goes_backwards(cases: tuple[Case, ...], tmp_path: Path) -> None:
    with Tally("clock going backwards") as tally:
        for case in cases:
            db = case.copy(tmp_path)
            for year in (2040, 2001, 1971):
                end = Process(run_words(db, case.articles), clock_from(year)).wait()
                with Store(db) as store:
                    (newest, *_) = runs = store.read(stored.runs)
                wrong = unclear(end, codes=(0,))
                if not newest["finished_at"].startswith(str(year)) or newest["number"] != len(runs):
                    wrong.append(f"the last run is not the newest: {newest}")
                tally.add((case.name, year), end, wrong + losses(case, db, case.decisions))
    assert tally.lost == {}


def many_workers() -> None:
    """Make a few words worth a process."""
    engine.WORTH, engine.BATCH = 200, 400


def workers(pid: int) -> list[int]:
    """Return the processes that work for another."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in (status.parent / "cmdline").read_bytes():
                found.append(int(status.parent.name))
    return found


def working(process: Process) -> list[int]:
    """Wait until a run has two workers."""
    while len(found := workers(process.pid)) < 2:
        assert not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT), "no workers"
        time.sleep(0.01)
    return found


def lasting(pids: Sequence[int]) -> list[int]:
    """Wait until processes have ended; return those that sleep a minute on end, or take a minute of a processor.

    The clock alone tells nothing: a process that is still being started has to get going, and others may be at work.
    """
    awake = dict.fromkeys(pids, time.monotonic())
    while True:
        alive = {pid: state for pid in pids if (state := _state(pid)) is not None}
        awake |= {pid: time.monotonic() for pid, (letter, _) in alive.items() if letter != "S"}
        if all(spent > PATIENCE or time.monotonic() - awake[pid] > PATIENCE for pid, (_, spent) in alive.items()):
            return sorted(alive)
        time.sleep(0.1)


def _state(pid: int) -> tuple[str, float] | None:
    """Return the letter that Linux gives the state of a process, and its seconds of a processor; None if it ended."""
    try:
        letter, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if letter in "ZX" else (letter, (int(rest[10]) + int(rest[11])) / os.sysconf("SC_CLK_TCK"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
def test_worker_killed(first: Case, tmp_path: Path) -> None:
    with Tally("worker process killed") as tally:
        for delay in (0, 0.5, 1.5):
            db = first.copy(tmp_path)
            process = Process([*run_words(db, first.articles), "--jobs", "2"], many_workers)
            pids = working(process)
            time.sleep(delay)
            with contextlib.suppress(ProcessLookupError):  # it had done its work
                os.kill(pids[-1], signal.SIGKILL)
            end = process.wait()
            wrong = unclear(end, "died", codes=(0, 2))
            tally.add(delay, end, wrong + losses(first, db, first.decisions))
    assert tally.lost == {}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_workers_end_with_their_run(first: Case, tmp_path: Path, number: signal.Signals) -> None:
    with Tally(f"{number.name} in a run with workers") as tally:
        db = first.copy(tmp_path)
        process = Process([*run_words(db, first.articles), "--jobs", "2"], many_workers)
        pids = working(process)
        time.sleep(0.2)
        process.kill(number)
        end = process.wait()
        left = lasting(pids)
        wrong = [f"left behind: {left}"] if left else []
        if number != signal.SIGKILL:
            wrong += unclear(end, "interrupted")
        tally.add(number.name, end, wrong + losses(first, db, first.decisions))
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    assert tally.lost == {}
