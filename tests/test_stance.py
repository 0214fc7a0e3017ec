"""Change, opposition, status, negation and speakers in eight languages, with look-alikes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile import errors, languages
from reconcile.claims import entities, phrases, stance
from reconcile.model import Attribution, Entity, Polarity, Sentence, Span

CASES = json.loads((Path(__file__).parent / "cases" / "stance.json").read_text("utf-8"))
PARTS = sorted((Path(stance.__file__).parent / "languages").rglob("*.toml"))
PARAGRAPHS = json.loads((Path(__file__).parent / "cases" / "speakers.json").read_text("utf-8"))
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


def paragraph(case: dict[str, Any]) -> tuple[Sentence, ...]:
    """Return the sentences of a case; one that begins with a pilcrow begins a paragraph."""
    made: list[Sentence] = []
    at = 0
    for number, printed in enumerate(case["sentences"]):
        text = printed.removeprefix("¶")
        at += 0 if not number else 1 if text == printed else 2
        made.append(Sentence(str(number), "case", "text", number, at, at + len(text), text, case["lang"]))
        at += len(text)
    return tuple(made)


def said_by(found: Attribution | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {"speaker": found.speaker if found.kind == "named" else found.speaker.casefold(), "kind": found.kind}


def marked(case: dict[str, Any]) -> Any:
    reason = case.get("known_failure")
    marks = [pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError)] if reason else []
    return pytest.param(case, id=f"{case['lang']}: {case['label']}", marks=marks)


@pytest.mark.parametrize("case", map(marked, PARAGRAPHS))
def test_speakers_case(case: dict[str, Any]) -> None:
    sentences = paragraph(case)
    found = stance.speakers(sentences, entities.article_names(sentences))
    wanted = [want and {**want, "speaker": want["speaker"] if want["kind"] == "named" else want["speaker"].casefold()}
              for want in case["expect"]]  # fmt: skip
    assert [said_by(found.get(sentence.sentence_id)) for sentence in sentences] == wanted


def test_speakers_takes_a_resolved_pronoun_from_the_mentions() -> None:
    case = {"lang": "en", "sentences": ["Peter Moss met the engineer Tom Hale.", '"We agreed," he said.']}
    sentences = paragraph(case)
    names = entities.article_names(sentences)
    start = sentences[1].text.index("he")
    mentions = {"1": [Entity(start, start + 2, "he", "Tom Hale", "person")]}
    assert stance.speakers(sentences, names)["1"].speaker == "Peter Moss"
    assert stance.speakers(sentences, names, mentions)["1"].speaker == "Tom Hale"


def test_a_denial_reaches_into_what_is_denied_and_no_further() -> None:
    text = "The mayor denied that the fund had paid, but the house approved it."
    paid, approved = text.index("paid"), text.index("approved")
    assert stance.polarity(text, "en", Span(paid, paid + 4)) is Polarity.NEGATED
    assert stance.polarity(text, "en", Span(approved, approved + 8)) is Polarity.AFFIRMED


def test_a_gap_without_a_word_behind_it_is_a_config_error() -> None:
    with pytest.raises(errors.ConfigError, match="a word must follow"):
        phrases.Lexicon({"up": "sent ... < higher"}, "en")


DENIALS = {
    "en": "denied",
    "es": "negó",
    "de": "bestritt",
    "fr": "nié",
    "pt": "negou",
    "nl": "ontkende",
    "id": "membantah",
}


@pytest.mark.parametrize("lang", DENIALS)
def test_denies_tells_a_denial_from_a_statement(lang: str) -> None:
    assert stance.denies(DENIALS[lang], lang)
    assert not stance.denies({"en": "said", "id": "kata"}.get(lang, "dit"), lang)


def test_a_number_sign_joined_to_a_word_is_a_config_error() -> None:
    with pytest.raises(errors.ConfigError, match="'#' stands alone"):
        phrases.Lexicon({"up": "rise > to_#|by"}, "en")


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
