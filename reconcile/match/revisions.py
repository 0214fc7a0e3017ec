"""What changed between two versions of one article: a number, a name, a date, a negation; sentences gone or new.

Sentences that both versions have are set aside; of the rest, the ones most alike are aligned (one to one, by the
normalised Indel similarity of their characters) and the words that differ are looked up among the typed mentions of
both claims. Words that carry no typed value are wording and no change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reconcile import languages
from reconcile.model import (
    Article,
    Change,
    ChangeKind,
    Claim,
    ClaimKind,
    Field,
    Polarity,
    Quantity,
    Sentence,
    stable_id,
)

ALIKE = 60.0  # per cent of characters in common, below which two sentences are not versions of one
_WORD = re.compile(r"\w+(?:[.,:]\d+)*|[^\w\s]")
# Fields whose words are looked at together; the first that is touched names the change.
_TOGETHER = (
    (Field.VALUE,),
    (Field.DIRECTION, Field.POLARITY),
    (Field.DATE,),
    (Field.PLACE, Field.ENTITY),
    (Field.STATUS,),
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article with its kept sentences and its claims."""

    article: Article
    sentences: Sequence[Sentence]
    claims: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class _Mention:
    """A typed value inside a sentence: ``key`` is equal for equal values however they are printed."""

    start: int
    end: int
    field: Field
    raw: str
    key: object


def revision_id(before: Article, after: Article, number: int) -> str:
    """Return the id of the revision that replaced ``before`` by ``after``, the ``number``-th of the article."""
    return stable_id("revision", before.article_id, before.content_hash, after.content_hash, str(number))


def changes(before: Version, after: Version) -> tuple[Change, ...]:
    """Return what changed between two versions, in the order of the new text; removed sentences come last.

    ``announced`` is set on every change of a version that carries a correction note the earlier one had not.
    """
    announced = _announced(before, after)
    found: list[Change] = []
    old, new = _only_in(before, after), _only_in(after, before)
    aligned = _aligned(old, new)
    of_before, of_after = _by_sentence(before.claims), _by_sentence(after.claims)
    for j, sentence in enumerate(new):
        earlier = next((old[i] for i, other in aligned if other == j), None)
        if earlier is None:
            if sentence.sentence_id in of_after and not _is_note(sentence):
                found.append(_whole(sentence, ChangeKind.ADDED, announced))
            continue
        a, b = of_before.get(earlier.sentence_id, ()), of_after.get(sentence.sentence_id, ())
        found += _inside(_Side(earlier, a), _Side(sentence, b), announced)
    matched = {i for i, _ in aligned}
    for i, sentence in enumerate(old):
        if i not in matched and sentence.sentence_id in of_before:
            found.append(_whole(sentence, ChangeKind.REMOVED, announced))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Side:
    sentence: Sentence
    claims: Sequence[Claim]

    def mentions(self) -> list[_Mention]:
        """Return the typed values of the sentence, with offsets into it."""
        offset = self.sentence.start
        seen: dict[tuple[int, int, Field], _Mention] = {}
        for claim in self.claims:
            for low, high, field, key in _typed(claim):
                start, end = low - offset, high - offset
                raw = self.sentence.text[start:end]
                seen.setdefault((start, end, field), _Mention(start, end, field, raw, key))
        return sorted(seen.values(), key=lambda m: (m.start, m.end, m.field))

    def polarity(self) -> Polarity | None:
        """Return the polarity of the sentence as a whole."""
        return next((c.polarity for c in self.claims if c.kind is ClaimKind.EVENT), None)


def _typed(claim: Claim) -> Iterator[tuple[int, int, Field, object]]:
    if claim.quantity is not None:
        yield claim.quantity.start, claim.quantity.end, Field.VALUE, _value_key(claim.quantity)
    for time in claim.times:
        yield time.start, time.end, Field.DATE, (time.low, time.high) if time.low else time.raw.casefold()
    for entity in claim.entities:
        field = Field.PLACE if entity.kind == "place" else Field.ENTITY
        yield entity.start, entity.end, field, entity.name.casefold()
    for cue in claim.cues:
        field_of = {"direction": Field.DIRECTION, "outcome": Field.DIRECTION, "pole": Field.POLARITY}
        if cue.kind in field_of or cue.kind == "status":
            yield cue.start, cue.end, field_of.get(cue.kind, Field.STATUS), (cue.group, cue.value)


def _value_key(quantity: Quantity) -> object:
    return quantity.low, quantity.high, quantity.unit, quantity.hedge, quantity.per


