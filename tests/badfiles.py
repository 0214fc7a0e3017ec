"""Bad files made by code: each with what must be said about it. Nothing here was found in the wild.

``says`` is a part of the message that the file must give; empty where nothing is left out of it; None where it may
be read or refused, as long as one of the two happens. ``line`` is the line that the message must name, if any.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.paper import column, make_docx, make_odt, make_pdf, make_zip, word

Content = bytes | Callable[[Path], None]

TITLE = "Rope bridge over the Talin gorge reopens"
SAID = "The rope bridge over the Talin gorge reopened on Monday after repairs that cost {n} million euros. "
MORE = "Engineer Oda Lindqvist said that {n} walkers had crossed it by noon. The next inspection is due in May. "
GOOD = (SAID + MORE).format(n=12)
ACCENTED = (
    "Während der Reparatur der Hängebrücke über die Schlucht wurden 12 Träger erneuert, sagte Bürgermeister Jörg. "
)
PAGE = "<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
PARAGRAPHS = "".join(f"<p>{(SAID + MORE).format(n=n)}</p>" for n in (12, 14, 19))


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad file: its name, its bytes or what makes it, and what must be said about it."""

    name: str
    content: Content
    says: str | None = None
    line: int = 0
    article: str = ""


def row(**keys: object) -> bytes:
    """One line of JSON Lines."""
    return json.dumps({"text": GOOD, **keys}).encode() + b"\n"


def _numbered(kind: str, ending: str, cases: list[tuple[Content, str | None]]) -> Iterator[Bad]:
    for number, (content, says) in enumerate(cases):
        yield Bad(f"{kind}{number:02}.{ending}", content, says)


# -- encodings -----------------------------------------------------------------------------------------------

CODECS = (
    "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7", "utf-8-sig", "cp437",
    "mac_roman", "iso8859_15",
)  # fmt: skip
BROKEN_BYTES = {
    "cut": ACCENTED.encode()[:-2] + b"\xc3",
    "mixed": ACCENTED.encode() * 3 + ACCENTED.encode("latin-1"),
    "overlong": ACCENTED.encode() * 3 + b"\xc0\xaf\xe0\x80\xaf",
    "surrogate": ACCENTED.encode() * 3 + b"\xed\xa0\x80\xed\xb0\x80",
    "twomarks": b"\xef\xbb\xbf\xef\xbb\xbf" + ACCENTED.encode(),
    "odd": ACCENTED.encode("utf-16") + b"\x41",
    "half": b"\xff\xfe" + ACCENTED.encode("utf-16-le") + b"\x00\xd8",
    "someNul": ACCENTED.encode() * 9 + b"\x00",
    "controls": ACCENTED.encode() + bytes(range(1, 9)),
}
FORMS: dict[str, Callable[[str], str]] = {
    "txt": lambda text: text,
    "md": lambda text: f"# {TITLE}\n\n{text}\n",
    "html": lambda text: PAGE.format(title=TITLE, head="", body=f"<p>{text * 3}</p>"),
    "jsonl": lambda text: json.dumps({"text": text}, ensure_ascii=False) + "\n",
    "csv": lambda text: f'id,text\n,"{text}"\n',
}


def encodings() -> Iterator[Bad]:
    """The same text in every form and many encodings, none of them stated; and bytes that are in no encoding."""
    for ending, form in FORMS.items():
        for number, codec in enumerate(CODECS):
            own = f"{ACCENTED.replace('12', str(number + 20))} ({ending})"
            yield Bad(f"{codec}.{ending}", form(own).encode(codec, "replace"))
        before, _, after = form("@@@").encode().partition(b"@@@")
        for name, data in BROKEN_BYTES.items():
            yield Bad(f"{name}.{ending}", before + f"{name} {ending} ".encode() + data + after)


# -- JSON ----------------------------------------------------------------------------------------------------

DEEP = 1_000_000
TYPES = {"list": [1], "dict": {"a": 1}, "true": True, "number": 7, "float": 1e300}
BAD_LINES = {
    "cut": '{"text": "unfinished',
    "comma": '{"text": "a",}',
    "single": "{'text': 'a'}",
    "bare": "text without braces",
    "control": '{"text": "a\x01b"}',
    "escape": '{"text": "\\x41"}',
    "two": '{"text": "a"} {"text": "b"}',
    "deep": "[" * DEEP,
    "deepobject": '{"a":' * DEEP,
    "digits": '{"text": "a", "n": ' + "9" * 100_000 + "}",
}
REPAIRED = "NUL bytes or broken characters"


