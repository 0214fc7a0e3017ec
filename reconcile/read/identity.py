"""Who an article is: its id, canonical address, source, date and language. Pure functions, no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from reconcile.model import Article, Problem, stable_id
from reconcile.read.dates import normalise_date
from reconcile.read.switch import off_parts

STAGE: Final = "ingest"
MAX_ID_CHARS: Final = 500
PRINTABLE: Final = 10**4000
TRACKING_PREFIXES: Final = ("utm_", "mc_", "pk_", "mtm_", "hsa_", "ga_", "_ga", "at_")
TRACKING_WORDS: Final = (
    "fbclid gclid dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mkt_tok ocid cmpid cmp ncid "
    "ref_src ref_url smid smtyp sref spm s_cid wt_mc xtor _hsenc _hsmi vero_id oly_enc_id oly_anon_id"
)
TRACKING_NAMES: Final = frozenset(TRACKING_WORDS.split())
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
ACCESS_WORDS: Final = (
    "auth authorization authkey bearer credential credentials jsessionid jwt passphrase passwd phpsessid pwd sas "
    "sessionid sessid sig"
)
ACCESS_NAMES: Final = frozenset(ACCESS_WORDS.split())
ACCESS_ENDINGS: Final = ("token", "password", "secret", "signature", "apikey", "accesskey", "privatekey")
OPAQUE_KEY = re.compile(r"(?=.{0,200}\d)(?=.{0,200}[A-Z])[A-Za-z0-9_-]{20,200}")  # "AIza..." and the like

CORE_LANGUAGES: Final = ("de", "en", "es", "fr", "id", "it", "nl", "pt", "tl")
LANGUAGE_CODES: Final = (
    "ar bg bn ca cs da de el en es et fa fi fr gl he hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sk "
    "sl sr sv sw ta th tl tr uk ur vi zh"
)
LANGUAGES: Final = tuple(LANGUAGE_CODES.split())
LANGUAGE_ALIASES: Final = {
    "fil": "tl", "tgl": "tl", "eng": "en", "spa": "es", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr",
    "por": "pt", "nld": "nl", "dut": "nl", "ita": "it", "ind": "id", "in": "id", "msa": "ms", "iw": "he",
    "nb": "no", "nn": "no", "cmn": "zh", "english": "en", "filipino": "tl", "tagalog": "tl", "spanish": "es",
    "german": "de", "french": "fr", "portuguese": "pt", "dutch": "nl", "italian": "it", "indonesian": "id",
}  # fmt: skip
UNDETERMINED: Final = frozenset({"", "und", "zxx", "mul", "mis"})
DETECTION_CHARS: Final = 800
SURE: Final = 0.6
LIKELY: Final = 0.35
SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """One article as a reader found it, before its identity is settled. All but ``text`` may be missing.

    ``fallback`` is the source's name where neither a source nor an address is given.
    """

    text: Any
    article_id: Any = None
    source: Any = None
    url: Any = None
    title: Any = None
    published: Any = None
    lang: Any = None
    raw: str = ""
    path: str = ""
    line: int = 0
    fallback: str = ""
    lang_hint: str = ""


def problem(draft: Draft, message: str, advice: str, article_id: str = "") -> Problem:
    """Return a problem row that points at where ``draft`` was found."""
    return Problem(STAGE, draft.path, draft.line, article_id, message, advice)


def canonical_url(url: str) -> str:
    """Return the address under which a page is known, or "" if ``url`` is no http(s) address.

    Scheme and host in lower case; user, default port, fragment, tracking and secret parameters and final slash
    removed; parameters sorted; http and https count as one.
    """
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if scheme not in DEFAULT_PORTS or not host:
        return ""
    netloc = f"[{host}]" if ":" in host else host.rstrip(".")
    if port is not None and port != DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    kept = [
        (k, v)
        for k, v in parse_qsl(parts.query, keep_blank_values=True)
        if not _is_tracking(k) and not _is_secret(k, v)
    ]
    return urlunsplit(("https", netloc, parts.path.rstrip("/"), urlencode(sorted(kept)), ""))


def without_secrets(url: str) -> str:
    """Return an address as it may be stored: without user, password and parameters that give access."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/@]{0,500}@", "//", url.partition("?")[0])
    if not parts.netloc and "@" in url:
        return url.partition("?")[0].rpartition("@")[2]
    fragment = _open_part(parts.fragment) if "=" in parts.fragment else parts.fragment
    kept = parts._replace(netloc=parts.netloc.rpartition("@")[2], query=_open_part(parts.query), fragment=fragment)
    return url if kept == parts else urlunsplit(kept)


