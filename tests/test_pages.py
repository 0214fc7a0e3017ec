"""Web pages, feeds and archives: what a page states of itself, live blogs, transcripts, tables, revisions."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from reconcile.read.ingest import read
from reconcile.read.markup import Page, fragment_text, markdown_text, read_page
from reconcile.read.metadata import guessed_date, without_site

BODY = "The harbour board of Calder Bay voted on Monday to close the old ferry pier for two years."
MORE = "Repairs will cost 14 million dollars, said board chair Nadia Brandt, who called it a hard choice."
URL = "https://www.calder.example/news/pier"


def page(head: str = "", body: str = "", *, url: str = URL, title: str = "Pier to close") -> Page:
    content = body or f"<article><h1>Pier to close</h1><p>{BODY}</p><p>{MORE}</p></article>"
    return read_page(f'<html lang="en"><head><title>{title}</title>{head}</head><body>{content}</body></html>', url)


def ld(data: Any) -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, content: str, key: str = "property") -> str:
    return f'<meta {key}="{name}" content="{content}">'


NEWS = {"@type": "NewsArticle", "datePublished": "2025-10-21T09:30:00+02:00", "headline": "Pier to close"}
DAY, TIME = "2025-10-21", "2025-10-21T07:30:00Z"
MODIFIED = {"@type": "NewsArticle", "dateModified": "2025-10-23T10:00:00Z"}
OTHER = {"@type": "NewsArticle", "datePublished": "2019-05-05", "url": "https://www.calder.example/news/old"}

DATES: list[tuple[str, str, str | None]] = [
    ("news article", ld(NEWS), TIME),
    ("list", ld([{"@type": "Organization", "name": "x"}, NEWS]), TIME),
    ("graph", ld({"@graph": [{"@type": "WebSite", "datePublished": "2001-02-03"}, NEWS]}), TIME),
    ("nested graph", ld([{"@graph": [[NEWS]]}]), TIME),
    ("main entity", ld({"@type": "WebPage", "mainEntity": NEWS}), TIME),
    ("page record fills in", ld([{"@type": "WebPage", "datePublished": DAY}, {"@type": "NewsArticle"}]), DAY),
    ("several types", ld({**NEWS, "@type": ["Thing", "https://schema.org/ReportageNewsArticle"]}), TIME),
    ("without a type", ld({"datePublished": DAY}), DAY),
    ("own record of several", ld([OTHER, {**NEWS, "mainEntityOfPage": {"@id": URL + "?utm_source=a"}}]), TIME),
    ("site's own record is none", ld({"@type": "WebSite", "datePublished": "2001-02-03"}), None),
    ("video is none", ld({"@type": "VideoObject", "uploadDate": DAY, "datePublished": DAY}), None),
    ("published beats modified", ld({**NEWS, **{"dateModified": "2025-10-25"}}), TIME),
    ("modified alone", ld(MODIFIED), "2025-10-23T10:00:00Z"),
    ("meta published beats modified", ld(MODIFIED) + meta("article:published_time", DAY), DAY),
    ("final comma", ld('{"@type":"NewsArticle","datePublished":"2025-10-21",}'), DAY),
    ("comment marks", ld('<!-- {"@type":"NewsArticle","datePublished":"2025-10-21"} -->'), DAY),
    ("CDATA", ld('//<![CDATA[\n{"@type":"NewsArticle","datePublished":"2025-10-21"};\n//]]>'), DAY),
    ("raw line break", ld('{"@type":"NewsArticle","headline":"a\nb","datePublished":"2025-10-21"}'), DAY),
    ("cut off", ld('{"@type":"NewsArticle","datePublished":"2025-10-21"'), DAY),
    ("deep", ld("[" * 100_000), None),
    ("not a date", ld({**NEWS, "datePublished": {"@value": 3}}) + meta("article:published_time", DAY), DAY),
    ("epoch", ld({**NEWS, "datePublished": "1970-01-01T00:00:00Z"}) + meta("og:published_time", DAY), DAY),
    ("OpenGraph", meta("article:published_time", "2025-10-21T09:30:00+02:00"), TIME),
    ("Dublin Core", meta("DC.date.issued", DAY, "name"), DAY),
    ("parsely", meta("parsely-pub-date", "2025-10-21T07:30:00Z", "name"), TIME),
    ("itemprop", meta("datePublished", DAY, "itemprop"), DAY),
    ("only modified meta", meta("article:modified_time", "2025-10-23"), "2025-10-23"),
    ("nothing", "", None),
]


@pytest.mark.parametrize(("head", "published"), [d[1:] for d in DATES], ids=[d[0] for d in DATES])
def test_date_in_the_head(head: str, published: str | None) -> None:
    found = page(head)
    assert found.published == published
    assert found.text == f"{BODY}\n\n{MORE}"


BODY_DATES: list[tuple[str, str, str | None]] = [
    ("time pubdate", f'<time pubdate datetime="2025-10-21T07:30:00Z">x</time><p>{BODY}</p><p>{MORE}</p>', TIME),
    ("time published", f'<time class="published" datetime="{DAY}">x</time><p>{BODY}</p><p>{MORE}</p>', DAY),
    ("microdata", f'<span itemprop="datePublished">21 October 2025</span><p>{BODY}</p><p>{MORE}</p>', DAY),
    ("copyright year", f"<p>{BODY}</p><p>{MORE}</p><footer>© 2019 Calder Weekly</footer>", None),
    ("copyright range", f"<p>{BODY}</p><p>{MORE}</p><footer>Copyright 2001-2024 Calder Weekly</footer>", None),
    ("year in the text", f"<p>{BODY} It was built in 1998.</p><p>{MORE}</p>", None),
    ("date in the text", f"<p>{BODY} The vote of 3 March 2019 was void.</p><p>{MORE}</p>", None),
]


@pytest.mark.parametrize(("body", "published"), [d[1:] for d in BODY_DATES], ids=[d[0] for d in BODY_DATES])
def test_date_in_the_body(body: str, published: str | None) -> None:
    assert page(body=f"<article>{body}</article>").published == published


@pytest.mark.parametrize(
    ("found", "url", "expected"),
    [
        ("2025-01-01", "https://a.example/x", None),
        ("2025-01-01", "https://a.example/2025/01/01/x", "2025-01-01"),
        ("2025-10-21", "https://a.example/x", "2025-10-21"),
        (None, "", None),
    ],
)
def test_guessed_date(found: str | None, url: str, expected: str | None) -> None:
    assert guessed_date(found, url) == expected


PUBLISHER = {"@type": "NewsArticle", "publisher": {"@id": "#org"}}
SOURCES: list[tuple[str, str, str]] = [
    ("site name", meta("og:site_name", "Calder Weekly") + ld({**NEWS, "publisher": "Group"}), "Calder Weekly"),
    ("publisher", ld({**NEWS, "publisher": {"name": "Calder Weekly"}}), "Calder Weekly"),
    ("publisher text", ld({**NEWS, "publisher": "Calder Weekly"}), "Calder Weekly"),
    ("publisher list", ld({**NEWS, "publisher": [{"name": "Calder Weekly"}]}), "Calder Weekly"),
    ("publisher by id", ld({"@graph": [{"@id": "#org", "name": "Calder Weekly"}, PUBLISHER]}), "Calder Weekly"),
    ("application", meta("application-name", "Calder Weekly", "name"), "Calder Weekly"),
    ("handle", meta("og:site_name", "@calder"), "Calder"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "source"), [s[1:] for s in SOURCES], ids=[s[0] for s in SOURCES])
def test_source(head: str, source: str) -> None:
    assert page(head).source == source


OWN = "https://www.calder.example/news/pier-to-close"
ADDRESSES: list[tuple[str, str, str, str]] = [
    ("canonical", f'<link rel="canonical" href="{OWN}">', URL, OWN),
    ("relative", '<link rel="canonical" href="/news/pier-to-close">', URL, OWN),
    ("OpenGraph", meta("og:url", OWN), URL, OWN),
    ("JSON-LD", ld({**NEWS, "url": OWN}), URL, OWN),
    ("main entity", ld({**NEWS, "mainEntityOfPage": OWN}), URL, OWN),
    ("other host", '<link rel="canonical" href="https://evil.example/x">', URL, URL),
    ("front page", '<link rel="canonical" href="https://www.calder.example/">', URL, URL),
    ("front page of a file", '<link rel="canonical" href="https://www.calder.example/">', "", ""),
    ("no address", '<link rel="canonical" href="javascript:alert(1)">', URL, URL),
    ("broken", '<link rel="canonical" href="http://[x">', URL, URL),
    ("none", "", URL, URL),
]


@pytest.mark.parametrize(("head", "url", "expected"), [a[1:] for a in ADDRESSES], ids=[a[0] for a in ADDRESSES])
def test_address(head: str, url: str, expected: str) -> None:
    assert page(head, url=url).url == expected


TITLES = [
    ("Pier to close | Calder Weekly", "Calder Weekly", "Pier to close"),
    ("Pier to close - calder weekly", "Calder Weekly", "Pier to close"),
    ("Calder Weekly: Pier to close", "Calder Weekly", "Calder Weekly: Pier to close"),
    ("Calder Weekly – Pier to close", "Calder Weekly", "Pier to close"),
    ("North-South line - a history", "Calder Weekly", "North-South line - a history"),
    ("Calder Weekly", "Calder Weekly", "Calder Weekly"),
    ("Pier | News", "", "Pier | News"),
]


@pytest.mark.parametrize(("title", "source", "expected"), TITLES, ids=[title for title, _, _ in TITLES])
def test_title_without_the_site(title: str, source: str, expected: str) -> None:
    assert without_site(title, source) == expected


@pytest.mark.parametrize(
    ("head", "hint"),
    [(meta("og:locale", "tl_PH"), "en"), (meta("content-language", "tl", "http-equiv"), "en")],
)
def test_language_of_the_root_comes_first(head: str, hint: str) -> None:
    assert page(head).lang_hint == hint


def test_language_from_json_ld() -> None:
    html = f"<html><head>{ld({**NEWS, 'inLanguage': {'alternateName': 'tl'}})}</head><body><p>{BODY}</p></body></html>"
    assert read_page(html).lang_hint == "tl"


# -- forms of text inside pages --------------------------------------------------------------------------

ROWS = "<tr><th>Year</th><th>Riders</th><th>Fare</th></tr><tr><td>2023</td><td>410,000</td><td>$4</td></tr>"
SHAPES: list[tuple[str, str, str]] = [
    ("table", f"<table>{ROWS}</table>", "Year | Riders | Fare\n2023 | 410,000 | $4"),
    ("list", "<ul><li>bus line 7</li><li>no night boat</li></ul>", "- bus line 7\n- no night boat"),
    ("transcript", "<p>JANE DOE: We close it.</p><p>JOHN ROE: No.</p>", "JANE DOE: We close it.\n\nJOHN ROE: No."),
    ("line breaks", "<p><b>JANE DOE:</b> We close it.<br>JOHN ROE: No.</p>", "JANE DOE: We close it.\n\nJOHN ROE: No."),
    ("heading", "<h2>What follows</h2><p>The shop stays.</p>", "What follows\n\nThe shop stays."),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_shape_is_kept_in_a_page_and_in_a_fragment(inside: str, expected: str) -> None:
    html = f"<article><h1>Pier to close</h1><p>{BODY}</p>{inside}<p>{MORE}</p></article>"
    assert page(body=html).text == f"{BODY}\n\n{expected}\n\n{MORE}"
    assert fragment_text(f"<p>{BODY}</p>{inside}<p>{MORE}</p>") == f"{BODY}\n\n{expected}\n\n{MORE}"


MARKDOWN = [
    ("table", "| Year | Seats | Fare |\n|---|:-:|---|\n| 2023 | 410 | $4 |", "Year | Seats | Fare\n\n2023 | 410 | $4"),
    ("list", "* bus line 7\n* no night boat", "- bus line 7\n- no night boat"),
    ("transcript", "**JANE DOE:** We close it.\n\nJOHN ROE: No.", "JANE DOE: We close it.\n\nJOHN ROE: No."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), [m[1:] for m in MARKDOWN], ids=[m[0] for m in MARKDOWN])
def test_shape_is_kept_in_markdown(body: str, expected: str) -> None:
    assert markdown_text(body)[0] == expected


# -- live blogs ------------------------------------------------------------------------------------------

POSTS = [
    ("2025-10-22T06:15:00Z", BODY),
    ("2025-10-21T22:30:00+02:00", MORE),
    ("2025-10-21T09:00:00Z", BODY.replace("two", "three")),
]
STAMPED = (
    f"2025-10-22\n\n06:15 UTC – {POSTS[0][1]}\n\n2025-10-21\n\n20:30 UTC – {POSTS[1][1]}\n\n09:00 UTC – {POSTS[2][1]}"
)


def post(time: str, text: str, tag: str = "article") -> str:
    return f'<{tag} class="post"><header><time datetime="{time}">now</time></header><p>{text}</p></{tag}>'


@pytest.mark.parametrize("tag", ["article", "div", "li", "section"])
def test_live_posts_keep_their_times(tag: str) -> None:
    body = f'<main><h1>Pier</h1><div class="liveblog">{"".join(post(*p, tag) for p in POSTS)}</div></main>'
    found = page(body=body, title="Pier").text.replace("\n- ", "\n\n").removeprefix("- ")
    assert found == STAMPED


def test_live_posts_in_json_ld_alone_are_read() -> None:
    updates = [{"@type": "BlogPosting", "datePublished": time, "articleBody": text} for time, text in POSTS]
    head = ld({"@type": "LiveBlogPosting", "datePublished": "2025-10-21T08:00:00Z", "liveBlogUpdate": updates})
    found = page(head, body='<main><h1>Pier to close</h1><div id="app"></div></main>')
    assert found.text == STAMPED
    assert found.published == "2025-10-21T08:00:00Z"


def test_live_posts_in_page_and_json_ld_are_not_doubled() -> None:
    updates = [{"@type": "BlogPosting", "datePublished": time, "articleBody": text} for time, text in POSTS]
    body = f"<main><h1>Pier</h1><div>{''.join(post(*p) for p in POSTS)}</div></main>"
    assert page(ld({"@type": "LiveBlogPosting", "liveBlogUpdate": updates}), body=body).text == STAMPED


def test_clock_times_without_a_date_are_kept() -> None:
    posts = "".join(
        f'<div class="lb"><span class="time">{shown}</span><p>{text}</p></div>'
        for shown, (_, text) in zip(("9.30pm", "8:05 AM", "07h15"), POSTS, strict=True)
    )
    text = page(body=f'<main><h1>Pier</h1><div class="live-blog">{posts}</div></main>').text
    assert text == f"21:30 – {POSTS[0][1]}\n\n08:05 – {POSTS[1][1]}\n\n07:15 – {POSTS[2][1]}"


def test_times_of_an_ordinary_page_are_left_alone() -> None:
    related = "".join(post(time, "Another story of the day, told in a few words.") for time, _ in POSTS)
    body = f"<main><article><h1>Pier to close</h1><p>{BODY}</p><p>{MORE}</p></article><div>{related}</div></main>"
    assert "UTC" not in page(body=body).text


def test_article_beside_a_live_widget_is_left_alone() -> None:
    widget = "".join(post(time, "A short note of the day.") for time, _ in POSTS)
    article = f'<article><header><time datetime="{POSTS[0][0]}">x</time></header><p>{BODY}</p><p>{MORE}</p></article>'
    text = page(body=f'<main>{article}</main><aside class="live-updates">{widget}</aside>').text
    assert text.startswith(BODY)


# -- feeds and archives ----------------------------------------------------------------------------------


def items(folder: Path, name: str, content: bytes) -> tuple[list[tuple[str, str, str]], list[str]]:
    (folder / name).write_bytes(content)
    articles, problems = read([str(folder / name)])
    return sorted((a.url, a.title, a.text) for a in articles), [p.message for p in problems]


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://calder.example/"><title>Calder</title>{}</feed>"""


