"""When something was said: a time that belongs to a verb of saying, not to what is said.

The rule is adjacency. Between the verb (``[attribution]`` "said" and "pre", ``[time_words]`` "said_also") and the time
stand at most names, the words of ``said_between`` ("told reporters in a statement late Tuesday") and, where a subject
follows its verb, nouns for speakers. Or the time stands right before the verb ("on Friday said"), or opens the sentence
before speaker and verb ("On Friday, the ministry confirmed"). A conjunction, another verb or any other noun between
them makes it the time of the event: "said sales rose on Friday". The day of a dateline ("DAET, Camarines Norte, Dec 17
(Agency) -") is when the report was sent, which is a time of saying too.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reconcile.claims.dates.time_words import Words
from reconcile.claims.dates.timeline import Reading
from reconcile.claims.phrases import Lexicon, lexicon, word_set
from reconcile.claims.words import stopwords

REACH = 10  # words between verb and time
LONGEST_CUE = 4  # words of a cue ("in the words of")
_QUOTES = " \"'“”„«»‘’"  # a name between verb and time may stand in quotation marks
OPENING = 2  # words before a time that opens the sentence ("In the early", "Noong")
LONGEST_PLACE = 80  # characters of a dateline before its day
LINKING = 3  # letters of the small words in the name of a place ("Cagayan de Oro")
_SENT = re.compile(r"\)?,?\s?(?:\([^()\n]{1,60}\)|/[^/\n]{1,40}/)?\s?(?:[-–—]{1,2}|\.-)\s")


@lru_cache(maxsize=64)
def _cues(lang: str) -> Lexicon:
    return lexicon(lang, "attribution", ("said", "pre"))


@lru_cache(maxsize=64)
def _speakers(lang: str) -> frozenset[str]:
    """Return the single words that name speakers and documents ("police", "filing")."""
    words = word_set(lang, "attribution", "unnamed") | word_set(lang, "attribution", "document")
    return frozenset(word for word in words if " " not in word)


def may_be_said(words: Words, reading: Reading) -> bool:
    """Return whether a reading has the form of a day or month on which something is said ("said in March")."""
    if reading.kind != "point" or reading.granularity not in ("day", "week", "month", "part") or reading.shift:
        return False
    after = (
        reading.j < len(words) and words.tokens.words[reading.j] == "s" and words.tokens.gap(reading.j) in ("'", "’")
    )
    named = reading.granularity in ("month", "part") and words.family(reading.i, "mon") is not None
    return not after and (not named or words.before(reading.i, "w in") >= 0)


def is_said(words: Words, reading: Reading) -> bool:
    """Return whether the time belongs to a verb of saying beside it, or is the day of a dateline."""
    return (
        _after_verb(words, reading.i, reading.j)
        or _before_verb(words, reading.i, reading.j)
        or _in_dateline(words, reading)
    )


def _in_dateline(words: Words, reading: Reading) -> bool:
    """Return whether a text opens with a place, this day and a dash, an agency perhaps before the dash."""
    text, start, end = words.tokens.text, words.tokens.starts[reading.i], words.tokens.ends[reading.j - 1]
    if reading.granularity != "day" or start > LONGEST_PLACE or _SENT.match(text, end) is None:
        return False
    names = text[:start].replace("(", " ").replace(",", " ").split()
    return bool(names) and names[0][0].isupper() and all(_in_a_name(name) for name in names)


def _in_a_name(word: str) -> bool:
    return word[0].isupper() or (word.islower() and len(word) <= LINKING)


def _verb_ending(words: Words, end: int) -> tuple[int, str]:
    """Return (start, key) of a cue that ends right before word ``end``, (-1, "") if there is none."""
    cues = _cues(words.lang)
    for start in range(end - 1, max(end - 1 - LONGEST_CUE, -1), -1):
        if words.tag(start, "w said_also") == end:
            return start, "said"
        for hit in cues.at(words.tokens, start):
            if hit.j == end and hit.i == start and hit.value:
                return start, hit.value
    return -1, ""


def _verb_at(words: Words, start: int) -> int:
    """Return the position behind a verb of saying at word ``start``, 0 if there is none."""
    if start >= len(words):
        return 0
    ends = [hit.j for hit in _cues(words.lang).at(words.tokens, start) if "said" in hit.value.split("|")]
    return 0 if not ends or _passive(words, start) else max(ends)


def _passive(words: Words, start: int) -> bool:
    """Return whether the verb is a passive or a bare participle: then its time is the event's.

    So "was announced on Friday" and "el incendio declarado el domingo"; not "ha declarado".
    """
    before = words.tokens.words[max(start - 3, 0) : start]
    if before[-1:] and before[-1] in word_set(words.lang, "time_words", "said_passive"):
        return True
    endings = tuple(word_set(words.lang, "time_words", "participle_endings"))
    if not endings or not words.tokens.words[start].endswith(endings):
        return False
    return word_set(words.lang, "time_words", "said_aux").isdisjoint(before)


def _after_verb(words: Words, i: int, j: int) -> bool:
    """Return whether a verb of saying stands before word i with nothing but its subject and circumstances between."""
    if _inverted(words, i):
        return True
    speakers = False
    for end in range(i, max(i - REACH, 0), -1):
        if words.tokens.hard[end] and not (end == i and _comma(words, i)) and words.tokens.gap(end).strip(_QUOTES):
            return False
        start, key = _verb_ending(words, end)
        if start >= 0:
            plain = "pre" in key.split("|") or _inverts(words) or not (speakers or _complement(words, (start, i, j)))
            return plain and not _passive(words, start)
        word = words.tokens.words[end - 1]
        if word in _speakers(words.lang) and word not in word_set(words.lang, "time_words", "said_between"):
            speakers = True
        elif not _between(words, end - 1):
            return False
    return False


def _comma(words: Words, i: int) -> bool:
    """Return whether a comma may part the time at word i from its verb ("kata dia, Senin")."""
    return words.tokens.gap(i).strip() == "," and bool(word_set(words.lang, "time_words", "said_comma"))


def _inverted(words: Words, i: int) -> bool:
    """Return whether a comma before word i closes a verb and its subject ("ujar wali kota itu, Senin")."""
    if not _comma(words, i):
        return False
    verbs = word_set(words.lang, "time_words", "said_comma")
    for k in range(i - 1, max(i - 1 - REACH, -1), -1):
        if words.tokens.words[k] in verbs:
            return True
        if words.tokens.hard[k]:
            return False
    return False


def _inverts(words: Words) -> bool:
    """Return whether a subject without a name may follow its verb of saying (not in English)."""
    return not word_set(words.lang, "time_words", "said_subject_first")


def _between(words: Words, k: int) -> bool:
    word = words.tokens.words[k]
    return word in word_set(words.lang, "time_words", "said_between") or (words.capital(k) and k > 0)


def _complement(words: Words, at: tuple[int, int, int]) -> bool:
    """Return whether a name right behind the verb is the subject of what is said ("said Smith on Friday fled").

    ``at``: the verb's first word, and first word and end of the time.
    """
    start, i, j = at
    if words.tokens.words[start] not in word_set(words.lang, "time_words", "said_subject_first"):
        return False
    if start + 1 >= i or not words.capital(start + 1) or j >= len(words) or words.tokens.hard[j]:
        return False
    return words.tokens.raw(j, j + 1).islower() and words.tokens.words[j] not in stopwords(words.lang)


def _before_verb(words: Words, i: int, j: int) -> bool:
    opens = _opens(words, i)
    hard = j < len(words) and words.tokens.hard[j]
    if hard and not (opens and words.tokens.gap(j).strip() == ","):
        return False
    if _verb_at(words, j):
        return opens or not words.verb_before(i)
    if not opens:
        return False
    speakers = _speakers(words.lang)
    for k in range(j, min(j + REACH, len(words))):
        if k > j and words.tokens.hard[k]:
            return False
        if k > j and (end := _verb_at(words, k)):
            return not (end < len(words) and words.tokens.gap(end).startswith(","))
        if not _between(words, k) and words.tokens.words[k] not in speakers:
            return False
    return False


def _opens(words: Words, i: int) -> bool:
    """Return whether nothing but connecting words stands between word i and the beginning of the sentence."""
    allowed = word_set(words.lang, "time_words", "said_between")
    return i <= OPENING and all(words.tokens.words[k] in allowed for k in range(i))
