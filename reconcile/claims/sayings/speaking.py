"""The noun phrase beside a speech verb: who is said to speak, by name, by a common noun or by a pronoun."""

from __future__ import annotations

from functools import lru_cache

from reconcile.claims.phrases import Tokens, tokenise, word_set
from reconcile.claims.words import stopwords

NEAR = 12  # words beside a quotation in which its speaker is looked for
LONGEST_HEAD = 6  # words of a noun phrase before what depends on its head
VERB_SECOND = ("de", "nl")  # "Das teilte die Polizei mit": the speaker follows whatever comes first
ABBREVIATED = frozenset(
    ["dr", "mr", "mrs", "ms", "prof", "gov", "sen", "rep", "gen", "col", "lt", "sgt", "st", "sr", "sra"]
)
COMPOUND = 9  # letters; a longer German or Dutch noun may be a compound
SHORT_PART = 5  # letters; the last part of a compound is longer
_STOP = frozenset(".!?;\n")
Speaker = tuple[str, str]  # as printed, and its kind: named, unnamed, document or pronoun


def stops(tokens: Tokens, k: int) -> bool:
    """Return whether a sentence ends before word k (a point after an initial or a title does not end one)."""
    gap = tokens.gap(k)
    if not any(c in _STOP for c in gap) or gap == ".":
        return False
    short = len(tokens.words[k - 1]) <= 3 and tokens.capital(k - 1) and gap.strip() == "."
    return not short


def dropped(lang: str, said: bool) -> Speaker | None:
    """Return an unprinted pronoun in a language that leaves out the subject ("Añadió que ...")."""
    return ("", "pronoun") if said and word_set(lang, "attribution", "subject_dropped") & {"yes"} else None


@lru_cache(maxsize=64)
def _articles(lang: str) -> frozenset[str]:
    return word_set(lang, "time_words", "articles") | word_set(lang, "entities", "org_article")


@lru_cache(maxsize=64)
def _links(lang: str) -> frozenset[str]:
    """Return the words that begin what depends on a noun; those that are articles too are left out."""
    return word_set(lang, "attribution", "links") - _articles(lang)


def subject(tokens: Tokens, lang: str, at: tuple[int, int]) -> Speaker | None:
    """Return the speaker of a speech verb that stands without a quotation; a comma before it turns the
    order round, unless it ends an apposition.
    """
    i, j = at
    if i == 0:
        return phrase_after(tokens, lang, j) or dropped(lang, True)
    if word_set(lang, "attribution", "verb_first") & {"yes"}:
        return phrase_after(tokens, lang, j)
    if tokens.hard[i]:
        following = None if j < len(tokens) and tokens.hard[j] else phrase_after(tokens, lang, j)
        return _before_apposition(tokens, lang, i) or following
    low = next((k for k in range(i, max(i - NEAR, 0), -1) if stops(tokens, k)), max(i - NEAR, 0))
    found = phrase_before(tokens, lang, i, low)
    if j >= len(tokens) or tokens.hard[j] or tokens.words[j] in _links(lang):
        return found
    turned = lang in VERB_SECOND and not (found and found[1] in ("named", "pronoun"))
    after = phrase_after(tokens, lang, j) if found is None or turned else None
    return after if after and (found is None or after[1] == "named") else found


def is_finite(tokens: Tokens, lang: str, at: tuple[int, int]) -> bool:
    """Return whether a cue can be the verb of a speaker: no noun ("a report"), no participle ("estimated at"), no
    relative clause ("workers who said").
    """
    i, j = at
    if j < len(tokens) and tokens.words[j] in word_set(lang, "attribution", "agent"):
        return False
    if i == 0 or tokens.hard[i]:
        return True
    before = tokens.words[i - 1]
    barred = word_set(lang, "attribution", "links") | word_set(lang, "attribution", "passive")
    if lang in VERB_SECOND and i == 1:
        return True
    clitics = word_set(lang, "attribution", "pronouns") | word_set(lang, "attribution", "between")
    return before not in barred | (_articles(lang) - clitics)


