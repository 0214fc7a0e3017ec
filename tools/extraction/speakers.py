"""How many speakers of our own paragraphs are found.

A sentence counts as right where kind and name are right (for unnamed speakers and documents: the noun), or where it is
in the outlet's own voice and no speaker is given.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from extraction.table import Row, total
from reconcile.claims import entities, stance
from reconcile.model import Attribution, Sentence

CASES = Path(__file__).parents[2] / "tests" / "cases" / "speakers.json"
PARAGRAPH = "¶"  # begins a sentence that begins a paragraph


def sentences_of(case: Mapping[str, Sequence[str]], lang: str) -> tuple[Sentence, ...]:
    """Return the sentences of a case with offsets as in a text."""
    made: list[Sentence] = []
    at = 0
    for number, printed in enumerate(case["sentences"]):
        text = printed.removeprefix(PARAGRAPH)
        at += 0 if not number else 1 if text == printed else 2
        made.append(Sentence(str(number), "case", "text", number, at, at + len(text), text, lang))
        at += len(text)
    return tuple(made)


def answers(case: Mapping[str, Sequence[str]], lang: str) -> list[Attribution | None]:
    """Return the speaker found for each sentence of a case."""
    sentences = sentences_of(case, lang)
    found = stance.speakers(sentences, entities.article_names(sentences))
    return [found.get(sentence.sentence_id) for sentence in sentences]


def is_right(found: Attribution | None, want: Mapping[str, str] | None) -> bool:
    """Return whether a speaker is the expected one."""
    if found is None or want is None:
        return found is None and want is None
    got, expected = found.speaker.casefold(), want["speaker"].casefold()
    return found.kind == want["kind"] and (got == expected or (found.kind != "named" and bool(got) and got in expected))


def rows() -> Iterator[Row]:
    """Yield accuracy by language, the cases no rule was written on apart, then over all."""
    counts: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for case in json.loads(CASES.read_text("utf-8")):
        both = counts[case["lang"], bool(case.get("aside"))]
        for found, want in zip(answers(case, case["lang"]), case["expect"], strict=True):
            both[0] += 1
            both[1] += is_right(found, want)
    made = [
        Row("speaker (once aside)" if aside else "speaker", lang, *both)
        for (lang, aside), both in sorted(counts.items())
    ]
    yield from made
    yield total("speaker, all cases", made)


def misses(aside: bool) -> Iterator[str]:
    """Yield a line for each sentence that is wrong."""
    for case in json.loads(CASES.read_text("utf-8")):
        if bool(case.get("aside")) is not aside:
            continue
        lines = zip(case["sentences"], answers(case, case["lang"]), case["expect"], strict=True)
        for text, found, want in lines:
            if not is_right(found, want):
                yield f"{case['lang']} | {case['label']} | {text} | want {want} | found {found}"