def entry(name: str, updated: str, text: str) -> str:
    return (
        f'<entry><id>tag:{name}</id><title>{name}</title><link href="/{name}"/><updated>{updated}</updated>'
        f"<published>2025-10-20T00:00:00Z</published><content>{text}</content></entry>"
    )


@pytest.mark.parametrize("newest_first", [True, False])
def test_latest_state_of_an_entry_is_read(tmp_path: Path, newest_first: bool) -> None:
    states = [entry("a", f"2025-10-2{n}T00:00:00Z", f"{BODY} State {n}.") for n in (3, 2, 1)]
    feed = ATOM.format("".join(states if newest_first else states[::-1]) + entry("b", "2025-10-21T00:00:00Z", MORE))
    found, problems = items(tmp_path, "a.xml", feed.encode())
    assert found == [("https://calder.example/a", "a", f"{BODY} State 3."), ("https://calder.example/b", "b", MORE)]
    assert problems == ["an older state of an entry is left out"] * 2


def test_full_content_is_taken_before_the_summary(tmp_path: Path) -> None:
    feed = f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>C</title>
    <item><title>full</title><link>https://a.example/1</link><description>{BODY}</description>
    <content:encoded><![CDATA[<p>{BODY}</p><p>{MORE}</p>]]></content:encoded></item>
    <item><title>short</title><link>https://a.example/2</link><description>{MORE}</description></item>
    <item><title>none</title><link>https://a.example/3</link></item></channel></rss>"""
    found, problems = items(tmp_path, "a.rss", feed.encode())
    assert [text for _, _, text in found] == [f"{BODY}\n\n{MORE}", MORE]
    assert problems == ["the article has no text"]


