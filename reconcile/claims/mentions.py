"""Whom "she", "the mayor" or "the company" names: the nearest fitting name before it, if no other comes close.

One pass over the article's sentences keeps what each name was called so far (offices, ages, trades), where it stood
last and whether it was the subject. A mention with two near candidates stays unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from reconcile import languages
from reconcile.claims import entities
from reconcile.claims.naming import gazetteer, geography, mention_spans, name_runs
from reconcile.claims.naming.mention_spans import Phrase, role_gender
from reconcile.claims.naming.names import Run, fold
from reconcile.claims.phrases import Tokens, split_entries, tokenise, word_set
from reconcile.model import Entity, Sentence

REACH = 4  # words from a name to an office beside it
MEMORY = 2  # sentences after which a pronoun no longer points back
TITLE = -9  # the place of a headline: named, but not near
_AGE = re.compile(r"\s?[,(]\s?(?:[^\W\d_]{2,6} )?(\d{1,3})(?: [^\W\d_]{2,6})?\s?[,).]")
_GENDERED = ("de", "nl", "fr", "es", "pt")  # a pronoun may stand for a thing


def resolve(sentences: Sequence[Sentence], names: entities.Names) -> dict[str, tuple[Entity, ...]]:
    """Return by sentence id the mentions that are no names, with the canonical names they stand for.

    ``sentences`` are one article's, in reading order; ``names`` is what ``entities.article_names`` made of them.
    Offsets are into the sentence, as with ``entities.find``. Mentions that stay open are left out.
    """
    scene = _Scene(names)
    return {s.sentence_id: scene.read(n, s) for n, s in enumerate(sentences)}


@dataclass(slots=True)
class _Who:
    """What the article has said of one name so far."""

    name: str
    kind: str
    gender: str = ""
    roles: set[str] = field(default_factory=set)
    trades: set[str] = field(default_factory=set)
    ages: set[str] = field(default_factory=set)
    count: int = 0
    last: int = TITLE
    subject: int = TITLE
    chained: int = TITLE  # the sentence in which a pronoun stood for it

    @property
    def person(self) -> bool:
        return self.kind == "person" or bool(self.roles and self.kind == "other")


class _Scene:
    """The names of an article up to the sentence being read."""

    def __init__(self, names: entities.Names) -> None:
        self.names = names
        self.known = entities.known_keys(names.known)
        self.who: dict[str, _Who] = {}
        self.strangers: list[tuple[int, str]] = []  # sentences in which people without a name come up
        self.subjects: dict[int, str] = {}

    def read(self, n: int, sentence: Sentence) -> tuple[Entity, ...]:
        """Take in one sentence; return its resolved mentions."""
        tokens, lang = tokenise(sentence.text), sentence.lang
        runs = name_runs.find(sentence.text, lang, self.known)
        at = TITLE if sentence.part == "title" else n
        phrases = mention_spans.find(sentence.text, lang) if sentence.part != "title" else ()
        phrases = tuple(p for p in phrases if not any(_overlap(tokens, r, p) for r in runs))
        made: list[Entity] = []
        items: list[Run | Phrase] = [*runs, *phrases]
        for item in sorted(items, key=lambda found: found.start):
            if isinstance(item, Run):
                self._note(tokens, lang, item, at)
            elif self._apposed(tokens, item, runs):
                continue
            elif who := self._target(item, n, lang):
                made.append(Entity(item.start, item.end, tokens.text[item.start : item.end], who.name, who.kind))
                self._seen(who, n, pronoun=item.kind == "pronoun")
            elif item.kind in ("role", "age"):
                self.strangers.append((n, item.gender or role_gender(item.word, lang)))
        self._strangers(tokens, lang, n, runs)
        return tuple(made)

    def _seen(self, who: _Who, n: int, *, pronoun: bool = False) -> None:
        who.count += 1
        who.last = max(who.last, n)
        if n not in self.subjects:
            self.subjects[n], who.subject = who.name, n
        if pronoun and who.subject == n:
            who.chained = n

    def _note(self, tokens: Tokens, lang: str, run: Run, n: int) -> None:
        name = self.names.canonical(run.name)
        kind = self.names.kind(name)
        if kind == "other":
            kind = gazetteer.kind(tokens.text, lang, run)
        who = self.who.setdefault(name, _Who(name, kind))
        who.kind = kind if who.kind == "other" else who.kind
        offices, trades = _said_of(tokens, lang, run)
        who.roles |= offices
        who.trades |= trades
        if aged := _AGE.match(tokens.text, run.end):
            who.ages.add(aged.group(1))
        who.gender = who.gender or _gender(name, offices, lang)
        self._seen(who, n)

    def _apposed(self, tokens: Tokens, phrase: Phrase, runs: Iterable[Run]) -> bool:
        """Return whether the phrase only describes a name beside it ("Rieger, the minister", "his boss, Ana Ruiz")."""
        for run in runs:
            if phrase.kind != "pronoun" and run.j == phrase.i and tokens.gap(phrase.i).strip() == ",":
                return True
            if phrase.kind != "pronoun" and run.i == phrase.j and tokens.gap(run.i).strip() in (",", ""):
                return True
        return False

    def _strangers(self, tokens: Tokens, lang: str, n: int, runs: Sequence[Run]) -> None:
        people = word_set(lang, "mentions", "people")
        if people.isdisjoint(tokens.words):
            return
        for i, word in enumerate(tokens.words):
            if word in people and not any(r.i - 3 <= i < r.j or r.j <= i <= r.j + 3 for r in runs):
                self.strangers.append((n, role_gender(word, lang)))

    def _target(self, phrase: Phrase, n: int, lang: str) -> _Who | None:
        if phrase.kind == "pronoun":
            return self._pronoun(phrase, n, lang)
        if phrase.kind == "age":
            return self._aged(phrase.word, n)
        if phrase.kind == "role":
            return self._role(phrase, lang)
        if phrase.kind in ("trade", "named") and (named := self._named(phrase.word, lang)):
            return named[0] if len(named) == 1 else None
        if phrase.kind == "named":
            return self._only_place(phrase.word, n, lang)
        return self._company(phrase, n, lang)

    def _people(self, gender: str) -> list[_Who]:
        fits = (who for who in self.who.values() if gender in ("", who.gender) or not who.gender)
        return [who for who in fits if who.person or (who.kind == "other" and _personal(who.name))]

    def _pronoun(self, phrase: Phrase, n: int, lang: str) -> _Who | None:
        near = [who for who in self._people(phrase.gender) if who.last >= n - MEMORY and who.last >= 0]
        if not near:
            return None
        last = max(who.last for who in near)
        latest = [who for who in near if who.last == last]
        if any(at >= last and phrase.gender in ("", sex, "x" if sex else phrase.gender) for at, sex in self.strangers):
            return None
        who = latest[0] if len(latest) == 1 else self._continued(latest, phrase, last, n)
        if who is None or not (who.person or gazetteer.gender(who.name.split()[0])):
            return None
        return None if self._rival(who, n, lang) else who

    def _rival(self, who: _Who, n: int, lang: str) -> bool:
        """Return whether a subject since the person's last mention may be meant as well: one of unknown kind, or
        any thing in a language whose pronouns do not tell people from things.
        """
        for at in range(who.last, n):
            other = self.who.get(self.subjects.get(at, ""))
            if other and other is not who and not other.person and (other.kind == "other" or lang in _GENDERED):
                return True
        return False

    def _continued(self, latest: Sequence[_Who], phrase: Phrase, last: int, n: int) -> _Who | None:
        """Of two people in the last sentence, the one who was its subject as a pronoun already goes on as one."""
        if last == n or phrase.i > 1:
            return None
        going = [who for who in latest if who.chained == last]
        return going[0] if len(going) == 1 else None

    def _role(self, phrase: Phrase, lang: str) -> _Who | None:
        gender = phrase.gender or role_gender(phrase.word, lang)
        same = _same_roles(phrase.word, lang)
        deputies = word_set(lang, "mentions", "deputies")
        found = [who for who in self._people(gender) if any(_holds(role, same, deputies) for role in who.roles)]
        return found[0] if len(found) == 1 else None

    def _aged(self, age: str, n: int) -> _Who | None:
        told = [who for who in self._people("") if age in who.ages]
        if told:
            return told[0] if len(told) == 1 else None
        people = self._people("")
        alone = len(people) == 1 and not people[0].ages and people[0].last >= n - 1 and people[0].person
        return people[0] if alone else None

    def _named(self, noun: str, lang: str) -> list[_Who]:
        """Return the names that hold the noun: "the court" for the Supreme Court, "die Bank" for Hafenbank AG."""
        named = [who for who in self.who.values() if who.kind != "person"]
        return [who for who in named if noun in who.trades or _heads(fold(noun), who.name, lang)]

    def _only_place(self, noun: str, n: int, lang: str) -> _Who | None:
        """ "The city", "the country": the one city or country named so far, in this sentence or the one before."""
        wanted = "city" if noun in word_set(lang, "mentions", "city") else ""
        wanted = "country" if noun in word_set(lang, "mentions", "country") else wanted
        if not wanted:
            return None
        places = [who for who in self.who.values() if who.kind == "place"]
        found = [who for who in places if geography.kind(who.name) == wanted]
        unknown = wanted == "city" and any(not geography.kind(who.name) for who in places)
        return found[0] if len(found) == 1 and not unknown and found[0].last >= n - 1 else None

    def _company(self, phrase: Phrase, n: int, lang: str) -> _Who | None:
        firms = [who for who in self.who.values() if who.kind == "org" and not _public(who.name)]
        if phrase.kind == "trade" and (told := [who for who in firms if phrase.word in who.trades]):
            return told[0] if len(told) == 1 else None
        if not firms:
            return self._unkind(n)
        recent = [who for who in firms if who.last >= n - MEMORY]
        chosen = firms[0] if len(firms) == 1 else self._main(recent, firms)
        rival = self.who.get(self.subjects.get(n - 1, ""))
        if rival and rival is not chosen and rival.kind == "other" and not rival.roles:
            return None
        return chosen

    def _main(self, recent: Sequence[_Who], firms: Sequence[_Who]) -> _Who | None:
        """Of several firms, the one that alone stood near and that the article names most."""
        if len(recent) != 1:
            return None
        most = max(who.count for who in firms)
        return recent[0] if recent[0].count == most or recent[0].subject == recent[0].last else None

    def _unkind(self, n: int) -> _Who | None:
        """Without any firm, the one name of unknown kind that was the subject just before."""
        rest = [who for who in self.who.values() if who.kind == "other" and not who.roles and not _personal(who.name)]
        subject = [who for who in rest if who.subject >= n - MEMORY and who.subject >= 0]
        return subject[0] if len(rest) == len(subject) == 1 else None


def _overlap(tokens: Tokens, run: Run, phrase: Phrase) -> bool:
    """Return whether a phrase takes words of a name or of its title; "the Boise-based miner" does not."""
    if phrase.i < run.i and run.j < phrase.j and tokens.gap(run.j) == "-":
        return False
    return run.i - _titled(run) < phrase.j and phrase.i < run.j


def _heads(noun: str, name: str, lang: str) -> bool:
    """Return whether a noun is what a name says of its bearer: "court" in Supreme Court of Ardenia, no "film" in
    Northern Film Archive.
    """
    words = fold(name).replace("-", " ").split()
    small = word_set(lang, "entities", "particles")
    ends = [word for n, word in enumerate(words) if n + 1 == len(words) or words[n + 1] in small]
    if word_set(lang, "entities", "noun_first"):
        ends.append(words[0])
    return any(word == noun or _compound(word, noun) for word in (ends[0], ends[-1]))


def _compound(word: str, noun: str) -> bool:
    return len(noun) > 3 and len(word) > len(noun) + 2 and word.endswith(noun)


def _titled(run: Run) -> int:
    """Return the number of words of the title before a name and one more for its article."""
    return len(run.title.split()) + 1 if run.title else 0


def _personal(name: str) -> bool:
    """Return whether a name of unknown kind may be a person's: two to four plain words, or a known first name."""
    words = name.split()
    if gazetteer.gender(words[0]):
        return True
    return 2 <= len(words) <= 4 and all(word.replace("-", "").isalpha() and not word.isupper() for word in words)


