"""PDF, DOCX and ODT: paragraphs, titles and dates; protected, damaged and hostile files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reconcile.model import Article, Problem
from reconcile.read.ingest import read
from reconcile.read.place import Limits
from reconcile.read.properties import plausible_title, stated_date, working_day
from tests.paper import Printed, column, make_docx, make_odt, make_pdf, make_zip, word

TITLE = "Calder Bay closes its ferry pier"
ONE = [
    "The harbour board of Calder Bay voted on Monday to close the old",
    "ferry pier for two years, after divers found cracks in most of its",
    "piles.",
]
TWO = [
    "Repairs will cost 14.5 million dollars, said board chair Nadia",
    "Brandt, who called it a hard choice for the people of the island.",
]
THREE = [
    "Ferries will leave from Port Fillmore until the work is finished,",
    "said a spokesman for the operator on Tuesday evening.",
]
FIRST, SECOND, THIRD = (" ".join(lines) for lines in (ONE, TWO, THREE))


def put(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def one(folder: Path, name: str, content: bytes) -> Article:
    (article,), problems = read([put(folder, name, content)])
    assert problems == ()
    return article


def refused(folder: Path, name: str, content: bytes, limits: Limits | None = None) -> Problem:
    articles, (problem,) = read([put(folder, name, content)], limits=limits or Limits())
    assert articles == ()
    assert problem.advice
    return problem


def texts(article: Article) -> list[str]:
    return article.text.split("\n\n")


# -- PDF -------------------------------------------------------------------------------------------------


def test_pdf_paragraphs_title_and_stated_date(tmp_path: Path) -> None:
    page = [(60.0, 800.0, 20.0, TITLE), *column(["21 October 2025", "", *ONE, "", *TWO])]
    article = one(tmp_path, "a.pdf", make_pdf([page]))
    assert texts(article) == ["21 October 2025", FIRST, SECOND]
    assert (article.title, article.published, article.lang) == (TITLE, "2025-10-21", "en")


def test_pdf_paragraphs_without_gaps_are_told_by_indents(tmp_path: Path) -> None:
    lines = [(60.0 + 12 * (line in (ONE[0], TWO[0], THREE[0])), line) for line in (*ONE, *TWO, *THREE) * 2]
    page = [(left, 780.0 - 12 * n, 10.0, line) for n, (left, line) in enumerate(lines)]
    assert texts(one(tmp_path, "a.pdf", make_pdf([page]))) == [FIRST, SECOND, THIRD] * 2


def test_pdf_paragraphs_without_gaps_are_told_by_short_last_lines(tmp_path: Path) -> None:
    page = column([*ONE, *TWO, *THREE])
    found = texts(one(tmp_path, "a.pdf", make_pdf([page])))
    assert found[0] == FIRST
    assert " ".join(found) == f"{FIRST} {SECOND} {THIRD}"


def test_pdf_running_heads_feet_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    def page(number: int, lines: list[str]) -> list[Printed]:
        furniture = [(60.0, 815.0, 8.0, f"CALDER WEEKLY  {number}"), (280.0, 30.0, 8.0, f"Page {number} of 3")]
        filler = ["", *[f"The count of day {number * 10 + n} was taken at the old pier." for n in range(45)]]
        return [*furniture, *column([*lines, *filler], top=770)]

    text = one(tmp_path, "a.pdf", make_pdf([page(1, ONE), page(2, TWO), page(3, THREE)])).text
    assert FIRST in text
    assert SECOND in text
    assert "CALDER WEEKLY" not in text
    assert "Page" not in text


def test_pdf_sentence_over_a_page_break_stays_whole(tmp_path: Path) -> None:
    pages = [column(ONE[:2], top=100), column([*ONE[2:], "", *TWO])]
    assert texts(one(tmp_path, "a.pdf", make_pdf(pages))) == [FIRST, SECOND]


LEFT = ["Traffic on the north road rose by a", "third in May, counts of the board show."] * 4
RIGHT = ["The mayor asked for a second bus line", "and for lower fares in the summer."] * 4


@pytest.mark.parametrize("by_row", [False, True], ids=["printed by column", "printed by row"])
def test_pdf_columns_are_read_one_after_the_other(tmp_path: Path, by_row: bool) -> None:
    left, right = column(LEFT), column(RIGHT, left=320)
    page = [line for pair in zip(left, right, strict=True) for line in pair] if by_row else [*left, *right]
    text = " ".join(one(tmp_path, "a.pdf", make_pdf([page])).text.split())
    assert text == " ".join([*LEFT, *RIGHT])


def test_pdf_table_rows_are_kept(tmp_path: Path) -> None:
    rows = [("Year", "Riders", "Fare"), ("2023", "410,000", "$4"), ("2024", "380,500", "$5")]
    cells = [(60.0 + 120 * n, 650.0 - 14 * r, 10.0, cell) for r, row in enumerate(rows) for n, cell in enumerate(row)]
    found = texts(one(tmp_path, "a.pdf", make_pdf([[*column([*ONE, "", *TWO]), *cells]])))
    assert found == [FIRST, SECOND, "Year | Riders | Fare", "2023 | 410,000 | $4", "2024 | 380,500 | $5"]


def test_pdf_gaps_of_a_justified_line_make_no_table(tmp_path: Path) -> None:
    spread = [(60.0, 756.0, 10.0, "Ferries"), (150.0, 756.0, 10.0, "will"), (220.0, 756.0, 10.0, "leave from here.")]
    page = [*column(ONE[:2], top=780), *spread, *column([TWO[0]], top=744)]
    text = " ".join(one(tmp_path, "a.pdf", make_pdf([page])).text.split())
    assert text == " ".join([*ONE[:2], "Ferries will leave from here.", TWO[0]])


def test_pdf_short_lines_of_a_list_and_of_a_letterhead_stay_apart(tmp_path: Path) -> None:
    head = [(360.0, 800.0, 10.0, "HARBOUR BOARD"), (430.0, 788.0, 10.0, "PRESS RELEASE")]
    page = [*head, *column(["closing the pier", "a bus line", "no night boat"], top=760), *column(TWO, top=700)]
    found = texts(one(tmp_path, "a.pdf", make_pdf([page])))
    assert found == ["HARBOUR BOARD", "PRESS RELEASE", "closing the pier", "a bus line", "no night boat", SECOND]


HYPHENS = [
    ("divided word", ["The board asked for more infra-", "structure money this year."], "infrastructure money"),
    ("name", ["The ferry belongs to North-", "South Lines of the island."], "North-South Lines"),
    ("number", ["The deal runs for the years 2024-", "2026, the board said."], "2024-2026"),
    ("printed elsewhere", ["A long-term plan exists. The long-", "term plan is old."], "The long-term plan"),
    ("two words", ["A score of twenty or of three. It was twenty-", "three to nil."], "twenty-three to nil"),
    ("dash", ["The pier closes on Monday -", "and the shop as well."], "Monday - and the shop"),
    ("soft hyphen", ["The board asked for more infra\u00ad", "structure money."], "infrastructure money"),
]


@pytest.mark.parametrize(("lines", "expected"), [h[1:] for h in HYPHENS], ids=[h[0] for h in HYPHENS])
def test_pdf_words_divided_at_the_line_end(tmp_path: Path, lines: list[str], expected: str) -> None:
    assert expected in one(tmp_path, "a.pdf", make_pdf([column(lines)])).text


INFO = [
    ("title", {"Title": "Pier closes for two years"}, "Pier closes for two years", None),
    ("file name", {"Title": "Microsoft Word - pier_final2.docx"}, "", None),
    ("placeholder", {"Title": "untitled"}, "", None),
    ("one word code", {"Title": "XR-2025-117"}, "", None),
    ("made in a day", {"CreationDate": "D:20251021093000+02'00'", "Producer": "Writer"}, "", "2025-10-21"),
    ("changed later", {"CreationDate": "D:20191021093000Z", "ModDate": "D:20251021093000Z"}, "", None),
    ("printed by a browser", {"CreationDate": "D:20251021093000Z", "Producer": "Skia/PDF m150"}, "", None),
    ("rubbish", {"CreationDate": "D:99999999", "Title": "\x07\x07\x07"}, "", None),
]


@pytest.mark.parametrize(("info", "title", "published"), [i[1:] for i in INFO], ids=[i[0] for i in INFO])
def test_pdf_believes_plausible_properties_only(
    tmp_path: Path, info: dict[str, str], title: str, published: str | None
) -> None:
    article = one(tmp_path, "a.pdf", make_pdf([column([*ONE, "", *TWO])], info))
    assert (article.title, article.published) == (title, published)


PDF = make_pdf([column([*ONE, "", *TWO])])
BAD_PDF = [
    ("locked", make_pdf([column(ONE)], locked=True), "protected by a password"),
    ("scanned", make_pdf([[]]), "holds no text (scanned pages?)"),
    ("no letters", make_pdf([column(["12", "34"])]), "holds no text"),
    ("cut off", PDF[:200], "damaged or cut off"),
    ("head only", b"%PDF-1.7\n", "damaged or cut off"),
    ("no pages", make_pdf([]), "PDF"),
]


@pytest.mark.parametrize(("content", "message"), [b[1:] for b in BAD_PDF], ids=[b[0] for b in BAD_PDF])
def test_pdf_that_cannot_be_read_is_one_problem(tmp_path: Path, content: bytes, message: str) -> None:
    assert message in refused(tmp_path, "a.pdf", content).message


def test_pdf_limits(tmp_path: Path) -> None:
    many = make_pdf([column(ONE)] * 4)
    assert "4 pages, the limit is 3" in refused(tmp_path, "a.pdf", many, Limits(max_pages=3)).message
    assert "limit of 500 bytes" in refused(tmp_path, "a.pdf", many, Limits(max_bytes=500)).message


# -- DOCX and ODT ----------------------------------------------------------------------------------------

CREATED = "<dcterms:created>2025-10-20T08:00:00Z</dcterms:created>"
CHANGED = "<dcterms:modified>2025-10-21T09:30:00Z</dcterms:modified>"
TABLE = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>".format(word("Riders"), word("410,000"))


def test_docx_headings_paragraphs_lists_and_tables(tmp_path: Path) -> None:
    body = word(TITLE, "Title") + word(FIRST) + word("What changes", "Heading1") + TABLE
    body += word("bus line 7", listed=True) + word("no night boat", listed=True) + word(SECOND)
    article = one(tmp_path, "a.docx", make_docx(body, f"<dc:title>Document1</dc:title>{CREATED}{CHANGED}"))
    assert (article.title, article.published) == (TITLE, "2025-10-21")
    assert texts(article) == [FIRST, "What changes", "Riders: 410,000", "- bus line 7\n- no night boat", SECOND]


INSIDE = [
    ("inserted text counts", "<w:ins><w:r><w:t>new </w:t></w:r></w:ins><w:r><w:t>pier</w:t></w:r>", "new pier"),
    ("deleted text does not", "<w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:r><w:t>pier</w:t></w:r>", "pier"),
    ("hidden text does not", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r><w:r><w:t>pier</w:t></w:r>", "pier"),
    ("field code does not", "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>pier</w:t></w:r>", "pier"),
    ("link", "<w:hyperlink><w:r><w:t>pier</w:t></w:r></w:hyperlink><w:r><w:t> two</w:t></w:r>", "pier two"),
    ("tab and hyphen", "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:t>c</w:t></w:r>", "a b-c"),
    ("line break", "<w:r><w:t>DOE: Yes.</w:t><w:br/><w:t>ROE: No.</w:t></w:r>", "DOE: Yes.\nROE: No."),
    ("content control", "<w:sdt><w:sdtContent><w:r><w:t>pier</w:t></w:r></w:sdtContent></w:sdt>", "pier"),
    ("split runs", "<w:r><w:t>14.</w:t></w:r><w:r><w:t>5 million</w:t></w:r>", "14.5 million"),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), [i[1:] for i in INSIDE], ids=[i[0] for i in INSIDE])
def test_docx_paragraph(tmp_path: Path, inside: str, expected: str) -> None:
    assert one(tmp_path, "a.docx", make_docx(f"<w:p>{inside}</w:p>")).text == expected


def test_docx_content_controls_and_strict_form_are_read(tmp_path: Path) -> None:
    body = f"<w:sdt><w:sdtContent>{word(FIRST)}</w:sdtContent></w:sdt>{word(SECOND)}"
    strict = make_docx(body, namespace="http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert texts(one(tmp_path, "a.docx", strict)) == [FIRST, SECOND]


def test_odt_headings_paragraphs_lists_and_tables(tmp_path: Path) -> None:
    body = f"<text:h>{TITLE}</text:h><text:p>{ONE[0]} <text:span>{ONE[1]}</text:span><text:s/>{ONE[2]}</text:p>"
    body += "<text:list><text:list-item><text:p>bus line 7</text:p></text:list-item></text:list>"
    body += "<table:table><table:table-row><table:table-cell><text:p>Riders</text:p></table:table-cell>"
    body += "<table:table-cell><text:p>410,000</text:p></table:table-cell></table:table-row></table:table>"
    body += f"<text:p>{SECOND}<text:note><text:note-body><text:p>x</text:p></text:note-body></text:note></text:p>"
    dates = "<meta:creation-date>2025-10-21T08:00:00</meta:creation-date><dc:date>2025-10-21T09:00:00</dc:date>"
    article = one(tmp_path, "a.odt", make_odt(body, dates))
    assert (article.title, article.published) == (TITLE, "2025-10-21")
    assert texts(article) == [FIRST, "- bus line 7", "Riders: 410,000", SECOND]


DOCX = make_docx(word(FIRST) + word(SECOND))
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY l "lol">]>'
LOLS = "<!DOCTYPE x [" + '<!ENTITY l0 "lol">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BAD_OFFICE = [
    ("cut off", DOCX[: len(DOCX) // 2], "damaged or cut off"),
    ("not XML", make_zip({"word/document.xml": "<w:document"}), "damaged or cut off"),
    ("another kind", make_zip({"xl/workbook.xml": "<x/>"}), "another kind than DOCX or ODT"),
    ("plain ZIP", make_zip({"a.txt": "hello"}), "another kind than DOCX or ODT"),
    ("empty ZIP", make_zip({"word/document.xml": ""}), "damaged or cut off"),
    ("no text", make_docx(word("")), "holds no text"),
    ("bomb", make_zip({"word/document.xml": f"<w:d {W}>" + " " * 3_000_000 + "</w:d>"}), "larger than the limit"),
    ("many parts", make_zip({f"p{n}": "" for n in range(10_001)}), "more than 10,000 parts"),
    ("laughs", make_zip({"word/document.xml": f"{LOLS}<w:d {W}>&l9;</w:d>"}), "the document"),
    ("deep", make_docx("<w:sdt>" * 5_000 + word(FIRST) + "</w:sdt>" * 5_000), "the document"),
    ("rather deep", make_docx("<w:sdt>" * 240 + word(FIRST) + "</w:sdt>" * 240), "nested deeper than 200"),
    ("old Office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "an old or password-protected Office file"),
    ("RTF", b"{\\rtf1\\ansi Hello}", "an RTF file is not read"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), [b[1:] for b in BAD_OFFICE], ids=[b[0] for b in BAD_OFFICE])
def test_office_file_that_cannot_be_read_is_one_problem(tmp_path: Path, content: bytes, message: str) -> None:
    assert message in refused(tmp_path, "a.docx", content, Limits(max_bytes=1_000_000)).message


def test_docx_resolves_no_entity(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.txt.bak", b"TOPSECRET")
    entity = ENTITY.replace("/etc/hostname", secret)
    body = f"{entity}<w:document {W}><w:body><w:p><w:r><w:t>Pier &e; closed.</w:t></w:r></w:p></w:body></w:document>"
    articles, _ = read([put(tmp_path, "a.docx", make_zip({"word/document.xml": body}))])
    assert all("TOPSECRET" not in article.text for article in articles)


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.docx", "a.pdf", "a.json", "a.bin", "a"])
@pytest.mark.parametrize("content", [PDF, DOCX], ids=["pdf", "docx"])
def test_documents_are_known_by_their_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    assert texts(one(tmp_path, name, content)) == [FIRST, SECOND]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.odt"])
def test_text_that_is_named_like_a_document_is_read(tmp_path: Path, name: str) -> None:
    assert one(tmp_path, name, FIRST.encode()).text == FIRST


def test_documents_in_a_folder_and_in_an_archive_are_read(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf", PDF)
    put(tmp_path, "b.docx", make_docx(word(THIRD)))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + PDF
    record = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://calder.example/p.pdf\r\n"
        b"WARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2025-10-21T00:00:00Z\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(head)
    )
    put(tmp_path, "c.warc", record + head + b"\r\n\r\n")
    articles, problems = read([str(tmp_path)])
    assert problems == ()
    both = f"{FIRST}\n\n{SECOND}"
    assert {(a.url, a.text) for a in articles} == {("", both), ("", THIRD), ("https://calder.example/p.pdf", both)}


# -- what documents say of themselves --------------------------------------------------------------------

TITLES = [
    (" Pier\nclosed for years ", "Pier closed for years"), ("Pier.docx", ""), ("Microsoft Word - Pier", ""),
    ("Untitled document", ""), ("https://calder.example/pier", ""), ("x" * 400, ""), ("12 34 56", ""), ("ab", ""),
    ("Pier", ""), ("Harbour", "Harbour"), ("Printing money is over", "Printing money is over"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("title", "expected"), TITLES, ids=[title[:20] or "empty" for title, _ in TITLES])
def test_plausible_title(title: str, expected: str) -> None:
    assert plausible_title(title, ["Harbour", FIRST]) == expected


STATED = [
    (["Calder Weekly", "21 October 2025"], "2025-10-21"), (["CALDER | 21. Oktober 2025 | p. 3"], "2025-10-21"),
    (["Published: 21 de octubre de 2025"], "2025-10-21"), ([FIRST, "It fell on 21 October 2025."], None),
    (["October 2025"], None), (["03/04/2025"], None), (["x"] * 12 + ["21 October 2025"], None), ([], None),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), STATED)
def test_stated_date(lines: list[str], expected: str | None) -> None:
    assert stated_date(lines) == expected


@pytest.mark.parametrize(
    ("created", "modified", "expected"),
    [
        ("2025-10-20T08:00:00Z", "2025-10-21T09:30:00Z", "2025-10-21"),
        ("2013-12-23T23:15:00Z", "2025-10-21T09:30:00Z", None),
        ("2025-10-21T09:30:00Z", "2025-10-20T08:00:00Z", None),
        ("2025-10-21T09:30:00Z", "", None),
        ("soon", "later", None),
    ],
    ids=["two days", "template", "backwards", "half", "words"],
)
def test_working_day(created: str, modified: str, expected: str | None) -> None:
    assert working_day(created, modified) == expected


# -- damaged at random -----------------------------------------------------------------------------------


def damaged(content: bytes, seed: int) -> bytes:
    """Return the bytes with some of them changed, left out, doubled or cut off."""
    rng = random.Random(seed)
    data = bytearray(content)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randint(1, 40)]
        elif kind == 2:
            data[at:at] = data[at : at + 200]
        elif len(data) > 400:
            del data[-rng.randint(1, 200) :]
    return bytes(data)


ORIGINALS = {"pdf": PDF, "docx": DOCX, "odt": make_odt(f"<text:p>{FIRST}</text:p>")}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", sorted(ORIGINALS))
def test_damaged_document_is_read_or_is_a_problem(tmp_path: Path, kind: str, seed: int) -> None:
    articles, problems = read([put(tmp_path, f"a.{kind}", damaged(ORIGINALS[kind], seed))])
    assert articles or problems
    assert all(p.message and p.advice and "\n" not in p.message for p in problems)