def _before_apposition(tokens: Tokens, lang: str, i: int) -> Speaker | None:
    """Return the name in two phrases parted by a comma: "Paul Okoro, the engineer, (said)", "The head, Ana Cruz,"."""
    if tokens.gap(i).strip() != ",":
        return None
    comma = next((k for k in range(i - 1, max(i - NEAR, 0), -1) if tokens.gap(k).strip() == ","), 0)
    if not comma:
        return None
    if i - comma > 1 and all(_capital_name(tokens, lang, k) for k in range(comma, i)):
        return _run(tokens, lang, comma)
    if not _capital_name(tokens, lang, comma - 1):
        return None
    return phrase_before(tokens, lang, comma, max(comma - 6, 0))


def phrase_after(tokens: Tokens, lang: str, j: int) -> Speaker | None:
    """Return (speaker, kind) of the noun phrase behind word j - 1: "auctioneer Fergus Reid", "ng nars na si
    Joy".
    """
    if lang == "fr" and j < len(tokens) and tokens.words[j] == "t":
        j += 1
    if j < len(tokens) and tokens.words[j] in word_set(lang, "attribution", "pronouns") and not tokens.hard[j]:
        return tokens.raw(j, j + 1), "pronoun"
    links = _links(lang)
    plain: list[int] = []
    for k in range(j, min(j + 9, len(tokens))):
        if k > j and (stops(tokens, k) or (tokens.hard[k] and "," not in tokens.gap(k))):
            break
        if k == j and tokens.hard[k] and tokens.gap(k).strip() not in ("", ",", "(", '"'):
            break
        if _capital_name(tokens, lang, k):
            return _run(tokens, lang, _run_start(tokens, lang, k, j))
        if tokens.hard[k] and plain and (found := _common(tokens, lang, plain)):
            return found
        if tokens.words[k] in links and k > j:
            return _apposed(tokens, lang, k) or _common(tokens, lang, plain)
        plain.append(k)
    return _common(tokens, lang, plain)


def _apposed(tokens: Tokens, lang: str, k: int) -> Speaker | None:
    """Return the name that follows what depends on a noun: "the mayor of Harrow, Ana Cruz", "ng nars na si Joy"."""
    marks = word_set(lang, "attribution", "name_marks")
    for at in range(k, min(k + 9, len(tokens))):
        if stops(tokens, at):
            return None
        led = tokens.words[at - 1] in marks or (at > k and tokens.gap(at).strip() == ",")
        if led and _capital_name(tokens, lang, at):
            return _run(tokens, lang, at)
        if tokens.hard[at] and at > k:
            return None
    return None


def phrase_before(tokens: Tokens, lang: str, i: int, low: int) -> Speaker | None:
    """Return (speaker, kind) of the noun phrase that ends before word i: "Liza Montinola (told)", "police
    (said)".
    """
    parted = i < len(tokens) and tokens.hard[i]
    while i - 1 > low and not tokens.hard[i - 1] and tokens.words[i - 1] in word_set(lang, "attribution", "between"):
        i -= 1
    if i > low and tokens.words[i - 1] in word_set(lang, "attribution", "pronouns"):
        return tokens.raw(i - 1, i), "pronoun"
    begin = next((k for k in range(i - 1, low, -1) if tokens.hard[k]), low)
    head = _head(tokens, lang, (begin, i))
    if head is not None:
        return head
    if i > low and not parted and _plain_noun(tokens, lang, i):
        return tokens.raw(i - 1, i), "unnamed"
    plain: list[int] = []
    for k in range(i - 1, max(i - 10, low - 1), -1):
        if k + 1 < len(tokens) and k + 1 < i and stops(tokens, k + 1):
            break
        if _capital_name(tokens, lang, k):
            return _run(tokens, lang, _run_start(tokens, lang, k, low))
        plain.insert(0, k)
    return _common(tokens, lang, plain)


