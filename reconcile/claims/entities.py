"""Names without a parser: capitalised runs, acronyms, titles; their kinds; one canonical form per article."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from operator import not_

from reconcile.claims.naming import gazetteer, name_runs
from reconcile.claims.naming.name_words import NOUN_CAPITALS
from reconcile.claims.naming.names import Run, contains, initials, key, words
from reconcile.claims.naming.sameness import same
from reconcile.claims.phrases import tokenise, word_set
from reconcile.model import Entity, Sentence

__all__ = ["Names", "article_names", "find", "same"]

REPEATED = 2  # sightings of a first word that nothing but a verb speaks for
_LISTED = re.compile(r"\s?\((?:[A-Z][\w. ]{1,14}: ?)?([A-Z]{2,5})\)")
_DEFINED = re.compile(r"\s{0,2}\((?:the )?[\"“'‘„«]?([^\W\d_][\w&.\- ]{1,40}?)[\"”'’“»]?\)")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one article: ``known`` as printed, longest first; ``forms`` maps a printed form to its
    canonical one.
    """

    known: tuple[str, ...]
    forms: Mapping[str, str]
    kinds: Mapping[str, str]

    def canonical(self, raw: str) -> str:
        """Return the canonical form of a printed name; a name never seen stands for itself."""
        plain = name_runs.without_possessive(raw)
        return self.forms.get(key(plain), plain)

    def kind(self, name: str) -> str:
        """Return the kind most often seen of a canonical name, "other" if none was."""
        return self.kinds.get(name, "other")


def find(text: str, lang: str, known: Sequence[str] = ()) -> tuple[Entity, ...]:
    """Return the names of a text in order. ``known`` are names from elsewhere in the article.

    They decide what a capital cannot: the first word of a sentence, headlines in Title Case, German nouns.
    """
    return _find(text, lang, tuple(known))


@lru_cache(maxsize=1024)
def _find(text: str, lang: str, known: tuple[str, ...]) -> tuple[Entity, ...]:
    made = []
    for run in name_runs.find(text, lang, known_keys(known)):
        kind = gazetteer.kind(text, lang, run)
        if kind == "other" and not known:
            kind = gazetteer.guess(run.name)
        made.append(Entity(run.start, run.end, text[run.start : run.end], run.name, kind))
    return tuple(made)


