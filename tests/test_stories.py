"""Stories: articles about one event meet, others stay apart, and a new article changes nothing between the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from reconcile.claims.extract import SlotExtractor
from reconcile.match import near, stories
from reconcile.match.near import Profile
from reconcile.model import Article, Claim, Sentence, Story
from tests.corpus import article_of

FERRY_A = (
    "The ferry Stella Rova sank off Port Arden on Tuesday with 48 people on board.",
    "Coastguard officers pulled 31 passengers from the water, harbour master Maud Ferris said.",
    "The owner, Arden Lines, had the vessel inspected in May.",
)
FERRY_B = (
    "Rescuers searched for survivors of the Stella Rova, a ferry that went down near Port Arden.",
    "Arden Lines said the vessel carried 52 passengers and crew.",
    "Harbour master Maud Ferris called the weather calm.",
)
FERRY_C = (
    "Prosecutors opened an inquiry into the sinking of the ferry Stella Rova off Port Arden.",
    "They will question managers of Arden Lines about the inspection of the vessel.",
)
RATES_A = (
    "The central bank of Norland left its key rate at 4.5% on Thursday.",
    "Governor Tomas Rieger expects inflation to fall to 2% next year.",
    "Economists at Corvel Bank had bet on a cut.",
)
RATES_B = (
    "Norland's key rate stays at 4.5%, the central bank decided.",
    "Governor Tomas Rieger said inflation was still too high for a cut.",
)
OPERA = (
    "The opera house of Velburg opened its season with a new staging of a forgotten work.",
    "Soprano Ilse Katzmann sang for three hours and was cheered by the audience.",
)
ANOTHER_FERRY = (
    "A ferry with 300 passengers on board ran aground near Hollund on Sunday.",
    "Nobody was hurt, and tugs of the coastguard towed the Baltic Wind to port, police in Hollund said.",
)
TEXTS = {"f1": FERRY_A, "f2": FERRY_B, "f3": FERRY_C, "r1": RATES_A, "r2": RATES_B, "o1": OPERA}

Parts = tuple[list[Article], dict[str, Sequence[Sentence]], dict[str, Sequence[Claim]], dict[str, np.ndarray]]


def profiles_of(parts: Parts) -> list[Profile]:
    articles, sentences, claims, vectors = parts
    return [near.profile(a, sentences[i], claims[i], vectors[i]) for a in articles for i in (a.article_id,)]


def likeness(parts: Parts) -> np.ndarray:
    joined = near.Profiles.of(profiles_of(parts))
    return near.likeness(joined, joined)


def group(parts: Parts) -> tuple[Story, ...]:
    profiles = {p.article_id: p for p in profiles_of(parts)}
    joined = near.Profiles.of(profiles.values())
    grouped = stories.group(profiles, near.components(list(profiles), near.pairs(joined, joined)))
    return tuple(stories.story([a for a in parts[0] if a.article_id in ids]) for ids in grouped)


def parts_of(names: Sequence[str], texts: Mapping[str, Sequence[str]] = TEXTS) -> Parts:
    """Articles with sentences, claims and vectors that tell nothing."""
    made = {name: article_of(name, texts[name]) for name in names}
    articles = [made[name][0] for name in names]
    sentences: dict[str, Sequence[Sentence]] = {name: made[name][1] for name in names}
    claims: dict[str, Sequence[Claim]] = {n: SlotExtractor().extract(*made[n]) for n in names}
    return articles, sentences, claims, {n: np.zeros((len(texts[n]), 4), np.float32) for n in names}


def groups(made: Sequence[Story]) -> set[tuple[str, ...]]:
    return {story.article_ids for story in made}


def test_articles_about_one_event_meet_and_others_stay_apart() -> None:
    made = group(parts_of(["f1", "f2", "f3", "r1", "r2", "o1"]))
    assert groups(made) == {("f1", "f2", "f3"), ("r1", "r2"), ("o1",)}


def test_unrelated_articles_stay_apart() -> None:
    assert groups(group(parts_of(["f1", "r1", "o1"]))) == {("f1",), ("r1",), ("o1",)}


def test_two_events_of_one_kind_stay_apart() -> None:
    made = group(parts_of(["f1", "f2", "x1"], {**TEXTS, "x1": ANOTHER_FERRY}))
    assert groups(made) == {("f1", "f2"), ("x1",)}


def test_no_article_and_one_article() -> None:
    assert group(([], {}, {}, {})) == ()
    (story,) = group(parts_of(["o1"]))
    assert story.article_ids == ("o1",)
    assert story.title == OPERA[0]


def test_article_without_sentences_is_a_story_of_its_own() -> None:
    made = group(parts_of(["f1", "f2", "x1"], {**TEXTS, "x1": ()}))
    assert groups(made) == {("f1", "f2"), ("x1",)}


def test_stories_do_not_depend_on_order() -> None:
    whole = group(parts_of(sorted(TEXTS)))
    for order in list(permutations(TEXTS))[::97]:
        assert group(parts_of(order)) == whole
    assert [s.article_ids for s in whole] == sorted(s.article_ids for s in whole)


def test_a_new_article_changes_no_likeness_between_the_others() -> None:
    before = likeness(parts_of(["f1", "f2", "r1"]))
    after = likeness(parts_of(["f1", "f2", "r1", "o1", "r2", "f3"]))
    assert before.tolist() == after[:3, :3].tolist()
    assert after.tolist() == after.T.tolist()


def test_likeness_grows_with_names_words_and_meaning() -> None:
    articles, sentences, claims, vectors = parts_of(["f1", "f2", "o1"])
    table = likeness((articles, sentences, claims, vectors))
    assert table[0, 1] > table[0, 2]
    for name in ("f1", "o1"):
        vectors[name][:, 0] = 1.0
    closer = likeness((articles, sentences, claims, vectors))
    assert closer[0, 2] > table[0, 2]
    assert closer[0, 1] == table[0, 1]


def test_a_word_that_many_articles_use_brings_less_together_than_a_rare_one() -> None:
    texts = {
        "a": ("A company said its plans were new.",),
        "b": ("A company said its people were new.",),
        "c": ("A troubadour lost his zither.",),
        "d": ("A zither was found by a troubadour.",),
    }
    common = likeness(parts_of(["a", "b"], {**texts}))[0, 1]
    rare = likeness(parts_of(["c", "d"], {**texts}))[0, 1]
    assert rare > common


def test_story_is_named_after_its_earliest_article() -> None:
    first = article_of("z9", ["An early report of the sinking."], published="2025-06-01T08:00:00Z")[0]
    articles, sentences, claims, vectors = parts_of(["f1", "f2"])
    early = replace(first, title="Ferry sinks off Port Arden", article_id="f0")
    made = article_of("f0", FERRY_C)[1]
    sentences["f0"], claims["f0"] = made, SlotExtractor().extract(early, made)
    vectors["f0"] = np.zeros((len(made), 4), np.float32)
    (story,) = group(([*articles, early], sentences, claims, vectors))
    assert story.title == "Ferry sinks off Port Arden"


CHANGES: dict[str, Callable[[Article], Article]] = {
    "content": lambda article: replace(article, content_hash="another"),
    "publication": lambda article: replace(article, published="2025-05-30"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_digest_changes_with_a_member(change: str) -> None:
    articles, sentences, claims, vectors = parts_of(["f1", "f2"])
    (before,) = group((articles, sentences, claims, vectors))
    changed = CHANGES[change](articles[0])
    (after,) = group(([changed, articles[1]], sentences, claims, vectors))
    assert (after.story_id, after.article_ids) == (before.story_id, before.article_ids)
    assert after.digest != before.digest


DATES = {
    "some weeks later": ("2025-08-01", 1),
    "a day that is not known": (None, 1),
    "no date": ("spring", 1),
    "a year later": ("2026-06-12T09:00:00Z", 2),
}


@pytest.mark.parametrize("name", DATES)
def test_articles_of_other_times_are_of_other_stories(name: str) -> None:
    published, expected = DATES[name]
    articles, sentences, claims, vectors = parts_of(["f1", "f2"])
    later = replace(articles[1], published=published)
    assert len(group(([articles[0], later], sentences, claims, vectors))) == expected
