"""A run on Dask workers publishes the rows of a run here, loses no worker's work, and fails in one clear line."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest

from reconcile import __version__, engine_dask, engines, pipeline, spill
from reconcile.cli import main
from reconcile.config import Settings, from_mapping
from reconcile.engine import EXTRACT, Local, Progress, Stage, batches
from reconcile.engine_dask import Block, Dask, done
from reconcile.errors import ConfigError, MissingExtra, ReconcileError, WorkerError
from reconcile.match import near, slots
from reconcile.match.held import Held
from reconcile.options import State
from reconcile.publish.store import Store
from tests.corpus import article_of, build, claims_of, exported
from tests.test_faults import workers
from tests.test_work import RULES, files, published, rows

pytest_plugins = ("tests.corpus_fixtures",)
TOLD = ("The mill in Orsk made 410 tonnes of flour in May 2025.", "Its owner, Dana Petrov, sold it on Friday.")


@dataclass(frozen=True)
class Done:
    """A future that is there at once."""

    made: Any = None
    error: BaseException | None = None

    def exception(self) -> BaseException | None:
        return self.error

    def result(self) -> Any:
        return self.made


class Client:
    """A client whose workers are in this process; what goes to them and what comes back travels as bytes."""

    def __init__(self) -> None:
        self.given: list[Block[Any, Any, Any]] = []

    def nthreads(self) -> dict[str, int]:
        return {"one": 1, "two": 1}

    def submit(self, function: Callable[[Any], Any], block: Any, *, pure: bool) -> Done:
        self.given.append(block)
        return Done(pickle.loads(pickle.dumps(function(pickle.loads(pickle.dumps(block))))))


class Failing(Client):
    """A client that cannot go on."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def submit(self, function: Callable[[Any], Any], block: Any, *, pure: bool) -> Done:
        return Done(error=self.error)


def use(monkeypatch: pytest.MonkeyPatch, client: Client, folder: Path) -> None:
    """Let runs with the engine ``dask`` have this client."""

    @contextmanager
    def opened(settings: Settings, progress: Progress | None) -> Iterator[Dask]:
        yield Dask(client, folder, progress)

    monkeypatch.setitem(engines._ENGINES, "dask", opened)
    monkeypatch.setattr(pipeline, "_LOADED", {})


ON_DASK = Settings(judge_name="rules", engine="dask", jobs=2)


# -- the same rows -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("one_model")
def test_dask_publishes_the_same_rows_at_once_and_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client, spilled, given = Client(), tmp_path / "spilled", rows()
    for name in ("in", "spilled"):
        (tmp_path / name).mkdir()
    use(monkeypatch, client, spilled)
    monkeypatch.setattr(engine_dask, "ROWS", 2)
    build(tmp_path / "local.db", *files(tmp_path / "in", given, 100), settings=RULES)
    build(tmp_path / "dask.db", *files(tmp_path / "in", given, 100), settings=ON_DASK)
    assert published(tmp_path / "dask.db") == published(tmp_path / "local.db")
    assert exported(tmp_path / "dask.db") == exported(tmp_path / "local.db") != ""
    random.Random(4).shuffle(given)
    for path in files(tmp_path / "in", given, 7):
        build(tmp_path / "parts.db", path, settings=ON_DASK)
    assert published(tmp_path / "parts.db") == published(tmp_path / "local.db")
    ran = {block.stage.name for block in client.given}
    assert ran == {"extracting", "framing", "profiling", "keys", "nearness", "comparing", "meeting"}
    assert list(spilled.glob("*.parquet"))


@pytest.mark.slow
def test_two_workers_with_one_killed_publish_the_same_bytes(tmp_path: Path) -> None:
    """Two processes, the packaged judge; one is killed while it embeds."""
    killed: list[int] = []

    def kill(stage: str, number: int, total: int) -> None:
        if stage == "framing" and not killed:
            killed.append(workers(os.getpid())[0])
            os.kill(killed[0], signal.SIGKILL)

    (tmp_path / "in").mkdir()
    paths = [str(p) for p in files(tmp_path / "in", rows()[:8], 100)]
    for engine, progress in (("local", None), ("dask", kill)):
        with Store(tmp_path / f"{engine}.db") as store:
            pipeline.build(paths, store, Settings(engine=engine, jobs=2), on_progress=progress)
    assert len(killed) == 1
    assert published(tmp_path / "dask.db") == published(tmp_path / "local.db")
    assert exported(tmp_path / "dask.db") == exported(tmp_path / "local.db") != ""


def test_stages_give_the_same_in_any_division(tmp_path: Path) -> None:
    articles = [article_of(f"a{n}", TOLD)[0] for n in range(5)]
    one_by_one = Stage(EXTRACT.name, EXTRACT.run, lambda _: 1, 1, apart=True)
    expect = list(Local().map(EXTRACT, articles, pipeline.work.Reading(RULES).extractor))
    for stage in (EXTRACT, one_by_one):
        dask = Dask(Client(), tmp_path)
        items = {a.article_id: a for a in articles}
        stage = Stage(stage.name, stage.run, _one, stage.block)
        assert list(dask.map(stage, articles, pipeline.work.Reading(RULES).extractor)) == expect
        kept = dask.keep(stage, items, pipeline.work.Reading(RULES).extractor, spill.READ)
        assert list(kept.items()) == list(zip(items, expect, strict=True))