def _head(tokens: Tokens, lang: str, at: tuple[int, int]) -> Speaker | None:
    """Return the head of the noun phrase in words ``at``, before what depends on it: "a source (close to talks)"."""
    begin, end = at
    last = bool(word_set(lang, "attribution", "head_last") & {"yes"})
    links = word_set(lang, "attribution", "links")
    begin += begin + 1 < end and tokens.words[begin] in links
    cut = next((k for k in range(begin + 1, end) if tokens.words[k] in links), end)
    while cut < end and tokens.words[cut] in word_set(lang, "entities", "particles") and _bridge(tokens, lang, cut):
        cut = next((k for k in range(cut + 1, end) if tokens.words[k] in links), end)
    if cut - begin > LONGEST_HEAD:
        return None
    if last and not tokens.capital(cut - 1):
        if found := _common(tokens, lang, [cut - 1]):
            return found
        if cut == end and _plain_noun(tokens, lang, cut):
            return tokens.raw(cut - 1, cut), "unnamed"
    for k in range(cut - 1, begin - 1, -1):
        if _capital_name(tokens, lang, k) and not (k == begin and _spoken_noun(tokens, lang, k)):
            return _run(tokens, lang, _run_start(tokens, lang, k, begin))
    found = _common(tokens, lang, list(range(begin, cut)))
    if found is None and cut < end and cut - begin > 1 and _plain_noun(tokens, lang, cut):
        return tokens.raw(cut - 1, cut), "unnamed"
    return found


def _spoken_noun(tokens: Tokens, lang: str, k: int) -> bool:
    """Return whether a common noun that can speak begins at word k ("Juru bicara" at the start of a sentence)."""
    pair = tokens.raw(k, min(k + 2, len(tokens))).casefold()
    return bool(_noun_kind(tokens.words[k], lang) or _noun_kind(pair, lang))


def _run_start(tokens: Tokens, lang: str, k: int, low: int) -> int:
    """Return the first word of the name that holds word k."""
    start = k
    while (
        start > low
        and tokens.soft[start]
        and (
            _capital_name(tokens, lang, start - 1)
            or _bridge(tokens, lang, start - 1)
            or _org_noun(tokens, lang, start - 1)
        )
    ):
        start -= 1
    while start < k and not (_capital_name(tokens, lang, start) or _org_noun(tokens, lang, start)):
        start += 1
    return start


def _org_noun(tokens: Tokens, lang: str, k: int) -> bool:
    """Return whether a capitalised common noun begins an organisation's name ("Grupo Velmar", not "Mayor Cruz")."""
    word = tokens.words[k]
    if lang == "de" or not tokens.capital(k) or word in word_set(lang, "titles", "person"):
        return False
    return bool(_noun_kind(word, lang)) and k + 1 < len(tokens) and tokens.capital(k + 1)


def _plain_noun(tokens: Tokens, lang: str, i: int) -> bool:
    """Return whether a lower-case noun with an article ahead stands right before the verb ("a Lagos broker
    said").
    """
    word = tokens.words[i - 1]
    if (i < len(tokens) and tokens.hard[i]) or tokens.capital(i - 1) or len(word) < 3 or word.endswith("ly"):
        return False
    articles = word_set(lang, "time_words", "articles") | word_set(lang, "entities", "org_article")
    ahead = tokens.words[max(i - 5, 0) : i - 1]
    return word not in stopwords(lang) and any(article in articles for article in ahead)


def _bridge(tokens: Tokens, lang: str, k: int) -> bool:
    return k > 0 and tokens.words[k] in word_set(lang, "entities", "particles") and _capital_name(tokens, lang, k - 1)


def _capital_name(tokens: Tokens, lang: str, k: int) -> bool:
    word = tokens.words[k]
    if not tokens.capital(k) or word.isdigit():
        return False
    if word in _skipped(lang) and not (word in stopwords(lang) and _inside_name(tokens, k)):
        return False
    return lang != "de" or not _german_noun(word)


def _inside_name(tokens: Tokens, k: int) -> bool:
    """Return whether a capitalised function word inside a sentence begins a name ("zei Ben Oude", "De Jong")."""
    ahead = k + 1 < len(tokens) and tokens.soft[k + 1] and tokens.capital(k + 1)
    return ahead and k > 0 and tokens.soft[k]


def _german_noun(word: str) -> bool:
    endings = tuple(sorted(word_set("de", "entities", "common_endings")))
    return word in word_set("de", "entities", "nouns") or (len(word) > 5 and word.endswith(endings))


