"""Where the parts of a verb stand: subject, object, complement and marked phrases, by the word order of the language.

Here subject-verb-object with a passive auxiliary or prefix ("svo"); verb second and last ("v2": German, Dutch) and
verb first with case particles and focus ("vso": Filipino) in ``orders.py``. What is doubtful is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reconcile.claims.events.chunks import AUX, BREAK, COMMA, LINK, MAYBE, NP, RELATIVE, STEER, VERB, Chunk
from reconcile.claims.events.frames import VERBS

ASIDE = 12  # words of a remark between commas that is stepped over
LONGEST_CLAUSE = 40  # chunks
ADJUNCTS = 3  # phrases with a preposition between a verb and its object
_WINS = ("do win", "do beat")
REACH = 16  # words after a verb in which its marked phrases are looked for


@dataclass(frozen=True, slots=True)
class Parts:
    """The noun phrases around one verb by their function; ``passive`` tells how to read subject and "by".

    ``cleft``: the verb stands for the one who did it ("ang nakabili ay ..."), its object may be left out.
    """

    passive: bool
    subject: Chunk | None = None
    object: Chunk | None = None
    complement: Chunk | None = None
    marked: tuple[Chunk, ...] = ()
    cleft: bool = False


class Svo:
    """Reads the parts of verbs in a language with fixed order and a passive auxiliary or prefix."""

    def __init__(self, row: Sequence[Chunk], traits: frozenset[str] = frozenset()) -> None:
        """``traits``: of "free_passive" (no auxiliary), "inversion" (verb first), "adjuncts" (before the object)."""
        self.row, self.adjuncts = row, "adjuncts" in traits
        self.free_passive, self.inversion = "free_passive" in traits, "inversion" in traits

    def parts(self, k: int) -> Parts | None:
        """Return the parts of the verb at ``k``, None where its voice cannot be told."""
        passive = self._passive(k)
        if passive is None:
            return None
        target, complement, marked = self._right(k, passive)
        subject = self._left(k) if not passive or self.free_passive or self._auxiliaries(k) else self._beside(k)
        if not passive and target is None and subject is not None:
            target = self._relative_object(k, subject)
        if not passive and subject is None and self._ruling(k):
            subject, target = target, None
        gerund = "gerund" in self.row[k].values
        first = k == 0 or self.row[k - 1].kind == BREAK
        if not passive and subject is None and first and not self.inversion and not gerund:
            return None
        if passive and self.free_passive and subject is not None and target is not None and target.names:
            marked, target = (replace(target, values=frozenset(["by"])), *marked), None
        if not passive and subject is None and gerund:
            wins = k and self.row[k - 1].kind == COMMA and not self.row[k].values.isdisjoint(_WINS)
            subject = leading(self.row, k - 1) if wins else None
        elif self.inversion and subject is None and self._opens(k):
            if passive and self._auxiliaries(k):
                subject = next((c for c in after(self.row, k) if c.bare and c.names), None)
            elif complement is not None and complement.names and target is not None and not target.names:
                subject, complement = complement, None
            elif target is not None and target.bare and (named := apposed(self.row, target)).names:
                subject, target = named, None
        return Parts(passive, subject, target, complement, marked)

    def _relative_object(self, k: int, subject: Chunk) -> Chunk | None:
        """Return what "that" stands for in "the mural that Quilodrán painted"."""
        near = range(k - 1, max(k - ASIDE, 0), -1)
        at = next((n for n in near if self.row[n] is subject), 0)
        return self._antecedent(at - 1) if at and self.row[at - 1].kind == RELATIVE else None

    def _ruling(self, k: int) -> bool:
        """Return whether a court's verb follows what it said: "... are employees, ruled the Court of Appeal"."""
        return bool(k) and self.row[k - 1].kind == COMMA and not self.row[k].values.isdisjoint(("do rule", "done rule"))

    def _passive(self, k: int) -> bool | None:
        values = self.row[k].values
        done = any(v.startswith("done ") for v in values)
        do = any(v.startswith("do ") for v in values)
        aux = self._auxiliaries(k)
        if not done:
            return False
        if self.free_passive:
            return not do
        if "passive" in aux:
            return True
        if "perfect" in aux:
            return False
        after = self.row[k + 1] if k + 1 < len(self.row) else None
        if after is not None and after.kind == NP and after.marked("by") and self._someone(k + 1):
            return True
        if do:
            return self._headline(k, after)
        return True if self._named_before(k) else None

    def _someone(self, k: int) -> bool:
        """Return whether a phrase has a name in it or in what hangs on it (not "won by 11 seconds")."""
        return any(c.kind == NP and c.names for c in self.row[k : k + 2])

    def _auxiliaries(self, k: int) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        while k and self.row[k - 1].kind in (AUX, STEER):
            k -= 1
            found |= self.row[k].values
        return found

    def _named_before(self, k: int) -> bool:
        """Return whether a name stands before the participle, or before the comma that parts them."""
        if k > 1 and self.row[k - 1].kind == COMMA:
            k -= 1
        return k > 0 and self.row[k - 1].kind == NP and bool(self.row[k - 1].names)

    def _headline(self, k: int, after: Chunk | None) -> bool:
        """ "Voss named chief executive", "Pike arrested in Carlisle": no object, so the subject is one."""
        if not self._named_before(k):
            return False
        frames = [frame for v in self.row[k].values if (frame := VERBS.get(v.partition(" ")[2])) is not None]
        if after is None or after.kind != NP or not after.bare:
            return any(frame.object and not frame.object.phrase for frame in frames)
        return not after.names and any(frame.complement for frame in frames)

    def _left(self, k: int) -> Chunk | None:
        """Return the noun phrase that ends before the verb group, stepping over phrases that hang on it."""
        steered = "to" not in self.row[k].values
        at = k
        k -= 1
        while k >= 0 and self.row[k].kind in (AUX, STEER):
            steered = steered or self.row[k].kind == STEER or "future" in self.row[k].values
            k -= 1
        for _ in range(6):
            if k < 0:
                return None
            chunk = self.row[k]
            if chunk.kind == NP and (chunk.bare or (chunk.marked("clausal") and self.row[k + 1].kind in (VERB, AUX))):
                object_of_another = k > 0 and self.row[k - 1].kind == VERB
                if (steered or self._first(k)) and not object_of_another:
                    return chunk
                wins = not self.row[at].values.isdisjoint(_WINS)  # "held their nerve to beat Brask"
                return leading(self.row, at) if wins and not steered else None
            if chunk.kind == NP:
                k -= 1
            elif chunk.kind == COMMA:
                named = self._named_aside(k)
                if named is not None:
                    return named
                k = self._before_aside(k)
            elif chunk.kind == RELATIVE:
                return self._antecedent(k)
            elif chunk.kind == LINK:
                return self._shared(k)
            else:
                return None
        return None

    def _beside(self, at: int) -> Chunk | None:
        """Return the phrase that a participle without auxiliary belongs to: "the novel, written by Quist"."""
        k = at - 1
        if k > 0 and self.row[k].kind == COMMA:
            k -= 1
        if k > 0 and self.row[k].kind == LINK:
            return self._shared(k)
        if k < 0 or self.row[k].kind != NP:
            return None
        by = at + 1 < len(self.row) and self.row[at + 1].kind == NP and self.row[at + 1].marked("by")
        return self.row[k] if by or self.row[k].bare else None

    def _named_aside(self, k: int) -> Chunk | None:
        """ "The mayor, Ana Cruz, resigned": the name in the remark, where the phrase before it has none."""
        if k < 3 or self.row[k - 2].kind != COMMA or self.row[k - 1].kind != NP or self.row[k - 3].kind != NP:
            return None
        name, at = self.row[k - 1], k - 3
        if not name.names or not name.bare:
            return None
        while at and name.names[0].kind != "place" and self.row[at].i == self.row[at - 1].j and _belongs(self.row[at]):
            at -= 1
        before = self.row[at]
        return name if before.kind == NP and not before.names else None

    def _first(self, k: int) -> bool:
        """Return whether a phrase begins its clause; a word such as "asked" before it does not count as an end."""
        return k == 0 or (self.row[k - 1].kind in (BREAK, COMMA) and self.row[k - 1].i == self.row[k - 1].j)

    def _before_aside(self, k: int) -> int:
        """Return the chunk before the remark that the comma at ``k`` closes, -1 if there is none."""
        for other in range(k - 1, max(k - 8, -1), -1):
            if self.row[other].kind == BREAK or self.row[k].i - self.row[other].j > ASIDE:
                return -1
            if self.row[other].kind == COMMA:
                return other - 1
        return -1

    def _antecedent(self, k: int) -> Chunk | None:
        """Return what the relative pronoun at ``k`` stands for: "Holt, an architect, who" is Holt."""
        k -= 1
        if k >= 0 and self.row[k].kind == COMMA:
            aside = self._before_aside(k)
            k -= 1
            if aside >= 0 and self.row[aside].names and not any(c.names for c in self.row[aside + 1 : k + 1]):
                k = aside
        elif k > 1 and self.row[k].kind == NP and not self.row[k].names and self.row[k - 1].kind == COMMA:
            k = k - 2 if self.row[k - 2].names else k
        return self.row[k] if k >= 0 and self.row[k].kind == NP else None

    def _shared(self, k: int) -> Chunk | None:
        """Return the subject of the verb before "and": the clause's first phrase, where a verb follows it."""
        start = k
        while start > max(k - LONGEST_CLAUSE, 0) and self.row[start - 1].kind != BREAK:
            if self.row[start - 1].kind == COMMA:
                before = self._before_aside(start - 1)
                if before < 0:
                    break
                start = before
            else:
                start -= 1
        first = self.row[start]
        if start + 1 < k and first.kind == NP and first.bare and self.row[start + 1].kind in (VERB, AUX, COMMA):
            return first
        return None

    def _opens(self, k: int) -> bool:
        """Return whether nothing that could be a subject stands before the verb in its clause."""
        k -= 1
        last = max(k - LONGEST_CLAUSE, 0)
        while k >= last and self.row[k].kind not in (BREAK, COMMA):
            if self.row[k].kind in (VERB, RELATIVE, LINK) or (self.row[k].kind == NP and self.row[k].bare):
                return False
            k -= 1
        return True

    def _right(self, k: int, passive: bool) -> tuple[Chunk | None, Chunk | None, tuple[Chunk, ...]]:
        target: Chunk | None = None
        complement: Chunk | None = None
        marked: list[Chunk] = []
        phrases = tuple(after(self.row, k))
        at = self._object_at(phrases) if self.adjuncts and not passive else 0
        for n, chunk in enumerate(phrases):
            if n == at and (chunk.bare or chunk.marked("mark_object")):
                target = chunk
            elif n == at + 1 and chunk.bare and target is not None:
                complement = chunk
            if not chunk.bare:
                marked.append(chunk)
        if target is not None and not passive and self._clause_follows(k, target):
            return None, None, ()
        if passive and target is not None and not target.names:
            target, complement = None, target
        return target, complement, tuple(marked)

    def _object_at(self, phrases: Sequence[Chunk]) -> int:
        """Return where the object stands, behind phrases with a preposition or not ("venció en la final a Ramos")."""
        near = phrases[: ADJUNCTS + 1]
        return next((n for n, c in enumerate(near) if c.bare or (c.names and c.marked("mark_object"))), 0)

    def _clause_follows(self, k: int, target: Chunk) -> bool:
        """Return whether the phrase is the subject of a clause of its own ("found the company had known")."""
        k = self.row.index(target, k)
        return k + 1 < len(self.row) and self.row[k + 1].kind == AUX


