"""What is measured, in eight languages: cases, the shape of the data, properties, hostile input, speed."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile import languages
from reconcile.claims import metrics
from reconcile.claims.phrases import split_entries

CASES = json.loads((Path(__file__).parent / "cases" / "metrics.json").read_text(encoding="utf-8"))
CODES = languages.codes()
PATTERN = re.compile(r"[\w~*^|#<>' .’-]+")
LANGUAGES_OF = {case["label"]: {c["lang"] for c in CASES if c["label"] == case["label"]} for case in CASES}
PARALLEL = sorted(
    name for name in LANGUAGES_OF if LANGUAGES_OF[name] == set(CODES) and not name.startswith("look-alike")
)
WORDS = ["death", "toll", "rose", "to", "12", "%", "shares", "in", "stock", "raised", "$5", "million", "by"]
WORDS += ["votes", ".", "–"]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['lang']}: {case['label']}" for case in CASES])
def test_find_gives_what_the_case_expects(case: dict[str, Any]) -> None:
    found = metrics.find(case["text"], case["lang"])
    assert [[cue.raw, cue.group] for cue in found] == case["expect"]


def test_cases_cover_every_language_with_positives_and_negatives() -> None:
    for code in CODES:
        rows = [case for case in CASES if case["lang"] == code]
        assert any(case["expect"] for case in rows), code
        assert any(not case["expect"] for case in rows), code
    assert len(CASES) >= 90
    assert len(PARALLEL) >= 8


@pytest.mark.parametrize("label", PARALLEL)
def test_the_same_statement_shares_a_metric_in_all_languages(label: str) -> None:
    groups = [{group for _, group in case["expect"]} for case in CASES if case["label"] == label]
    assert set.intersection(*groups)


def test_a_cue_is_of_kind_metric_and_points_into_the_text() -> None:
    text = "Shares fell after net profit sank."
    first, second = metrics.find(text, "en")
    assert (first.kind, first.value, first.group) == ("metric", "share_price", "share_price")
    assert first.raw == "Shares"
    assert text[second.start : second.end] == second.raw == "net profit"


def test_unknown_languages_have_no_metrics() -> None:
    assert metrics.find("The death toll rose to 12.", "xx") == ()
    assert metrics.groups("xx") == ()


@pytest.mark.parametrize("code", CODES)
def test_names_are_those_of_english(code: str) -> None:
    assert set(metrics.groups(code)) <= set(metrics.groups("en"))
    assert len(metrics.groups(code)) >= 110
    assert set(languages.load(code).table("metric_tails")) <= set(metrics.groups("en"))


@pytest.mark.parametrize("code", CODES)
def test_patterns_are_well_formed_and_in_one_group_each(code: str) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    wrong = []
    for name, value in languages.load(code).table("metrics").items():
        for pattern in split_entries(value):
            places[pattern.casefold()].append(name)
            edges = pattern[0] + pattern[-1]
            numbers = [choice for choice in re.split(r"[ |]", pattern) if "#" in choice and choice != "#"]
            if not PATTERN.fullmatch(pattern) or ">" in edges or "<" in edges or numbers or "||" in pattern:
                wrong.append((name, pattern))
    assert wrong == []
    assert {pattern: names for pattern, names in places.items() if len(names) > 1} == {}


@given(st.lists(st.sampled_from(WORDS), max_size=25), st.sampled_from(CODES))
@settings(max_examples=150, deadline=None)
def test_cues_are_ordered_and_none_lies_inside_another(words: list[str], code: str) -> None:
    text = " ".join(words)
    found = metrics.find(text, code)
    for cue in found:
        assert text[cue.start : cue.end] == cue.raw != ""
        assert cue.group == cue.value in metrics.groups(code)
    for one, two in pairwise(found):
        assert one.start < two.start
        assert one.end < two.end


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "piece", ["bought the ", "5 million ", "price of ", "a" * 50 + " ", "prijs", "sold the a b c d e ", "-"]
)
@pytest.mark.slow
def test_time_grows_with_the_length_only(code: str, piece: str) -> None:
    metrics.find("warm", code)
    text = piece * (60_000 // len(piece))
    started = time.perf_counter()
    metrics.find(text, code)
    assert time.perf_counter() - started < 5


@pytest.mark.slow
def test_thousands_of_sentences_a_second() -> None:
    rows = [(f"{case['text']} {n}", case["lang"]) for n in range(5) for case in CASES]
    for text, lang in rows:
        metrics.find(text, lang)
    best = 0.0
    for n in range(3):
        fresh = [(f"{text}{n}", lang) for text, lang in rows]
        started = time.perf_counter()
        for text, lang in fresh:
            metrics.find(text, lang)
        best = max(best, len(rows) / (time.perf_counter() - started))
    assert best > 3000
