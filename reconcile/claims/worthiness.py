"""How likely a sentence is to be worth checking: a small linear model over readable features.

The features come from the language data files and mean the same in every language, so that weights learned on English
sentences serve all; for English a list of frozen word weights is added. Weights and calibration are in
``worthiness.json``, made by ``training/worthiness.py``, which also names the data and its licence.

After the task of ClaimBuster (Hassan et al., KDD 2017; data Arslan et al., ICWSM 2020): check-worthy factual statements
against unimportant ones, opinions and non-statements.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from reconcile import languages
from reconcile.claims.phrases import Lexicon, Tokens, split_entries, tokenise
from reconcile.claims.words import stopwords
from reconcile.errors import ModelError

WEIGHTS = Path(__file__).with_name("worthiness.json")
LEXICAL = "en"  # the language whose words have weights of their own
CAP = 3.0  # a count above this says no more
CUES = {
    "direction": ("up", "down", "flat", "win", "lose"),
    "status": ("planned", "under way", "completed", "rumoured", "denied"),
    "modality": ("forecast", "opinion", "first", "we", "second", "courtesy", "past", "extent"),
    "attribution": ("said", "pre"),
    "negation": ("not",),
}
SHORT, MIDDLE, LONG = 6, 12, 25  # words
CURRENCY = frozenset("$€£₱¥₹")
ASKS = ("?", "?”", '?"', "?»", "?’", "?'")


@dataclass(frozen=True, slots=True)
class _Model:
    """Weights of one kind of text: ``shared`` by feature, ``words`` by word or pair of words (may be empty)."""

    bias: float
    shared: Mapping[str, float]
    words: Mapping[str, float]
    slope: float
    shift: float


def score(text: str, lang: str) -> float:
    """Return the probability (0 to 1) that a fact-checker would find the sentence worth checking.

    Calibrated on spoken English, one sentence in four of which was worth it; news has more of them, so that the order
    of the scores says more than their size. Raises ``ModelError`` where the weights cannot be read.
    """
    model = _model(lang == LEXICAL)
    logit = model.bias
    for name, value in features(text, lang).items():
        logit += model.shared.get(name, 0.0) * value
    if model.words:
        logit += sum([model.words.get(word, 0.0) for word in set(terms(text))])
    return 1.0 / (1.0 + math.exp(-(model.slope * logit + model.shift)))


def features(text: str, lang: str) -> dict[str, float]:
    """Return the readable features of a sentence by name; what is absent is zero and left out."""
    tokens = tokenise(text)
    counts = Counter(chain(_signs(tokens, text), _words(tokens, lang)))
    found = {name: min(float(value), CAP) for name, value in counts.items()}
    found["length"] = math.log1p(len(tokens)) - math.log1p(MIDDLE)
    return found


def terms(text: str) -> Iterator[str]:
    """Yield the words of a text and its pairs of neighbours, digits and what may be a name masked."""
    tokens = tokenise(text)
    previous = "^"
    for i, word in enumerate(tokens.words):
        plain = "0" if word[0].isdigit() else "N" if i and tokens.capitals[i] and word != "i" else word
        yield plain
        yield f"{previous} {plain}"
        previous = plain


def _signs(tokens: Tokens, text: str) -> Iterator[str]:
    """What marks and letters tell without a language: numbers, money, names, questions, length."""
    for i, word in enumerate(tokens.words):
        if word[0].isdigit():
            yield "number"
            if len(word) == 4 and word.isdecimal() and word[:2] in ("18", "19", "20"):
                yield "year"
            if tokens.gap(i + 1)[:2].strip().startswith("%"):
                yield "percent"
        elif i and tokens.capitals[i] and word != "i" and tokens.soft[i]:
            yield "capital"
            if tokens.capitals[i - 1]:
                yield "name"
    if not CURRENCY.isdisjoint(text):
        yield "money"
    if text.rstrip().endswith(ASKS):
        yield "question"
    if "!" in text:
        yield "exclamation"
    size = len(tokens)
    yield "short" if size < SHORT else "middle" if size < MIDDLE else "long" if size < LONG else "very long"


def _words(tokens: Tokens, lang: str) -> Iterator[str]:
    """What the language's tables tell: numbers, units, dates, persons, courtesy, change, status, speech, judgement."""
    kinds = _kinds(lang)
    for i, word in enumerate(tokens.words):
        kind = kinds.get(word)
        if kind and (kind != "date" or tokens.capital(i) or word not in stopwords(lang)):  # "may" is rarely a month
            yield kind
    for hit in _cues(lang).find(tokens):
        yield hit.value.split("|")[0]


@lru_cache(maxsize=16)
def _cues(lang: str) -> Lexicon:
    """Return one matcher for all the cue tables: one pass over the sentence instead of five."""
    data = languages.load(lang)
    merged: dict[str, str] = {}
    for table, keys in CUES.items():
        for key in keys:
            merged[f"{table} {key}"] = str(data.table(table).get(key, ""))
    opposites = data.table("opposites")
    merged["opposite"] = ",".join(str(opposites[key]) for key in sorted(opposites) if key != "none")
    merged["none"] = ",".join(str(data.table(table).get("none", "")) for table in ("direction", "status", "modality"))
    return Lexicon(merged, lang)


@lru_cache(maxsize=16)
def _kinds(lang: str) -> Mapping[str, str]:
    """Words that a language's tables of numbers, units and times name, and what they are."""
    data = languages.load(lang)
    found: dict[str, str] = {}
    numbers = data.table("numbers")
    for table, name in (("months", "date"), ("weekdays", "date"), ("units", "unit")):
        for key, entries in data.table(table).items():
            for entry in (*split_entries(str(entries)), key):
                if entry.isalpha() and len(entry) > 2:
                    found.setdefault(entry.casefold(), name)
    for key in numbers.get("multipliers", {}):
        found[key.casefold()] = "large number"
    for key, value in numbers.get("values", {}).items():
        if isinstance(value, int) and value > 1:
            found[key.casefold()] = "number word"
    return found


@lru_cache(maxsize=2)
def _model(lexical: bool) -> _Model:
    try:
        data = json.loads(WEIGHTS.read_text("utf-8"))["lexical" if lexical else "plain"]
        return _Model(**{key: data[key] for key in ("bias", "shared", "words", "slope", "shift")})
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"cannot read the weights of check-worthiness at {WEIGHTS}: {error}; run training/worthiness.py"
        raise ModelError(message) from error