def _inside(a: _Side, b: _Side, announced: bool) -> list[Change]:
    """Return the typed changes between two versions of one sentence."""
    found: list[Change] = []
    mentions_a, mentions_b = a.mentions(), b.mentions()
    for low_a, high_a, low_b, high_b in regions(a.sentence.text, b.sentence.text):
        touched_a = [m for m in mentions_a if m.start < high_a and low_a < m.end]
        touched_b = [m for m in mentions_b if m.start < high_b and low_b < m.end]
        for fields in _TOGETHER:
            one = [m for m in touched_a if m.field in fields]
            other = [m for m in touched_b if m.field in fields]
            if Counter(m.key for m in one) != Counter(m.key for m in other):
                field = next(f for f in fields if any(m.field is f for m in (*one, *other)))
                found.append(_change(a.sentence, b.sentence, (field, _shown(one), _shown(other)), announced))
    if a.polarity() is not None and b.polarity() is not None and a.polarity() is not b.polarity():
        if not any(c.field in (Field.POLARITY, Field.DIRECTION) for c in found):
            values = (Field.POLARITY, str(a.polarity()), str(b.polarity()))
            found.append(_change(a.sentence, b.sentence, values, announced))
    return found


def _shown(mentions: Sequence[_Mention]) -> str:
    return "; ".join(dict.fromkeys(m.raw for m in mentions))


def _change(a: Sentence, b: Sentence, values: tuple[Field, str, str], announced: bool) -> Change:
    field, before, after = values
    return Change(
        kind=ChangeKind.CHANGED,
        field=field,
        part=b.part,
        start=b.start,
        end=b.end,
        quote_before=a.text,
        quote_after=b.text,
        value_before=before,
        value_after=after,
        announced=announced,
    )


def _whole(sentence: Sentence, kind: ChangeKind, announced: bool) -> Change:
    """A sentence with claims that only one version has; the span of a removed one is in the earlier text."""
    gone = kind is ChangeKind.REMOVED
    return Change(
        kind=kind,
        field=Field.STATEMENT,
        part=sentence.part,
        start=sentence.start,
        end=sentence.end,
        quote_before=sentence.text if gone else "",
        quote_after="" if gone else sentence.text,
        value_before="",
        value_after="",
        announced=announced,
    )


def _only_in(version: Version, other: Version) -> list[Sentence]:
    left = Counter((s.part, s.text) for s in other.sentences if not s.dropped)
    found = []
    for sentence in version.sentences:
        key = (sentence.part, sentence.text)
        if sentence.dropped:
            continue
        if left[key]:
            left[key] -= 1
        else:
            found.append(sentence)
    return found


def _aligned(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[tuple[int, int]]:
    """Pair sentences of one part one to one, the most alike first."""
    from rapidfuzz import fuzz, process

    if not old or not new:
        return []
    scores = process.cdist([s.text for s in old], [s.text for s in new], scorer=fuzz.ratio, score_cutoff=ALIKE)
    ranked = sorted(
        (-float(scores[i, j]), abs(i - j), i, j)
        for i, a in enumerate(old)
        for j, b in enumerate(new)
        if scores[i, j] > 0 and a.part == b.part
    )
    pairs: list[tuple[int, int]] = []
    for _, _, i, j in ranked:
        if all(i != x and j != y for x, y in pairs):
            pairs.append((i, j))
    return pairs


def regions(a: str, b: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the character ranges of both texts whose words differ; an insertion is an empty range on one side."""
    from rapidfuzz.distance import Levenshtein

    words_a, words_b = list(_WORD.finditer(a)), list(_WORD.finditer(b))
    codes = Levenshtein.opcodes([w.group() for w in words_a], [w.group() for w in words_b])
    for code in codes:
        if code.tag != "equal":
            in_a = _range(words_a, code.src_start, code.src_end)
            yield (*in_a, *_range(words_b, code.dest_start, code.dest_end))


def _range(words: Sequence[re.Match[str]], first: int, after: int) -> tuple[int, int]:
    if first < after:
        return words[first].start(), words[after - 1].end()
    at = words[first].start() if first < len(words) else words[-1].end() if words else 0
    return at, at


def _announced(before: Version, after: Version) -> bool:
    """Return whether the new version says that it was corrected, and the earlier one did not say so."""
    return bool(_notes(after) - _notes(before))


def _notes(version: Version) -> frozenset[str]:
    """Return the sentences of a version that tell of a correction; dropped ones count too."""
    return frozenset(s.text for s in version.sentences if _is_note(s))


def _is_note(sentence: Sentence) -> bool:
    note = _note(sentence.lang)
    return note is not None and note.search(sentence.text) is not None


@lru_cache(maxsize=64)
def _note(lang: str) -> re.Pattern[str] | None:
    phrases = languages.load(lang).words("revisions", "notes")
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})", re.IGNORECASE) if phrases else None


def _by_sentence(claims: Iterable[Claim]) -> Mapping[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.sentence_id, []).append(claim)
    return found