def shown_url(url: str) -> str:
    """Return an address as it may be printed: without secrets and fragment."""
    return without_secrets(url).partition("#")[0]


def _open_part(query: str) -> str:
    """Leave out the parameters that give access."""
    kept = [part for part in query.split("&") if not any(_is_secret(k, v) for k, v in parse_qsl(part, True))]
    return "&".join(kept)


def _is_secret(name: str, value: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in ACCESS_NAMES or plain.endswith(ACCESS_ENDINGS) or plain.startswith(("xamz", "xgoog")):
        return True
    return plain == "key" and OPAQUE_KEY.fullmatch(value) is not None


def _is_tracking(name: str) -> bool:
    lowered = name.lower()
    return lowered in TRACKING_NAMES or lowered.startswith(TRACKING_PREFIXES)


def host_name(url: str) -> str:
    """Return the host of an http(s) address without a leading "www.", or ""."""
    canonical = canonical_url(url)
    host = urlsplit(canonical).hostname or "" if canonical else ""
    return host.removeprefix("www.")


def normalise_language(value: str) -> str:
    """Return a two- or three-letter code for "en-US", "fil", "Filipino"; "" where the value says nothing."""
    lowered = value.strip().lower()
    code = re.split(r"[-_.@]", lowered, maxsplit=1)[0]
    code = LANGUAGE_ALIASES.get(lowered, LANGUAGE_ALIASES.get(code, code))
    if code in UNDETERMINED or not re.fullmatch(r"[a-z]{2,3}", code):
        return ""
    return code


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


def detect_language(text: str, hint: str = "") -> tuple[str, float]:
    """Return the language code of ``text`` and the detector's probability in ``[0, 1]``.

    Where the detector is unsure (short texts) the hint wins, then the likeliest core language, then English.
    A text without letters is "und".
    """
    sample = text[:DETECTION_CHARS]
    if not any(c.isalpha() for c in sample):
        return hint or "und", 0.0
    ranked: list[tuple[str, float]] = _identifier().rank(sample)
    best, probability = ranked[0]
    if probability >= SURE:
        return best, probability
    if hint:
        return hint, 0.0
    core = [(lang, p) for lang, p in ranked if lang in CORE_LANGUAGES]
    total = sum(p for _, p in core) or 1.0
    if core[0][1] / total >= LIKELY:
        return core[0][0], core[0][1]
    return "en", 0.0


def repair(text: str) -> tuple[str, bool]:
    """Replace what no database can hold (NUL, lone surrogates) by U+FFFD; say whether there was any."""
    repaired = SURROGATE_OR_NUL.sub("\ufffd", text)
    return repaired, repaired != text


def settle(draft: Draft) -> tuple[Article | None, list[Problem]]:
    """Turn a draft into an article with its identity, or into the reason why not."""
    if not isinstance(draft.text, str):
        what = "has no text" if draft.text is None else f"has a text that is a {type(draft.text).__name__}"
        return None, [problem(draft, f"the article {what}", 'give its text as a string under "text"')]
    if not draft.text.strip():
        return None, [problem(draft, "the article's text is empty", "give the article's text")]
    problems: list[Problem] = []
    fields = _plain_fields(draft, problems)
    text = _repaired(draft, draft.text, problems, replaced="\ufffd" in draft.text and _is_whole(draft.raw))
    canonical = canonical_url(fields["url"])
    if fields["url"] and not canonical:
        message = f"not a web address: {shown_url(fields['url'])[:200]!r}"
        problems.append(problem(draft, message, "give an http(s) address"))
    article_id = _article_id(fields, text, canonical)
    published = _published(draft, problems)
    lang = normalise_language(fields["lang"])
    if not lang:
        lang = detect_language(f"{fields['title']}\n{text}", normalise_language(draft.lang_hint))[0]
    url = without_secrets(fields["url"]) if canonical else ""
    source = fields["source"] or host_name(url) or draft.fallback or article_id
    stated = (fields["title"], text, published or "", source, url, lang)
    digest = stable_id("content", *stated, *off_parts(draft.raw))  # so that a change of the switch is a change
    article = Article(
        article_id=article_id, source=source, url=url, title=fields["title"], published=published, lang=lang,
        text=text, content_hash=digest, path=draft.path, line=draft.line, raw=repair(draft.raw)[0],
    )  # fmt: skip
    return article, [_named(p, article_id) for p in problems]


def _named(row: Problem, article_id: str) -> Problem:
    return Problem(row.stage, row.path, row.line, article_id, row.message, row.advice)


def _is_whole(raw: str) -> bool:
    """Tell markup without U+FFFD: in its text that stands for a reference to a character that does not exist."""
    return bool(raw) and "\ufffd" not in raw


def _repaired(draft: Draft, text: str, problems: list[Problem], *, replaced: bool = False) -> str:
    repaired, changed = repair(text)
    if changed or replaced:
        message = "the text holds NUL bytes or broken characters; each is replaced by U+FFFD"
        problems.append(problem(draft, message, "check how the text was exported"))
    return repaired


def _plain_fields(draft: Draft, problems: list[Problem]) -> dict[str, str]:
    """Return the string fields on one line each; numbers are printed, values of other types are refused."""
    given = {
        "id": draft.article_id,
        "source": draft.source,
        "url": draft.url,
        "title": draft.title,
        "lang": draft.lang,
    }
    fields: dict[str, str] = {}
    for name, value in given.items():
        if _is_number(value):
            value = str(value)
        if value is not None and not isinstance(value, str):
            message = f'"{name}" is a {type(value).__name__} and is left out'
            problems.append(problem(draft, message, f'give "{name}" as a string'))
            value = None
        fields[name] = _one_line(_repaired(draft, value or "", problems))
    if len(fields["id"]) > MAX_ID_CHARS:
        fields["id"] = stable_id("id", fields["id"])
        message = f"the id is longer than {MAX_ID_CHARS} characters and is replaced by its hash"
        problems.append(problem(draft, message, "use a shorter id"))
    return fields


def _is_number(value: object) -> bool:
    """Tell a number that can be printed; YAML's hexadecimal ones may have more digits than Python prints."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < PRINTABLE


def _one_line(value: str) -> str:
    stripped = value.strip()
    if stripped.isprintable():
        return stripped
    breaks = {"Cc", "Zl", "Zp"}
    return " ".join("".join(" " if unicodedata.category(c) in breaks else c for c in stripped).split())


def _article_id(fields: dict[str, str], text: str, canonical: str) -> str:
    if fields["id"]:
        return fields["id"]
    if canonical:
        return stable_id("url", canonical)
    return stable_id("text", fields["source"], fields["title"], text)


def _published(draft: Draft, problems: list[Problem]) -> str | None:
    if draft.published is None or draft.published == "":
        return None
    published = normalise_date(draft.published)
    if published is None:
        plain = isinstance(draft.published, str | date) or _is_number(draft.published)
        # Anything else may hold one part many times over, and be endless when it is written out.
        shown = repr(str(draft.published)[:80]) if plain else f"(a {type(draft.published).__name__})"
        message = f"the date {shown} is not understood; the article is kept without one"
        problems.append(problem(draft, message, "give the date as 2025-10-21 or 2025-10-21T09:00:00Z"))
    return published


def resolve(articles: Iterable[Article]) -> tuple[list[Article], list[Problem]]:
    """Keep one article an id: the later published, then the larger hash, whatever the order they come in.

    Another text under the same id is a problem; the same text again is not.
    """
    by_id: dict[str, list[Article]] = {}
    for article in articles:
        by_id.setdefault(article.article_id, []).append(article)
    kept: list[Article] = []
    problems: list[Problem] = []
    for article_id in sorted(by_id):
        rows = sorted(by_id[article_id], key=lambda a: (a.path, a.line))
        winner = max(rows, key=lambda a: (a.published or "", a.content_hash))
        kept.append(winner)
        for row in rows:
            if (row.title, row.text) != (winner.title, winner.text):
                place = f"{winner.path}:{winner.line}" if winner.line else winner.path
                message = f"another text under this id is used instead: {place}"
                advice = "give each article its own id; of two texts the later published one is kept"
                problems.append(Problem(STAGE, row.path, row.line, article_id, message, advice))
    return kept, problems