def json_lines() -> Iterator[Bad]:
    """Broken lines between good ones; keys of wrong types; values that no number can hold."""
    for name, line in BAD_LINES.items():
        content = row(id=f"before {name}") + line.encode() + b"\n" + row(id=f"after {name}")
        yield (
            Bad(f"line-{name}.jsonl", content, "", 2)
            if name in {"float"}
            else Bad(f"line-{name}.jsonl", content, "JSON", 2)
        )
    for key in ("id", "source", "url", "title", "published", "lang", "text"):
        for name, value in TYPES.items():
            left_out = _left_out(key, name)
            yield Bad(f"type-{key}-{name}.jsonl", row(**{"title": f"{key} {name}", key: value}), left_out, 1)
    for name, escaped in {"high": "\\ud83d", "low": "\\ude00", "turned": "\\ude00\\ud83d", "nul": "\\u0000"}.items():
        line = f'{{"id": "pair {name}", "text": "The bridge {escaped} cost 12 million euros.", "title": "a"}}\n'
        yield Bad(f"pair-{name}.jsonl", line.encode(), REPAIRED, 1, f"pair {name}")
    for number, value in enumerate(
        ("1e400", "-1e400", "NaN", "Infinity", "-Infinity", "1e-400", "9" * 400, "-" + "9" * 4_000)
    ):
        line = f'{{"text": {json.dumps(GOOD)}, "id": "number {number}", "published": {value}}}\n'
        yield Bad(f"number-{number}.jsonl", line.encode(), None if number == 5 else "is not understood", 1)
    yield Bad("twice.jsonl", row(id="twice") + row(id="twice", text=GOOD + "Not so."), "another text under", 0, "twice")
    yield Bad("blank.jsonl", b"\n\n" + row(id="blank lines") + b"\r\n\x0c\n", None)
    yield Bad("array.json", b"[1, [2], null, " + row(id="in array").strip() + b"]", "no JSON object")
    yield Bad("scalar.json", b'"only a text"', "neither an object nor a list")
    yield Bad("deep.json", b"[" * DEEP, "nested too deeply")
    yield Bad("deeptext.json", b'{"text": ' + b"[" * DEEP + b"]" * DEEP + b"}", "nested too deeply")
    yield Bad("empty.json", b"[]", "no article found")


def _left_out(key: str, name: str) -> str:
    if key == "text":
        return "has a text that is a"
    if key == "published":
        return "is not understood"
    if name in {"number", "float"}:
        return "not a web address" if key == "url" else ""
    return f'"{key}" is a'


def addresses() -> Iterator[Bad]:
    """Ids and addresses that somebody may try to do harm with."""
    ids = (
        "../../etc/passwd",
        "..\\..\\x",
        "/",
        "a/../../b",
        "%2e%2e%2f",
        "-rf",
        "$(id)",
        "<b>x</b>",
        "'; --",
        "\u202ex",
    )
    for number, name in enumerate(ids):
        yield Bad(f"id{number}.jsonl", row(id=name, title=f"Id {number}"), "", 0)
    wrong = (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://a:b:c/",
        "//x",
    )
    for number, url in enumerate(wrong):
        yield Bad(f"url{number}.jsonl", row(id=f"url {number}", url=url), "not a web address", 1, f"url {number}")
    odd = (
        "https://ann:secret@talin.example/a",
        "https://talin.example/" + "a" * 100_000,
        "https://xn--.example/?" + "&" * 999,
    )
    for number, url in enumerate(odd):
        yield Bad(f"odd{number}.jsonl", row(id=f"odd {number}", url=url), "", 0)
    yield Bad("longid.jsonl", row(id="x" * 100_000), "the id is longer", 1)
    yield Bad("title.jsonl", row(id="long title", title="Bridge " * 150_000), None, 0)


# -- dates ---------------------------------------------------------------------------------------------------

NO_DATES = (
    "0000-01-01", "20250-01-01", "-001-01-01", "2025-13-01", "2025-02-31", "2025-02-29", "2025-00-10", "2025-10-00",
    "31/02/2025", "9" * 400, "1" * 100_000, "soon", "2025-10-21T99:99:99Z", "\u0662\u0660\u0662\u0665", "\u202e2025",
)  # fmt: skip
NOT_UNDERSTOOD = "is not understood"


