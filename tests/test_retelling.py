"""A copy beside its origin, sentence by sentence: which answers it tells again, and which are its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from reconcile.claims.extract import SlotExtractor
from reconcile.match import slots
from reconcile.match.retelling import Beside, Said, place_of
from reconcile.match.slots import STATEMENT, Frame
from tests.corpus import article_of

BRIDGE = "The council approved a bridge over the Ume for 14 million crowns in March, Mayor Nora Lindqvist said."
TRADE = "Imports from Norway rose 3 per cent and exports to Sweden fell 5 per cent last year."


def said(name: str, sentences: Sequence[str], lang: str = "en", topics: Sequence[int] = ()) -> Said:
    """An article; sentences of one topic, by default those in one place, are nearest to each other."""
    article, split = article_of(name, sentences, lang=lang)
    kept = np.eye(12, dtype=np.float32)[list(topics or range(len(sentences)))]
    empty = np.zeros((0, 12), np.float32)
    found = slots.of_claims(SlotExtractor().extract(article, split))
    return Said.of(article, split, Frame(name, found, kept, empty, empty, empty))


def beside(origin: str, copy: str, *langs: str) -> Beside:
    first, second = langs or ("en", "en")
    return Beside.of(said("copy", [copy], second), said("origin", [origin], first))


def raws(of: Said, places: object) -> list[str]:
    """The words of typed answers that stand in these places, in reading order."""
    every = sorted(
        (s.span.start, s.raw) for part in of.slots for s in part if s.kind != STATEMENT and place_of(s) in places
    )  # type: ignore[operator]
    return list(dict.fromkeys(raw for _, raw in every))


def edited(sentence: str, old: str, new: str) -> str:
    assert old in sentence
    return sentence.replace(old, new)


TOLD_AGAIN = {
    "the same words": (BRIDGE, BRIDGE),
    "a number in words": (edited(BRIDGE, "14 million", "fourteen million"), BRIDGE),
    "a rounded number": ("The yard in Ume employs 298 people.", "The yard in Ume employs about 300 people."),
    "another unit": ("Smoke drifted 12 kilometres to Brevik.", "Smoke drifted 7.5 miles to Brevik."),
    "another order": (
        "The old bridge at Selmer jammed open on Monday with 340 cars waiting.",
        "With 340 cars waiting, the old bridge at Selmer jammed open on Monday.",
    ),
    "a shorter name": ("Driver Aaron Pell was hurt at Kalgoor.", "Driver Pell was hurt at Kalgoor."),
    "another verb": (
        "Profit rose to 5 million crowns at Ume Paper.",
        "Profit climbed to 5 million crowns at Ume Paper.",
    ),
    "a number less": (TRADE, "Imports from Norway rose 3 per cent last year."),
    "another date of the same day": (
        "The yard burned on 12 March 2024, police said.",
        "The yard burned on March 12, 2024, police said.",
    ),
}


@pytest.mark.parametrize(("origin", "copy"), TOLD_AGAIN.values(), ids=TOLD_AGAIN)
def test_what_is_only_worded_otherwise_is_told_again(origin: str, copy: str) -> None:
    found = beside(origin, copy)
    assert raws(found.copy, found.own()) == []
    assert list(found.changed()) == []


OWN = {
    "a number": (BRIDGE, "14 million crowns", "41 million crowns", "41 million crowns"),
    "a number in words": (BRIDGE, "14 million crowns", "forty-one million crowns", "forty-one million crowns"),
    "a name": (BRIDGE, "Nora Lindqvist", "Karin Hallberg", "Karin Hallberg"),
    "a month": (BRIDGE, "March", "May", "May"),
    "an opposite": (BRIDGE, "approved", "rejected", "rejected"),
    "a direction": (TRADE, "rose", "fell", "fell"),
    "one of two directions": (TRADE, "exports to Sweden fell", "exports to Sweden rose", "rose"),
    "a place": ("The port of Brevik stayed closed on Monday.", "Brevik", "Larkollen", "Larkollen"),
}


@pytest.mark.parametrize(("sentence", "old", "new", "own"), OWN.values(), ids=OWN)
def test_a_changed_answer_is_the_copys_own(sentence: str, old: str, new: str, own: str) -> None:
    found = beside(sentence, edited(sentence, old, new))
    assert raws(found.copy, found.own()) == [own]
    assert raws(found.copy, {ours for ours, _ in found.changed()}) == [own]


def test_swapped_directions_are_the_copys_own() -> None:
    found = beside(TRADE, edited(edited(TRADE, "rose", "FELL"), "fell", "rose").replace("FELL", "fell"))
    own = [s.raw for of in found.copy.slots for s in of if s.kind == "direction" and place_of(s) in found.own()]
    assert own == ["fell", "rose"]


def test_a_negated_answer_is_the_copys_own_but_stands_for_no_other() -> None:
    found = beside(BRIDGE, edited(BRIDGE, "approved", "did not approve"))
    assert raws(found.copy, found.own()) == ["approve"]


def test_an_added_sentence_is_the_copys_own() -> None:
    origin, copy = [BRIDGE, TRADE], [BRIDGE, "Two cranes had been stolen from the yard at Selmer.", TRADE]
    found = Beside.of(said("copy", copy, topics=(0, 5, 1)), said("origin", origin))
    own = found.own()
    places = {place_of(s) for s in found.copy.slots[1]}
    assert set(own) == places
    assert set(own.values()) == {None}


def test_a_sentence_that_is_only_worded_otherwise_is_told_again_as_a_whole() -> None:
    assert dict(beside(BRIDGE, edited(BRIDGE, "a bridge", "a stone bridge")).own()) == {}


def test_a_negated_sentence_as_a_whole_is_held_against_the_one_it_retells_alone() -> None:
    found = beside("The mayor saw the yard at Selmer on Monday.", "The mayor did not see the yard at Selmer on Monday.")
    ours, theirs = ({place_of(s) for s in of.slots[0] if s.kind == STATEMENT} for of in (found.copy, found.other))
    assert ours
    assert theirs
    assert dict(found.own()) == dict.fromkeys(ours, frozenset(theirs))


def test_a_sentence_much_reworded_has_changed_answers_that_stand_for_none() -> None:
    found = beside(BRIDGE, "For 41 million crowns, Mayor Nora Lindqvist told us, the town gets its span over the Ume.")
    assert raws(found.copy, found.own()) == ["41 million crowns"]
    assert list(found.changed()) == []


TRANSLATED = {
    "es": ("About 400 people left Acebo on Monday.", "Unas 400 personas salieron de Acebo el lunes.", []),
    "es other": ("About 400 people left Acebo on Monday.", "Unas 800 personas salieron de Acebo el lunes.", ["800"]),
    "es thousands": ("The fire at Acebo burned 1,100 hectares.", "El fuego de Acebo quemó 1.100 hectáreas.", []),
    "de thousands": ("Some 1,200 homes in Ulm lost power.", "Rund 1.200 Haushalte in Ulm waren ohne Strom.", []),
    "de": ("Some 1,200 homes in Ulm lost power.", "Rund 2.100 Haushalte in Ulm waren ohne Strom.", ["2.100"]),
    "de words": ("Three people were hurt in Ulm.", "Drei Menschen wurden in Ulm verletzt.", []),
    "fr": (
        "The museum in Ghent lost 3.2 million euros.",
        "Le musée de Ghent a perdu 3,2 millions d'euros.",
        [],
    ),
    "fr other": (
        "The museum in Ghent lost 3.2 million euros.",
        "Le musée de Ghent a perdu 2,3 millions d'euros.",
        ["2,3 millions d'euros"],
    ),
    "tl": ("Shares of Cagaya rose 14% on Monday.", "Tumaas ng 14% ang shares ng Cagaya noong Lunes.", []),
    "tl other": ("Shares of Cagaya rose 14% on Monday.", "Tumaas ng 41% ang shares ng Cagaya noong Lunes.", ["41%"]),
    "pt": ("The dam at Alqueva holds 83% of its water.", "A barragem de Alqueva tem 83% da sua água.", []),
    "pt other": ("The dam at Alqueva holds 83% of its water.", "A barragem de Alqueva tem 38% da sua água.", ["38%"]),
    "nl": ("The dyke at Hoorn cost 2.5 million euros.", "De dijk bij Hoorn kostte 2,5 miljoen euro.", []),
    "nl other": (
        "The dyke at Hoorn cost 2.5 million euros.",
        "De dijk bij Hoorn kostte 5,2 miljoen euro.",
        ["5,2 miljoen euro"],
    ),
    "id": ("The quake in Palu lasted 30 seconds.", "Gempa di Palu berlangsung 30 detik.", []),
    "id other": ("The quake in Palu lasted 30 seconds.", "Gempa di Palu berlangsung 50 detik.", ["50 detik"]),
    "es only a name": ("Nora Lindqvist counted 12 boats.", "Karin Hallberg contó 12 barcos.", []),
    "es a number more": ("The fire at Acebo began on Sunday.", "El fuego de Acebo empezó el domingo con 12 focos.", []),
}


@pytest.mark.parametrize("name", TRANSLATED)
def test_other_numbers_of_a_translation(name: str) -> None:
    origin, copy, expected = TRANSLATED[name]
    found = beside(origin, copy, "en", name[:2])
    assert raws(found.copy, found.other_numbers()) == expected
    assert raws(found.copy, {ours for ours, _ in found.changed_numbers()}) == expected


def test_numbers_of_sentences_that_share_nothing_stand_for_no_other() -> None:
    found = beside("Some 120 men fought the blaze.", "Zwölf Autos standen im Weg.", "en", "de")
    assert list(found.changed_numbers()) == []


def test_nothing_beside_something() -> None:
    some, none = said("a", [BRIDGE]), said("b", [])
    assert Beside.of(none, some).own() == {}
    assert raws(some, Beside.of(some, none).own()) == raws(some, {place_of(s) for s in some.slots[0]}) != []
