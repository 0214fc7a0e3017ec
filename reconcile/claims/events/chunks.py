"""A sentence as a row of chunks: noun phrases with the preposition before them, verbs that tell an event, breaks.

No parser: the words of ``[roles]`` in the language files (determiners, prepositions, auxiliaries) and the names that
were found before part the sentence; whatever stands between them is the inside of a noun phrase.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from reconcile import languages
from reconcile.claims.naming.name_words import NOUN_CAPITALS
from reconcile.claims.phrases import Lexicon, Tokens, split_entries, word_set
from reconcile.model import Entity

BREAK, COMMA, LINK, RELATIVE, AUX, VERB, NP, MAYBE, STEER = (
    "break", "comma", "link", "relative", "aux", "verb", "np", "maybe", "steer",
)  # fmt: skip
MARKS = ("clausal", "by", "from", "to", "of", "over", "as", "with", "inside", "at", "prep", "mark_object", "top")
_AUX = ("passive", "perfect", "copula", "future")
_DETS = ("dative", "oblique", "genitive", "det")  # the first that a determiner belongs to counts
_CLASSES = (*MARKS, *_AUX, *_DETS, "adverb", "relative", "link", "break", "maybe", "steer")
_YEAR = 4
_SAID = (',"', ",”", ", ”", ",'", ", ''", ",’", ",»")  # what follows a quotation is a clause of its own
_SCORE = ("-", "–", ":")  # between the numbers of one


@dataclass(frozen=True, slots=True)
class Chunk:
    """Words ``[i, j)``. ``values``: marks of a noun phrase, kinds of an auxiliary, triggers of a verb.

    A noun phrase has its own words from ``head`` on (after preposition and determiner), the names that are its head
    in ``names``, the one that possesses it in ``owner``; ``det`` is the determiner's class (empty: none).
    """

    kind: str
    i: int
    j: int
    values: frozenset[str] = frozenset()
    head: int = 0
    names: tuple[Entity, ...] = ()
    owner: Entity | None = None
    det: str = ""
    nouns: tuple[tuple[int, str], ...] = ()

    @property
    def bare(self) -> bool:
        """Return whether no preposition marks the phrase."""
        return not self.values

    def marked(self, *marks: str) -> bool:
        """Return whether one of the marks stands before the phrase."""
        return not self.values.isdisjoint(marks)


@lru_cache(maxsize=32)
def function_words(lang: str) -> Lexicon:
    """Return the matcher of a language's function words; a value is one or more classes parted by bars."""
    table = languages.load(lang).table("roles")
    entries: dict[str, object] = {name: table[name] for name in _CLASSES if name in table}
    times = [str(v) for name in ("weekdays", "months") for v in languages.load(lang).table(name).values()]
    entries["adverb"] = ", ".join([str(entries.get("adverb", "")), *times])
    known = {word for words in entries.values() for word in split_entries(str(words))}
    known |= word_set(lang, "titles", "person")
    others = [("negation", "boundary"), ("negation", "subordinators"), ("entities", "speech")]
    breaks = sorted({word for table, key in others for word in word_set(lang, table, key)} - known)
    entries["break"] = ", ".join([str(entries.get("break", "")), *breaks])
    return Lexicon(entries, lang)


@lru_cache(maxsize=32)
def triggers(lang: str) -> Lexicon:
    """Return the matcher of the words that tell events; values: "do buy", "done buy", "act purchase", "doer buyer"."""
    table = languages.load(lang).table("roles")
    entries: dict[str, object] = {}
    for form in ("do", "done", "act", "doer"):
        entries.update({f"{form} {name}": words for name, words in table.get(form, {}).items()})
    entries["none"] = table.get("none", "")
    return Lexicon(entries, lang)


