"""What of a copy is its origin told again, and what it says itself.

A copy is silenced answer by answer. Each of its sentences is set beside the sentence of its origin that it retells, and
an answer (``slots.py``) that this sentence gives too is the origin's. Every other answer is the copy's own: a figure
that was mistyped, a name that was changed, a paragraph that an editor added. It is held against all witnesses, the
origin among them. A translation is held against its origin alone, and only where a sentence and the one it stands
beside print different numbers: whatever else differs may be the languages.

A copy is no witness: what it agrees with is not told. What an earlier copy of the same origin says too is that copy's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from reconcile.match import candidates
from reconcile.match.declare import Pairing
from reconcile.match.findings import OTHER_WORDS, Decided
from reconcile.match.reference import Reference
from reconcile.match.retelling import Beside, Own, Place, Said, place_of
from reconcile.match.slots import SPEAKER, STATEMENT, Frame, Slot
from reconcile.model import Article, Origin, Relation


@dataclass(frozen=True, slots=True)
class Voice:
    """What a copy says itself: its own answers and what alone each may be held against (None: everything).

    ``changed``: own answers, each with the one that it stands for in a sentence that is otherwise the same; ``alone``:
    the only article that a translation is held against.
    """

    own: Own
    changed: frozenset[tuple[Place, Place]] = frozenset()
    alone: str = ""

    def is_own(self, slot: Slot, other: Slot) -> bool:
        """Return whether an answer of the copy speaks for itself against another article's."""
        place = place_of(slot)
        return place in self.own and ((only := self.own[place]) is None or place_of(other) in only)


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks for what: ``copies`` of each origin, what is a copy's ``own``, and by whom that is said ``again``.

    ``own`` is by the id of the copy, ``again`` by the sentence of the copy that said it first.
    """

    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Mapping[str, Voice] = field(default_factory=dict)
    again: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def pairings(
        self, articles: Iterable[Article], frames: Mapping[str, Frame], reference: Reference
    ) -> Iterator[Pairing]:
        """Yield the pairings of the witnesses of a story, and of the copies that have something to say."""
        repeats = {c for of in self.copies.values() for c in of}
        speaking = [a for a in articles if a.article_id not in repeats or a.article_id in self.own]
        agreeing = candidates.Agreeing()
        for first, second in combinations(candidates.in_order(speaking), 2):
            if self._meet(first.article_id, second.article_id):
                a, b = frames[first.article_id], frames[second.article_id]
                for pairing in candidates.met(a, b, reference, agreeing):
                    if not all(self._is_own(slot, other) for slot, other in _both(pairing)):
                        continue
                    if self._changed(pairing):
                        yield replace(pairing, retold=True)
                    elif pairing.a.kind != SPEAKER:
                        yield pairing

    def heard(self, decided: Iterable[Decided]) -> list[Decided]:
        """Leave out what copies only tell again, and what they agree with."""
        found = list(decided)
        confirmed = {
            place_of(slot)
            for one in found
            if one.relation is Relation.AGREE
            for slot, other in _both(one.pairing)
            if self._repeats(slot, other)
        }
        return [one for one in found if self._is_heard(one, confirmed)]

    def also_in(self, heard: Sequence[Decided]) -> Mapping[str, tuple[str, ...]]:
        """Return by claim which articles say the same: all copies but those that say otherwise in some finding."""
        against: dict[str, set[str]] = defaultdict(set)
        for one in heard:
            for slot, other in _both(one.pairing):
                if slot.claim.article_id in self.own:
                    sentence_id = slot.claim.sentence_id
                    against[other.claim.sentence_id].update((slot.claim.article_id, *self.again.get(sentence_id, ())))
        claims = {slot.claim.claim_id: slot.claim for one in heard for slot in (one.pairing.a, one.pairing.b)}
        return {
            claim_id: tuple(
                copy
                for copy in self.again.get(claim.sentence_id, self.copies.get(claim.article_id, ()))
                if copy not in against[claim.sentence_id]
            )
            for claim_id, claim in claims.items()
        }

    def own_claims(self) -> tuple[str, ...]:
        """Return the ids of the claims in which copies give answers of their own; whole sentences are left out."""
        every = (place for voice in self.own.values() for place in voice.own)
        return tuple(sorted({claim_id for claim_id, _, kind in every if kind != STATEMENT}))

    def _meet(self, first: str, second: str) -> bool:
        """Return whether two articles are held against each other: a translation is against its origin alone."""
        return all(
            (voice := self.own.get(one)) is None or voice.alone in ("", other)
            for one, other in ((first, second), (second, first))
        )

    def _changed(self, pairing: Pairing) -> bool:
        """Return whether one answer was changed into the other, in a sentence that is otherwise the same."""
        return any(
            (voice := self.own.get(slot.claim.article_id)) is not None
            and (place_of(slot), place_of(other)) in voice.changed
            for slot, other in _both(pairing)
        )

    def _is_own(self, slot: Slot, other: Slot) -> bool:
        voice = self.own.get(slot.claim.article_id)
        return voice is None or voice.is_own(slot, other)

    def _repeats(self, slot: Slot, other: Slot) -> bool:
        return slot.claim.article_id in self.copies.get(other.claim.article_id, ())

    def _is_heard(self, one: Decided, confirmed: Collection[Place]) -> bool:
        """Return whether a pair is told: of copies, what differs and is not said by their origin elsewhere."""
        sides = _both(one.pairing)
        if not any(slot.claim.article_id in self.own for slot, _ in sides):
            return True
        return one.relation in OTHER_WORDS and all(
            self._repeats(slot, other) or place_of(slot) not in confirmed for slot, other in sides
        )


def voices(found: Sequence[Origin], said: Callable[[str], Said]) -> Voices:
    """Return what the copies among the articles of a story say themselves; ``said`` is what an article says, by id."""
    copies = copies_of(found)
    own: dict[str, Voice] = {}
    again: dict[str, list[str]] = defaultdict(list)
    for origin_id, ids in sorted(copies.items()):
        origin, before = said(origin_id), list[Said]()
        for copy in sorted(map(said, ids), key=lambda one: candidates.place(one.article)):
            voice = _voice(copy, origin)
            left = dict(voice.own)
            for earlier in before:
                for sentence_id in _take_out(left, copy, earlier, own[earlier.article.article_id]):
                    again[sentence_id].append(copy.article.article_id)
            if left:
                own[copy.article.article_id] = replace(voice, own=left)
                before.append(copy)
    return Voices(copies, own, {sentence_id: tuple(sorted(ids)) for sentence_id, ids in again.items()})


def copies_of(found_origins: Iterable[Origin]) -> dict[str, tuple[str, ...]]:
    """Return the sorted ids of the copies and translations of each origin. A copy is no witness of its own."""
    copies: dict[str, list[str]] = defaultdict(list)
    for origin in found_origins:
        if origin.article_id != origin.origin_id:
            copies[origin.origin_id].append(origin.article_id)
    return {origin_id: tuple(sorted(ids)) for origin_id, ids in copies.items()}


def _voice(copy: Said, origin: Said) -> Voice:
    beside = Beside.of(copy, origin)
    if copy.article.lang == origin.article.lang:
        return Voice(beside.own(), frozenset(beside.changed()))
    return Voice(beside.other_numbers(), frozenset(beside.changed_numbers()), origin.article.article_id)


def _take_out(own: dict[Place, frozenset[Place] | None], copy: Said, earlier: Said, voice: Voice) -> Iterator[str]:
    """Take out of a copy's own answers those that an earlier copy gives as its own; yield that one's sentences."""
    if not own or copy.article.lang != earlier.article.lang:
        return
    sentence = {place_of(s): s.claim.sentence_id for of in earlier.slots for s in of}
    speaking = {sentence[place] for place in voice.own}
    again = {place: s for place, s in Beside.of(copy, earlier).told().items() if place in own and s in speaking}
    for place in again:
        del own[place]
    yield from sorted(set(again.values()))


def _both(pairing: Pairing) -> tuple[tuple[Slot, Slot], tuple[Slot, Slot]]:
    return (pairing.a, pairing.b), (pairing.b, pairing.a)
