"""Who fills which part of an event, in eight languages and from either side; texts where no part may be filled."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import languages
from reconcile.claims import roles
from reconcile.claims.events.frames import NOUNS, VERBS
from reconcile.model import Entity

CASES = json.loads((Path(__file__).parent / "cases" / "roles.json").read_text("utf-8"))
KINDS = {"p": "person", "o": "org", "l": "place", "t": "thing", "x": "other"}
NAME = re.compile(r"\[([^\]/]+)/(\w)\]")


def read(marked: str) -> tuple[str, list[Entity]]:
    """Return the text without its marks and the names that were marked: ``[Ada Quist/p]`` is a person."""
    text, names, last = "", [], 0
    for found in NAME.finditer(marked):
        text += marked[last : found.start()]
        names.append(Entity(len(text), len(text) + len(found[1]), found[1], found[1], KINDS[found[2]]))
        text += found[1]
        last = found.end()
    return text + marked[last:], names


def filled(marked: str, lang: str) -> set[str]:
    text, names = read(marked)
    return {f"{p.event} {p.role} {p.name}".casefold() for p in roles.find(text, lang, names)}


def parameters() -> list[Any]:
    made = []
    for case in CASES["find"]:
        marks = [pytest.mark.xfail(reason=case["fails"], strict=True)] if "fails" in case else []
        made.append(pytest.param(case, id=f"{case['lang']}: {case['text'][:60]}", marks=marks))
    return made


@pytest.mark.parametrize("case", parameters())
def test_find_case(case: dict[str, Any]) -> None:
    assert filled(case["text"], case["lang"]) == {entry.casefold() for entry in case["expect"]}


@pytest.mark.parametrize("group", CASES["same"], ids=lambda g: f"{g['lang']}: {g['label']}")
def test_the_same_fact_gives_the_same_roles_however_it_is_told(group: dict[str, Any]) -> None:
    first, *others = (filled(text, group["lang"]) for text in group["texts"])
    assert first
    assert all(other == first for other in others)


@pytest.mark.parametrize("lang", languages.codes())
def test_every_language_tells_every_common_event_and_only_known_ones(lang: str) -> None:
    table = languages.load(lang).table("roles")
    assert set(table["do"]) | set(table["done"]) <= set(VERBS)
    assert set(table["act"]) | set(table["doer"]) <= set(NOUNS)
    told = {VERBS[name].event for form in ("do", "done") for name in table[form]}
    assert told >= {"win", "score", "appoint", "leave", "buy", "arrest", "rule", "build", "lead", "replace", "cause"}


def test_spans_and_canonical_names_come_from_the_entities() -> None:
    text = "The company was bought by Hollis."
    names = [Entity(0, 11, "The company", "Petmore", "org"), Entity(26, 32, "Hollis", "Hollis Group", "org")]
    found = roles.find(text, "en", names)
    assert [(p.role, p.name, text[p.start : p.end]) for p in found] == [
        ("object", "Petmore", "The company"),
        ("agent", "Hollis Group", "Hollis"),
    ]


@pytest.mark.parametrize("lang", ["en", "xx"])
def test_nothing_is_found_without_names_or_language(lang: str) -> None:
    assert (
        roles.find("Ramos won the race.", lang, [] if lang == "en" else [Entity(0, 5, "Ramos", "Ramos", "person")])
        == ()
    )


@given(st.sampled_from(languages.codes()), st.lists(st.sampled_from(CASES["words"].split()), max_size=14))
def test_any_row_of_words_gives_spans_inside_the_text(lang: str, words: list[str]) -> None:
    text = " ".join(words)
    names = [Entity(m.start(), m.end(), m.group(), m.group(), "person") for m in re.finditer("Ramos", text)]
    for p in roles.find(text, lang, names):
        assert text[p.start : p.end] == p.raw != ""
        assert p.name
