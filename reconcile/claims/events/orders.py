"""Parts of verbs where order alone does not tell them: verb second (German, Dutch) and verb first (Filipino)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconcile.claims.events.arguments import LONGEST_CLAUSE, Parts, after
from reconcile.claims.events.chunks import AUX, BREAK, COMMA, LINK, NP, RELATIVE, STEER, VERB, Chunk


class V2:
    """Reads the parts of verbs where the finite verb stands second and the rest of the verb last."""

    def __init__(self, row: Sequence[Chunk]) -> None:
        self.row = row

    def parts(self, k: int) -> Parts | None:
        """Return the parts of the verb at ``k``, None where its voice cannot be told."""
        start, stop = self._clause(k)
        inside = [self.row[n] for n in range(start, stop) if n != k and not self._related(n, start)]
        done = any(v.startswith("done ") for v in self.row[k].values)
        do = any(v.startswith("do ") for v in self.row[k].values)
        aux = frozenset(v for c in inside if c.kind == AUX for v in c.values)
        passive = done and "passive" in aux
        if done and not do and not passive and "perfect" not in aux:
            return self._reduced(k)
        phrases = _nested([c for c in inside if c.kind == NP])
        marked = tuple(c for c in phrases if not c.bare)
        plain = [c for c in phrases if c.bare]
        if not passive and len(plain) > 2 and (given := next((c for c in plain if c.det == "dative"), None)):
            plain.remove(given)
            marked = (*marked, replace(given, values=frozenset(["dative"])))
        return _ordered(passive, self._relative(start) or self._shared(start, k, plain), plain, marked)

    def _shared(self, start: int, k: int, plain: Sequence[Chunk]) -> Chunk | None:
        """Return the subject of the clause before "and" where this one, with its verb first, has none of its own."""
        link = start - 1
        if link < 1 or self.row[link].kind != LINK or (plain and plain[0].names):
            return None
        if self.row[start].i != self.row[link].j or self.row[start].kind not in (VERB, AUX):
            return None
        while start > max(link - LONGEST_CLAUSE, 0) and self.row[start - 1].kind not in (BREAK, COMMA, RELATIVE):
            start -= 1
        first = self.row[start]
        verb = start + 1 < link and self.row[start + 1].kind in (VERB, AUX)
        return first if verb and first.kind == NP and first.bare and first.names else None

    def _reduced(self, k: int) -> Parts | None:
        """ "Cruz zur Bürgermeisterin gewählt", "de keten, gekocht door Hollis": a participle without auxiliary."""
        marked = tuple(after(self.row, k))
        left = k - 1
        while left >= 0 and self.row[left].kind == NP and not self.row[left].bare:
            marked = (self.row[left], *marked)
            left -= 1
        if left >= 0 and self.row[left].kind == COMMA and any(c.marked("by") for c in marked):
            left -= 1
        if (
            left < 0
            or self.row[left].kind != NP
            or (not self.row[left].names and not any(c.marked("by") for c in marked))
        ):
            return None
        return Parts(True, self.row[left], None, None, tuple(c for c in marked if not c.bare))

    def _clause(self, k: int) -> tuple[int, int]:
        """Return the chunks of the verb's clause; remarks between commas belong to it."""
        start = k
        while start > max(k - LONGEST_CLAUSE, 0) and self.row[start - 1].kind not in (BREAK, LINK):
            if self.row[start - 1].kind == RELATIVE:
                break
            if self.row[start - 1].kind == COMMA:
                before = self._aside_before(start - 1)
                if before < 0:
                    break
                start = before
                continue
            if self.row[start - 1].kind == VERB:
                break
            start -= 1
        stop, last = k + 1, min(len(self.row), k + LONGEST_CLAUSE)
        while stop < last and self.row[stop].kind not in (
            BREAK,
            LINK,
            COMMA,
            RELATIVE,
        ):
            stop += 1
        return start, stop

    def _aside_before(self, k: int) -> int:
        """Return where the remark that the comma at ``k`` closes begins, -1 if what stands before is a clause."""
        clause = False
        for other in range(k - 1, max(k - 9, -1), -1):
            clause = clause or self.row[other].kind in (VERB, AUX)
            if self.row[other].kind == BREAK or (k - other > 4 and not clause):
                return -1
            if self.row[other].kind == COMMA:
                return other if not clause or self.row[other + 1].kind == RELATIVE else -1
        return -1

    def _related(self, n: int, start: int) -> bool:
        """Return whether chunk ``n`` stands in a relative clause between commas."""
        while n > start and self.row[n].kind != COMMA:
            if self.row[n].kind == RELATIVE and self.row[n - 1].kind == COMMA:
                return True
            n -= 1
        return False

    def _relative(self, start: int) -> Chunk | None:
        if start < 1 or self.row[start - 1].kind != RELATIVE:
            return None
        k = start - 2
        if k >= 0 and self.row[k].kind == COMMA:
            k -= 1
        return self.row[k] if k >= 0 and self.row[k].kind == NP else None