def _one(_: object) -> int:
    return 1


# -- files -------------------------------------------------------------------------------------------------------------


def test_what_lies_in_files_is_read_back_exactly(tmp_path: Path) -> None:
    claims = claims_of("a", TOLD)
    article, split = article_of("a", TOLD)
    found = slots.of_claims(claims)
    random_rows = np.random.default_rng(5).random((len(found), 6)).astype(np.float32)
    frame = slots.Frame("a", found, random_rows[:2], random_rows, random_rows * 2, random_rows[:0])
    profile = near.profile(article, split, claims, random_rows)
    table = near.Profiles.of([profile, profile])
    for form, value in ((spill.READ, (list(split), list(claims))), (spill.FRAMES, frame), (spill.PROFILES, table)):
        held = Dask(Client(), tmp_path).hold([("x", value), ("y", value)], form)  # type: ignore[arg-type]
        assert repr(pickle.loads(pickle.dumps(held))["y"]) == repr(value)
    assert found
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".parquet"] == []


def test_a_held_value_is_read_when_it_is_asked_for() -> None:
    read: list[str] = []
    held = Held({name: lambda name=name: read.append(name) or name for name in "abc"})
    some = (held.only("ab") | Held.values_of({"d": "D"})).then(str.lower)
    assert ("a" in some, "c" in some, list(some), read) == (True, False, ["a", "b", "d"], [])
    assert (some["b"], some["d"], read) == ("b", "d", ["b"])


def test_parts_weigh_what_they_may() -> None:
    assert list(batches([3, 1, 1, 5, 1], int, 4)) == [(3, 1), (1, 5), (1,)]
    assert list(batches([], int, 4)) == []


def test_a_folder_that_a_worker_does_not_see_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"cannot be written.*--spill"):
        list(Dask(Client(), tmp_path / "elsewhere").hold([("a", ([], []))], spill.READ))
    with pytest.raises(WorkerError, match=r"cannot be read.*--spill"):
        spill.Filed(str(tmp_path / "none.parquet"), 0, spill.READ)()


# -- workers and schedulers --------------------------------------------------------------------------------------------


def _fatal_once(marker: Path, items: Sequence[int]) -> Iterator[int]:
    """Kill the process that it is in, the first time."""
    for item in items:
        if item == 3 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield item * item


def test_the_work_of_a_killed_worker_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = str(Path(__file__).resolve().parent.parent)
    monkeypatch.syspath_prepend(root)
    monkeypatch.setenv("PYTHONPATH", root)
    seen: list[tuple[int, int]] = []
    settings = Settings(engine="dask", jobs=2, spill=str(tmp_path / "spilled"))
    with engines.opened(settings, lambda _, number, total: seen.append((number, total))) as engine:
        assert _listening() == {"127.0.0.1"}
        found = list(engine.map(Stage("squares", _fatal_once, _one, 1), range(8), tmp_path / "marker"))
        assert [p for p in (tmp_path / "spilled").iterdir() if p.stat().st_mode & 0o077] == []
    assert found == [n * n for n in range(8)]
    assert (tmp_path / "marker").exists()
    assert seen == [(n, 8) for n in range(8)]
    assert list((tmp_path / "spilled").iterdir()) == []


def _listening() -> set[str]:
    """The addresses at which this process and its children wait for connections."""
    import psutil

    own = psutil.Process()
    found = [c for p in (own, *own.children(recursive=True)) for c in p.net_connections("inet")]
    return {c.laddr.ip for c in found if c.status == psutil.CONN_LISTEN}


