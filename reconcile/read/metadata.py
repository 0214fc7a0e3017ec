"""What a web page states about itself: JSON-LD, OpenGraph, meta and time elements -> title, source, dates, address.

Stated beats guessed, the article's own record beats records of the site, publication beats modification; the guess of
htmldate comes last, and never as the first of January, which is what it makes of a copyright year.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from reconcile.read.dates import normalise_date
from reconcile.read.identity import canonical_url, host_name

LINKED_DATA: Final = "//script[contains(@type,'ld+json')]"
MAX_JSON_LD: Final = 2_000_000
MAX_NODES: Final = 2_000
INSIDE: Final = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")
ARTICLE_TYPE = re.compile(r"(?:\w{0,20}Article|\w{0,20}Posting|Report|PressRelease|ClaimReview|Transcript)$")
PAGE_TYPE = re.compile(r"\w{0,20}WebPage$")
PUBLISHED: Final = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "publish-date",
    "publishdate", "publish_date", "pubdate", "publication_date", "date", "dc.date", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published",
    "published-date", "originalpublicationdate", "citation_publication_date", "citation_date",
)  # fmt: skip
MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod", "dcterms.modified",
    "dc.date.modified", "revised",
)  # fmt: skip
FROM_PAGE: Final = ("datePublished", "dateModified", "inLanguage")
EPOCH: Final = "1970-01-01"
SEPARATORS = re.compile(r"(?<!\s)\s++(?:[|•·»–—-]|::)\s+")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page says of itself; empty or None where it says nothing."""

    title: str = ""
    source: str = ""
    url: str = ""
    published: str | None = None
    modified: str | None = None
    lang: str = ""


def stated(tree: Any, linked: Sequence[dict[str, Any]], fetched: str = "") -> Stated:
    """Return what a page states. ``linked``: its JSON-LD; ``fetched``: where it came from, if known."""
    metas = _metas(tree)
    article = _article(linked, fetched)
    sources = (metas.get("og:site_name"), _publisher(article, linked), metas.get("application-name"))
    languages = (tree.get("lang"), metas.get("og:locale"), metas.get("content-language"), article.get("inLanguage"))
    return Stated(
        title=_first_text((article.get("headline"), metas.get("og:title"), article.get("name"))),
        source=_first_text(sources),
        url=_address(tree, metas, article, fetched),
        published=_first_date([article.get("datePublished"), *_dates(tree, metas, "datePublished")]),
        modified=_first_date([article.get("dateModified"), *_dates(tree, metas, "dateModified")]),
        lang=_first_text(languages),
    )


def guessed_date(found: str | None, url: str) -> str | None:
    """Return a date that was guessed from the page, unless it may come from a bare year."""
    date = normalise_date(found or "")
    if date and date[4:10] == "-01-01" and not re.search(rf"{date[:4]}[/-]?0?1[/-]?0?1(?!\d)", url):
        return None
    return date


def without_site(title: str, source: str) -> str:
    """Return a title without the name of the site before or after it ("Pier to close | Calder Weekly")."""
    line = " ".join(title.split())
    parts = list(SEPARATORS.finditer(line))
    names = {_folded(source), _folded(source).removeprefix("the")} - {""}
    if parts and _folded(line[parts[-1].end() :]) in names:
        return line[: parts[-1].start()]
    if parts and _folded(line[: parts[0].start()]) in names:
        return line[parts[0].end() :]
    return line