def _public(name: str) -> bool:
    """Return whether a name is an authority's, a court's or another body's that is no firm, or a bare acronym."""
    words = {word.strip(".,") for word in fold(name).split()}
    return bool(words & _institutions()) or (name.isupper() and len(name) < 7 and " " not in name)


@lru_cache(maxsize=1)
def _institutions() -> frozenset[str]:
    listed = (word_set(code, "mentions", "institutions") for code in languages.codes())
    return frozenset(fold(word) for words in listed for word in words)


def _said_of(tokens: Tokens, lang: str, run: Run) -> tuple[set[str], set[str]]:
    """Return the offices and the trades that stand beside a name: before it, or after it between commas."""
    titles = word_set(lang, "titles", "person")
    firms = word_set(lang, "mentions", "trade") | word_set(lang, "mentions", "company")
    office = run.title.casefold() or _office_before(tokens, lang, run)
    offices = {_with_deputy(tokens, lang, run, office)} if office else set()
    trades = set(tokens.words[max(0, run.i - 2) : run.i]) & firms if run.i and tokens.gap(run.i) == " " else set()
    if run.i and tokens.gap(run.i) == " " and tokens.words[run.i - 1] in word_set(lang, "entities", "org"):
        trades.add(tokens.words[run.i - 1])
    start, end = run.j, _apposition(tokens, lang, run)
    for i in range(start, end):
        for j in range(i + 1, min(i + 4, end) + 1):
            words = " ".join(tokens.words[i:j])
            if words in titles and i - start < REACH and not _others(tokens, j, end):
                offices.add(words)
            if words in firms:
                trades.add(words)
    return offices, trades


