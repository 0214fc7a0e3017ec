"""What is told of two versions of one article."""

from __future__ import annotations

import pytest

from reconcile import languages
from reconcile.claims.extract import SlotExtractor
from reconcile.match import revisions
from reconcile.model import Article, Change, ChangeKind, Field, stable_id
from reconcile.read import sentences


def version(text: str, lang: str = "en", title: str = "Ferry sinks") -> revisions.Version:
    article = Article("a", "S", "", title, "2031-03-04T09:00:00Z", lang, text, stable_id(title, text))
    split = list(sentences.split(article))  # all kept: what is furniture is told by other tests
    return revisions.Version(article, split, SlotExtractor().extract(article, split))


def told(before: str, after: str, lang: str = "en") -> list[tuple[str, str, str, str]]:
    found = revisions.changes(version(before, lang), version(after, lang))
    return [(c.kind.value, c.field.value, c.value_before, c.value_after) for c in found]


CASES = {
    "number": ("Police said 12 people died.", "Police said 19 people died.", [("value", "12", "19")]),
    "hedge": ("About 40 homes burned down.", "Some 40 homes burned down.", []),
    "same value, other print": ("Sales rose 14% in May.", "Sales rose 14 percent in May.", []),
    "wording": ("The firm declined to say more.", "The company declined to say more.", []),
    "name": (
        "The mayor, Ana Cruz, will visit the wreck.",
        "The mayor, Ana Reyes, will visit the wreck.",
        [("entity", "Ana Cruz", "Ana Reyes")],
    ),
    "day": (
        "The council votes on Monday in the town hall.",
        "The council votes on Tuesday in the town hall.",
        [("date", "Monday", "Tuesday")],
    ),
    "direction": ("Sales rose 14% in May.", "Sales fell 14% in May.", [("direction", "rose", "fell")]),
    "negation": (
        "The operator has not answered questions.",
        "The operator has answered questions.",
        [("polarity", "negated", "affirmed")],
    ),
    "two numbers": (
        "The blaze hurt 3 people and burned 40 homes.",
        "The blaze hurt 5 people and burned 60 homes.",
        [("value", "3", "5"), ("value", "40", "60")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_changes_inside_a_sentence(name: str) -> None:
    before, after, want = CASES[name]
    assert told(before, after) == [("changed", *change) for change in want]


@pytest.mark.parametrize(
    ("lang", "before", "after", "want"),
    [
        ("es", "Murieron 12 personas en el incendio.", "Murieron 19 personas en el incendio.", ("12", "19")),
        ("de", "Bei dem Brand starben 12 Menschen.", "Bei dem Brand starben 19 Menschen.", ("12", "19")),
        ("tl", "Nasawi ang 12 katao sa sunog.", "Nasawi ang 19 katao sa sunog.", ("12", "19")),
        ("id", "Sebanyak 12 orang tewas.", "Sebanyak 19 orang tewas.", ("12", "19")),
    ],
)
def test_numbers_in_other_languages(lang: str, before: str, after: str, want: tuple[str, str]) -> None:
    (change,) = revisions.changes(version(before, lang), version(after, lang))
    assert change.field is Field.VALUE
    assert tuple("".join(c for c in v if c.isdigit()) for v in (change.value_before, change.value_after)) == want


def test_sentences_that_are_new_or_gone() -> None:
    before = "The ferry left at dawn. Divers found a black box on Friday."
    after = "The ferry left at dawn. Its captain was charged with manslaughter in Cebu."
    assert [kind for kind, *_ in told(before, after)] == ["added", "removed"]


def test_unchanged_and_moved_sentences_tell_nothing() -> None:
    one, two = "The ferry carried 80 people.", "Twelve of them are missing."
    assert told(f"{one} {two}", f"{two} {one}") == []


def test_a_changed_headline_is_told_of_the_title() -> None:
    text = "The ferry left at dawn."
    (change,) = revisions.changes(
        version(text, title="Ferry sinks, 12 dead"), version(text, title="Ferry sinks, 19 dead")
    )
    assert (change.part, change.field) == ("title", Field.VALUE)


def test_spans_point_into_the_version_that_holds_the_sentence() -> None:
    before = version("Ten cars burned. Divers found a black box on Friday.")
    after = version("Rain fell all day in the north. Eleven cars burned.")
    for change in revisions.changes(before, after):
        removed = change.kind is ChangeKind.REMOVED
        text = (before if removed else after).article.text
        assert text[change.start : change.end] == (change.quote_before if removed else change.quote_after)


@pytest.mark.parametrize(
    ("lang", "note"),
    [
        ("en", "Correction: An earlier version of this report gave another figure."),
        ("tl", "Pagwawasto: mali ang bilang sa naunang bersiyon ng ulat."),
        ("es", "Fe de errores: la cifra era incorrecta."),
        ("de", "Korrektur: In einer früheren Fassung stand eine andere Zahl."),
        ("fr", "Rectificatif : le bilan était inexact."),
        ("pt", "Errata: o número estava errado."),
        ("nl", "Rectificatie: het aantal klopte niet."),
        ("id", "Ralat: jumlah korban sebelumnya keliru."),
    ],
)
def test_a_note_makes_a_change_announced(lang: str, note: str) -> None:
    def announced(before: str, after: str) -> set[bool]:
        return {c.announced for c in revisions.changes(version(before, lang), version(after, lang))}

    assert announced("12 %.", f"19 %. {note}") == {True}
    assert announced("12 %.", "19 %.") == {False}
    assert announced(f"12 %. {note}", f"19 %. {note}") == {False}


def test_a_market_correction_is_no_note() -> None:
    found = revisions.changes(version("Shares fell 12%."), version("Shares fell 14%. A correction is due in May."))
    assert {c.announced for c in found} == {False}


def test_every_language_can_say_that_it_corrects() -> None:
    assert [code for code in languages.codes() if not languages.load(code).words("revisions", "notes")] == []


def test_changes_are_the_same_from_the_same_versions() -> None:
    before, after = version("Ten cars burned. It rained."), version("Nine cars burned. It snowed 4 cm.")
    first: tuple[Change, ...] = revisions.changes(before, after)
    assert first == revisions.changes(before, after)
    assert revisions.changes(before, before) == ()