def _folded(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


# -- JSON-LD ---------------------------------------------------------------------------------------------


def linked_data(tree: Any) -> tuple[dict[str, Any], ...]:
    """Return every JSON-LD object of a page, also inside ``@graph`` and lists; broken scripts are passed over."""
    found: list[dict[str, Any]] = []
    for script in tree.xpath(LINKED_DATA):
        text = "".join(script.itertext())
        if len(text) <= MAX_JSON_LD:
            pending = [_parsed(text)]
            while pending and len(found) < MAX_NODES:
                node = pending.pop(0)
                if isinstance(node, list):
                    pending[:0] = node[:MAX_NODES]
                elif isinstance(node, dict):
                    found.append(node)
                    pending.extend(node[key] for key in INSIDE if isinstance(node.get(key), list | dict))
    return tuple(found)


def _parsed(script: str) -> Any:
    """Parse JSON; if need be without comment marks, a final semicolon and commas before closing brackets."""
    try:
        return json.loads(script, strict=False)
    except (ValueError, RecursionError):
        pass
    text = re.sub(r"(?:/\*|//)?\s{0,5}(?:<!\[CDATA\[|\]\]>|<!--|-->)\s{0,5}(?:\*/)?", " ", script).strip().rstrip(";")
    try:
        return json.loads(re.sub(r",\s{0,200}([}\]])", r"\1", text), strict=False)
    except (ValueError, RecursionError):
        return None


def types_of(node: dict[str, Any]) -> frozenset[str]:
    """Return the schema.org types of a JSON-LD object, without their address."""
    given = node.get("@type", ())
    names = given if isinstance(given, list) else [given]
    return frozenset(str(name).rpartition("/")[2] for name in names if isinstance(name, str))


def _article(linked: Sequence[dict[str, Any]], fetched: str) -> dict[str, Any]:
    """Return the record of the page's own article: that with its address, else the first; else that of the page."""
    articles = [node for node in linked if any(map(ARTICLE_TYPE.match, types_of(node)))]
    pages = [node for node in linked if any(map(PAGE_TYPE.match, types_of(node)))]
    here = canonical_url(fetched)
    own = [node for node in articles if here and here in {canonical_url(url) for url in _addresses(node)}]
    chosen = (own or articles or pages or [{}])[0]
    if pages and chosen is not pages[0]:  # the page's record fills what the article's leaves out
        return {key: pages[0][key] for key in FROM_PAGE if key in pages[0]} | chosen
    if chosen or not linked:
        return chosen
    # A record without a type that we know still dates the page, if it has a headline.
    return next((node for node in linked if "datePublished" in node and "@type" not in node), {})


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    page = node.get("mainEntityOfPage")
    for value in (node.get("url"), page.get("@id") if isinstance(page, dict) else page, node.get("@id")):
        if isinstance(value, str):
            yield value


def _publisher(article: dict[str, Any], linked: Sequence[dict[str, Any]]) -> str:
    given = article.get("publisher") or article.get("sourceOrganization")
    if isinstance(given, list):
        given = given[0] if given else None
    if isinstance(given, dict) and "name" not in given and "@id" in given:
        given = next((node for node in linked if node.get("@id") == given["@id"] and "name" in node), {})
    return _first_text((given.get("name") if isinstance(given, dict) else given,))


# -- meta and time elements ------------------------------------------------------------------------------


def _metas(tree: Any) -> dict[str, str]:
    """Return the content of the meta elements by name, property or itemprop, in lower case; the first counts."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = " ".join((meta.get("content") or "").split())
        for key in ("property", "name", "itemprop", "http-equiv"):
            if content and meta.get(key):
                found.setdefault(meta.get(key).strip().lower(), content)
    return found


def _dates(tree: Any, metas: dict[str, str], prop: str) -> Iterator[str]:
    names = PUBLISHED if prop == "datePublished" else MODIFIED
    yield from (metas[name] for name in names if name in metas)
    for node in tree.xpath(f"//*[@itemprop='{prop}']"):
        yield node.get("datetime") or node.get("content") or " ".join("".join(node.itertext()).split())
    if prop == "datePublished":
        yield from tree.xpath("//time[@pubdate]/@datetime")
        yield from tree.xpath("//time[contains(@class,'publish') or contains(@class,'entry-date')]/@datetime")
    else:
        yield from tree.xpath("//time[contains(@class,'updated') or contains(@class,'modified')]/@datetime")


def _first_date(values: Sequence[Any]) -> str | None:
    for value in values:
        date = normalise_date(str(value)) if isinstance(value, str | int) else None
        if date and not date.startswith(EPOCH):
            return date
    return None


def _first_text(values: Sequence[Any]) -> str:
    for value in values:
        if isinstance(value, dict):
            value = value.get("alternateName") or value.get("name") or value.get("@value")
        if isinstance(value, list):
            value = value[0] if value else ""
        if isinstance(value, str) and value.strip() and not value.startswith("@"):
            return " ".join(value.split())
    return ""


def _address(tree: Any, metas: dict[str, str], article: dict[str, Any], fetched: str) -> str:
    """Return the page's own address. It counts only on the host it was fetched from, and never as the front page."""
    links = tree.xpath("//link[@rel='canonical']/@href")
    given = [*links[:1], metas.get("og:url", ""), *_addresses(article)]
    for value in filter(None, map(str.strip, given)):
        try:
            url = urljoin(fetched, value)
        except ValueError:
            continue
        if canonical_url(url) and urlsplit(url).path.strip("/") + urlsplit(url).query:
            if not fetched or host_name(url) == host_name(fetched):
                return str(url)
    return fetched