def record(writer: Any, url: str, body: bytes, kind: str = "text/html", **more: Any) -> None:
    from warcio.statusandheaders import StatusAndHeaders

    headers = StatusAndHeaders(more.pop("status", "200 OK"), [("Content-Type", kind)], protocol="HTTP/1.1")
    form = more.pop("form", "response")
    writer.write_record(writer.create_warc_record(url, form, payload=io.BytesIO(body), http_headers=headers))


@pytest.mark.parametrize("gz", [False, True], ids=["plain", "gzip members"])
def test_archive_reads_pages_and_passes_over_the_rest(tmp_path: Path, gz: bool) -> None:
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gz)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    latin = f"<p>{BODY}</p><p>Café {MORE}</p>".encode("cp1252")
    record(writer, "https://a.example/1", latin, "text/html; charset=cp1252")
    record(writer, "https://a.example/2", BODY.encode(), "text/plain")
    record(writer, "https://a.example/3", b"body{}", "text/css")
    record(writer, "https://a.example/4", BODY.encode(), status="301 Moved")
    writer.write_record(
        writer.create_revisit_record("https://a.example/5", "sha1:X", "https://a.example/1", "2025-10-21T00:00:00Z")
    )
    found, problems = items(tmp_path, "a.warc", out.getvalue())
    assert [(url, text) for url, _, text in found] == [
        ("https://a.example/1", f"{BODY}\n\nCafé {MORE}"),
        ("https://a.example/2", BODY),
    ]
    assert problems == []
    cut = out.getvalue()[: len(out.getvalue()) * 4 // 5]
    assert len(items(tmp_path, "b.warc", cut)[0]) >= 1
