"""Change, opposition, status, negation and speakers in eight languages, with look-alikes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.claims import languages, phrases, stance
from reconcile.model import Attribution, Polarity, Span

CASES = json.loads((Path(__file__).parent / "cases" / "stance.json").read_text("utf-8"))
PARTS = sorted((Path(stance.__file__).parent / "languages").rglob("*.toml"))
LANGS = ("en", "tl", "es", "de", "fr", "pt", "nl", "id")


def of(check: str) -> list[Any]:
    return [pytest.param(case, id=f"{case['lang']}: {case['label']}") for case in CASES if case["check"] == check]


@pytest.mark.parametrize("case", of("direction"))
def test_direction_case(case: dict[str, Any]) -> None:
    assert [[cue.raw, cue.value] for cue in stance.direction(case["text"], case["lang"])] == case["expect"]


@pytest.mark.parametrize("case", of("polarity"))
def test_polarity_case(case: dict[str, Any]) -> None:
    assert stance.polarity(case["text"], case["lang"], None).value == case["expect"]


@pytest.mark.parametrize("case", of("poles"))
def test_poles_case(case: dict[str, Any]) -> None:
    found = {pole.group + ("+" if pole.sign > 0 else "-") for pole in stance.poles(case["text"], case["lang"])}
    for name in case["expect"]:
        assert (name.lstrip("!") in found) != name.startswith("!"), found


@pytest.mark.parametrize("case", of("status"))
def test_status_case(case: dict[str, Any]) -> None:
    assert {str(cue.value) for cue in stance.status(case["text"], case["lang"])} == set(case["expect"])


@pytest.mark.parametrize("case", of("quotes"))
def test_quotes_case(case: dict[str, Any]) -> None:
    found = [[q.raw, q.speaker, q.kind] for q in stance.quotes(case["text"], case["lang"])]
    assert found == case["expect"]


@pytest.mark.parametrize("case", of("attribution"))
def test_attribution_case(case: dict[str, Any]) -> None:
    found = stance.attribution(case["text"], case["lang"])
    assert ([found.speaker, found.kind] if found else None) == case["expect"]


def test_polarity_of_a_span_looks_at_its_clause_only() -> None:
    text = "The senate passed the bill, but the house did not approve it."
    passed, approve = text.index("passed"), text.index("approve")
    assert stance.polarity(text, "en", Span(passed, passed + 6)) is Polarity.AFFIRMED
    assert stance.polarity(text, "en", Span(approve, approve + 7)) is Polarity.NEGATED


@pytest.mark.parametrize("lang", LANGS)
def test_opposites_share_their_names_with_english(lang: str) -> None:
    assert len(stance.opposites(lang)) >= 40
    assert set(stance.opposites(lang)) <= set(stance.opposites("en"))


@pytest.mark.parametrize("lang", LANGS)
@given(text=st.text(alphabet=" .,:;!?()'\"“”„«»‘’-—\nABKLSaehimnorstuyñäé09", max_size=160))
def test_any_text_gives_spans_of_the_text(lang: str, text: str) -> None:
    found = [*stance.direction(text, lang), *stance.poles(text, lang), *stance.status(text, lang)]
    for cue in [*found, *stance.quotes(text, lang)]:
        assert text[cue.start : cue.end] == cue.raw
    assert stance.polarity(text, lang) in Polarity


@pytest.mark.parametrize("lang", LANGS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_cue_words_in_any_order_never_fail(lang: str, data: st.DataObject) -> None:
    tables = ("direction", "opposites", "negation", "status", "attribution")
    entries = [v for table in tables for v in languages.load(lang).table(table).values() if isinstance(v, str)]
    words = sorted({w.strip("~*^") for entry in entries for p in entry.split(",") for w in p.split() if "|" not in w})
    piece = st.one_of(st.sampled_from(words), st.sampled_from(['"', "«", "»", ",", "Ana Ruiz", "12", "!"]))
    text = " ".join(data.draw(st.lists(piece, max_size=16)))
    for cue in [*stance.direction(text, lang), *stance.poles(text, lang), *stance.quotes(text, lang)]:
        assert text[cue.start : cue.end] == cue.raw
    assert stance.polarity(text, lang) in Polarity
    attribution = stance.attribution(text, lang)
    assert attribution is None or attribution.kind in ("named", "unnamed", "document")


def test_hostile_input_is_fast() -> None:
    text = "no not " * 3_000 + '"' * 3_000 + "said up " * 3_000
    assert stance.polarity(text, "en") is Polarity.NEGATED
    assert isinstance(stance.attribution(text[:20_000], "en"), Attribution | None)


@pytest.mark.parametrize("path", [p for p in PARTS if p.parent.name == "parts"], ids=lambda p: p.stem)
def test_patterns_have_no_empty_choice_and_no_blank_inside_a_choice(path: Path) -> None:
    for table in ("direction", "opposites", "negation", "status", "attribution"):
        for entries in tomllib.loads(path.read_text("utf-8"))[table].values():
            for pattern in phrases.split_entries(entries):
                for element in pattern.split():
                    assert "||" not in element, pattern
                    assert element == "|" or not element.startswith("|"), pattern
                    assert not element.endswith("|"), pattern
