"""Sentence spans are exact, lines are joined or kept apart as their author meant them, ids survive edits."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import Article
from reconcile.read import sentences
from reconcile.read.layout import Kind, blocks
from reconcile.read.sentences import MAX_CHARS, split


def article(text: str, lang: str = "en", title: str = "", article_id: str = "a") -> Article:
    return Article(article_id, "Outlet", "", title, None, lang, text, "hash")


def texts(text: str, lang: str = "en") -> list[str]:
    return [s.text for s in split(article(text, lang))]


LONG_PARAGRAPH = " ".join(f"Boat {n} left pier {n + 3} at noon, said Mr. Lund. Was it late?" for n in range(60))


@pytest.mark.parametrize("window", [70, 100, 1000, 3000])
def test_a_paragraph_is_split_alike_in_windows_and_whole(monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    whole = texts(LONG_PARAGRAPH)
    monkeypatch.setattr(sentences, "WINDOW", window)
    assert len(whole) == 120
    assert texts(LONG_PARAGRAPH) == whole


def test_a_quotation_that_is_never_closed_does_not_hide_the_sentences_far_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sentences, "WINDOW", 200)
    assert len(texts(f"He said: “It leaks. {LONG_PARAGRAPH}")) > 100


SPLITS = [
    ("two sentences", "en", "Rain fell. Roads closed.", ["Rain fell.", "Roads closed."]),
    ("title abbreviation", "en", "Dr. Osei spoke. Mr. Lund left.", ["Dr. Osei spoke.", "Mr. Lund left."]),
    (
        "month abbreviation",
        "en",
        "It closed on Oct. 20. It reopened.",
        ["It closed on Oct. 20.", "It reopened."],
    ),
    ("decimal number", "en", "It rose 2.5 percent. It fell.", ["It rose 2.5 percent.", "It fell."]),
    (
        "clock and zone",
        "en",
        "Open from 8 a.m. to 6 p.m. ET, Monday to Friday.",
        ["Open from 8 a.m. to 6 p.m. ET, Monday to Friday."],
    ),
    (
        "clock ends a sentence",
        "en",
        "It began at 6 p.m. The hall was full.",
        ["It began at 6 p.m.", "The hall was full."],
    ),
    ("quoted speech", "en", '"We wait," she said. "It is over."', ['"We wait," she said.', '"It is over."']),
    (
        "list items without their marks",
        "en",
        "- One pier closed. It leaks.\n• Two boats left\n✔ Three came",
        ["One pier closed.", "It leaks.", "Two boats left", "Three came"],
    ),
    (
        "numbered item keeps its number",
        "en",
        "1. Racks need stops.\n2. Tag each sling.",
        ["1. Racks need stops.", "2. Tag each sling."],
    ),
    (
        "table rows",
        "en",
        "Profit: EUR 412 million (368)\nRevenue: EUR 3,140 million (2,905)",
        ["Profit: EUR 412 million (368)", "Revenue: EUR 3,140 million (2,905)"],
    ),
    (
        "live blog",
        "en",
        "9:20 a.m. - The dam broke. Water rose.\n8.05pm: Rain began.\n19:10 - Queues formed.",
        ["9:20 a.m. - The dam broke.", "Water rose.", "8.05pm: Rain began.", "19:10 - Queues formed."],
    ),
    (
        "heading above a paragraph",
        "en",
        "Expansion into the bay\nThe board will build a pier. It is long.",
        ["Expansion into the bay", "The board will build a pier.", "It is long."],
    ),
    (
        "two headlines",
        "en",
        "Board Closes Pier for Two Years\nIslanders Collect Names Against the Plan\n",
        ["Board Closes Pier for Two Years", "Islanders Collect Names Against the Plan"],
    ),
    (
        "line broken inside a sentence",
        "en",
        "The board met on Monday and spoke for hours. "
        "It has named Ana Cruz, who ran a shipyard, as the Senior Vice\n"
        "President of the pier company. She starts in May.",
        [
            "The board met on Monday and spoke for hours.",
            "It has named Ana Cruz, who ran a shipyard, as the Senior Vice\nPresident of the pier company.",
            "She starts in May.",
        ],
    ),
    (
        "paragraph filled to a width",
        "en",
        "The harbour board of Calder Bay voted on Monday to close the\n"
        "old ferry pier. Repairs will cost 14 million\ndollars, said Nadia Brandt.",
        [
            "The harbour board of Calder Bay voted on Monday to close the\nold ferry pier.",
            "Repairs will cost 14 million\ndollars, said Nadia Brandt.",
        ],
    ),
    ("Windows line ends", "en", "Rain fell.\r\n\r\nRoads closed.\r\n", ["Rain fell.", "Roads closed."]),
    (
        "line separators",
        "en",
        "Rain fell\u2028Roads closed\x0cTrains stopped",
        ["Rain fell", "Roads closed", "Trains stopped"],
    ),
    (
        "German ordinals",
        "de",
        "Am 6. Juli beginnt die 18. Auflage. Sie dauert zwei Tage.",
        ["Am 6. Juli beginnt die 18. Auflage.", "Sie dauert zwei Tage."],
    ),
    (
        "German number ends a sentence",
        "de",
        "Die Zahl stieg von 14 auf 18. Die Polizei zählte nach.",
        ["Die Zahl stieg von 14 auf 18.", "Die Polizei zählte nach."],
    ),
    (
        "Filipino abbreviations",
        "tl",
        "Sinabi ni Gng. Reyes noong Okt. 20 na bukas na. Ayon kay Atty. Cruz, hindi pa.",
        ["Sinabi ni Gng. Reyes noong Okt. 20 na bukas na.", "Ayon kay Atty. Cruz, hindi pa."],
    ),
    (
        "French titles",
        "fr",
        "M. Roy a dit non. Mme. Petit est partie.",
        ["M. Roy a dit non.", "Mme. Petit est partie."],
    ),
    (
        "Spanish questions",
        "es",
        "¿Qué pasó? Cerraron el muelle. La 18.ª edición fue ayer.",
        ["¿Qué pasó?", "Cerraron el muelle.", "La 18.ª edición fue ayer."],
    ),
    ("Chinese", "zh", "港口关闭两年。修理费用很高。", ["港口关闭两年。", "修理费用很高。"]),
    ("unknown language", "und", "Rain fell. Roads closed.", ["Rain fell.", "Roads closed."]),
]


def _cases() -> list[ParameterSet]:
    rows = json.loads((Path(__file__).parent / "cases" / "sentences.json").read_text("utf-8"))
    marks = [[pytest.mark.xfail(strict=True, reason=row["fails"])] if "fails" in row else [] for row in rows]
    return [
        pytest.param(row["lang"], row["text"], row["expect"], id=row["label"], marks=mark)
        for row, mark in zip(rows, marks, strict=True)
    ]


@pytest.mark.parametrize(("lang", "text", "expected"), _cases())
def test_split_case(lang: str, text: str, expected: list[str]) -> None:
    assert texts(text, lang) == expected


@pytest.mark.parametrize(("lang", "text", "expected"), [row[1:] for row in SPLITS], ids=[row[0] for row in SPLITS])
def test_split(lang: str, text: str, expected: list[str]) -> None:
    assert texts(text, lang) == expected


def test_title_comes_first_and_whole() -> None:
    found = split(article("Rain fell. Roads closed.", title="  Storm hits. Two dead  "))
    assert [(s.part, s.index, s.start, s.text) for s in found[:2]] == [
        ("title", 0, 2, "Storm hits. Two dead"),
        ("text", 1, 0, "Rain fell."),
    ]


def test_empty_title_gives_no_sentence() -> None:
    assert [s.part for s in split(article("Rain fell.", title=" "))] == ["text"]


ALPHABET = st.sampled_from(
    [*"abcABC .!?,:;-–\n\r\t•|\"'“”()0123é中\u2028\u00a0", "Mr. ", "9:20 a.m. - ", "- ", "\n\n", ". A"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ALPHABET, max_size=80).map("".join), st.sampled_from(["en", "de", "tl", "zh", "und"]))
def test_spans_are_exact_ordered_and_complete(text: str, lang: str) -> None:
    found = split(article(text, lang))
    assert all(text[s.start : s.end] == s.text == s.text.strip() != "" for s in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert [s.index for s in found] == list(range(len(found)))
    lost = "".join(text.split())
    for s in found:
        for word in s.text.split():
            lost = lost.replace(word, "", 1)
    assert not any(c.isalnum() for c in lost)


def test_long_run_is_cut_at_a_clause() -> None:
    text = "the pier, " * 1000
    found = texts(text)
    assert max(map(len, found)) <= MAX_CHARS
    assert all(s.endswith(",") for s in found)
    assert max(map(len, texts("x" * 9000))) <= MAX_CHARS


def test_ids_come_from_words_not_places() -> None:
    before = {s.text: s.sentence_id for s in split(article("Rain fell. Roads closed. Rain fell."))}
    after = {s.text: s.sentence_id for s in split(article("News.\n\nRain fell. Roads are closed. Rain fell."))}
    other = {s.text: s.sentence_id for s in split(article("Rain fell.", article_id="b"))}
    assert before["Rain fell."] == after["Rain fell."]
    assert before["Rain fell."] != other["Rain fell."]
    assert "Roads closed." not in after


def test_repeated_sentences_have_ids_of_their_own() -> None:
    ids = [s.sentence_id for s in split(article("Rain fell. Rain fell. Rain fell.", title="Rain fell."))]
    assert len(ids) == len(set(ids)) == 4


def test_foreign_paragraph_has_its_own_language() -> None:
    english = "The board of the harbour voted on Monday to close the old ferry pier for two years, its chair said."
    filipino = "Nagpasya ang lupon noong Lunes na isara ang lumang daungan nang dalawang taon, aniya."
    found = split(article(f"{english}\n\n{filipino}\n\nShe said: Bawal na."))
    assert [s.lang for s in found] == ["en", "tl", "en"]


# What each of them is, though few of the article's commonest words stand in it: article, sentence.
FEW_COMMON_WORDS = [
    ("en", "en", "Nobody at the depot would comment, but a driver on his break was sure it is only a test of nerves."),
    ("fr", "fr", "Nul ne sait encore où ira ce petit train, ni qui paiera ses rails, on en parle déjà."),
    ("en", "it", "Il sindaco ha detto che i lavori sul ponte vecchio sono finiti prima e che la strada riapre."),
    ("es", "fr", "Le conseil municipal de Brignac a tranché mardi soir en faveur du tramway, contre l'avis du maire."),
    ("nl", "de", "In Kleinhagen, wo die Busse im Winter halten sollen, ist die Freude der Leute noch gering."),
]


@pytest.mark.parametrize(("lang", "expected", "text"), FEW_COMMON_WORDS)
def test_language_of_a_sentence_with_few_common_words(lang: str, expected: str, text: str) -> None:
    assert [s.lang for s in split(article(text, lang))] == [expected]


KINDS = [
    ("The board voted on Monday to close the pier.", Kind.PROSE),
    ("Board closes pier", Kind.SHORT),
    ("• Two boats left", Kind.BULLET),
    ("– Two boats left.", Kind.BULLET),
    ("Profit: EUR 412 million", Kind.ROW),
    ("9:20 a.m. - The dam broke.", Kind.STAMPED),
    ("Oil 71 | Gold 4,110", Kind.PIPES),
    ("-5 degrees in the night", Kind.SHORT),
    ("2025: the year of the pier", Kind.SHORT),
]


@pytest.mark.parametrize(("line", "kind"), KINDS, ids=[kind.value + ": " + line[:20] for line, kind in KINDS])
def test_kind_of_line(line: str, kind: Kind) -> None:
    assert [block.kind for block in blocks(line)] == [kind]
