"""How the relation weights are fitted (training/relations.py)."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from reconcile.languages import codes
from reconcile.model import FieldOutcome, Outcome, Relation, Role


@pytest.fixture(scope="module")
def training():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent.parent / "training"))
        yield importlib.import_module("relations")


@pytest.mark.parametrize(
    ("feature", "steps"),
    [
        ("question=+1.5", ("question=+1.5", "question=+1.0", "question=+0.5")),
        ("value:slot=+0.5", ("value:slot=+0.5",)),
        ("judge=agree 0.7", ("judge=agree 0.7", "judge=agree 0.5")),
        ("statement:answer=against 0.6", ("statement:answer=against 0.6", "statement:answer=against 0.4")),
        ("size=2.2", ("size=2.2", "size=5")),
        ("period=same", ("period=same",)),
        ("question=else", ("question=else",)),
        ("kind=value", ("kind=value",)),
    ],
)
def test_a_level_named_by_a_number_stands_on_the_lower_rungs(training, feature, steps):
    assert training.steps(feature) == steps


def test_a_rung_of_which_little_is_known_weighs_like_the_one_below(training):
    names = [["kind=value", "question=+3.0"]] * 60 + [["kind=value", "question=else"]] * 60
    names += [["kind=value", "question=+3.5"]] * 5 + [["kind=value", "answer=equal"]] * 20
    labels = [Relation.CONFLICT] * 60 + [Relation.UNRELATED] * 60 + [Relation.CONFLICT] * 4 + [Relation.UNRELATED]
    labels += [Relation.AGREE] * 20
    weights, _ = training.fit(names, labels)
    conflict = training.relate.CLASSES.index(Relation.CONFLICT)
    assert weights["question=+3.5"][conflict] > 0.5 * weights["question=+3.0"][conflict] > 0


def test_of_calm_stories_only_answers_that_differ_are_known_to_be_no_conflict(training, tmp_path):
    articles = [{"lang": "en", "title": "Corvel", "text": f"Corvel sold {n} cars in May."} for n in (40, 50, 50)]
    (tmp_path / "calm.jsonl").write_text(json.dumps({"topic": "cars", "articles": articles}) + "\n", "utf-8")
    (story,) = training.calm_stories([tmp_path / "calm.jsonl"])
    published = [a["published"] for a in story["articles"]]
    assert story["facts"] == []
    assert published == sorted(set(published))
    differ, same = (FieldOutcome("value", Role.ASSERTION, "", "", o, "", "") for o in (Outcome.DISAGREE, Outcome.AGREE))
    pairing = SimpleNamespace(a=SimpleNamespace(kind="value"))
    assert training.label(pairing, (differ,), story, {}) is Relation.UNRELATED
    assert training.label(pairing, (same,), story, {}) is None


def test_the_calm_stories_of_the_repo_are_in_supported_languages_and_no_notes(training):
    stories = list(training.calm_stories(sorted(training.CALM.glob("*.jsonl"))))
    assert len({s["id"] for s in stories}) == len(stories) >= 80
    for story in stories:
        assert len(story["articles"]) >= 3
        for article in story["articles"]:
            assert article["lang"] in codes()
            assert article["title"]
            short = 40 if story["id"].startswith(("events-", "incidents-")) else 120
            assert len(article["text"].split()) > short


def test_a_sentence_meets_the_nearest_of_its_page_inside_the_window(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "training" / "judge"))
    pages = importlib.import_module("pages")
    texts = ["The mayor opened the bridge.", "Rain fell all day in the hills.", "Nobody was hurt.", "Trains stood."]
    texts += ["The mayor opened the old bridge.", "Rain fell in the hills all day."]
    assert {(0, 4), (1, 5)} <= set(pages._neighbours(texts, 1, len(texts)))
    assert not {(0, 4), (1, 5)} & set(pages._neighbours(texts, 1, 3))
    assert pages._neighbours(texts[:1], 1, 3) == []