def dates() -> Iterator[Bad]:
    """Days that are in no calendar, in every form that states one."""
    for number, date in enumerate(NO_DATES):
        yield Bad(
            f"date{number:02}.jsonl", row(id=f"date {number}", published=date), NOT_UNDERSTOOD, 1, f"date {number}"
        )
        matter = f"---\ndate: '{date}'\n---\n# {TITLE} {number}\n\n{GOOD}\n"
        yield Bad(f"date{number:02}.md", matter.encode())
        meta = f'<meta property="article:published_time" content="{date}">'
        yield Bad(f"date{number:02}.html", PAGE.format(title=f"{TITLE} {number}", head=meta, body=PARAGRAPHS).encode())
        yield Bad(f"date{number:02}.rss", feed(f"<title>d{number}</title><pubDate>{date}</pubDate>"))


# -- pages and feeds -----------------------------------------------------------------------------------------


def feed(inside: str, head: str = "", body: str = GOOD) -> bytes:
    """An RSS feed of one entry."""
    entry = f"<item>{inside}<description>{body}</description></item>"
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>T</title>{entry}</channel></rss>'.encode()


LAUGHS = '<!DOCTYPE x [<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
BODIES: tuple[tuple[str, str | None], ...] = (
    ("", "no main text"),
    ("<script>var a = 'The bridge cost 12 million euros.';</script>", "no main text"),
    ("<img src='a.png'><svg><text>12</text></svg>", "no main text"),
    ("<div>" * DEEP + GOOD, None),
    ("<b>" * 100_000 + GOOD + "</b>" * 100_000, None),
    ("<table><tr><td>" * 20_000 + GOOD, None),
    (f"<p>{GOOD * 4}<!-- " + "a" * 1_000_000, None),
    ("<p title='" + "a" * 1_000_000 + f"'>{GOOD * 4}</p>", None),
    (PARAGRAPHS + "<br>" * 200_000, None),
    (PARAGRAPHS + "&nbsp" * 100_000, None),
    (PARAGRAPHS + "&#x110000;&#0;&#xD800;&#99999999999;", None),
    (f"<base href='http://['>{PARAGRAPHS}", None),
    (f"<meta http-equiv=refresh content='0;url=javascript:x'>{PARAGRAPHS}", None),
    (f"<frameset><frame src=x>{PARAGRAPHS}</frameset>", None),
    (f"<![CDATA[{PARAGRAPHS}]]>", None),
    (f"<template>{PARAGRAPHS}</template>", None),
    (f"<p>{GOOD * 3}</p>" + "<p" * 50_000, None),
    ("</p>" * 100_000 + PARAGRAPHS, None),
    ("<ul><li>" * 3_000 + GOOD, None),
    (PARAGRAPHS.replace("<p>", "<p hidden>"), None),
    (PARAGRAPHS + "\x00" * 100, None),
)  # fmt: skip


def pages() -> Iterator[Bad]:
    """Web pages without text, without end or without bottom."""
    for number, (body, says) in enumerate(BODIES):
        page = PAGE.format(title=f"{TITLE} {number}", head="", body=body)
        if says:  # nor a headline
            page = f"<html><body>{body}</body></html>"
        yield Bad(f"page{number:02}.html", page.encode(), says)
    yield Bad("laughs.html", (LAUGHS + PAGE.format(title="&l11;", head="", body=PARAGRAPHS + "&l11;")).encode())
    yield Bad("outside.xhtml", (OUTSIDE + PAGE.format(title="e", head="", body=PARAGRAPHS + "<p>&e;</p>")).encode())
    ld = '<script type="application/ld+json">{}</script>'
    for number, inside in enumerate(
        ("[" * 100_000, '{"@type": 7}', '{"datePublished": 1e400}', '{"@graph": [[[]]]}', "{")
    ):
        page = PAGE.format(title=f"L {number}", head=ld.format(inside), body=PARAGRAPHS)
        yield Bad(f"data{number}.html", page.encode(), None)