@lru_cache(maxsize=64)
def _skipped(lang: str) -> frozenset[str]:
    tables = (
        ("titles", "person"),
        ("attribution", "unnamed"),
        ("attribution", "document"),
        ("entities", "calendar"),
    )
    found = stopwords(lang).union(*(word_set(lang, table, key) for table, key in tables))
    return found | (word_set(lang, "entities", "nationalities") if lang == "en" else frozenset())


def _run(tokens: Tokens, lang: str, k: int) -> tuple[str, str]:
    """Return the capitalised run that begins at word k, particles inside it included."""
    particles = word_set(lang, "entities", "particles") - word_set(lang, "entities", "weak_particles")
    j = k + 1
    while j < len(tokens) and (tokens.soft[j] or tokens.gap(j) == ". "):
        short = len(tokens.words[j - 1]) == 1 or tokens.words[j - 1] in ABBREVIATED
        initial = tokens.gap(j) == "." or (short and tokens.gap(j) == ". ")
        if (tokens.soft[j] and tokens.capital(j)) or initial:
            j += 1
        elif tokens.words[j] in particles and j + 1 < len(tokens) and tokens.capital(j + 1) and tokens.soft[j + 1]:
            j += 2
        else:
            break
    while j - 1 > k and tokens.words[j - 1] == "s":
        j -= 1
    return tokens.raw(_past_titles(tokens, lang, k, j), j), "named"


def _past_titles(tokens: Tokens, lang: str, k: int, j: int) -> int:
    """Return the first word of the name proper: "Wali Kota Ana Kurnia" without the office."""
    titles = word_set(lang, "titles", "person") | word_set("en", "titles", "person")
    for size in (3, 2, 1):
        for at in range(j - 1 - size, k - 1, -1):
            if " ".join(tokens.words[at : at + size]) in titles:
                return at + size
    return k


def _common(tokens: Tokens, lang: str, words: list[int]) -> Speaker | None:
    """Return an unnamed or document speaker from common nouns: "a Manila fund manager", "court filings".

    The head of the phrase is the last of them in English, German and Dutch, the first in the other languages.
    """
    last = bool(word_set(lang, "attribution", "head_last") & {"yes"})
    links = word_set(lang, "attribution", "links")
    found: Speaker | None = None
    for k in words:
        if found and (k - 1 not in words or tokens.hard[k] or tokens.words[k] in links or not last):
            return found
        pair = tokens.raw(k, k + 2).casefold() if k + 1 in words else ""
        kind = _noun_kind(pair, lang) if pair else ""
        if kind:
            found = tokens.raw(k, k + 2), kind
        elif kind := _noun_kind(tokens.words[k], lang):
            found = tokens.raw(k, k + 1), kind
    return found


@lru_cache(maxsize=4096)
def _noun_kind(noun: str, lang: str) -> str:
    """Return document or unnamed for a noun that can speak, a German compound by its last part, else nothing."""
    document, unnamed = word_set(lang, "attribution", "document"), word_set(lang, "attribution", "unnamed")
    forms = {noun, noun.removesuffix("ng"), noun.removesuffix("g")} if lang == "tl" else {noun}
    if forms & document:
        return "document"
    if forms & (unnamed | word_set(lang, "titles", "person")):
        return "unnamed"
    if lang in ("de", "nl") and len(noun) > COMPOUND:
        for kind, table in (("document", document), ("unnamed", unnamed)):
            if noun.endswith(tuple(sorted(word for word in table if len(word) > SHORT_PART))):
                return kind
    return ""


def name_before(text: str, lang: str, end: int) -> str:
    """Return the last name of two or more words before a position: whom a pronoun speaker may mean."""
    tokens = tokenise(text)
    best = ""
    k = 0
    while k < len(tokens) and tokens.ends[k] <= end:
        if _capital_name(tokens, lang, k):
            name, _ = _run(tokens, lang, k)
            if " " in name and tokens.starts[k] + len(name) <= end:
                best = name
            k += max(1, len(tokenise(name)))
        else:
            k += 1
    return best
