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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
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
        logit += sum([model.words[word] for word in model.words.keys() & set(terms(text))])
    return 1.0 / (1.0 + math.exp(-(model.slope * logit + model.shift)))


def features(text: str, lang: str) -> dict[str, float]:
    """Return the readable features of a sentence by name; what is absent is zero and left out."""
    tokens = tokenise(text)
    counts = Counter([*_signs(tokens, text), *_told(tokens, lang)])
    found = {name: min(float(value), CAP) for name, value in counts.items()}
    found["length"] = math.log1p(len(tokens)) - math.log1p(MIDDLE)
    return found


def terms(text: str) -> list[str]:
    """Return the words of a text and its pairs of neighbours, digits and what may be a name masked."""
    tokens = tokenise(text)
    plain = ["0" if word[0].isdigit() else word for word in tokens.words]
    for i in _capitals(tokens):
        plain[i] = "N"
    return [*plain, *map(" ".join, pairwise(["^", *plain]))]


def _capitals(tokens: Tokens) -> list[int]:
    """Return the words with a capital behind the first one: mostly names."""
    words = tokens.words
    return [i for i, capital in enumerate(tokens.capitals) if capital and i and words[i] != "i"]


def _signs(tokens: Tokens, text: str) -> list[str]:
    """What marks and letters tell without a language: numbers, money, names, questions, length."""
    found = []
    for i, word in [(i, word) for i, word in enumerate(tokens.words) if word[0].isdigit()]:
        found.append("number")
        if len(word) == 4 and word.isdecimal() and word[:2] in ("18", "19", "20"):
            found.append("year")
        if tokens.gaps[i + 1][:2].strip().startswith("%"):
            found.append("percent")
    for i in _capitals(tokens):
        if tokens.soft[i]:
            found += ("capital", "name") if tokens.capitals[i - 1] else ("capital",)
    if not CURRENCY.isdisjoint(text):
        found.append("money")
    if text.rstrip().endswith(ASKS):
        found.append("question")
    if "!" in text:
        found.append("exclamation")
    size = len(tokens)
    found.append("short" if size < SHORT else "middle" if size < MIDDLE else "long" if size < LONG else "very long")
    return found


def _told(tokens: Tokens, lang: str) -> list[str]:
    """What the language's tables tell: numbers, units, dates, persons, courtesy, change, status, speech, judgement."""
    kinds, common = _kinds(lang), stopwords(lang)
    found = [
        kinds[word]
        for i, word in enumerate(tokens.words)
        if word in kinds and (kinds[word] != "date" or tokens.capitals[i] or word not in common)  # "may" is rarely one
    ]
    return found + [hit.value.partition("|")[0] for hit in _cues(lang).find(tokens)]


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