def _unpublished(folder: Path, arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Run over an article into a database that holds another; return what is said on stderr."""
    build(folder / "x.db", *files(folder, [{"id": "first", "text": "No number here."}], 1), settings=RULES)
    before = published(folder / "x.db")
    (path,) = files(folder, [{"id": "b", "text": " ".join(TOLD)}], 1)
    given = ["run", str(path), "--db", str(folder / "x.db"), "--judge", "rules", "--engine", "dask", *arguments]
    assert main(given) == 2
    assert published(folder / "x.db") == before
    return capsys.readouterr().err.strip().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.mark.usefixtures("one_model")
def test_scheduler_that_does_not_answer_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_dask, "WAIT", 0.2)
    lines = _unpublished(folder, ["--scheduler", "tcp://127.0.0.1:1"], capsys)
    assert len(lines) == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in lines[0]


@pytest.mark.usefixtures("one_model")
@pytest.mark.parametrize(
    ("error", "line"),
    [
        (CancelledError("scheduler-connection-lost"), "the scheduler of the workers was lost; nothing was published"),
        (OSError("disk full"), "a worker cannot do the work: disk full"),
        (ModuleNotFoundError("No module named 'reconcile'"), "install reconcile-claims[dask] there"),
        (WorkerError("x.parquet: cannot be read"), "x.parquet: cannot be read"),
    ],
    ids=["scheduler lost", "no room", "not installed", "no shared folder"],
)
def test_what_stops_the_workers_is_one_clear_line(
    error: Exception, line: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Failing(error), folder)
    said = _unpublished(folder, [], capsys)[-1]
    assert line in said


def test_worker_lost_too_often_is_one_clear_line(tmp_path: Path) -> None:
    from distributed import KilledWorker

    error = KilledWorker("part", None, 3)  # type: ignore[arg-type]
    with pytest.raises(WorkerError, match=r"ended its worker 4 times.*nothing was published"):
        list(Dask(Failing(error), tmp_path).map(EXTRACT, [article_of("a", TOLD)[0]], None))  # type: ignore[arg-type]


def test_faulty_code_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        list(Dask(Failing(ZeroDivisionError()), tmp_path).map(EXTRACT, [article_of("a", TOLD)[0]], None))  # type: ignore[arg-type]


def test_worker_of_another_version_is_refused(tmp_path: Path) -> None:
    block = Block(EXTRACT, [], None, None, tmp_path / "x.parquet", version="0.0.1")  # type: ignore[arg-type]
    with pytest.raises(WorkerError, match=rf"a worker has reconcile {__version__}, this is 0\.0\.1"):
        done(block)


@pytest.mark.parametrize("name", ["distributed", "pyarrow"])
def test_extra_that_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with (
        pytest.raises(MissingExtra, match=rf"needs {name}; .*pip install 'reconcile-claims\[dask\]'"),
        engines.opened(Settings(engine="dask")),
    ):
        pass


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(engine="dask", spill=str(tmp_path / "file"))
    with pytest.raises(WorkerError, match=r"file: cannot be written .*--spill"), engines.opened(settings):
        pass


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler with one worker, each a process of its own; the address and the scheduler's process."""
    file = tmp_path / "scheduler.json"
    common = ["--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"]
    started = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *common])]
    while not file.exists() or not file.read_text("utf-8").endswith("}"):
        assert started[0].poll() is None
        sleep(0.1)
    started.append(subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", *common]))
    yield json.loads(file.read_text("utf-8"))["address"], started[0]
    for process in reversed(started):
        process.terminate()
        process.wait()


@pytest.mark.slow
def test_lost_scheduler_is_one_clear_error_and_publishes_nothing(
    tmp_path: Path, scheduler: tuple[str, subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, process = scheduler
    monkeypatch.setattr(engine_dask, "WAIT", 60)
    settings = Settings(judge_name="rules", engine="dask", scheduler=address, spill=str(tmp_path / "spilled"))
    (tmp_path / "in").mkdir()
    first, second = files(tmp_path / "in", rows()[:8], 4)
    build(tmp_path / "local.db", first, settings=RULES)
    build(tmp_path / "x.db", first, settings=settings)
    before = published(tmp_path / "x.db")
    assert before == published(tmp_path / "local.db")

    def kill(stage: str, number: int, total: int) -> None:
        if stage == "framing":
            process.kill()

    with Store(tmp_path / "x.db") as store, pytest.raises(WorkerError, match="scheduler of the workers was lost"):
        pipeline.build([str(second)], store, settings, on_progress=kill)
    assert published(tmp_path / "x.db") == before
    assert list((tmp_path / "spilled").iterdir()) == []


# -- settings ----------------------------------------------------------------------------------------------------------


def test_settings_name_the_engine() -> None:
    given = {"engine": {"name": "dask", "scheduler": "tcp://10.0.0.1:8786", "spill": "/mnt/spill"}}
    settings = from_mapping(given)
    assert (settings.engine, settings.scheduler, settings.spill) == ("dask", "tcp://10.0.0.1:8786", "/mnt/spill")
    assert settings.to_json() == Settings().to_json()
    assert State(engine="dask", jobs=1).settings().engine == "dask"
    assert State().settings().engine == "local"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"name": "spark"}, "engine.name: must be one of local, dask; is 'spark'"),
        ({"scheduler": "tcp://10.0.0.1:8786"}, 'engine.scheduler: is used with name = "dask" alone'),
        ({"nam": "dask"}, "engine.nam: unknown; did you mean name?"),
        ({"name": "dask", "spill": 3}, "engine.spill: must be a non-empty text"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, object], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_mapping({"engine": given})
    assert line in str(caught.value)


@pytest.mark.parametrize("given", [{"scheduler": "tcp://10.0.0.1:8786"}, {"spill": "x"}])
def test_options_of_dask_need_dask(given: dict[str, str]) -> None:
    with pytest.raises(ReconcileError, match="go with --engine dask"):
        State(**given).settings()  # type: ignore[arg-type]
    assert State(engine="dask", **given).settings().engine == "dask"  # type: ignore[arg-type]