def _ordered(passive: bool, head: Chunk | None, plain: list[Chunk], marked: tuple[Chunk, ...]) -> Parts:
    """The first phrase that can be one is the subject; a relative pronoun stands for its antecedent, ``head``."""
    if head is not None:
        return Parts(passive, head, plain[0] if plain else None, plain[1] if len(plain) > 1 else None, marked)
    subject = next((c for c in plain if c.det not in ("oblique", "dative")), None)
    rest = [c for c in plain if c is not subject]
    if passive:
        return Parts(True, subject, None, rest[0] if rest else None, marked)
    return Parts(False, subject, rest[0] if rest else None, rest[1] if len(rest) > 1 else None, marked)


def _nested(phrases: Sequence[Chunk]) -> list[Chunk]:
    """Leave out genitives: a phrase with a genitive article directly after another phrase belongs to it."""
    kept: list[Chunk] = []
    last = -1
    for chunk in phrases:
        if not (chunk.bare and chunk.det == "genitive" and chunk.i == last):
            kept.append(chunk)
        last = chunk.j
    return kept


class Vso:
    """Reads the parts of Filipino verbs: "done" is the focus on the object, "do" the focus on the actor.

    Particles mark the phrases: top (si, ang), by (ni, ng), to (kay, sa).
    """

    def __init__(self, row: Sequence[Chunk], actors: frozenset[str] = frozenset()) -> None:
        """``actors``: pronouns that stand for who acts, whatever the focus ("niya")."""
        self.row, self.actors = row, actors

    def parts(self, k: int) -> Parts | None:
        """Return the parts of the verb at ``k``: of a passive reading "by" is marked, of an active one the object."""
        passive = any(v.startswith("done ") for v in self.row[k].values)
        top, actor = self._before(k), None
        verb = k
        if k + 2 < len(self.row) and self.row[k + 1].kind == LINK and self.row[k + 2].kind == VERB:
            k += 2  # "isinulat at idinirehe ni X"
        marked: list[Chunk] = []
        last: Chunk | None = None
        for chunk in after(self.row, k):
            if chunk.marked("top"):
                top = top or chunk
            elif chunk.marked("by"):
                if (last is None or last.names) and actor is None:
                    actor = chunk
            elif not chunk.bare:
                marked.append(chunk)
            elif last is None and chunk.names and chunk.names[0].raw.casefold() in self.actors:
                actor = replace(chunk, values=frozenset(["by"]))
            elif last is None and chunk.names and chunk.names[0].raw.islower():
                top = top or chunk  # "hinatulan siya"
            last = chunk
        if passive and actor is None and "done beat" in self.row[verb].values:
            actor = self._shared(verb)
        if passive:
            return Parts(True, top, None, None, (*((actor,) if actor else ()), *marked))
        plain = actor and replace(actor, values=frozenset())
        return Parts(False, top, plain, None, tuple(marked), cleft="top" in self.row[k].values)

    def _shared(self, k: int) -> Chunk | None:
        """Return who did what stands before "matapos" and a verb: he did both."""
        if not k or self.row[k - 1].kind != BREAK or self.row[k - 1].i == self.row[k - 1].j:
            return None
        actor: Chunk | None = None
        for other in range(max(k - LONGEST_CLAUSE, 0), k - 1):
            chunk = self.row[other]
            if chunk.kind == BREAK:
                actor = None
            elif chunk.kind == NP and chunk.names and len(chunk.names) == 1:
                opens = chunk.bare and (other == 0 or self.row[other - 1].kind == BREAK)
                done = chunk.marked("by") and other > 0 and self.row[other - 1].kind == VERB
                if done or chunk.marked("top") or opens:
                    actor = replace(chunk, values=frozenset(["by"]))
                if done:
                    break
        return actor

    def _before(self, k: int) -> Chunk | None:
        """Return the topic before the verb: "Si X ang nanalo", "Si X ay nanalo", "si X, na nanalo", "X nanalo"."""
        left = k - 1
        cleft = "top" in self.row[k].values
        while left >= 0 and self.row[left].kind in (AUX, COMMA, RELATIVE, STEER):
            left -= 1
        copula = left + 1 < k and self.row[left + 1].kind == AUX
        if left >= 0 and self.row[left].kind == NP and (self.row[left].names or copula):
            chunk = self.row[left]
            return (
                chunk
                if chunk.marked("top") or (chunk.bare and (left == 0 or self.row[left - 1].kind == BREAK))
                else None
            )
        if not cleft:
            return None
        return self._after_copula(k)

    def _after_copula(self, k: int) -> Chunk | None:
        """Ang nanalo (sa halalan) ay si X."""
        for other in range(k + 1, min(k + 5, len(self.row) - 1)):
            if self.row[other].kind == AUX and self.row[other + 1].kind == NP:
                return self.row[other + 1]
            if self.row[other].kind != NP:
                return None
        return None