@lru_cache(maxsize=256)
def known_keys(known: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Return the lower-case words of each known name, as ``name_runs.find`` takes them."""
    found: set[tuple[str, ...]] = set()
    for name in known:
        words = tuple(tokenise(name).words)
        if words:
            found.add(words)
    return frozenset(found)


def article_names(sentences: Sequence[Sentence]) -> Names:
    """Return the names of an article: full and short forms merged, acronyms and defined terms joined to
    expansions.

    Two passes: what is seen inside sentences tells which first words and headline words are names.
    """
    lower = _lower_words(sentences)
    first = [run for s in sentences for run in name_runs.find(s.text, s.lang, frozenset()) if not _doubtful(run, lower)]
    weak = Counter(run.name for run in first if run.weak)
    seeds = {run.name for run in first if not run.weak or weak[run.name] >= REPEATED}
    seeds -= {name for name in seeds if _opened(name, seeds)}
    known = known_keys(tuple(sorted(seeds | {word for name in seeds for word in _short_forms(name, lower)})))
    counts: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    defined: dict[str, str] = {}
    articled: set[str] = set()
    for s in sentences:
        for run in name_runs.find(s.text, s.lang, known):
            if not _doubtful(run, lower):
                counts[run.name] += 1
                articled |= {run.name} if _behind_article(s, run) else set()
                kinds[run.name][gazetteer.evidence(s.text, s.lang, run)] += 1
                defined.update(_definition(s.text, run))
    counts, kinds = _one_spelling(counts, kinds)
    forms = _merged(counts, kinds, defined)
    bare = all(s.lang not in NOUN_CAPITALS for s in sentences)
    people = _called_by_surname(counts, forms) - {forms[key(name)] for name in articled} if bare else frozenset()
    best = _kinds(kinds, forms, people)
    names = sorted({*counts, *defined}, key=lambda name: (-len(name), name))
    return Names(tuple(names), forms, best)


def _behind_article(s: Sentence, run: Run) -> bool:
    """Return whether a definite article stands before the name, as it does not before a person's."""
    tokens = tokenise(s.text)
    return bool(run.i) and not run.title and tokens.words[run.i - 1] in word_set(s.lang, "mentions", "definite")


def _one_spelling(counts: Counter[str], kinds: dict[str, Counter[str]]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Count MANILA and Manila as one name, printed as most often seen outside capitals."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts):
        spellings[key(name)].append(name)
    joined: Counter[str] = Counter()
    pooled: dict[str, Counter[str]] = defaultdict(Counter)
    for same_key in spellings.values():
        best = min(same_key, key=lambda name: (name.isupper(), -counts[name], name))
        for name in same_key:
            joined[best] += counts[name]
            pooled[best].update(kinds[name])
    return joined, pooled


def _opened(name: str, seeds: Collection[str]) -> bool:
    """Return whether a name is another one with a verb before it ("Rebuilding Karewa")."""
    first, _, rest = name.partition(" ")
    return rest in seeds and gazetteer.verb_form(first.casefold())


def _short_forms(name: str, lower: frozenset[str]) -> tuple[str, ...]:
    """Return the surname of a person, or the first word of a firm ("Silangan" for Silangan Bank), as names too."""
    parts = name.split()
    if not 2 <= len(parts) <= 4:
        return ()
    found = [parts[-1]] if len(parts) < 4 and len(parts[-1]) > 3 else []
    head = parts[0].casefold()
    if gazetteer.heads_org(parts[-1].casefold().strip(".")) and len(head) > 3 and not gazetteer.heads_org(head):
        found += [parts[0]] if head not in lower and not gazetteer.plain_word(head) else []
    return tuple(found)


def _lower_words(sentences: Iterable[Sentence]) -> frozenset[str]:
    """Words that the article also prints in lower case: common words, wherever they are capitalised."""
    found: set[str] = set()
    for s in sentences:
        tokens = tokenise(s.text)
        found.update(compress(tokens.words, map(not_, tokens.capitals)))
    return frozenset(found)


def _doubtful(run: Run, lower: frozenset[str]) -> bool:
    """Return whether a one-word name at the start of a sentence is only a common word."""
    words = run.name.casefold().split()
    return len(words) == 1 and words[0] in lower and not run.name.isupper()


def _definition(text: str, run: Run) -> dict[str, str]:
    """Amihan Foods Corporation ("Amihan"), World Health Organization (WHO): the short form stands for the
    long one.
    """
    if (ticker := _LISTED.match(text, run.end)) and _spelled(ticker.group(1), run.name):
        return {ticker.group(1): run.name}
    found = _DEFINED.match(text, run.end)
    if not found:
        return {}
    short = found.group(1).strip()
    quoted = text[found.start(1) - 1] in "\"“'‘„«"
    if short.isupper() and len(short) > 1 and initials(run.name, short):
        return {short: run.name}
    if quoted and short[:1].isupper() and short.split()[0].casefold() in run.name.casefold():
        return {short: run.name}
    return {}


def _spelled(ticker: str, name: str) -> bool:
    """Return whether a ticker's letters stand in the name in order, the first ones together in front.

    >>> _spelled("CLSK", "CleanSpark"), _spelled("USA", "Tamar Foods")
    (True, False)
    """
    letters = iter(key(name))
    return key(name)[:1] == ticker[0].lower() and all(letter in letters for letter in ticker.lower())


def _merged(counts: Counter[str], kinds: Mapping[str, Counter[str]], defined: Mapping[str, str]) -> dict[str, str]:
    """Map every form's key to one canonical name: the defined long form, else the longest name that holds
    it.
    """
    sizes = {name: len(name.split()) for name in counts}
    names = sorted(counts, key=lambda name: (-sizes[name], -counts[name], name))
    forms: dict[str, str] = {}
    for name in names:
        holders = [other for other in names if sizes[other] > sizes[name] and contains(other, name)]
        holders = [other for other in holders if _fits(kinds, other, name)]
        canonical = name
        if name in defined:
            canonical = defined[name]
        elif holders:
            canonical = max(holders, key=lambda other: (counts[other], len(other), other))
        elif name.isupper() and 2 <= len(name) <= 8:
            full = [other for other in names if " " in other and initials(other, name)]
            canonical = full[0] if full else name
        forms[key(name)] = forms.get(key(canonical), canonical)
    for short in sorted(defined):
        forms.setdefault(key(short), forms.get(key(defined[short]), defined[short]))
    return forms


def _fits(kinds: Mapping[str, Counter[str]], long: str, short: str) -> bool:
    """Return whether a short form may stand for a long one.

    A surname or first name for a person; the first words of an organisation whose rest says what it is; the
    proper
    word of a thing ("Amparo" for "Storm Amparo"). A place stands for no person, a maker for none of its
    products.
    """
    a, b = _top(kinds[long]), _top(kinds[short])
    if not (a == b or "other" in (a, b) or {a, b} == {"person", "org"}):
        return False
    rest = words(long)
    brief = words(short)
    if len(brief) > 1:
        return rest[: len(brief)] == brief or a in ("thing", "org", "person")
    if a == "person":
        return brief[0] in (rest[0], rest[-1])
    cues = set(rest) - set(brief)
    if a == "org":
        return rest[0] == brief[0] or rest[-1] == brief[0]
    if a == "other":
        return rest[-1] == brief[0] and len(rest) < 4
    return a == "thing" and cues <= gazetteer.thing_words()


def _top(kinds: Counter[str]) -> str:
    named = [(count, kind) for kind, count in kinds.items() if kind not in ("other", gazetteer.SPEAKER)]
    if named:
        return max(named)[1]
    return "person" if gazetteer.SPEAKER in kinds else "other"


def _kinds(kinds: Mapping[str, Counter[str]], forms: Mapping[str, str], people: frozenset[str]) -> dict[str, str]:
    """Return each canonical name's kind: the one most often seen, else what its use and the gazetteer suggest."""
    pooled: dict[str, Counter[str]] = defaultdict(Counter)
    for name, seen in kinds.items():
        pooled[forms.get(key(name), name)].update(seen)
    best = {name: _top(seen) for name, seen in pooled.items()}
    guessed = {name: "person" if name in people else gazetteer.guess(name) for name in best}
    return {name: kind if kind != "other" else guessed[name] for name, kind in best.items()}


def _called_by_surname(counts: Iterable[str], forms: Mapping[str, str]) -> frozenset[str]:
    """Return the names of two or three plain words that the article also calls by the last: people, mostly."""
    found = set()
    for short in counts:
        name = forms.get(key(short), short)
        parts = name.split()
        plain = all(part.replace("-", "").isalpha() and part.istitle() for part in parts)
        if " " not in short and plain and 1 < len(parts) < 4 and key(parts[-1]) == key(short):
            found.add(name)
    return frozenset(found)