def feeds() -> Iterator[Bad]:
    """Feeds with entities, without entries, with addresses that lead nowhere."""
    own = "own entities"
    yield Bad("laughs.rss", feed("<title>&l11;</title>", LAUGHS), own)
    yield Bad("outside.rss", feed("<title>&e;</title>", OUTSIDE), own)
    yield Bad("square.rss", feed("<title>x</title>", f'<!DOCTYPE x [<!ENTITY a "{"a" * 99_999}">]>', "&a;" * 999), own)
    yield Bad(
        "parameter.rss", feed("<title>x</title>", '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>'), own
    )
    yield Bad("far.rss", feed("<title>far</title>", "<!--" + " " * 70_000 + "-->" + LAUGHS, "&l11;"))
    yield Bad("none.atom", b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "no entries")
    yield Bad("cut.rss", feed("<title>cut</title>")[:-40])
    for number, link in enumerate(
        ("/a/b", "../../x", "javascript:alert(1)", "http://[", "//talin.example", "?", "a" * 9_999)
    ):
        yield Bad(f"link{number}.rss", feed(f"<title>L{number}</title><link>{link}</link>"), "")
    yield Bad("bare.rss", feed("<title>x</title>", "", ""), "has no text")
    yield Bad("deep.rss", feed("<title>x</title>" + "<a>" * 100_000))
    yield Bad("many.rss", feed("<title>x</title>" + "</item><item><title>x</title>" * 1_000), "has no text")
    yield Bad(
        "twice.rss", feed("<guid>g</guid><description>a</description></item><item><guid>g</guid>"), "an older state"
    )


# -- texts ---------------------------------------------------------------------------------------------------

NASTY = (
    "\u202eThe bridge cost 12 million euros.\u202c",
    "The bridge cost 1\u200b2 million\u200d euros on Mon\u00adday.",
    "The bridge cost \u0967\u0968 million euros, \u0661\u0662 said.",
    "The bridge \U0001f309 cost \U0001f4b6 12 million \U0001f468\u200d\U0001f469\u200d\U0001f467.",
    "\u6a4b\u306e\u4fee\u7406\u8cbb\u306f\uff11\uff12\u5104\u5186\u3067\u3057\u305f\u3002" * 50,
    "الجسر كلف ١٢ مليون يورو. " * 50,
    "पुल पर १२ करोड़ खर्च हुए। " * 50,
    "Z\u0351\u036b\u0343" * 10_000,
    "a" * 999_000,
    "9" * 100_000,
    "1," * 100_000,
    "1e" * 50_000,
    "- " * 200_000,
    "$" * 200_000,
    "%" * 200_000,
    " " * 500_000 + "12",
    "\n" * 500_000 + "12",
    "\t1\t" * 100_000,
    "(" * 100_000 + ")" * 100_000,
    '"' * 100_001,
    "\u201c" * 100_000,
    "A. " * 100_000,
    "Mr. " * 100_000,
    "It is 5. " * 20_000,
    "Ann Bo " * 60_000,
    "of the " * 60_000,
    "twelve hundred " * 10_000,
    "10 May 2025 " * 40_000,
    "from 5 to " * 10_000,
    "A" + "-A" * 200_000,
    "http://" * 100_000,
    "@" * 100_000 + "." * 100_000,
    "\ufeff" * 1_000 + "12 \ufffe \uffff",
    "\x85\u2028\u2029" * 10_000 + "12",
    "1e400 NaN Infinity -0 0x10 1_000 \u00bd \u2168 10\u207b\u00b9\u00b2",
    "Am 31. Februar 0000 stieg der Preis um 1e999 %.",
    "On 2025-02-31, at 25:61, 12/13/14 of 0/0 died, 1/0 lived.",
)


def texts() -> Iterator[Bad]:
    """Text that reads otherwise than it looks, in no language, or without end; as plain text and as JSON."""
    for number, text in enumerate(NASTY):
        yield Bad(f"nasty{number:02}.txt", text.encode())
        if len(text) < 10_000:
            yield Bad(f"nasty{number:02}.jsonl", row(id=f"nasty {number}", text=text, title=text[:50]))
    yield Bad("sentences.txt", ("A man bought 3 goats. " * 40_000).encode(), "are compared with")
    yield Bad("toolong.txt", b"The bridge is long. " * 60_000, "the limit is")


# -- what is packed ------------------------------------------------------------------------------------------


def _lazy(make: Callable[[], bytes]) -> Callable[[Path], None]:
    """Return what writes a file whose bytes take long to make."""
    return lambda path: path.write_bytes(make()) and None