class _Builder:
    """Reads the words of one sentence from left to right and adds chunks."""

    def __init__(self, tokens: Tokens, lang: str, entities: Sequence[Entity]) -> None:
        self.tokens, self.lang = tokens, lang
        self.words, self.triggers = function_words(lang), triggers(lang)
        self.begun, self.telling = self.words.begun(tokens), self.triggers.begun(tokens)
        self.stacks = bool(word_set(lang, "roles", "noun_stack") & {"yes"})
        self.endings = tuple(sorted(word_set(lang, "roles", "adverb_endings")))
        self.gerunds = tuple(sorted(word_set(lang, "roles", "gerund_endings")))
        self.pronouns = word_set(lang, "roles", "comma_relative")
        self.new, self.offices, self.nounish, self.fillers = (
            word_set(lang, "roles", name) for name in ("new", "offices", "nounish", "fillers")
        )
        self.verb_beginnings = tuple(sorted(word_set(lang, "roles", "verb_beginnings")))
        self.verb_first = "vso" in word_set(lang, "roles", "order")
        self.names = _positions(tokens, entities)
        self.out: list[Chunk] = []
        self._reset()

    def _reset(self) -> None:
        self.open: Chunk | None = None
        self.mark: frozenset[str] = frozenset()
        self.mark_at = -1
        self.det, self.det_end = "", -1
        self.owner: Entity | None = None

    def build(self) -> tuple[Chunk, ...]:
        i, words = 0, self.tokens.words
        while i < len(words):
            if i and self.tokens.hard[i]:
                self._gap(i)
            behind = self._name(i) if i in self.names else 0
            if not behind and words[i] in self.pronouns:
                behind = self._pronoun(i)
            behind = behind or self._function(i)
            if not behind and i in self.telling:
                behind = self._verb(i)
            i = behind or self._word(i)
        self._close()
        return tuple(self.out)

    def _gap(self, i: int) -> None:
        gap = self.tokens.gap(i)
        if not gap.strip(" \u00a0\"“”„«»‘’'‹›") or self._joined(i, gap):
            return
        self._close()
        inner = any(mark in gap for mark in ",()–—[]") or " - " in gap
        dateline = ") -" in gap or ") –" in gap or ") —" in gap
        said = any(mark in gap for mark in _SAID)
        full = dateline or said or any(mark in gap for mark in ".;:?!•|\n")
        self.out.append(Chunk(COMMA if inner and not full else BREAK, i, i))

    def _joined(self, i: int, gap: str) -> bool:
        """Return whether a mark is no break: inside a number or score ("2,4", "29:27"), after an initial."""
        before, word = self.tokens.words[i - 1], self.tokens.words[i]
        if gap in (",", ":"):
            return before[-1].isdigit() and word[0].isdigit()
        return gap == ". " and len(before) == 1 and before.isalpha() and not self.tokens.capital(i)

    def _close(self) -> None:
        if self.open is not None and (self.open.names or not self._only_digits(self.open)):
            self.out.append(self.open)
        self._reset()

    def _only_digits(self, chunk: Chunk) -> bool:
        return all(self.tokens.words[k][0].isdigit() for k in range(chunk.head, chunk.j))

    def _start(self, i: int) -> Chunk:
        at = self.mark_at if self.mark_at >= 0 else i
        return Chunk(NP, at, i, self.mark, i, (), self.owner, self.det)

    def _name(self, i: int) -> int:
        entity = self.names[i]
        j = i + 1
        while j < len(self.tokens) and self.tokens.starts[j] < entity.end:
            j += 1
        if entity.raw.islower() and self._apposed(i, j):
            del self.names[i]
            return 0
        if self.open is not None and self.open.names:
            self._close()
        if j < len(self.tokens) and self._possessive(entity, j):
            if self.open is not None and (self.open.nouns or self.open.owner is not None):
                self._close()
            self.owner, self.det = entity, "owner"
            if self.mark_at < 0:
                self.mark_at = self.open.i if self.open else i
            self.open = None
            return j + (self.tokens.words[j] == "s" and self.tokens.starts[j] - self.tokens.ends[j - 1] == 1)
        c = self.open or self._start(i)
        self.open = Chunk(c.kind, c.i, j, c.values, c.head, (entity,), c.owner, c.det, c.nouns)
        return j

    def _apposed(self, i: int, j: int) -> bool:
        """Return whether a mention only tells what a name right after it is: "la firma italiana Soyalux"."""
        k = j + 1
        if j - i < 2 or k >= len(self.tokens) or k not in self.names or self.tokens.hard[j] or self.tokens.hard[k]:
            return False
        return j not in self.begun and j not in self.triggers.begun(self.tokens)

    def _possessive(self, entity: Entity, j: int) -> bool:
        if self.lang not in ("en", "nl", "de"):
            return False
        gap = self.tokens.text[self.tokens.ends[j - 1] : self.tokens.starts[j]]
        glued = gap in ("'", "’") and self.tokens.words[j] == "s"
        return glued or gap in ("' ", "’ ") or entity.raw.endswith(("'s", "’s"))

    def _pronoun(self, i: int) -> int:
        """A relative pronoun that looks like an article: after a comma, in a clause that ends with a verb."""
        if self.tokens.gap(i).strip() != ",":
            return 0
        end = i + 1
        while end < len(self.tokens) and not self.tokens.hard[end]:
            end += 1
        verbs = [*self.words.at(self.tokens, end - 1), *self.triggers.at(self.tokens, end - 1)]
        if not any(v.startswith(("do ", "done ", *_AUX)) for hit in verbs for v in hit.value.split("|")):
            return 0
        self.out.append(Chunk(RELATIVE, i, i + 1))
        return i + 1

    def _function(self, i: int) -> int:
        hyphen = i + 1 < len(self.tokens) and self.tokens.gap(i + 1) == "-"  # "by-election"
        if hyphen or self.tokens.words[i] in self.new:
            return 0
        hits = self.words.at(self.tokens, i) if i in self.begun else []
        if not hits or any(k in self.names for k in range(i, hits[0].j)):
            return self._adverb(i) if not hits else 0
        longer = self.triggers.at(self.tokens, i) if i in self.telling else []
        classes = frozenset(hits[0].value.split("|"))
        after_verb = "as" in classes and self.open is None and bool(self.out) and self.out[-1].j == i
        if longer and longer[0].last >= hits[0].last + (classes != {"break"}) and not after_verb:
            return 0
        j = hits[0].j
        if self.verb_first and "relative" in classes and self._linker(i):
            return j
        if classes.intersection(_DETS) and not classes & {"relative"}:
            self._determiner(i, j, classes)
        elif classes.intersection(MARKS):
            self._close()
            self.mark, self.mark_at = classes, i
        elif "adverb" in classes and not ("maybe" in classes and not self.tokens.capital(i)):  # May, but not may
            self._adverbial()
        else:
            self._close()
            self.out.append(Chunk(_kind(classes), i, j, classes))
        return j

    def _linker(self, i: int) -> bool:
        """Return whether "na" says "already" after a verb or joins an adjective and its noun, and opens no clause."""
        if self.open is None:
            return bool(self.out) and self.out[-1].kind == VERB and self.out[-1].j == i
        after = i + 1
        return (
            not self.open.names
            and after < len(self.tokens)
            and not self.tokens.hard[after]
            and after not in self.begun
            and after not in self.names
            and not self.tokens.words[after].startswith(self.verb_beginnings)
            and not self.triggers.at(self.tokens, after)
        )

    def _determiner(self, i: int, j: int, classes: frozenset[str]) -> None:
        if i and j in self.names and self.tokens.capital(i) and (self.open is not None or self.det):
            return  # a name's own article: "de wijk De Kweek"
        if self.open is not None:
            self._close()
        if self.mark_at < 0:
            self.mark_at = i
        if classes.intersection(MARKS):
            self.mark |= classes.intersection(MARKS)
        self.det = next(name for name in _DETS if name in classes)
        self.det_end = j

    def _adverb(self, i: int) -> int:
        word = self.tokens.words[i]
        year = len(word) == _YEAR and word.isdigit()
        noun = bool(self.det) and self.open is None  # "un plafonnement"
        manner = not noun and self.endings and len(word) > 5 and word.endswith(self.endings)
        if year or (manner and not self.triggers.at(self.tokens, i)):
            self._adverbial()
            return i + 1
        return 0

    def _adverbial(self) -> None:
        """An adverb ends a phrase that has words and makes a lone preposition idle ("on Monday Hollis bought")."""
        if self.open is not None or not self.det:
            self._close()

    def _verb(self, i: int) -> int:
        if self.lang == "en" and self.tokens.gap(i) == "-" and self.open is not None and not self.open.names:
            return 0  # "out-sold", but "Hollis-owned"
        hits = [hit for hit in self.triggers.at(self.tokens, i) if hit.value or not self._scored(hit.last)]
        if not hits or not hits[0].value or any(k in self.names for k in range(i, hits[0].j)):
            if hits and not hits[0].value:
                return self._plain(i, hits[0].j)
            return 0
        values = frozenset(v for hit in hits if hit.value and hit.j == hits[0].j for v in hit.value.split("|"))
        verbal = frozenset(v for v in values if v.startswith(("do ", "done ")))
        nounish = values != verbal or self.tokens.words[i] in self.nounish
        inner = nounish and self.open is not None and not self.open.names and self._qualified(self.open)
        inner = inner or (nounish and self.open is not None and not self.tokens.capital(i) and self._office(hits[0].j))
        gerund = self.lang == "en" and self.tokens.words[i].endswith("ing") and not self.det
        inner = inner or (self.tokens.words[i] in self.nounish and self._follows_verb(i))
        if verbal and not inner and (gerund or not self._noun_place()) and not self._capital_noun(i):
            flags = self.mark & {"to", "top"}
            if self.gerunds and self.tokens.words[i].endswith(self.gerunds):
                flags |= {"gerund"}
            self._close()
            self.out.append(Chunk(VERB, i, hits[0].j, verbal | flags))
            return hits[0].j
        nouns = tuple((i, v) for v in sorted(values - verbal))
        return self._plain(i, hits[0].j, nouns)

    def _office(self, i: int) -> bool:
        """Return whether a word is one for a post, so that a noun before it belongs to it ("the Kent fire chief")."""
        return i < len(self.tokens) and not self.tokens.hard[i] and self.tokens.words[i] in self.offices

    def _scored(self, last: int) -> bool:
        """Return whether the number before word ``last`` goes on as a score: "won 2-1" is no "won 2 seats"."""
        if last >= len(self.tokens) or self.tokens.gap(last) not in _SCORE:
            return False
        return self.tokens.words[last - 1].isdigit() and self.tokens.words[last].isdigit()

    def _qualified(self, chunk: Chunk) -> bool:
        """Return whether a phrase has begun so that a noun must come: "the ...", "in ...", "former ..."."""
        return bool(chunk.det or self.mark) or self.tokens.words[chunk.head] in self.fillers

    def _noun_place(self) -> bool:
        """Return whether a word here must be a noun: after a determiner or preposition, or inside a phrase with one."""
        if self.open is not None:
            return False
        return (bool(self.det) and "top" not in self.mark) or bool(self.mark - {"to", "top"})

    def _follows_verb(self, i: int) -> bool:
        """Return whether a word opens a clause or follows an event verb ("Finance chief Dace", "named chair")."""
        if self.open is not None or self.mark:
            return False
        return (
            not self.out or self.out[-1].kind in (BREAK, COMMA) or (self.out[-1].kind == VERB and self.out[-1].j == i)
        )

    def _capital_noun(self, i: int) -> bool:
        """Return whether the language writes nouns with a capital and this word inside a sentence has one."""
        return self.lang in NOUN_CAPITALS and i > 0 and self.tokens.capital(i) and not self.tokens.hard[i]

    def _word(self, i: int) -> int:
        if (
            self.tokens.words[i][0].isdigit()
            and self.open is not None
            and not self.open.names
            and self.tokens.gap(i) == " "
        ):
            self._close()
        return self._plain(i, i + 1)

    def _plain(self, i: int, j: int, nouns: tuple[tuple[int, str], ...] = ()) -> int:
        if self.open is not None and self.open.names:
            entity = self.open.names[-1]
            if self.stacks and entity.kind != "person" and not self.tokens.hard[i] and self._can_be_noun(i):
                self.open = replace(
                    self.open, j=j, names=(), owner=self.open.owner or entity, nouns=self.open.nouns + nouns
                )
                return j
            self._close()
        c = self.open or self._start(i)
        self.open = Chunk(c.kind, c.i, j, c.values, c.head, c.names, c.owner, c.det, c.nouns + nouns)
        return j

    def _can_be_noun(self, i: int) -> bool:
        """Return whether a word after a name may be a noun that the name qualifies ("Hollis shares")."""
        word = self.tokens.words[i]
        if word[0].isdigit() or (self.lang == "en" and (word.endswith("ed") or self._determined(i + 1))):
            return False
        return self.lang not in NOUN_CAPITALS or self.tokens.capital(i)

    def _determined(self, i: int) -> bool:
        """Return whether a determiner follows, so that the word before it is a verb ("Hollis held their nerve")."""
        return (
            i in self.begun
            and not self.tokens.hard[i]
            and any("det" in hit.value.split("|") for hit in self.words.at(self.tokens, i))
        )


def _kind(classes: frozenset[str]) -> str:
    if classes.intersection(_AUX):
        return AUX
    for name, kind in (("relative", RELATIVE), ("link", LINK), ("maybe", MAYBE), ("steer", STEER)):
        if name in classes:
            return kind
    return BREAK


def _positions(tokens: Tokens, entities: Sequence[Entity]) -> dict[int, Entity]:
    """Map the first word of every name to it; of names that overlap the longest counts."""
    found: dict[int, Entity] = {}
    taken = 0
    for entity in sorted(entities, key=lambda e: (e.start, -e.end)):
        if entity.start < taken or not entity.name:
            continue
        k = bisect_right(tokens.ends, entity.start)
        if k < len(tokens):
            found[k] = entity
            taken = entity.end
    return found


def chunks(tokens: Tokens, lang: str, entities: Sequence[Entity]) -> tuple[Chunk, ...]:
    """Return the chunks of a sentence in order."""
    return tuple(_Builder(tokens, lang, entities).build())