def _office_before(tokens: Tokens, lang: str, run: Run) -> str:
    """Return the office in front of a comma ("su presidente, Julio Arce", "the mayor of Brive, Paul Noël")."""
    if not run.i or tokens.gap(run.i) not in (" ", ", "):
        return ""
    titles, particles = word_set(lang, "titles", "person"), word_set(lang, "entities", "particles")
    end = run.i
    if tokens.gap(run.i) == ", ":
        while end > 1 and run.i - end < REACH and (tokens.capital(end - 1) or tokens.words[end - 1] in particles):
            end -= 1
    sizes = (size for size in (3, 2, 1) if size <= end and " ".join(tokens.words[end - size : end]) in titles)
    size = next(sizes, 0)
    return " ".join(tokens.words[end - size : end]) if size else ""


def _with_deputy(tokens: Tokens, lang: str, run: Run, office: str) -> str:
    """Return an office with the word before it that makes it another one ("ex-ministro", "acting mayor")."""
    at = run.i - len(office.split()) - 1
    before = tokens.words[at] if at >= 0 else ""
    return f"{before} {office}" if before in word_set(lang, "mentions", "deputies") else office


def _apposition(tokens: Tokens, lang: str, run: Run) -> int:
    """Return the position behind the words between commas after a name; a finite verb ends them."""
    end = run.j
    if end >= len(tokens) or tokens.gap(end) not in (", ", " (", " - ", " – "):
        return end
    verbs = word_set(lang, "entities", "finite") | word_set(lang, "entities", "speech")
    while end < len(tokens) and end - run.j < 2 * REACH and (end == run.j or not tokens.hard[end]):
        if tokens.words[end] in verbs:
            break
        end += 1
    return end


def _others(tokens: Tokens, j: int, end: int) -> bool:
    """Return whether a title in an apposition is another person's ("Ana Ruiz, wife of President Cole")."""
    return j < end and tokens.soft[j] and tokens.capital(j)


def _gender(name: str, offices: Iterable[str], lang: str) -> str:
    for office in sorted(offices):
        if sex := role_gender(office, lang):
            return sex
    return gazetteer.gender(name.split()[0]) if " " in name else ""


@lru_cache(maxsize=1024)
def _same_roles(word: str, lang: str) -> frozenset[str]:
    groups = languages.load(lang).table("mentions").get("roles", "")
    same = {word}
    for group in split_entries(str(groups)):
        listed = group.split("|")
        if word in listed:
            same.update(listed)
    return frozenset(same)


def _holds(role: str, same: frozenset[str], deputies: frozenset[str]) -> bool:
    """Return whether an office is one of the words for it, or a longer form ("Finanzminister" for "minister")."""
    if role in same:
        return True
    if role.split()[0] in deputies or role.startswith(tuple(sorted(word for word in deputies if len(word) > 3))):
        return False
    return any(len(word) > 4 and (role.endswith(word) or role.startswith(word + " ")) for word in same)