def _grown(before: bytes = b"", filler: bytes = b"a") -> bytes:
    """Return a small file that unpacks to 60 MB."""
    return gzip.compress(before + filler * 60_000_000, 1)


PAGE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SPACES = 60_000_000


def packed() -> Iterator[Bad]:
    """Archives that grow, break off, or hold one another."""
    good = gzip.compress(GOOD.encode())
    odt = {"mimetype": "application/vnd.oasis.opendocument.text"}
    yield Bad("bomb.txt.gz", _lazy(_grown), "larger than the limit")
    yield Bad("zeros.txt.gz", _lazy(lambda: _grown(filler=b"\0")))
    yield Bad("bomb.jsonl.gz", _lazy(lambda: _grown(b'{"text": "')), "longer than", 1)
    yield Bad("nested.txt.gz", _lazy(lambda: gzip.compress(_grown(filler=b"\0"))))
    yield Bad("thrice.txt.gz", gzip.compress(gzip.compress(good)), "is not read")
    yield Bad("cut.txt.gz", good[:-12], "cannot be read")
    yield Bad("sum.txt.gz", good[:-8] + bytes(4) + good[-4:], "cannot be read")
    yield Bad("tail.txt.gz", good + b"rubbish", "cannot be read")
    yield Bad("head.txt.gz", b"\x1f\x8b")
    docx = _lazy(lambda: make_zip({"word/document.xml": "<w:d>" + " " * SPACES + "</w:d>"}))
    yield Bad("bomb.docx", docx, "larger than the limit")
    yield Bad("bomb.odt", _lazy(lambda: make_zip({**odt, "content.xml": " " * SPACES})), "larger than the limit")
    page = _lazy(lambda: gzip.compress(warc_record(PAGE_HEAD + b"\r\n" + b"a" * SPACES), 1))
    yield Bad("bomb.warc.gz", page, "larger than")
    inside = _lazy(
        lambda: (
            warc_record(HTTP_PAGE + b" " * 70_000)
            + warc_record(PAGE_HEAD + b"Content-Encoding: gzip\r\n\r\n" + _grown())
        )
    )
    yield Bad("inside.warc", inside, "larger than")


def warc_record(block: bytes, length: object = None, more: str = "") -> bytes:
    """One response record; ``length`` is what it says of itself, right by default."""
    stated = len(block) if length is None else length
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://talin.example/{stated}\r\n{more}"
    return (
        f"{head}Content-Type: application/http;msgtype=response\r\nContent-Length: {stated}\r\n\r\n".encode()
        + block
        + b"\r\n\r\n"
    )


HTTP_PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE.format(title=TITLE, head="", body=PARAGRAPHS).encode()
)


def archives() -> Iterator[Bad]:
    """Records that say wrong things about themselves."""
    for number, length in enumerate(("0", "10", "99999999", "-1", "x", "", "1e9", "9" * 400)):
        yield Bad(f"length{number}.warc", warc_record(HTTP_PAGE, length) + warc_record(HTTP_PAGE))
    yield Bad("head.warc", b"WARC/1.0\r\n" + b"A: b\r\n" * 100_000)
    yield Bad("version.warc", b"WARC/9.9\r\n\r\n")
    yield Bad("cut.warc", warc_record(HTTP_PAGE)[:200])
    yield Bad("nohttp.warc", warc_record(b"not HTTP at all"))
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n" + b"a" * 99
    yield Bad("chunked.warc", warc_record(chunked))


# -- tables, documents, front matter -------------------------------------------------------------------------


def tables() -> Iterator[Bad]:
    """CSV with rows of all lengths."""
    yield Bad(
        "ragged.csv",
        f"id,text\nr1,{GOOD}\nr2,The bridge cost 12 million euros, he said,x\nr3\n".encode(),
        "values for 2 columns",
        3,
    )
    yield Bad("short.csv", b"id,title,text\ns1,only a title\n", "has no text", 2)
    yield Bad("huge.csv", b'id,text\nh1,"' + b"a b " * 400_000 + b'"\n', "the limit is", 2)
    yield Bad(
        "wide.csv", (",".join(["text"] + [f"c{n}" for n in range(100_000)]) + "\n" + "x," * 100_000).encode(), None
    )
    yield Bad("nul.csv", b"id,text\nn1,The bridge\x00 cost 12 million.\n")
    yield Bad("quote.csv", b'id,text\nq1,"The bridge cost 12 million.\nq2,"x"y"z"\n')
    yield Bad("header.csv", b"a,b\n1,2\n", 'no column is called "text"')
    yield Bad("nothing.csv", b"id,text\n", "no article found")
    yield Bad("return.csv", f"id,text\rr9,{GOOD.replace(',', ' ')}\r".encode(), "")
    yield Bad("semicolon.csv", f"id;text\ns9;{GOOD}\n".encode(), "")
    yield Bad("again.csv", f"text,text\na,{GOOD}\n".replace(", ", " ").encode())
    yield Bad("formula.csv", f'id,text\n=cmd(),"{GOOD}"\n'.encode(), "")


