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
        inside = [c for n, c in enumerate(self.row[start:stop], start) if n != k]
        done = any(v.startswith("done ") for v in self.row[k].values)
        do = any(v.startswith("do ") for v in self.row[k].values)
        aux = frozenset(v for c in inside if c.kind == AUX for v in c.values)
        passive = done and "passive" in aux
        if done and not do and not passive and "perfect" not in aux:
            return self._reduced(k)
        phrases = _nested([c for c in inside if c.kind == NP])
        marked = tuple(c for c in phrases if not c.bare)
        plain = [c for c in phrases if c.bare]
        return _ordered(passive, self._relative(start), plain, marked)

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
        for other in range(k - 1, max(k - 5, -1), -1):
            if self.row[other].kind in (BREAK, VERB, AUX):
                return -1
            if self.row[other].kind == COMMA:
                return other
        return -1

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
    subject = next((c for c in plain if c.det != "oblique"), None)
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

    def __init__(self, row: Sequence[Chunk]) -> None:
        self.row = row

    def parts(self, k: int) -> Parts | None:
        """Return the parts of the verb at ``k``: of a passive reading "by" is marked, of an active one the object."""
        passive = any(v.startswith("done ") for v in self.row[k].values)
        top, actor = self._before(k), None
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
            last = chunk
        if passive:
            return Parts(True, top, None, None, (*((actor,) if actor else ()), *marked))
        plain = actor and replace(actor, values=frozenset())
        return Parts(False, top, plain, None, tuple(marked), cleft="top" in self.row[k].values)

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
