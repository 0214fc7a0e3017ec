"""Extraction in worker processes: the same claims in the same order, and no half result when one dies."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from reconcile import engine, pipeline, work
from reconcile.claims.extract import SlotExtractor
from reconcile.config import Settings, cores
from reconcile.errors import ConfigError, WorkerError
from reconcile.model import Article, Claim, Sentence, stable_id
from reconcile.options import State
from reconcile.publish.store import Store
from reconcile.signals import handled, held_back

ROOT = Path(__file__).resolve().parent.parent
TEXTS = (
    ("en", "Ferry fares up 4%", "Ferry fares on Lake Norrum rose 4% on Monday. Mayor Ines Falk had asked for 2%."),
    ("de", "Fähre teurer", "Die Fähre kostet seit Montag 4 Prozent mehr. Das teilte die Reederei Norrum AG mit."),
    ("es", "Sube el ferri", "El billete del ferri sube un 4 % desde el lunes. La alcaldesa Ines Falk pidió un 2 %."),
    ("tl", "Taas-pasahe", "Tumaas ng 4% ang pasahe sa ferry noong Lunes. Sinabi ito ni Ines Falk."),
)


class Crashing(SlotExtractor):
    """Kills the process that it is in."""

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        os._exit(7)


class Faulty(SlotExtractor):
    """Raises an error that users can mend."""

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        raise ConfigError(f"cannot read {article.article_id}")


class Interrupting(SlotExtractor):
    """Is in a process that Ctrl-C does not reach."""

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        os.kill(os.getpid(), signal.SIGINT)
        return super().extract(article, sentences)


@pytest.fixture
def articles() -> list[Article]:
    return [
        Article(f"a{n}", "Norrum Post", "", title, "2025-06-02", lang, f"{text}\n\nFerry {n} sails.", stable_id(text))
        for n in range(3)
        for lang, title, text in TEXTS
    ]


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few words worth a process, and every article a batch."""
    monkeypatch.setattr(engine, "WORTH", 10)
    monkeypatch.setattr(engine, "BATCH", 1)


@pytest.mark.usefixtures("processes")
def test_processes_give_the_same_claims_in_the_same_order(articles: list[Article]) -> None:
    alone = list(engine.extract_all(articles, SlotExtractor({"Falk": "Ines Falk"}), jobs=1))
    apart = list(engine.extract_all(articles, SlotExtractor({"Falk": "Ines Falk"}), jobs=2))
    assert apart == alone
    assert [split[0].article_id for split, _ in apart] == [a.article_id for a in articles]
    assert repr(apart) == repr(alone)


