"""Every form of input, every way for it to be broken, identity, dates, languages, encodings and limits."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconcile.model import Article, Problem
from reconcile.read.dates import normalise_date
from reconcile.read.encoding import decode
from reconcile.read.forms import sniff
from reconcile.read.identity import canonical_url, detect_language, host_name, normalise_language
from reconcile.read.ingest import Limits, read
from reconcile.read.markup import fragment_text, markdown_text, read_page
from tests.badfiles import nested

BODY = "The harbour board of Calder Bay voted on Monday to close the old ferry pier for two years."
MORE = "Repairs will cost 14 million dollars, said board chair Nadia Brandt, who called it a hard choice."
PAGE = f"""<html lang="en"><head><title>Pier to close</title>
<meta property="og:site_name" content="Calder Weekly">
<meta property="og:url" content="https://www.calder.example/pier?utm_source=x">
<script type="application/ld+json">
{{"@type":"NewsArticle","datePublished":"2025-10-21T09:30:00+02:00"}}</script></head><body>
<nav><a href="/">Home</a> <a href="/w">World news</a></nav><article><h1>Pier to close</h1>
<p>{BODY}</p><p>{MORE}</p></article><div id="comments"><p>Ann: I hate this plan</p></div>
<footer>© 2019 Calder Weekly</footer></body></html>"""
RSS = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Calder Feed</title><item>
<title>Pier &amp;amp; bay</title><link>https://calder.example/1</link>
<pubDate>Tue, 21 Oct 2025 09:00:00 GMT</pubDate>
<description>&lt;p&gt;{BODY}&lt;/p&gt;&lt;p&gt;{MORE}&lt;/p&gt;</description></item></channel></rss>"""
ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Calder Atom</title>
<entry><id>tag:1</id><title>Pier</title><updated>2025-10-21T09:00:00Z</updated><summary>{BODY}</summary></entry></feed>"""
MARKDOWN = f"---\ntitle: Pier to close\nsource: Calder Blog\ndate: 2025-10-21\nlang: en-US\n---\n\n**{BODY}**\n"


def put(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def messages(problems: tuple[Problem, ...]) -> str:
    return "\n".join(f"{p.path}:{p.line}: {p.message}" for p in problems)


# -- forms -----------------------------------------------------------------------------------------------

FORMS: list[tuple[str, str, dict[str, str | None]]] = [
    ("a.txt", f"{BODY}\n", {"text": f"{BODY}\n", "source": "a", "title": "", "published": None}),
    (
        "a.md",
        MARKDOWN,
        {"text": BODY, "source": "Calder Blog", "title": "Pier to close", "published": "2025-10-21"},
    ),
    ("b.md", f"# Pier to close\n\n{BODY}\n", {"text": BODY, "source": "b", "title": "Pier to close"}),
    (
        "a.html",
        PAGE,
        {
            "text": f"{BODY}\n\n{MORE}",
            "title": "Pier to close",
            "source": "Calder Weekly",
            "published": "2025-10-21T07:30:00Z",
        },
    ),
    (
        "a.rss",
        RSS,
        {
            "text": f"{BODY}\n\n{MORE}",
            "title": "Pier & bay",
            "source": "Calder Feed",
            "published": "2025-10-21T09:00:00Z",
            "url": "https://calder.example/1",
        },
    ),
    ("a.xml", ATOM, {"text": BODY, "title": "Pier", "source": "Calder Atom", "article_id": "tag:1"}),
    (
        "a.json",
        json.dumps({"id": "x", "text": BODY, "source": "S"}),
        {"text": BODY, "article_id": "x", "source": "S"},
    ),
    (
        "b.json",
        json.dumps([{"text": BODY, "url": "https://www.calder.example/p"}]),
        {"text": BODY, "source": "calder.example"},
    ),
    ("c.json", json.dumps({"articles": [{"id": "x", "text": BODY}]}), {"article_id": "x"}),
    ("d.json", lines({"id": "x", "text": BODY}) + " \n", {"article_id": "x"}),
    (
        "a.jsonl",
        lines({"id": "x", "text": BODY, "published": "2025-10-21T09:00:00+02:00", "tags": [1]}),
        {"article_id": "x", "published": "2025-10-21T07:00:00Z"},
    ),
    (
        "a.csv",
        f'id,title,text,note\nx,"Pier, bay","{BODY}\n{MORE}",n\n',
        {"article_id": "x", "title": "Pier, bay", "text": f"{BODY}\n{MORE}"},
    ),
    ("b.csv", f"\ufeffid;text\nx;{BODY}\n", {"article_id": "x", "text": BODY}),
    ("a.tsv", f"id\ttext\nx\t{BODY}\n", {"article_id": "x", "text": BODY}),
]


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("name", "content", "expected"), FORMS, ids=[form[0] for form in FORMS])
def test_form(tmp_path: Path, name: str, content: str, expected: dict[str, str | None], zipped: bool) -> None:
    data = gzip.compress(content.encode()) if zipped else content.encode()
    articles, problems = read([put(tmp_path, name + (".gz" if zipped else ""), data)])
    assert problems == ()
    assert len(articles) == 1
    assert {key: getattr(articles[0], key) for key in expected} == expected
    assert articles[0].lang == "en"


TOLD = [form for form in FORMS if form[0] != "b.md"]  # Markdown without front matter reads as plain text


@pytest.mark.parametrize(("content", "expected"), [form[1:] for form in TOLD], ids=[form[0] for form in TOLD])
def test_form_is_told_from_content(content: str, expected: dict[str, str | None]) -> None:
    articles, problems = read(["-"], stdin=io.BytesIO(content.encode()))
    assert problems == ()
    assert articles[0].text == expected.get("text", articles[0].text)
    assert articles[0].path == "-"


def warc(*pages: tuple[str, str, str, bytes], gz: bool) -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gz)
    for url, status, kind, body in pages:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        record = writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers)
        writer.write_record(record)
    return out.getvalue()


@pytest.mark.parametrize("gz", [False, True], ids=["plain", "gzip"])
def test_warc(tmp_path: Path, gz: bool) -> None:
    data = warc(
        ("https://calder.example/pier?fbclid=1", "200 OK", "text/html; charset=utf-8", PAGE.encode()),
        ("https://calder.example/gone", "404 Not Found", "text/html", PAGE.encode()),
        ("https://calder.example/logo.png", "200 OK", "image/png", b"\x89PNG"),
        ("https://other.example/feed", "200 OK", "application/rss+xml", RSS.encode()),
        gz=gz,
    )
    articles, problems = read([put(tmp_path, "a.warc.gz" if gz else "a.warc", data)])
    assert problems == ()
    assert sorted(a.source for a in articles) == ["Calder Feed", "Calder Weekly"]
    assert {a.text for a in articles} == {f"{BODY}\n\n{MORE}"}


def test_warc_cut_short_keeps_what_came_before(tmp_path: Path) -> None:
    page = ("https://calder.example/pier", "200 OK", "text/html", PAGE.encode())
    whole = warc(page, page, gz=False)
    articles, _ = read([put(tmp_path, "a.warc", whole[: len(whole) * 3 // 4])])
    assert len(articles) == 1


def test_page_trusts_its_canonical_address_only_on_its_own_host() -> None:
    assert read_page(PAGE, "https://calder.example/x").url == "https://www.calder.example/pier?utm_source=x"
    assert read_page(PAGE, "https://evil.example/x").url == "https://evil.example/x"


@pytest.mark.parametrize(
    ("page", "published"),
    [
        (f"<p>{BODY}</p><p>{MORE}</p><footer>© 2019 Calder Weekly</footer>", None),
        (f"<p>{BODY}</p><p>{MORE}</p><p>Copyright 2021</p>", None),
        (f'<time datetime="2025-10-21T09:30:00Z" pubdate>x</time><p>{BODY}</p>', "2025-10-21T09:30:00Z"),
        (f'<meta property="article:published_time" content="2025-10-21"><p>{BODY}</p>', "2025-10-21"),
        (f'<script type="application/ld+json">{{bad</script><p>{BODY}</p>', None),
        (
            f'<script type="application/ld+json">{{"@graph":[{{"datePublished":"2025-10-21"}}]}}</script><p>{BODY}</p>',
            "2025-10-21",
        ),
    ],
    ids=["footer year", "copyright year", "time element", "meta", "broken JSON-LD", "JSON-LD graph"],
)
def test_date_of_page(page: str, published: str | None) -> None:
    found = read_page(f"<html><head><title>T</title></head><body>{page}</body></html>")
    assert found.published == published
    assert BODY in found.text


def test_raw_page_is_kept_and_text_is_not_doubled(tmp_path: Path) -> None:
    (article,), _ = read([put(tmp_path, "a.html", PAGE)])
    assert article.raw == PAGE
    assert "Pier to close" not in article.text
    assert "I hate this plan" not in article.text


def test_markdown_markup_is_taken_off() -> None:
    body = "# T\n\nSee [the plan](http://x.example/a_b) and **bold** snake_case.\n\n* item\n\n"
    body += "| A | 5 |\n|---|---|\n\n> said\n"
    assert markdown_text(body) == ("See the plan and bold snake_case.\n\n- item\n\nA: 5\n\nsaid", "T")


def test_fragment_text_has_blocks_and_items() -> None:
    html = "<p>One <b>two</b>.</p>tail<ul><li>a</li><li>b</li></ul><script>x()</script>C &amp; d"
    assert fragment_text(html) == "One two.\n\ntail\n\n- a\n- b\n\nC & d"


# -- broken input ----------------------------------------------------------------------------------------

BROKEN: list[tuple[str, str | bytes, int, str]] = [
    (
        "line.jsonl",
        lines({"id": "1", "text": BODY}) + "{bad\n" + lines({"id": "2", "text": BODY}),
        2,
        "line.jsonl:2: not valid",
    ),
    (
        "kinds.jsonl",
        '3\n"x"\n[1]\nnull\n' + lines({"id": "1", "text": BODY}),
        1,
        "neither an object nor a list",
    ),
    ("deep.json", "[" * 200_000, 0, "nested too deeply"),
    ("deep.jsonl", '{"a":' * 100_000 + "\n" + lines({"id": "1", "text": BODY}), 1, "nested too deeply"),
    ("huge.json", '{"text": "x", "n": ' + "9" * 10_000 + "}", 0, "not valid JSON"),
    ("none.json", "{}", 0, "has no text"),
    ("null.json", '{"text": null}', 0, "has no text"),
    ("list.json", '{"text": ["a"]}', 0, "a text that is a list"),
    ("empty.txt", " \n\n ", 0, "text is empty"),
    ("zero.txt", b"", 0, "text is empty"),
    ("story.json", json.dumps({"facts": [], "articles": [{"id": "a1", "text": BODY}]}), 0, "gold file"),
    ("stories.json", json.dumps([{"facts": [], "articles": []}]), 0, "story of the benchmark"),
    ("nul.json", json.dumps({"id": "1", "text": "a\x00b"}), 1, "NUL bytes"),
    ("pair.json", '{"id": "1", "text": "a \\ud800 b"}', 1, "broken characters"),
    ("date.json", json.dumps({"id": "1", "text": BODY, "published": "soon"}), 1, "is not understood"),
    ("year.json", json.dumps({"id": "1", "text": BODY, "published": "3025-01-01"}), 1, "is not understood"),
    ("url.json", json.dumps({"id": "1", "text": BODY, "url": "javascript:alert(1)"}), 1, "not a web address"),
    ("type.json", json.dumps({"id": "1", "text": BODY, "title": {"a": 1}}), 1, '"title" is a dict'),
    ("long.json", json.dumps({"id": "x" * 600, "text": BODY}), 1, "the id is longer"),
    ("cols.csv", "id,body\n1,x\n", 0, 'no column is called "text"'),
    ("row.csv", f"id,text\n1,\n2,{BODY}\n", 1, "row.csv:2: the article has no text"),
    ("other.xml", "<?xml version='1.0'?><urlset></urlset>", 0, "neither a feed nor a web page"),
    ("empty.rss", "<rss version='2.0'><channel><title>x</title></channel></rss>", 0, "no entries found"),
    ("bomb.rss", '<!DOCTYPE x [<!ENTITY a "aaaa">]><rss version="2.0"></rss>', 0, "own entities"),
    ("empty.html", "<html><body></body></html>", 0, "no main text"),
    ("none.html", f"<html><body><p>{BODY} &#x110000;</p></body></html>", 1, "broken characters"),
    ("matter.md", f"---\ntitle: [\n---\n{BODY}\n", 1, "front matter"),
    ("bool.md", f"---\npublished: !!bool maybe\n---\n{BODY}\n", 1, "does not fit its tag"),
    ("stamp.md", f"---\ndate: !!timestamp x\n---\n{BODY}\n", 1, "does not fit its tag"),
    ("int.md", f'---\nid: !!int ""\n---\n{BODY}\n', 1, "does not fit its tag"),
    ("alias.md", f"---\n{nested('[{}]')}\ndate: *a8\n---\n{BODY}\n", 1, "the date (a list) is not understood"),
    ("merge.md", f"---\n{nested('{{<<: [{}]}}')}\n---\n{BODY}\n", 1, "merge keys (<<) are not read"),
    ("hex.md", f"---\ndate: 0x{'f' * 9_000}\n---\n{BODY}\n", 1, "the date (a int) is not understood"),
    ("id.md", f"---\nid: 0x{'f' * 9_000}\n---\n{BODY}\n", 1, "longer than 500 characters"),
    ("mark.md", f"---\n- a\n---\n{BODY}\n", 1, "not a mapping"),
    ("a.pdf", b"%PDF-1.7\n", 0, "the PDF is damaged"),
    ("a.rtf.txt", b"{\\rtf1 x}", 0, "an RTF file is not read"),
    ("a.bin", bytes(range(256)) * 20, 0, "a binary file"),
    ("cut.txt.gz", gzip.compress(BODY.encode() * 50)[:60], 0, "cannot be read"),
    ("cut.jsonl.gz", gzip.compress(lines({"id": "1", "text": BODY}).encode())[:-6], 1, "the file breaks off"),
    ("fake.gz", b"\x1f\x8b rubbish", 0, "cannot be read"),
    (
        "bytes.txt",
        "Café – naïve résumé ".encode() * 9 + b"\xff\xfe end of the text.",
        1,
        "some bytes are not utf-8",
    ),
]


@pytest.mark.parametrize(("name", "content", "kept", "message"), BROKEN, ids=[case[0] for case in BROKEN])
def test_broken_input_is_a_problem_and_the_rest_goes_on(
    tmp_path: Path, name: str, content: str | bytes, kept: int, message: str
) -> None:
    good = put(tmp_path, "good.txt", MORE)
    articles, problems = read([put(tmp_path, name, content), good])
    assert message in messages(problems)
    assert len(articles) == kept + 1
    assert all(p.stage == "ingest" and p.advice for p in problems)


ODD = "Café – naïve résumé ".encode() * 9 + b"\xff\xfe end of the text."  # all UTF-8 but for two bytes
NOTED: list[tuple[str, str | bytes, bool]] = [
    ("matter.md", f"---\ntitle: [\n---\n{BODY}\n", True),
    ("bytes.txt", ODD, True),
    ("extra.csv", f'id,text\n1,"{BODY}",x\n', True),
    ("bytes.csv", b'id,text\n1,"' + ODD + b'"\n', True),
    ("bytes.jsonl", b'{"text": "' + ODD + b'"}\n', True),
    ("older.rss", RSS.replace("<item>", "<item><link>https://calder.example/1</link></item><item>", 1), True),
    ("none.json", "{}", False),
    ("line.jsonl", lines({"text": BODY}) + "{bad\n", False),
    ("empty.html", "<html><body></body></html>", False),
]


@pytest.mark.parametrize(("name", "content", "kept"), NOTED, ids=[case[0] for case in NOTED])
def test_a_problem_says_whether_an_article_is_missing_for_it(
    tmp_path: Path, name: str, content: str | bytes, kept: bool
) -> None:
    _, problems = read([put(tmp_path, name, content)])
    assert [(p.kept, p.article_id) for p in problems] == [(kept, "")]


@pytest.mark.parametrize(
    ("wrong", "kept"), [("", True), ("{bad\n", False), ('{"text": ""}\n', False)], ids=["notes", "broken", "empty"]
)
def test_problems_that_are_not_listed_are_notes_where_all_are(tmp_path: Path, wrong: str, kept: bool) -> None:
    rows = [f'{{"id": "{n}", "text": "'.encode() + ODD + b'"}\n' for n in range(4)]
    path = put(tmp_path, "a.jsonl", b"".join(rows) + wrong.encode())
    _, problems = read([path], limits=Limits(max_problems_per_file=2))
    (last,) = [p for p in problems if "only 2 are listed" in p.message]
    assert last.kept is kept


MATTER: list[tuple[str, str | None, str]] = [
    ("published: true\ndate: 2025-10-21", "2025-10-21", "en"),
    ("published: false\ndate: 2025-10-21", "2025-10-21", "en"),
    ("published:\ndate: 2025-10-21", "2025-10-21", "en"),
    ("published: ''\ndate: 2025-10-21", "2025-10-21", "en"),
    ("published: 2025-10-20\ndate: 2025-10-21", "2025-10-20", "en"),
    ("published: true", None, "en"),
    ("lang:\nlanguage: nl", None, "nl"),
    ("lang: true\nlanguage: nl", None, "nl"),
    ("lang: de\nlanguage: nl", None, "de"),
]


@pytest.mark.parametrize(("matter", "published", "lang"), MATTER, ids=[case[0] for case in MATTER])
def test_front_matter_takes_the_first_key_that_says_something(
    tmp_path: Path, matter: str, published: str | None, lang: str
) -> None:
    (article,), problems = read([put(tmp_path, "a.md", f"---\n{matter}\n---\n{BODY}\n")])
    assert (article.published, article.lang, problems) == (published, lang, ())


PRINTED: list[tuple[str, str, str, str]] = [  # front matter, field, what is read, what is reported
    ("lang: no", "lang", "no", ""),
    ("lang: NO", "lang", "no", ""),
    ("language: no", "lang", "no", ""),
    ("lang: 'no'", "lang", "no", ""),
    ("lang: yes", "lang", "en", '"lang" is a bool'),
    ("language: false", "lang", "en", '"lang" is a bool'),
    ("lang: [nl]", "lang", "en", '"lang" is a list'),
    ("title: 2026", "title", "2026", ""),
    ("Title: Yes", "title", "Yes", ""),
    ("title: 1_000.50", "title", "1_000.50", ""),
    ("title: 12:30", "title", "12:30", ""),
    ("title: 2025-10-21", "title", "2025-10-21", ""),
    ("title: 2025-10-21T09:00:00Z", "title", "2025-10-21T09:00:00Z", ""),
    ("title: {of: many}", "title", "", '"title" is a dict'),
    ("title: ~", "title", "Calder", ""),
    ("source: 24", "source", "24", ""),
    ("source: off", "source", "off", ""),
    ("source: [A, B]", "source", "a", '"source" is a list'),
    ("id: 007", "article_id", "007", ""),
    ("id: 0x1F", "article_id", "0x1F", ""),
    ("id: 1e3", "article_id", "1e3", ""),
    ("url: 2026", "url", "", "not a web address: '2026'"),
    ("date: 2025-10-21\ntitle: 2025-10-22", "published", "2025-10-21", ""),
    ("date: 2025-10-21 09:00:00 +02:00", "published", "2025-10-21T07:00:00Z", ""),
    ("date: 20251021", "published", "2025-10-21", ""),
    ("date: &day 2025-10-21\ntitle: *day", "published", "2025-10-21", ""),
]


@pytest.mark.parametrize(("matter", "field", "value", "says"), PRINTED, ids=[case[0] for case in PRINTED])
def test_front_matter_is_read_as_printed(tmp_path: Path, matter: str, field: str, value: str, says: str) -> None:
    (article,), problems = read([put(tmp_path, "a.md", f"---\n{matter}\n---\n# Calder\n\n{BODY}\n")])
    assert getattr(article, field) == value
    assert (says in messages(problems)) if says else problems == ()


def test_gold_file_names_the_right_command(tmp_path: Path) -> None:
    _, problems = read([put(tmp_path, "s.json", json.dumps({"facts": [], "articles": [{"text": BODY}]}))])
    assert ["reconcile evaluate stories" in p.advice for p in problems] == [True]


NOT_FILES: list[tuple[str, str]] = [
    ("ftp://calder.example/a", "not an http(s) address"),
    ("HTTP://127.0.0.1/a", "private or reserved address"),
    ("no-such-file.txt", "no such file or folder"),
    ("no-such-*.txt", "no file matches"),
    ("", "not a file name"),
    ("a\x00b", "not a file name"),
    ("/dev/null", "not a regular file"),
]


PASSED_OVER: list[tuple[str, list[str], list[str]]] = [  # what is in a folder beside an article, what is said
    ("documents of other kinds", ["b.rtf", "c.RTF", "in/d.rtf", "e.odp"], ["1 .odp file is", "3 .rtf files are"]),
    ("packed documents", ["b.doc.gz"], ["1 .doc file is"]),
    ("packed articles", ["b.jsonl.zst", "c.warc.xz", "d.zip", "e.tar.bz2"], ["1 .xz file is", "1 .zst file is"]),
    ("mail and e-books", ["b.eml", "c.epub"], ["1 .eml file is", "1 .epub file is"]),
    ("hidden", [".b.rtf", ".git/c.doc", ".idea/d.odp"], []),
    ("companions", ["README.rtf", "LICENSE.doc", "CHANGELOG.odt"], []),
    ("pictures, film, sound", ["b.jpg", "c.png", "d.mp4", "e.mp3", "f.svg"], []),
    (
        "what a repository holds",
        ["b.py", "c.toml", "d.yml", "e.sh", "f.css", "Makefile", "g.lock", "h.rst", "i.ipynb"],
        [],
    ),
    ("data", ["b.xlsx", "c.ods", "d.db", "e.sqlite", "f.parquet", "g.geojson", "h.log"], []),
    ("nothing else", ["b.md"], []),
]


@pytest.mark.parametrize(("names", "said"), [case[1:] for case in PASSED_OVER], ids=[case[0] for case in PASSED_OVER])
def test_folder_says_once_a_kind_what_is_passed_over(tmp_path: Path, names: list[str], said: list[str]) -> None:
    for name in ("a.md", *names):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        put(tmp_path, name, f"# {name}\n\n{BODY}\n")
    articles, problems = read([str(tmp_path)])
    assert len(articles) == 1 + sum(name.endswith(".md") for name in names)
    assert [p.message.partition(" passed")[0] for p in problems] == said
    assert all(p.kept and p.path == str(tmp_path) for p in problems)


def test_folder_of_other_kinds_alone_holds_nothing_readable(tmp_path: Path) -> None:
    for name in ("a.rtf", "b.rtf", "c.odp"):
        put(tmp_path, name, "{}")
    articles, problems = read([str(tmp_path)])
    assert (articles, [p.kept for p in problems]) == ((), [True, True, False])
    assert [p.message.split(" in this")[0] for p in problems] == [
        "1 .odp file is passed over: such files are not read",
        "2 .rtf files are passed over: such files are not read",
        "no readable file",
    ]


@pytest.mark.parametrize(("path", "message"), NOT_FILES, ids=[repr(path) for path, _ in NOT_FILES])
def test_not_a_file(path: str, message: str) -> None:
    articles, problems = read([path])
    assert articles == ()
    assert message in messages(problems)


def test_pipe_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    articles, problems = read([str(tmp_path)])
    assert articles == ()
    assert "not a regular file" in messages(problems)


# -- folders, globs, limits ------------------------------------------------------------------------------


def test_folder_is_walked_once_without_hidden_and_companion_files(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "sub/a.txt",
        ".hidden.txt",
        ".git/c.txt",
        "README.md",
        "LICENSE.txt",
        "x.png",
        "script.py",
    ):
        put(tmp_path, name, f"{BODY} {name}")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    articles, problems = read([str(tmp_path), str(tmp_path / "b.txt"), str(tmp_path / "[ab].txt")])
    assert sorted(os.path.relpath(a.path, tmp_path) for a in articles) == ["b.txt", "sub/a.txt"]
    assert problems == ()


def test_empty_folder_is_a_problem(tmp_path: Path) -> None:
    assert "no readable file" in messages(read([str(tmp_path)])[1])


def test_a_file_named_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    (article,), problems = read([put(tmp_path, "a[1].txt", BODY)])
    assert (article.text, article.source, problems) == (BODY, "a[1]", ())


def bomb(folder: Path) -> str:
    return put(folder, "bomb.txt.gz", gzip.compress(b"x" * 3_000_000))


LIMITED: list[tuple[str, Callable[[Path], str], Limits, str]] = [
    ("zip bomb", bomb, Limits(max_bytes=100_000), "larger than the limit"),
    (
        "stream",
        lambda f: put(f, "a.jsonl", lines({"text": BODY}) * 100),
        Limits(max_stream_bytes=1000),
        "what came before",
    ),
    (
        "line",
        lambda f: put(f, "a.jsonl", lines({"text": "x" * 5000})),
        Limits(max_bytes=1000),
        "line is longer",
    ),
    (
        "text",
        lambda f: put(f, "a.json", lines({"text": BODY})),
        Limits(max_text_chars=20),
        "characters; the limit is 20",
    ),
    ("page", lambda f: put(f, "a.html", PAGE), Limits(max_page_bytes=100), "larger than the limit"),
    (
        "depth",
        lambda f: str(Path(put(f, "1/2/3/a.txt", BODY)).parents[2]),
        Limits(max_depth=1),
        "nested deeper than 1",
    ),
    (
        "files",
        lambda f: str(Path(*{Path(put(f, f"{i}.txt", BODY)).parent for i in range(5)})),
        Limits(max_files=2),
        "more than 2 files",
    ),
    (
        "problems",
        lambda f: put(f, "a.jsonl", "{\n" * 50),
        Limits(max_problems_per_file=5),
        "50 problems in this file",
    ),
]


@pytest.mark.parametrize(("make", "limits", "message"), [c[1:] for c in LIMITED], ids=[c[0] for c in LIMITED])
def test_limit_is_a_problem(tmp_path: Path, make: Callable[[Path], str], limits: Limits, message: str) -> None:
    _, problems = read([make(tmp_path)], limits=limits)
    assert message in messages(problems)


# -- identity --------------------------------------------------------------------------------------------

SAME_PAGE = [
    "https://www.calder.example/pier",
    "HTTP://WWW.Calder.Example:80/pier/",
    "https://www.calder.example:443/pier?utm_source=a&utm_medium=b#top",
    "https://www.calder.example/pier?fbclid=9&gclid=3",
    "https://user:secret@www.calder.example/pier",
]


@pytest.mark.parametrize("url", SAME_PAGE)
def test_same_page_has_one_canonical_address(url: str) -> None:
    assert canonical_url(url) == "https://www.calder.example/pier"
    assert host_name(url) == "calder.example"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
        ("https://a.example:8080/x", "https://a.example:8080/x"),
        ("https://a.example/Case", "https://a.example/Case"),
        ("https://[::1]/x", "https://[::1]/x"),
        ("ftp://a.example/x", ""),
        ("javascript:alert(1)", ""),
        ("https://a.example:99999/x", ""),
        ("http://[bad", ""),
        ("/relative", ""),
    ],
)
def test_canonical_address(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


def one(tmp_path: Path, **row: Any) -> Article:
    (article,), _ = read([put(tmp_path, "one.jsonl", lines(row))])
    return article


def test_identity_is_id_then_address_then_content(tmp_path: Path) -> None:
    assert one(tmp_path, id=" s/a1 ", url="https://a.example/1", text=BODY).article_id == "s/a1"
    assert one(tmp_path, id=17, text=BODY).article_id == "17"
    by_url = one(tmp_path, url="https://a.example/1?utm_source=q", text=BODY)
    assert by_url.article_id == one(tmp_path, url="http://a.example/1/", text=MORE, title="New").article_id
    by_text = one(tmp_path, text=BODY)
    assert by_text.article_id == one(tmp_path, text=BODY, published="2025-10-21").article_id
    assert by_text.article_id != one(tmp_path, text=MORE).article_id


def test_content_hash_changes_with_all_that_matters(tmp_path: Path) -> None:
    base: dict[str, Any] = {
        "id": "1",
        "text": BODY,
        "title": "T",
        "source": "S",
        "published": "2025-10-21",
        "lang": "en",
    }
    changes = {"text": MORE, "title": "U", "source": "R", "published": "2025-10-22", "lang": "de"}
    hashes = [one(tmp_path, **{**base, key: value}).content_hash for key, value in changes.items()]
    assert len({one(tmp_path, **base).content_hash, *hashes}) == 6
    assert one(tmp_path, **base).content_hash == one(tmp_path, **base, tags=["x"]).content_hash


def test_later_text_under_one_id_wins_whatever_the_order(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": BODY, "published": "2025-10-20"},
        {"id": "1", "text": MORE, "published": "2025-10-21"},
        {"id": "1", "text": "Undated text."},
        {"id": "2", "text": BODY},
    ]
    results = set()
    for seed in range(6):
        random.Random(seed).shuffle(rows)
        articles, problems = read([put(tmp_path, "a.jsonl", lines(*rows))])
        results.add(tuple((a.article_id, a.text) for a in articles))
        assert sorted(p.article_id for p in problems) == ["1", "1"]
    assert results == {(("1", MORE), ("2", BODY))}


def test_larger_hash_wins_between_equal_dates_and_copies_are_no_problem(tmp_path: Path) -> None:
    rows = [{"id": "1", "text": text} for text in (BODY, MORE, BODY)]
    first, problems = read([put(tmp_path, "a.jsonl", lines(*rows))])
    second, _ = read([put(tmp_path, "b.jsonl", lines(*rows[::-1]))])
    assert [a.text for a in first] == [a.text for a in second]
    assert first[0].content_hash == max(one(tmp_path, **row).content_hash for row in rows)
    assert len(problems) in {1, 2}
    again, none = read([put(tmp_path, "c.txt", BODY), put(tmp_path, "d.txt", BODY)])
    assert (len(again), none) == (1, ())


def test_order_and_grouping_of_files_make_no_difference(tmp_path: Path) -> None:
    rows = [{"id": str(i), "text": f"{BODY} {i}"} for i in range(6)] + [{"text": MORE}]
    whole = read([put(tmp_path, "all.jsonl", lines(*rows))])[0]
    parts = [put(tmp_path, f"{i}.jsonl", lines(row)) for i, row in enumerate(rows)]
    apart = read(parts[::-1])[0]
    plain = [(a.article_id, a.content_hash, a.source, a.text) for a in whole]
    assert plain == [(a.article_id, a.content_hash, a.source, a.text) for a in apart]
    assert [a.article_id for a in whole] == sorted(a.article_id for a in whole)


@pytest.mark.parametrize(
    ("row", "source"),
    [
        ({"source": " Calder  Weekly\n"}, "Calder  Weekly"),
        ({"url": "https://www.calder.example/x"}, "calder.example"),
        ({"id": "x7"}, "x7"),
        ({"source": "A\nB"}, "A B"),
    ],
)
def test_source_name(tmp_path: Path, row: dict[str, str], source: str) -> None:
    assert one(tmp_path, text=BODY, **row).source == source


def test_text_is_stored_unchanged(tmp_path: Path) -> None:
    text = "  Rain\tfell.\r\n\r\n\u00a0 Roads closed \n"
    assert one(tmp_path, text=text).text == text


# -- dates, languages, encodings -------------------------------------------------------------------------

DATES: list[tuple[Any, str | None]] = [
    ("2025-10-21", "2025-10-21"),
    ("2025-10-21T09:00:00Z", "2025-10-21T09:00:00Z"),
    ("2025-10-21T09:00:00.123+02:00", "2025-10-21T07:00:00Z"),
    ("2025-10-21 09:00", "2025-10-21T09:00:00Z"),
    ("20251021T090000Z", "2025-10-21T09:00:00Z"),
    ("2025-12-31T23:59:60Z", "2025-12-31T23:59:59Z"),
    ("Tue, 21 Oct 2025 09:00:00 GMT", "2025-10-21T09:00:00Z"),
    ("Tue, 21 Oct 2025 09:00:00 -0500", "2025-10-21T14:00:00Z"),
    ("October 21, 2025", "2025-10-21"),
    ("Published: 21 Oct 2025", "2025-10-21"),
    ("October 21st, 2025 at 5:30 pm", "2025-10-21T17:30:00Z"),
    ("21. Oktober 2025", "2025-10-21"),
    ("21 de octubre de 2025", "2025-10-21"),
    ("21 octobre 2025 à 09h30", "2025-10-21T09:30:00Z"),
    ("Oktubre 21, 2025", "2025-10-21"),
    ("5 Maret 2025", "2025-03-05"),
    ("21.10.2025 09:30", "2025-10-21T09:30:00Z"),
    ("2025/10/21", "2025-10-21"),
    ("10/21/2025", "2025-10-21"),
    (1761037200, "2025-10-21T09:00:00Z"),
    ("1761037200000", "2025-10-21T09:00:00Z"),
    ("03/04/2025", None),
    ("2025-02-30", None),
    ("2025-10", None),
    ("2025", None),
    ("1 hour ago", None),
    ("yesterday", None),
    ("nonsense", None),
    ("1899-12-31", None),
    ("2101-01-01", None),
    ("9999-12-31T23:59:59-12:00", None),
    (float("nan"), None),
    (float("inf"), None),
    (10**30, None),
    (10**400, None),
    (20251021, "2025-10-21"),
    (2025, None),
    (7, None),
    (True, None),
    ("2025-10-21" * 100, None),
]


@pytest.mark.parametrize(("value", "expected"), DATES, ids=[str(value)[:40] for value, _ in DATES])
def test_date(value: Any, expected: str | None) -> None:
    assert normalise_date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en-US", "en"),
        ("fil", "tl"),
        ("Filipino", "tl"),
        ("pt_BR.UTF-8", "pt"),
        ("nb", "no"),
        ("und", ""),
        ("", ""),
        ("klingon", ""),
        ("ceb", "ceb"),
    ],
)
def test_normalise_language(value: str, expected: str) -> None:
    assert normalise_language(value) == expected


LANGUAGES = [
    ("en", BODY),
    ("tl", "Nagpasya ang lupon ng pantalan noong Lunes na isara ang lumang daungan ng ferry."),
    ("es", "La junta portuaria decidió el lunes cerrar el viejo muelle durante dos años."),
    ("de", "Der Hafenrat hat am Montag beschlossen, den alten Anleger für zwei Jahre zu sperren."),
    ("fr", "Le conseil portuaire a décidé lundi de fermer le vieux quai pendant deux ans."),
    ("pt", "O conselho portuário decidiu na segunda-feira fechar o velho cais durante dois anos."),
    ("nl", "Het havenbestuur besloot maandag de oude veersteiger voor twee jaar te sluiten."),
    ("id", "Dewan pelabuhan memutuskan pada Senin untuk menutup dermaga feri lama selama dua tahun."),
    ("en", "Profit rose 14%."),
    ("und", "12345 !!!"),
]


@pytest.mark.parametrize(("lang", "text"), LANGUAGES, ids=[f"{lang} {text[:20]}" for lang, text in LANGUAGES])
def test_detect_language(lang: str, text: str) -> None:
    assert detect_language(text)[0] == lang


def test_given_language_wins(tmp_path: Path) -> None:
    assert one(tmp_path, text=BODY, lang="fil").lang == "tl"
    assert one(tmp_path, text=BODY, lang="und").lang == "en"


ENCODED = [
    ("The café’s owner – a naïve man – said “no” on Tuesday.", "cp1252"),
    ("L'été dernier, à Genève, la société a été condamnée à payer.", "cp1252"),
    ("El año pasado la compañía creció un 5 % según el señor Núñez.", "latin-1"),
    ("Die Straße war für Fußgänger gesperrt, sagte Bürgermeister Müller.", "utf-16"),
    ("Não há informações sobre a situação das famílias.", "utf-8-sig"),
    (
        "Prezydent powiedział w środę, że żadna decyzja nie zapadła. Główne źródło sporu to pieniądze.",
        "cp1250",
    ),
    ("Президент заявил в среду, что решение ещё не принято.", "cp1251"),
]


@pytest.mark.parametrize(("text", "encoding"), ENCODED, ids=[f"{e} {t[:12]}" for t, e in ENCODED])
def test_encoding_is_told(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, "")


def test_declared_charset_of_a_page_is_used() -> None:
    page = '<html><head><meta charset="iso-8859-5"></head><p>Привет</p></html>'
    assert decode(page.encode("iso-8859-5"), declared=True) == (page, "")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_json_lines_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    rows = lines({"id": "1", "text": "Café closed."}, {"id": "2", "text": "Röntgen opened."})
    articles, problems = read([put(tmp_path, "a.jsonl", rows.encode(encoding))])
    assert ([a.text for a in articles], problems) == (["Café closed.", "Röntgen opened."], ())


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"WARC/1.0\r\n", "warc"),
        (b'{"text": "x"}\n{"text": "y"}\n', "jsonl"),
        (b'{\n "text": "x"}', "json"),
        (b'[{"text": "x"}]', "json"),
        (b"[Update] Rain fell.", "text"),
        (b"---\ntitle: x\n---\nBody", "markdown"),
        (b"<!DOCTYPE html><html>", "html"),
        (b"<rss version='2.0'>", "feed"),
        (b"<other/>", ""),
        (b"id,text\n1,x", "csv"),
        (b"Rain fell, text and all, on Monday.", "text"),
        (b"", "text"),
    ],
)
def test_sniff(head: bytes, form: str) -> None:
    assert sniff(head) == form


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    for name, content, _ in FORMS:
        put(tmp_path, name, content)
    assert read([str(tmp_path)]) == read([str(tmp_path)])


# -- damaged at random -----------------------------------------------------------------------------------


def damaged(content: bytes, seed: int) -> bytes:
    """Return the bytes with some of them changed, left out, doubled or cut off."""
    rng = random.Random(seed)
    data = bytearray(content)
    for _ in range(rng.randint(1, 10)):
        at = rng.randrange(len(data))
        match rng.randrange(4):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randint(1, 30)]
            case 2:
                data[at:at] = data[at : at + 100]
            case _:
                del data[-rng.randint(1, 20) :]
    return bytes(data)


WARC_PAGE = ("https://calder.example/pier", "200 OK", "text/html", PAGE.encode())
WHOLE = {
    **{name: content.encode() for name, content, _ in FORMS},
    "a.jsonl.gz": gzip.compress(lines({"text": BODY}, {"text": MORE}).encode()),
    "a.warc": warc(WARC_PAGE, gz=False),
    "a.warc.gz": warc(WARC_PAGE, WARC_PAGE, gz=True),
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", sorted(WHOLE))
def test_damaged_input_is_read_or_is_a_problem(tmp_path: Path, name: str, seed: int) -> None:
    articles, problems = read([put(tmp_path, name, damaged(WHOLE[name], seed))])
    assert articles or problems
    assert all(p.message and p.advice and "\n" not in p.message for p in problems)


HOSTILE = {
    "deep.html": "<div>" * 100_000 + BODY,
    "deep table.html": "<table><tr><td>" * 3_000 + BODY,
    "deep list.rss": f"<rss version='2.0'><channel><item><description>{'&lt;ul&gt;&lt;li&gt;' * 5_000}{BODY}"
    "</description></item></channel></rss>",
    "unclosed.html": "<p" * 100_000,
    "entities.html": "&" * 200_000,
    "one line.md": "[" * 50_000 + "](" * 50_000 + BODY,
    "stars.md": "*" * 100_000 + BODY + "*" * 100_000,
    "pipes.md": "|" * 100_000,
    "matter.md": "---\n" + "a: &a [*a]\n" * 3 + "---\n" + BODY,
    "quotes.csv": 'id,text\n1,"' + '"' * 100_001,
    "wide.csv": "text," * 20_000 + "\n" + "x," * 20_000,
    "blank.txt": "\n" * 500_000 + BODY,
    "nul.txt": BODY + "\x00" * 20,
    "keys.json": json.dumps({"text": {"a": {}}, "published": [1], "url": 7}),
    "list.json": "[" + "{}," * 5_000 + "{}]",
    "head.warc": "WARC/1.0\r\n" + "X: y\r\n" * 20_000,
    "length.warc": "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nx",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_input_is_read_or_is_a_problem(tmp_path: Path, name: str) -> None:
    articles, problems = read([put(tmp_path, name, HOSTILE[name])])
    assert articles or problems
    assert all(p.message and p.advice and "\n" not in p.message for p in problems)


MENUS = "Log in\nSubscribe for $2 a week\n"
HEADLINE = "Old ferry pier in Calder Bay to close"
FERRY = "The harbour board of Calder Bay voted on Monday to close the old ferry pier for two years.\n"


@pytest.mark.parametrize(
    ("text", "title"),
    [(f"{MENUS}{HEADLINE}\n\n{FERRY}", HEADLINE), (f"{HEADLINE}\n\n{FERRY}", ""), (f"{MENUS}\n{FERRY}", "")],
    ids=["headline below menus", "headline on top", "no headline"],
)
def test_missing_title_is_the_headline_below_menus(tmp_path: Path, text: str, title: str) -> None:
    found = one(tmp_path, id="x", lang="en", text=text)
    assert (found.title, found.text) == (title, text)