def nested(form: str) -> str:
    """Front matter of nine keys, each holding the one before it nine times."""
    held = (f"a{n}: &a{n} " + form.format(", ".join([f"*a{n - 1}"] * 9)) for n in range(1, 9))
    return "\n".join(["a0: &a0 {x: 1}", *held])


FRONT = (
    ("title: [", "front matter"), ("- a", "front matter"), ("a: b: c", "front matter"), ("\ttitle: x", "front matter"),
    ("title: !!python/object/apply:os.system [id]", "front matter"), ("{" * 9_000, "front matter"),
    ("? [1]\n: x", None), ("title: 2025-02-31", None), ("date: 2025-02-31", None), ("date: 0000-00-00", None),
    ("id: [1]", '"id" is a'), ("text: other", ""), ("title: *none", "front matter"), ("a: &a [*a]", None),
    ("a: &a x\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)},' * 9}]" for n in range(9)), None),
    ("title: \x00", "front matter"), ("n: " + "9" * 100_000, None), ("0x: 1e400", None),
    ("published: !!bool maybe", "front matter"), ("date: !!timestamp x", "front matter"),
    ('id: !!int ""', "front matter"), ("date: 0x" + "f" * 9_000, "is not understood"),
    ("id: 0b" + "1" * 20_000, "longer than 500"), ("? 0x" + "f" * 9_000 + "\n: x", "front matter"),
    (nested("[{}]") + "\ndate: *a8", "is not understood"), (nested("{{<<: [{}]}}"), "front matter"),
)  # fmt: skip