def test_small_input_starts_no_process(articles: list[Article], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ProcessPoolExecutor", None)
    assert len(list(engine.extract_all(articles, SlotExtractor(), jobs=8))) == len(articles)


def test_collector_is_as_before_when_a_stage_ends_or_is_left(articles: list[Article]) -> None:
    before = gc.get_threshold()
    with closing(engine.extract_all(articles, SlotExtractor())) as found:
        next(found)
        assert gc.get_threshold() == engine.SELDOM
    assert gc.get_threshold() == before
    list(engine.extract_all(articles, SlotExtractor()))
    assert gc.get_threshold() == before


def test_claims_travel_whole(articles: list[Article]) -> None:
    found = [*articles, *engine.extract_all(articles, SlotExtractor())]
    assert pickle.loads(pickle.dumps(found)) == found
    assert any(
        claim.quantity and claim.times and claim.entities for _, claims in found[len(articles) :] for claim in claims
    )


def test_no_articles_give_nothing() -> None:
    assert list(engine.extract_all([], SlotExtractor(), jobs=2)) == []


@pytest.mark.usefixtures("processes")
def test_dead_process_is_one_clear_error(articles: list[Article]) -> None:
    with pytest.raises(WorkerError, match=r"died.*nothing was published.*jobs = 1.*--jobs 1"):
        list(engine.extract_all(articles, Crashing(), jobs=2))


@pytest.mark.usefixtures("processes")
def test_error_in_a_process_is_the_same_error_here(articles: list[Article]) -> None:
    with pytest.raises(ConfigError, match="cannot read a0"):
        list(engine.extract_all(articles, Faulty(), jobs=2))


@pytest.mark.usefixtures("processes")
def test_interrupt_does_not_reach_the_processes(articles: list[Article]) -> None:
    handler = signal.getsignal(signal.SIGINT)
    assert len(list(engine.extract_all(articles[:2], Interrupting(), jobs=2))) == 2
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.usefixtures("processes")
def test_interrupted_run_stops_its_processes(articles: list[Article], monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = []
    shutdown = engine.ProcessPoolExecutor.shutdown

    def noted(pool: engine.ProcessPoolExecutor, wait: bool = True, *, cancel_futures: bool = False) -> None:
        stopped.append((wait, cancel_futures))
        shutdown(pool, wait, cancel_futures=cancel_futures)

    monkeypatch.setattr(engine.ProcessPoolExecutor, "shutdown", noted)
    made = engine.extract_all(articles, SlotExtractor(), jobs=2)
    next(made)
    with pytest.raises(KeyboardInterrupt):
        made.throw(KeyboardInterrupt)
    assert stopped == [(True, True)]


STOPPED = [
    pytest.param("SIGINT", 1, "all", id="Ctrl-C as the first worker starts"),
    pytest.param("SIGTERM", 2, "one", id="kill as the second worker starts"),
    pytest.param("SIGINT", 2, "one", id="an interrupt of the run alone", marks=pytest.mark.slow),
    pytest.param("SIGTERM", 1, "all", id="all are told to end", marks=pytest.mark.slow),
    pytest.param("SIGINT", 1, "all dask", id="Ctrl-C as the first worker of Dask starts", marks=pytest.mark.slow),
    pytest.param("SIGINT", 2, "one dask", id="an interrupt as the second starts", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("name", "place", "whom"), STOPPED)
def test_signal_while_workers_start_stops_the_run_in_one_line(name: str, place: int, whom: str) -> None:
    if "dask" in whom:
        pytest.importorskip("distributed")
    words = [sys.executable, "-m", "tests.interrupted", name, str(place), *whom.split()]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, start_new_session=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", "error: interrupted\n")


@pytest.mark.parametrize("count", [0, 1], ids=["alone", "beside a thread that takes signals"])
def test_signals_held_back_are_answered_at_the_end(count: int) -> None:
    came: list[str] = []
    done = threading.Event()
    threads = [threading.Thread(target=done.wait) for _ in range(count)]
    for thread in threads:
        thread.start()
    with handled(signal.SIGUSR1, lambda *_: came.append("answered")):
        with held_back(signal.SIGUSR1):
            os.kill(os.getpid(), signal.SIGUSR1)
            sum(range(1000))
            came.append("worked")
        for _ in range(500):  # where another thread takes the signal, the answer follows a moment later
            if came[1:]:
                break
            time.sleep(0.01)
        assert came == ["worked", "answered"]
    assert signal.SIGUSR1 not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    done.set()


def test_signals_held_back_are_answered_after_an_error_too() -> None:
    came: list[int] = []

    def failing() -> None:
        with held_back(signal.SIGUSR1):
            os.kill(os.getpid(), signal.SIGUSR1)
            raise OSError("no process")

    with handled(signal.SIGUSR1, lambda number, _: came.append(number)), pytest.raises(OSError, match="no process"):
        failing()
    assert came == [signal.SIGUSR1]


@pytest.mark.usefixtures("processes")
def test_dead_process_publishes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SlotExtractor", Crashing)
    for n, (_, title, text) in enumerate(TEXTS):
        (tmp_path / f"{n}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    with Store(tmp_path / "x.db") as store:
        with pytest.raises(WorkerError):
            pipeline.build([str(tmp_path)], store, Settings(jobs=2))
        assert list(store.articles()) == []


def test_command_line_takes_a_process_a_core_unless_told_otherwise() -> None:
    assert State().settings().jobs == cores()
    assert State(jobs=3).settings().jobs == 3
    Path("reconcile.toml").write_text("[extract]\njobs = 5\n", encoding="utf-8")
    assert State().settings().jobs == 5
    assert State(jobs=3).settings().jobs == 3


def test_record_of_a_run_does_not_name_the_processes() -> None:
    assert Settings(jobs=1).to_json() == Settings(jobs=4).to_json()
    assert cores() >= 1


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes import this module by the name it has here."""
    monkeypatch.syspath_prepend(str(ROOT))
