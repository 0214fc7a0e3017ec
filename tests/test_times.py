"""Time expressions in eight languages: spans, resolution against the publication date, look-alikes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile import languages
from reconcile.claims import times

CASES = json.loads((Path(__file__).parent / "cases" / "times.json").read_text("utf-8"))
LANGS = ("en", "tl", "es", "de", "fr", "pt", "nl", "id", "xx")


def marked(case: dict[str, Any]) -> Any:
    reason = case.get("known_failure")
    marks = [pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError)] if reason else []
    return pytest.param(case, id=f"{case['lang']}: {case['label']}", marks=marks)


@pytest.mark.parametrize("case", map(marked, CASES))
def test_find_case(case: dict[str, Any]) -> None:
    """Each expected time is a row of raw text, first and last day, granularity and kind."""
    found = times.find(case["text"], case["lang"], case["published"])
    assert [[t.raw, t.low, t.high, t.granularity, t.kind] for t in found] == case["expect"]


def test_cases_tell_said_from_happened_in_every_language() -> None:
    for lang in LANGS[:-1]:
        kinds = [row[4] for case in CASES if case["lang"] == lang for row in case["expect"]]
        assert kinds.count("reported") >= 8
        assert kinds.count("point") >= 8


@pytest.mark.parametrize("lang", LANGS)
@given(
    text=st.text(alphabet=" .,:;-/()0123456789Qaefhilmnorstuvy$%'\"“„äéñ\n", max_size=120),
    published=st.sampled_from([None, "2025-10-21", "2024-02-29T23:59:59Z", "not a date"]),
)
def test_find_any_text_gives_ordered_spans_of_the_text(lang: str, text: str, published: str | None) -> None:
    last = 0
    for ref in times.find(text, lang, published):
        assert text[ref.start : ref.end] == ref.raw
        assert ref.start >= last
        assert (ref.low is None) == (ref.high is None)
        assert ref.low is None or (ref.high is not None and ref.low <= ref.high)
        last = ref.end


@pytest.mark.parametrize("lang", LANGS[:-1])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_find_time_words_in_any_order_never_fail(lang: str, data: st.DataObject) -> None:
    tables = ("months", "weekdays", "relative_days", "periods", "time_words")
    entries = [v for table in tables for v in languages.load(lang).table(table).values() if isinstance(v, str)]
    words = sorted({word for entry in entries for pattern in entry.split(",") for word in pattern.split()})
    piece = st.one_of(
        st.sampled_from(words), st.sampled_from(["2025", "3", "31", "1990s", "8.30", "(13/8)", "Q", ",", "-"])
    )
    text = " ".join(data.draw(st.lists(piece, max_size=14)))
    for ref in times.find(text, lang, "2025-10-21"):
        assert text[ref.start : ref.end] == ref.raw
        assert ref.low is None or (ref.high is not None and ref.low <= ref.high)


@pytest.mark.parametrize(
    ("raw", "lang", "minutes"),
    [
        ("8 a.m.", "en", 480),
        ("6:30pm", "en", 1110),
        ("12 a.m.", "en", 0),
        ("noon", "en", 720),
        ("23:05", "en", 1385),
        ("alas-dos ng hapon", "tl", 840),
        ("alas-2 ng madaling-araw", "tl", 120),
        ("a las siete y media de la tarde", "es", 1170),
        ("um 8 Uhr abends", "de", 1200),
        ("20h15", "fr", 1215),
        ("às 8 horas da manhã", "pt", 480),
        ("om 20.30 uur", "nl", 1230),
        ("pukul 16.00 WIB", "id", 960),
        ("half past seven", "en", 450),
        ("a quarter to eight", "en", 465),
        ("ten past nine in the evening", "en", 1270),
        ("five o'clock", "en", 300),
        ("8p.m.", "en", 1200),
        ("7:56:30 pm", "en", 1196),
        ("at 5", "en", 300),
        ("halb acht", "de", 450),
        ("Viertel nach acht", "de", 495),
        ("half acht", "nl", 450),
        ("pukul setengah delapan", "id", 450),
    ],
)
def test_clock_minutes_reads_the_hour(raw: str, lang: str, minutes: int) -> None:
    assert times.clock_minutes(raw, lang) == minutes


def test_clock_minutes_of_no_clock_is_none() -> None:
    assert times.clock_minutes("third quarter", "en") is None


def test_find_unknown_language_reads_digits_only() -> None:
    (ref,) = times.find("aaa 2024-05-01 bbb", "xx", None)
    assert (ref.low, ref.granularity) == ("2024-05-01", "day")


def test_find_hostile_input_is_fast() -> None:
    text = "1-" * 20_000 + "the first " * 5_000 + "(" * 10_000
    assert times.find(text, "en", "2025-01-01") == ()


def test_find_said_between_many_names_is_linear() -> None:
    text = "said " + "Anna " * 20_000 + "on Friday " * 2_000
    assert {ref.kind for ref in times.find(text, "en", "2025-01-01")} == {"point"}
