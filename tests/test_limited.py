"""Of a very long article some sentences are compared: which, in every way of running, and that it is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconcile import cli, pipeline, work
from reconcile.config import Settings
from reconcile.match import limited
from reconcile.model import Claim
from reconcile.publish.store import Store
from tests.corpus import build, claims_of, exported
from tests.test_engine_dask import Client, use
from tests.test_work import files, published

pytest_plugins = ("tests.corpus_fixtures",)

MOST = 8
SHORT = Settings(judge_name="rules", limits={"max_compared_sentences": MOST})
LONG = Settings(judge_name="rules")


def article(worths: Sequence[float | None], *, title: bool = False) -> list[Claim]:
    """Return the claims of an article whose sentences, of one claim each, are worth so much; the last is its title."""
    made = claims_of("a", [f"The harbour stayed calm near quay {'abcdefghijkl'[n]}." for n in range(len(worths))])
    told = [next(c for c in made if c.sentence_id == s) for s in dict.fromkeys(c.sentence_id for c in made)]
    rated = [replace(claim, worth=worth) for claim, worth in zip(told, worths, strict=True)]
    return [*rated[:-1], replace(rated[-1], part="title", start=0)] if title else rated


CHOSEN: list[tuple[str, list[float | None], int, list[int]]] = [  # worths, the most, the places of what is compared
    ("short enough", [0.1, 0.9, 0.2], 3, [0, 1, 2]),
    ("none", [], 3, []),
    ("the first, then the worthiest", [0.1, 0.2, 0.3, 0.9, 0.4, 0.8], 4, [0, 3, 4, 5]),
    ("equally worthy ones in order", [0.5] * 6, 4, [0, 1, 2, 3]),
    ("a quarter of the first", [0.0] * 4 + [0.9] * 8, 8, [0, 1, 4, 5, 6, 7, 8, 9]),
    ("unknown worth comes last", [0.1, None, 0.2, None, 0.3], 3, [0, 2, 4]),
    ("one", [0.1, 0.9], 1, [0]),
]


@pytest.mark.parametrize(("worths", "most", "places"), [c[1:] for c in CHOSEN], ids=[c[0] for c in CHOSEN])
def test_the_first_and_the_worthiest_are_compared(worths: list[float | None], most: int, places: list[int]) -> None:
    claims = article(worths)
    assert list(limited.compared(claims, most)) == [claims[n] for n in places]


def test_the_headline_is_compared_before_all_else() -> None:
    claims = article([0.9, 0.8, 0.7, 0.0], title=True)
    assert list(limited.compared(claims, 1)) == [claims[3]]
    assert list(limited.compared(claims, 2)) == [claims[0], claims[3]]


@pytest.mark.parametrize(
    ("crowded", "most", "kept"),
    [(3, 5, [0, 1, 2, 4]), (0, 5, [1, 2, 3, 4]), (3, 50, [0, 1, 2, 3, 4])],
    ids=["too long for what is left", "even the first", "with room"],
)
def test_a_sentence_of_very_many_answers_counts_as_several(crowded: int, most: int, kept: list[int]) -> None:
    texts = [f"The harbour stayed calm near quay {letter}." for letter in "abcde"]
    texts[crowded] = "Fares were " + ", ".join(f"{n} euros" for n in range(100, 190)) + "."
    claims = claims_of("a", texts)
    assert {texts.index(c.quote) for c in limited.compared(claims, most)} == set(kept)


def rows(sentences: int = 20) -> list[dict[str, Any]]:
    """Two long articles that differ in every figure, and a short one."""
    made = []
    for number, name in enumerate(("Post", "Wire", "Echo")):
        said = [
            f"The Norrum ferry to quay {'abcdefghijklmnopqrst'[n]} carried {100 * (n + 1) + 40 * number} people in May."
            for n in range(sentences if number < 2 else 3)
        ]
        made.append(
            {
                "id": name.lower(), "source": name, "title": "The Norrum ferry carried more people in May",
                "published": f"2025-06-0{number + 1}", "lang": "en", "text": "\n\n".join(said),
            }
        )  # fmt: skip
    return made


def notes(db: Path) -> list[str]:
    with Store(db, read_only=True) as store:
        return [f"{p.stage} {p.article_id}: {p.message}" for p in store.problems()]


SAID = f"{MOST} of its 21 sentences are compared with other articles, the first and those most worth checking"
NOTES = [f"compare {name}: {SAID}" for name in ("post", "wire")]


@pytest.fixture
def at_once(tmp_path: Path, one_model: None) -> Path:
    (tmp_path / "in").mkdir()
    build(tmp_path / "once.db", *files(tmp_path / "in", rows(), 100), settings=SHORT)
    return tmp_path / "once.db"


def test_what_is_left_out_is_said_and_still_shown(at_once: Path) -> None:
    assert notes(at_once) == NOTES
    with Store(at_once, read_only=True) as store:
        claims = list(store.claims())
    kept = {name: len({c.sentence_id for c in claims if c.article_id == name}) for name in ("post", "wire", "echo")}
    assert kept == {"post": 21, "wire": 21, "echo": 4}
    told: dict[str, set[str]] = {}
    for line in exported(at_once).splitlines():
        for side in (json.loads(line)["a"], json.loads(line)["b"]):
            told.setdefault(side["article_id"], set()).add(side["quote"])
    assert {name: len(quotes) <= MOST for name, quotes in told.items()} == dict.fromkeys(kept, True)


def test_every_way_of_running_leaves_out_the_same(
    at_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path / "in", rows(), 1)
    for path in reversed(paths):
        build(tmp_path / "parts.db", path, settings=SHORT)
    spilled = tmp_path / "spilled"
    spilled.mkdir()
    use(monkeypatch, Client(), spilled)
    build(tmp_path / "dask.db", *paths, settings=replace(SHORT, engine="dask", jobs=2))
    build(tmp_path / "long.db", *paths, settings=LONG)
    assert published(tmp_path / "parts.db") == published(at_once)
    assert published(tmp_path / "dask.db") == published(at_once)
    assert (notes(tmp_path / "dask.db"), notes(tmp_path / "long.db")) == (NOTES, [])
    assert len(exported(tmp_path / "long.db")) > len(exported(at_once)) > 0


def test_another_limit_compares_all_anew(at_once: Path, tmp_path: Path) -> None:
    again = files(tmp_path / "in", rows()[2:], 1)
    build(tmp_path / "long.db", *files(tmp_path / "in", rows(), 100), settings=LONG)
    build(at_once, *again, settings=LONG)
    assert exported(at_once) == exported(tmp_path / "long.db")


def test_check_leaves_out_the_same_and_says_it(at_once: Path, tmp_path: Path) -> None:
    build(tmp_path / "others.db", *files(tmp_path / "in", rows()[1:], 100), settings=SHORT)
    given = [str(p) for p in files(tmp_path / "in", rows()[:1], 1)]
    with Store(tmp_path / "others.db", read_only=True) as store:
        fresh = pipeline.check(given, store, SHORT)
    with Store(at_once, read_only=True) as store:
        stood = pipeline.check(given, store, SHORT)
    ours = {json.loads(line)["id"] for line in exported(at_once).splitlines() if '"post"' in line}
    assert {str(row["id"]) for row in fresh.findings} == {str(row["id"]) for row in stood.findings} == ours != set()
    for result in (fresh, stood):
        assert [f"{p.stage} {p.article_id}: {p.message}" for p in result.problems] == NOTES[:1]


@pytest.mark.usefixtures("one_model")
def test_the_command_line_says_it_in_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    paths = files(tmp_path / "in", rows(), 100)
    Path("reconcile.toml").write_text(f"[limits]\nmax_compared_sentences = {MOST}\n", encoding="utf-8")
    assert cli.main(["run", *map(str, paths), "--db", "x.db", "--judge", "rules", "--jobs", "1"]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "of its 21 sentences" in line]
    assert len(said) == 2
    assert all(line.startswith("warning: ") and "max_compared_sentences" in line for line in said)


def test_the_packaged_limit_is_that_of_the_settings() -> None:
    assert work.Reading(Settings()).most == work.Work.__dataclass_fields__["most"].default == 200