def after(row: Sequence[Chunk], k: int) -> Iterator[Chunk]:
    """Yield the noun phrases after chunk ``k`` up to the end of its clause; remarks between commas are left out."""
    end = row[k].j
    k += 1
    while k < len(row) and row[k].i - end <= REACH:
        if row[k].kind == COMMA:
            k = _past_aside(row, k)
            if k < 0:
                return
        elif row[k].kind == NP:
            yield row[k]
            k += 1
        else:
            return


def leading(row: Sequence[Chunk], k: int) -> Chunk | None:
    """Return the one name before chunk ``k`` in its clause, where the clause begins with it: its subject."""
    start, last = k, max(k - LONGEST_CLAUSE, 0)
    while start > last and row[start - 1].kind not in (BREAK, COMMA, LINK, RELATIVE, MAYBE):
        start -= 1
    first = row[start]
    if start == k or first.kind != NP or not first.bare or len(first.names) != 1:
        return None
    if first.j - first.head - len(first.names[0].raw.split()) > 1:
        return None  # more than a title before the name may be a verb that no list has
    return first if not any(c.kind == NP and c.bare and c.names for c in row[start + 1 : k]) else None


def apposed(row: Sequence[Chunk], chunk: Chunk, juxtaposed: bool = False) -> Chunk:
    """Return a phrase with the name in the remark after it: "the mayor of Lorca, Ana Cruz" is Ana Cruz.

    ``juxtaposed``: the language puts names behind nouns that they qualify ("direktur Hollis, Ana Cruz").
    """
    qualified = juxtaposed and chunk.names and chunk.names[0].kind != "person" and chunk.j - chunk.head > 1
    if chunk.kind != NP or (chunk.names and not qualified) or chunk not in row:
        return chunk
    end = row.index(chunk) + 1
    while end < len(row) and row[end].kind == NP and row[end].i == row[end - 1].j and _belongs(row[end]):
        end += 1
    rest = row[end : end + 3]
    if len(rest) < 2 or rest[0].kind != COMMA or rest[1].kind != NP or not rest[1].bare or len(rest[1].names) != 1:
        return chunk
    if len(rest) == 3 and (rest[2].kind not in (COMMA, BREAK) or rest[2].i < rest[2].j):
        return chunk
    if rest[1].names[0].kind == "place" or (qualified and rest[1].names[0].kind != "person"):
        return chunk
    return replace(chunk, names=rest[1].names)


def _belongs(chunk: Chunk) -> bool:
    """Return whether a phrase can hang on the noun before a remark ("the mayor of Lorca, Ana Cruz", "en funciones")."""
    if chunk.bare:
        return chunk.det == "genitive"
    return chunk.marked("of") or (chunk.marked("inside") and not chunk.names)


def _past_aside(row: Sequence[Chunk], k: int) -> int:
    """Return the chunk after the remark that the comma at ``k`` opens, -1 if it opens a new clause."""
    for other in range(k + 1, min(k + 6, len(row))):
        if row[other].kind in (BREAK, VERB, AUX):
            return -1
        if row[other].kind == COMMA:
            return other + 1 if row[other].i - row[k].j <= ASIDE else -1
    return -1
