"""Names without a parser: capitalised runs, acronyms, titles; their kinds; one canonical form per article."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reconcile.claims import gazetteer, name_runs
from reconcile.claims.names import Run, contains, initials, key, same, words
from reconcile.claims.phrases import tokenise, word_set
from reconcile.model import Entity, Sentence

__all__ = ["Names", "article_names", "find", "same"]

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
    runs = name_runs.find(text, lang, _known_keys(tuple(known)))
    return tuple(
        Entity(run.start, run.end, text[run.start : run.end], run.name, gazetteer.kind(text, lang, run)) for run in runs
    )


@lru_cache(maxsize=256)
def _known_keys(known: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
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
    first = [run for s in sentences for run in name_runs.find(s.text, s.lang, frozenset(), strict=True)]
    seeds = {run.name for run in first if not _doubtful(run, lower)}
    known = _known_keys(tuple(sorted(seeds | {word for name in seeds for word in _persons_last(name)})))
    counts: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    defined: dict[str, str] = {}
    for s in sentences:
        for run in name_runs.find(s.text, s.lang, known):
            if not _doubtful(run, lower):
                counts[run.name] += 1
                kinds[run.name][gazetteer.kind(s.text, s.lang, run)] += 1
                defined.update(_definition(s.text, run))
    counts, kinds = _one_spelling(counts, kinds)
    forms = _merged(counts, kinds, defined)
    best = _kinds(kinds, forms)
    forms.update(_company_nouns(sentences, counts, forms, best))
    names = sorted({*counts, *defined}, key=lambda name: (-len(name), name))
    return Names(tuple(names), forms, best)


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


def _persons_last(name: str) -> tuple[str, ...]:
    words = name.split()
    return (words[-1],) if 2 <= len(words) <= 3 and len(words[-1]) > 3 else ()


def _lower_words(sentences: Iterable[Sentence]) -> frozenset[str]:
    """Words that the article also prints in lower case: common words, wherever they are capitalised."""
    found: set[str] = set()
    for s in sentences:
        tokens = tokenise(s.text)
        found.update(word for k, word in enumerate(tokens.words) if not tokens.capital(k))
    return frozenset(found)


def _doubtful(run: Run, lower: frozenset[str]) -> bool:
    """Return whether a one-word name at the start of a sentence is only a common word."""
    words = run.name.casefold().split()
    return len(words) == 1 and words[0] in lower and not run.name.isupper()


def _definition(text: str, run: Run) -> dict[str, str]:
    """Amihan Foods Corporation ("Amihan"), World Health Organization (WHO): the short form stands for the
    long one.
    """
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


def _merged(counts: Counter[str], kinds: Mapping[str, Counter[str]], defined: Mapping[str, str]) -> dict[str, str]:
    """Map every form's key to one canonical name: the defined long form, else the longest name that holds
    it.
    """
    names = sorted(counts, key=lambda name: (-len(name.split()), -counts[name], name))
    forms: dict[str, str] = {}
    for name in names:
        holders = [other for other in names if len(other.split()) > len(name.split()) and contains(other, name)]
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
    named = [(count, kind) for kind, count in kinds.items() if kind != "other"]
    return max(named)[1] if named else "other"


def _kinds(kinds: Mapping[str, Counter[str]], forms: Mapping[str, str]) -> dict[str, str]:
    pooled: dict[str, Counter[str]] = defaultdict(Counter)
    for name, seen in kinds.items():
        pooled[forms.get(key(name), name)].update(seen)
    return {name: _top(seen) for name, seen in pooled.items()}


def _company_nouns(
    sentences: Sequence[Sentence], counts: Counter[str], forms: Mapping[str, str], kinds: Mapping[str, str]
) -> dict[str, str]:
    """ "The company" is the organisation that the article names most."""
    totals: Counter[str] = Counter()
    for name, count in counts.items():
        totals[forms.get(key(name), name)] += count
    orgs = [
        (-count, name)
        for name, count in totals.items()
        if kinds.get(name) == "org" and count > 1 and not (name.isupper() and " " not in name)
    ]
    if not orgs:
        return {}
    name = min(orgs)[1]
    langs = sorted({s.lang for s in sentences})
    return {key(noun): name for lang in langs for noun in word_set(lang, "entities", "company_nouns")}
