"""The words in which the pages speak of relations, fields, dates and languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconcile.claims.words import shortened

_RELATIONS = {
    "conflict": ("Conflict", "Both cannot be true in the same scope."),
    "update": ("Update", "The later article reports a changed state; each was true when written."),
    "scope": ("Different scope", "Not comparable: another period, region, population or measure."),
    "compatible": ("Compatible", "One is more or less precise, and both can be true."),
    "agree": ("Agreement", "The same answer, in other words, another unit or another language."),
    "unrelated": ("Unrelated", "They do not answer the same question."),
}
_COUNTED = frozenset({"conflict", "update", "agree"})
_FIELDS = {
    "value": "number or amount",
    "direction": "direction",
    "date": "date",
    "place": "place",
    "entity": "who or what",
    "polarity": "whether it happened",
    "status": "how far it has come",
    "attribution": "who said it",
    "statement": "statement",
}
_AGAINST = {
    "value": "not the same number",
    "direction": "opposite directions",
    "date": "not the same time",
    "place": "not the same place",
    "entity": "not the same one",
    "polarity": "one says that it is so, the other that it is not",
    "status": "not equally far",
    "attribution": "not said by the same",
    "statement": "both statements cannot be true",
}
# Comparisons by what they look at, where that is not plain from their names (`unit`, `subject`).
_COMPARISONS = {
    "name": "names",
    "pole": "what happened",
    "question": "whole sentences",
    "clause": "clauses",
    "slot": "words around the answers",
    "nearest": "closest answers",
    "elsewhere": "answer given elsewhere",
    "names": "names in the sentences",
    "words": "words in common",
    "beside": "words next to the answers",
    "figures": "other figures in the sentences",
    "period": "time that is spoken of",
    "position": "headline or text",
    "plan": "plan or fact",
    "judge": "language model",
    "matter": "language model: what differs",
    "modality": "fact, forecast or opinion",
    "worth": "worth checking",
    "change": "words of change",
    "event": "kind of event",
    "noun": "what is counted",
    "per": "per what",
    "metric": "what is measured",
    "base": "base of comparison",
    "scope": "part or whole",
    "size": "size of the numbers",
    "digits": "digits: a slip?",
    "day": "days: a slip?",
    "role": "kinds of name",
    "part": "part in the event",
    "gap": "time between the dates",
    "reported": "when it was published",
    "growth": "which number is larger",
    "running": "a count that keeps rising",
    "sequel": "which day came first",
    "speaker": "who said it",
}
# What an identity comparison that disagrees adds to the sentence on the two sides; the rest is in the table alone.
_DIFFERS = {
    "period": "The times differ",
    "subject": "The subjects are named differently",
    "metric": "What is measured differs",
    "noun": "What is counted differs",
    "scope": "The scopes differ",
    "place": "The places differ",
}
_ROLES = {
    "assertion": "What the two say",
    "identity": "Whether they answer one question",
    "context": "What else is known",
}
_LIKENESS = ((3.0, "far more"), (2.0, "much more"), (1.0, "more"), (0.0, "a little more"))
_SAID_ALREADY = re.compile(r"""\b\w+: (?:'[^']*'|"[^"]*") against (?:'[^']*'|"[^"]*"), (?=\w)""")
_DEVIATIONS = re.compile(r"(\d+(?:\.\d+)?) standard deviations above usual or more")
SAID = 60  # characters of each answer in a sentence
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?")


def relation(name: str) -> str:
    """Return the heading for a relation."""
    return _RELATIONS.get(name, (name, ""))[0]


def relations(count: int, name: str) -> str:
    """Return how many findings have a relation: ``1 conflict``, ``3 agreements``, ``2 of different scope``."""
    one = f"of {relation(name).lower()}" if name == "scope" else relation(name).lower()
    return f"{count} {one}{'s' if count != 1 and name in _COUNTED else ''}"


def meaning(name: str) -> str:
    """Return what a relation says, in one sentence."""
    return _RELATIONS.get(name, ("", ""))[1]


def relation_in_words(finding: Mapping[str, Any]) -> str:
    """Return how the two sides stand to each other in one sentence, with what each says and what else differs."""
    other = [
        f" {_DIFFERS[o['field']]}: {o['a']} / {o['b']}."
        for o in finding.get("outcomes", ())
        if o["field"] in _DIFFERS and o["role"] == "identity" and o["outcome"] == "disagree" and o["a"] and o["b"]
    ]
    return _two_sides(finding) + "".join(other)


def _two_sides(finding: Mapping[str, Any]) -> str:
    said = [shortened(finding[side]["value"], SAID) for side in ("a", "b")]
    a, b = (f"“{value}”" if value else "no value" for value in said)
    name, kind = finding["relation"], field(finding["field"])
    if name == "conflict":
        return f"{a} against {b}: {_AGAINST.get(finding['field'], 'both cannot be true')}."
    if name == "update":
        return f"First {a}, later {b}: the {kind} changed between the two."
    if name == "scope":
        return f"{a} and {b} are not the same {kind}: another period, place, group or measure."
    if name == "agree":
        return f"{a} and {b} say the same."
    return f"{a} and {b} can both be true." if name == "compatible" else meaning(name)


def because(explanation: str) -> str:
    """Return an explanation without the two answers that it begins with, for where they stand above it."""
    rest = _SAID_ALREADY.sub("", explanation, count=1) if _SAID_ALREADY.match(explanation) else ""
    return f"{rest[0].upper()}{rest[1:]}." if rest else explanation


def field(name: str) -> str:
    """Return what differs, in words."""
    return _FIELDS.get(name, name)


def comparison(name: str) -> str:
    """Return what a comparison looks at, in words."""
    return _COMPARISONS.get(name) or field(name)


def rule(name: str) -> str:
    """Return a comparison and its result (``pole: opposite events``) in words."""
    compared, colon, result = name.partition(": ")
    return f"{comparison(compared)}: {level(result)}" if colon else name


def role(name: str) -> str:
    """Return the heading of the comparisons of one role."""
    return _ROLES.get(name, name)


def level(label: str) -> str:
    """Return a comparison's result for people: likeness in words and not in standard deviations."""
    match = _DEVIATIONS.fullmatch(label)
    if match is None:
        return label
    return f"{next(word for least, word in _LIKENESS if float(match[1]) >= least)} alike than usual"


def day(published: str | None) -> str:
    """Return an ISO date or time as ``4 Mar 2031, 09:00 UTC``; what is no ISO date is returned as it is."""
    match = _DATE.match(published or "")
    if match is None or not 1 <= int(match[2]) <= 12:
        return published or "no date"
    text = f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}"
    return f"{text}, {match[4]} UTC" if match[4] else text


def short_moment(moment: datetime) -> str:
    """Return a moment for the end of an axis: ``4 Mar, 09:00``."""
    return f"{moment.day} {_MONTHS[moment.month - 1]}, {moment:%H:%M}"


def language(code: str) -> str:
    """Return the English name of a language code; an unknown code is returned as it is."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale("en").languages.get(code) or Locale.parse(code, sep="-").get_language_name("en")
    except (UnknownLocaleError, ValueError):
        return code
    return str(name or code)
