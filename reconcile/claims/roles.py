"""Who fills which part of an event: names beside verbs and nouns that tell one, the same whichever way it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconcile.claims.events.arguments import LONGEST_CLAUSE, Parts, Svo, after, apposed, leading
from reconcile.claims.events.chunks import AUX, BREAK, COMMA, MAYBE, NP, RELATIVE, VERB, Chunk, chunks, triggers
from reconcile.claims.events.fillers import Fillers, attached
from reconcile.claims.events.frames import (
    BY_ANYONE,
    DECIDED,
    NEEDS_MORE,
    NEEDS_OBJECT,
    NEEDS_OFFICE,
    NOUNS,
    OF_PEOPLE,
    OPEN,
    VERBS,
    Frame,
    Slot,
)
from reconcile.claims.events.joined import join
from reconcile.claims.events.orders import V2, Vso
from reconcile.claims.phrases import Tokens, tokenise, word_set
from reconcile.claims.sayings.negation import clauses
from reconcile.model import Entity, Participant

__all__ = ["find"]

_MARKS = ("by", "from", "to", "over", "as", "with", "inside", "of", "mark_object")  # the first reading that fits counts
_CLOSING = ('"', "”", "“", "»", "’", "'", "«")  # a verb after them tells who spoke


def find(text: str, lang: str, entities: Sequence[Entity]) -> tuple[Participant, ...]:
    """Return who fills which part of the events in a sentence, in order; offsets are into ``text``.

    ``entities`` are the names of the same text with canonical names and kinds; mentions that are no names ("the
    company") may be among them. Negated, asked and merely possible events have no participants.
    """
    tokens = tokenise(text)
    lexicon, new = triggers(lang), word_set(lang, "roles", "new")
    if not entities or text.rstrip(' "”»').endswith("?"):
        return ()
    if new.isdisjoint(tokens.words) and not any(lexicon.at(tokens, i) for i in lexicon.begun(tokens)):
        return ()
    return _Reader(text, lang, join(chunks(tokens, lang, entities), lang)).read()


class _Reader:
    """The chunks of one sentence and what is found in them."""

    def __init__(self, text: str, lang: str, row: tuple[Chunk, ...]) -> None:
        self.text, self.lang, self.row = text, lang, row
        self.tokens: Tokens = tokenise(text)
        self.scopes = clauses(text, lang)
        self.order = _order(lang, row)
        self.fillers = Fillers(self.tokens, lang, row)
        self.found: dict[tuple[int, str, str], Participant] = {}

    def read(self) -> tuple[Participant, ...]:
        for k, chunk in enumerate(self.row):
            if chunk.kind == VERB and not self._unreal(k):
                self._verb(k)
        for k, chunk in enumerate(self.row):
            if chunk.kind == NP and (chunk.nouns or self.fillers.has(chunk, "new")) and not self._unreal(k):
                self._nouns(k)
        return tuple(sorted(self.found.values(), key=lambda p: (p.start, p.event, p.role)))

    def _unreal(self, k: int) -> bool:
        """Return whether what chunk ``k`` tells is negated, denied or only possible."""
        chunk = self.row[k]
        if self.scopes.negated(chunk.i, chunk.j):
            return True
        other, first = k - 1, max(k - LONGEST_CLAUSE, 0)
        while other >= first and self.row[other].kind not in (BREAK, COMMA):
            if self.row[other].kind == MAYBE:
                return True
            other -= 1
        end = other
        while other >= first and self.row[other].kind in (BREAK, COMMA):
            other -= 1
        if first <= other < end and self.row[other].kind == MAYBE:
            return True  # "denied that Hale killed Reed"
        if not isinstance(self.order, V2):
            return chunk.kind == NP and k + 1 < len(self.row) and self.row[k + 1].kind == MAYBE
        rest = self.row[k + 1 : k + LONGEST_CLAUSE]
        stop = next((n for n, c in enumerate(rest) if c.kind in (BREAK, COMMA)), len(rest))
        return any(c.kind == MAYBE for c in rest[:stop])

    def _verb(self, k: int) -> None:
        parts = self.order.parts(k)
        start = self.tokens.starts[self.row[k].i]
        before = self.text[max(start - 4, 0) : start].rstrip()
        if parts is None or (parts.subject is None and before.endswith(_CLOSING)):
            return
        form = "done " if parts.passive else "do "
        values = self.row[k].values
        names = sorted(v.partition(" ")[2] for v in values if v.startswith(form))
        if not names and not parts.passive:
            names = sorted(v.partition(" ")[2] for v in values if v.startswith("done "))
        for name in ["score"] if "score" in names else names:  # "headed the winner" leads nothing
            frame = VERBS.get(name)
            if frame is not None:
                self._apply(name, frame, self._turned(frame, parts))

    def _turned(self, frame: Frame, parts: Parts) -> Parts:
        """Exchange subject and object where only the object's name can be the subject (German and Dutch word order).

        People and organisations decide on things, and are hardly decided on.
        """
        if not isinstance(self.order, V2) or parts.passive or frame.subject is None:
            return parts
        if _unnamed(parts.subject) and parts.object is not None and parts.object.names:
            kinds = {entity.kind for entity in parts.object.names}
            decides = frame.event in DECIDED and kinds <= {"person", "org"}
            other = frame.object is None or kinds.isdisjoint(frame.object.kinds)
            if decides or (kinds <= frame.subject.kinds and other):
                return replace(parts, subject=parts.object, object=parts.subject)
        return parts

    def _apply(self, name: str, frame: Frame, parts: Parts) -> None:
        """Fill the frame's slots; without a name in any of them nothing is kept."""
        filled: list[tuple[Slot, Chunk]] = []
        subject, target = (frame.object, frame.subject) if parts.passive else (frame.subject, frame.object)
        if target is not None and not target.phrase and parts.object is not None:
            parts = replace(parts, object=apposed(self.row, parts.object, self._juxtaposed()))
        if parts.passive and subject is None and parts.subject is not None and parts.subject.names:
            subject = frame.marks.get("to")
        if not parts.passive and not self._complete(name, frame, parts):
            return
        marks = {**frame.marks, **({"by": target} if parts.passive and target else {})}
        _add(filled, subject, parts.subject)
        if not parts.passive and parts.object and not any(m in frame.marks for m in parts.object.values):
            _add(filled, target, parts.object)
        office = self._office(parts)
        if name in NEEDS_OFFICE and office is None and not any(c.marked("as") for c in parts.marked):
            return
        _add(filled, frame.complement, office)
        if name == "leave" and office is None and not any(c.marked("as") for c in parts.marked):
            _add(filled, frame.marks["as"], self._held(parts.subject))
        for chunk in parts.marked:
            slot = next((marks[m] for m in sorted(chunk.values, key=_mark_order) if m in marks), None)
            if slot is not None and slot not in [s for s, c in filled if c.names or s.phrase]:
                _add(filled, slot, chunk)
        if not any(slot is frame.object and _unfit(slot, chunk) for slot, chunk in filled):
            self._keep(frame.event, filled, whole=parts.passive and any(c.marked("by") for c in parts.marked))

    def _complete(self, name: str, frame: Frame, parts: Parts) -> bool:
        """Return whether an active verb has the object it needs: who loses, someone to lose to; who buys, a thing."""
        if name in ("lose", "outdo") and (name == "lose" or parts.object is None):
            return any(c.names and any(m in frame.marks for m in c.values) for c in parts.marked)
        if name == "succeed":
            bare = (parts.subject, parts.object, parts.complement)
            told = any(c is not None and self.fillers.has(c, "succession") for c in bare)
            return told or any(c.names and any(m in frame.marks for m in c.values) for c in parts.marked)
        if frame.object is None or name in OPEN or parts.cleft:
            return True
        if isinstance(self.order, V2) and frame.object.phrase and _unnamed(parts.subject) and _named(parts.object):
            return False  # "Das Projekt finanziert die Stiftung": either may be the subject
        if parts.object is None:
            return any(
                frame.marks.get(m) in (frame.object, frame.marks.get("of"))
                for c in parts.marked
                for m in c.values
                if m in frame.marks
            )
        return frame.object.phrase or bool(parts.object.names) or (name in OF_PEOPLE and self._people(parts.object))

    def _people(self, chunk: Chunk) -> bool:
        """Return whether a phrase is about people without a name ("a man")."""
        people = word_set(self.lang, "mentions", "people")
        return any(self.tokens.words[n] in people for n in range(chunk.head, chunk.j))

    def _office(self, parts: Parts) -> Chunk | None:
        """Return the phrase that names the post: without "as" it must hold a word for one."""
        for chunk in (parts.complement, parts.object, parts.subject, *parts.marked):
            if (
                chunk is not None
                and not chunk.names
                and chunk.kind == NP
                and chunk.bare
                and self.fillers.has(chunk, "offices")
            ):
                return chunk
        return None

    def _held(self, chunk: Chunk | None) -> Chunk | None:
        """Return the phrase for the post of someone named: "Coach Luna quit", "its president, Ana Cruz, quit"."""
        if chunk is None or not chunk.names or chunk not in self.row:
            return None
        former = self.tokens.words[chunk.head] in word_set(self.lang, "roles", "fillers")
        own = chunk.j - chunk.head > 1 and self.tokens.starts[chunk.head] < chunk.names[0].start
        if own and not former and self.fillers.has(chunk, "offices"):
            return chunk
        k = self.row.index(chunk) - 1
        if own or k < 1 or self.row[k].kind != COMMA:
            return None
        k -= 1
        while k > 0 and self.row[k].kind == NP and attached(self.row[k]):
            k -= 1
        before = self.row[k]
        plain = before.kind == NP and before.bare and not before.names
        return before if plain and self.fillers.has(before, "offices") else None

    def _keep(self, event: str, filled: Sequence[tuple[Slot, Chunk]], *, whole: bool = False) -> None:
        """Keep what fills the slots; ``whole``: the words leave no doubt of the event, whatever parts are told."""
        made = [(slot, list(self.fillers.of(event, slot, chunk))) for slot, chunk in filled]
        if not any(named for _, people in made for _, _, _, named in people):
            return
        needed = event in NEEDS_OBJECT and not (whole and event not in BY_ANYONE)
        if needed and not any(people for slot, people in made if slot.role == "object"):
            return
        for slot, people in made:
            for start, end, name, _ in people:
                raw = self.text[start:end]
                self.found.setdefault((start, event, slot.role), Participant(start, end, raw, event, slot.role, name))

    def _nouns(self, k: int) -> None:
        chunk = self.row[k]
        for n, value in chunk.nouns:
            for part in value.split("|"):
                form, _, name = part.partition(" ")
                frame = NOUNS.get(name)
                if frame is not None and form == "act" and not self._qualifies(n, chunk):
                    self._act(k, frame)
                elif frame is not None and form == "doer":
                    self._doer(k, frame)
        if self.fillers.has(chunk, "new") and self.fillers.has(chunk, "offices"):
            self._newcomer(k)

    def _act(self, k: int, frame: Frame) -> None:
        """ "Okafor's victory over Lindqvist", "the purchase of Waggle by Hollander"."""
        chunk = self.row[k]
        filled: list[tuple[Slot, Chunk]] = []
        if chunk.owner is not None:
            _add(filled, frame.marks.get("owner"), _owned_by(chunk.owner, chunk))
        elif chunk.names and self.tokens.starts[chunk.nouns[-1][0]] < chunk.names[0].start and "of" in frame.marks:
            if self._juxtaposed():
                _add(filled, frame.marks["of"], chunk)
        for other in after(self.row, k):
            taken = [s.role for s, _ in filled]
            order = sorted(other.values, key=lambda mark: (mark != "of", *_mark_order(mark)))
            slot = next((frame.marks[m] for m in order if m in frame.marks and frame.marks[m].role not in taken), None)
            if other.det == "genitive" and other.bare:
                slot = frame.marks.get("of")
            if slot is not None and slot not in [s for s, _ in filled]:
                _add(filled, slot, other)
            elif slot is None and not other.marked("prep", "inside", "at"):
                break
        subject = frame.marks.get("subject")
        if filled and subject is not None and subject.role not in [slot.role for slot, c in filled if c.names]:
            _add(filled, subject, self._subject(k, frame))
        self._keep(frame.event, filled)

    def _qualifies(self, n: int, chunk: Chunk) -> bool:
        """Return whether the noun at word ``n`` only tells what kind the next one is ("a takeover bid")."""
        ends = chunk.names[0].start if chunk.names else self.tokens.starts[chunk.j - 1] + 1
        inner = self.lang == "en" and n + 1 < chunk.j and self.tokens.starts[n + 1] < ends
        return inner and not self.tokens.words[n + 1].endswith("ed")

    def _subject(self, k: int, frame: Frame) -> Chunk | None:
        """Return whose act it is, by its clause: "Hale reached the final with a win over Brask", "closed the sale"."""
        chunk, found = self.row[k], leading(self.row, k)
        if found is None or isinstance(self.order, Vso):
            return None
        if frame.event == "win":
            kinds = {entity.kind for c in self.row[k : k + 3] for entity in c.names}
            alike = (found.names[0].kind == "person") == ("person" in kinds)
            return found if alike and (chunk.bare or chunk.marked("clausal", "with", "by")) else None
        closes = word_set(self.lang, "roles", "closes")
        return found if chunk.bare and any(self.tokens.words[n] in closes for n in range(found.j, chunk.i)) else None

    def _juxtaposed(self) -> bool:
        """Return whether a noun follows the one it qualifies without a preposition ("pemilik kapal")."""
        return bool(word_set(self.lang, "roles", "juxtaposed") & {"yes"})

    def _doer(self, k: int, frame: Frame) -> None:
        """ "Winner Ramos", "the winner, Ramos", "the buyer is Hollis", "Hollis, the buyer"."""
        filled: list[tuple[Slot, Chunk]] = []
        person = self._identified(k, frame.subject)
        starts = {entity.start for entity in person.names} if person is not None else set()
        if person is None or any(p.start in starts and p.event == frame.event for p in self.found.values()):
            return  # "beat champion Ramos": the verb tells more
        _add(filled, frame.subject, person)
        chunk = self.row[k]
        if chunk.owner is not None and "owner" in frame.marks:
            _add(filled, frame.marks["owner"], _owned_by(chunk.owner, chunk))
        elif k + 1 < len(self.row) and self.row[k + 1].kind == NP and attached(self.row[k + 1]):
            _add(filled, frame.marks.get("of"), self.row[k + 1])
        elif not chunk.names and self._juxtaposed() and chunk.nouns[-1][0] + 1 < chunk.j:
            rest = chunk.nouns[-1][0] + 1
            _add(filled, frame.marks.get("of"), Chunk(NP, rest, chunk.j, head=rest))
        beside = bool(chunk.names) and frame.event in NEEDS_MORE
        if len(filled) < 2 and beside:
            return
        self._keep(frame.event, filled)

    def _identified(self, k: int, slot: Slot | None) -> Chunk | None:
        """Return the phrase with the name that a phrase without one is said to be."""
        chunk = self.row[k]
        if chunk.names:
            return chunk
        if slot is None:
            return None
        end = k + 1
        if end < len(self.row) and self.row[end].marked("top") and chunk.bare and _names(self.row[end], slot):
            return self.row[end]  # "kampeon ang Ramos"
        while end < len(self.row) and self.row[end].kind == NP and attached(self.row[end]):
            end += 1
        rest = self.row[end : end + 2]
        if len(rest) == 2 and rest[0].kind in (AUX, COMMA, RELATIVE) and _names(rest[1], slot):
            verb = end + 2 < len(self.row) and self.row[end + 2].kind == VERB
            linked = rest[0].kind == RELATIVE and rest[1].marked("top")  # "ang coach na si Luna"
            if linked or rest[0].kind == COMMA or ("copula" in rest[0].values and not verb):
                return rest[1]
        before = self.row[max(k - 2, 0) : k]
        if len(before) == 2 and chunk.bare:
            if before[1].kind == COMMA and any(entity.kind in slot.kinds for entity in before[0].names):
                return before[0]
            if before[1].kind == AUX and "copula" in before[1].values and _names(before[0], slot):
                return before[0]
        return None

    def _newcomer(self, k: int) -> None:
        """ "New coach Ferro": someone has been given a post."""
        frame = VERBS["appoint"]
        chunk = self.row[k]
        person = self._identified(k, frame.object)
        if person is None or not _names(person, frame.object):
            return
        words = [
            n
            for n in range(chunk.head, chunk.j)
            if self.tokens.starts[n] < (chunk.names[0].start if chunk.names else 1 << 30)
        ]
        new = word_set(self.lang, "roles", "new") | word_set(self.lang, "roles", "fillers")
        words = [n for n in words if self.tokens.words[n] not in new]
        words = [n for n in words if n - words[0] == words.index(n)]
        office = Chunk(NP, words[0], words[-1] + 1, head=words[0]) if words else None
        filled: list[tuple[Slot, Chunk]] = []
        _add(filled, frame.object, person)
        _add(filled, frame.complement, office)
        self._keep(frame.event, filled)


def _add(filled: list[tuple[Slot, Chunk]], slot: Slot | None, chunk: Chunk | None) -> None:
    if slot is not None and chunk is not None:
        filled.append((slot, chunk))


def _owned_by(owner: Entity, chunk: Chunk) -> Chunk:
    return Chunk(NP, chunk.i, chunk.j, head=chunk.head, names=(owner,))


def _unfit(slot: Slot, chunk: Chunk) -> bool:
    """Return whether a phrase has names and none of a kind that can fill the slot."""
    return bool(chunk.names) and not slot.phrase and all(entity.kind not in slot.kinds for entity in chunk.names)


def _unnamed(chunk: Chunk | None) -> bool:
    return chunk is not None and not chunk.names


def _named(chunk: Chunk | None) -> bool:
    return chunk is not None and bool(chunk.names)


def _names(chunk: Chunk, slot: Slot | None) -> bool:
    """Return whether a bare phrase has a name that can fill the slot."""
    if slot is None or chunk.kind != NP or not (chunk.bare or chunk.marked("top")):
        return False
    return any(entity.kind in slot.kinds for entity in chunk.names)


def _mark_order(mark: str) -> tuple[int, str]:
    return _MARKS.index(mark) if mark in _MARKS else len(_MARKS), mark


def _order(lang: str, row: tuple[Chunk, ...]) -> Svo | V2 | Vso:
    order = next(iter(word_set(lang, "roles", "order")), "svo")
    if order == "v2":
        return V2(row)
    if order == "vso":
        return Vso(row, word_set(lang, "roles", "actors"))
    traits = ("free_passive", "inversion", "adjuncts")
    return Svo(row, frozenset(trait for trait in traits if "yes" in word_set(lang, "roles", trait)))