def documents() -> Iterator[Bad]:
    """PDF, DOCX, ODT and Markdown that break off, go round in circles or point elsewhere."""
    for number, (block, says) in enumerate(FRONT):
        yield Bad(f"front{number:02}.md", f"---\n{block}\n---\n# {TITLE} {number}\n\n{GOOD}\n".encode(), says)
    yield Bad("unclosed.md", f"---\ntitle: x\n\n{GOOD}".encode())
    for number, at in enumerate((9, 60, 200, 500, -60)):
        yield Bad(f"cut{number}.pdf", _pdf(number)[:at])
    yield Bad("locked.pdf", make_pdf([column([GOOD[:80]])], locked=True), "password")
    yield Bad("loop.pdf", _pdf(11).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"))
    yield Bad("parent.pdf", _pdf(12).replace(b"/Parent 2 0 R", b"/Parent 4 0 R"))
    yield Bad("count.pdf", _pdf(13).replace(b"/Count 1", b"/Count 999999999"))
    yield Bad("self.pdf", _pdf(14).replace(b"/Contents 5 0 R", b"/Contents 4 0 R"))
    yield Bad("xref.pdf", _pdf(15).replace(b"startxref\n", b"startxref\n9"))
    yield Bad("prev.pdf", _pdf(16).replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"))
    yield Bad("scan.pdf", make_pdf([[]]), "no text")
    for number, at in enumerate((4, 30, 300, 500, -20)):
        yield Bad(f"cut{number}.docx", _docx(number)[:at], "damaged")
    yield Bad("sum.docx", _docx(21).replace(b"Talin", b"Tolin"))
    yield Bad(
        "up.docx", _zip_with({"../../../tmp/reconcile-was-here": "x", "/tmp/reconcile-was-here": "x"}, _docx(22)), ""
    )
    yield Bad("twice.docx", _zip_with({"word/document.xml": "<w:document/>"}, _docx(23)))
    yield Bad("flag.docx", _locked(_docx(24)))
    yield Bad("many.docx", make_zip({f"a{n}": "" for n in range(10_001)}), "more than 10,000 parts")
    yield Bad("deep.docx", make_docx("<w:sdt>" * 100_000 + word(GOOD) + "</w:sdt>" * 100_000))
    yield Bad("laughs.docx", make_zip({"word/document.xml": LAUGHS + "<w:document>&l11;</w:document>"}))
    yield Bad(
        "outside.odt",
        make_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": OUTSIDE + "<a>&e;</a>"}),
    )
    yield Bad("hollow.odt", make_odt(""), "no text")
    yield Bad("empty.zip.docx", b"PK\x05\x06" + bytes(18))
    for ending in ("txt", "md", "html", "rss", "json", "jsonl", "csv", "warc", "pdf", "docx", "txt.gz"):
        yield Bad(f"empty.{ending}", b"", "")
        yield Bad(f"spaces.{ending}", b" \n\t\r\n", "")


def _pdf(number: int) -> bytes:
    """A PDF of one page, with a text of its own: two files with one text are one article, and that is no problem."""
    said = (SAID + MORE).format(n=number)
    return make_pdf([column([said[:80], said[80:]])])


def _docx(number: int) -> bytes:
    """A DOCX of one paragraph, with a text of its own."""
    return make_docx(word((SAID + MORE).format(n=number)))


def _zip_with(more: dict[str, str], archive: bytes) -> bytes:
    out = io.BytesIO(archive)
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as opened:
        warnings.simplefilter("ignore")
        for name, text in more.items():
            opened.writestr(name, text)
    return out.getvalue()


def _locked(archive: bytes) -> bytes:
    """Say of every part that it is encrypted."""
    return archive.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
    )


# -- what is no plain file -----------------------------------------------------------------------------------


def _nodes() -> dict[str, Callable[[Path], None]]:
    def listening(path: Path) -> None:
        here = os.getcwd()
        os.chdir(path.parent)  # a socket's path may have 108 bytes
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(path.name)
        finally:
            os.chdir(here)

    def loop(path: Path) -> None:
        path.symlink_to(path.name)

    return {
        "folder.txt": lambda path: path.mkdir(),
        "loop.txt": loop,
        "dangling.txt": lambda path: path.symlink_to("nowhere"),
        "pipe.txt": os.mkfifo,
        "socket.txt": listening,
        "zero.txt": lambda path: path.symlink_to("/dev/zero"),
        "device.txt": lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)),
        "shut.txt": _shut,
    }


def _shut(path: Path) -> None:
    path.write_bytes(b"")
    path.chmod(0)


NODES = {
    "folder.txt": "no readable file", "loop.txt": "cannot be read", "dangling.txt": "cannot be read",
    "pipe.txt": "not a regular file", "socket.txt": "not a regular file", "zero.txt": "not a regular file",
    "device.txt": "not a regular file", "shut.txt": None,
}  # fmt: skip
NAMES = (
    b"two\nlines.txt", b"quote'\".txt", b"\xff\xfe bytes.txt", b"-dash.txt", b" space .txt", b"star*?[a].txt",
    b"$(id).txt", b"\xe2\x80\xaeturned.txt", b"a" * 240 + b".txt", b"tab\there.txt", b"\x1b[31mred.txt",
    b"per%cent.txt",
)  # fmt: skip


def nodes() -> Iterator[Bad]:
    """Folders, loops, pipes, sockets, devices, and files of odd names."""
    for name, make in _nodes().items():
        yield Bad(name, make, NODES[name])
    for raw in NAMES:
        name = os.fsdecode(raw)
        yield Bad(name, row(title=repr(raw), text=GOOD + repr(raw)).replace(b"{", b"{", 1), "")


def long_line(path: Path) -> None:
    """Write a line of 200 MB, mostly holes in the file, and a good one after it."""
    with path.open("wb") as file:
        file.write(b'{"text": "' + b"a" * 100_000)
        file.seek(200_000_000)
        file.write(b'"}\n' + row(id="after the long line"))


FAMILIES: dict[str, Callable[[], Iterator[Bad]]] = {
    "encodings": encodings,
    "json lines": json_lines,
    "addresses": addresses,
    "dates": dates,
    "pages": pages,
    "feeds": feeds,
    "texts": texts,
    "packed": packed,
    "archives": archives,
    "tables": tables,
    "documents": documents,
    "nodes": nodes,
    "long line": lambda: iter([Bad("long.jsonl", long_line, "longer than", 1)]),
}
