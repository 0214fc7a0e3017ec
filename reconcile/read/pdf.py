"""PDF -> its paragraphs, title and date, through PDFium (Chromium's reader, BSD), which is told no file and no network.

Chosen over pypdf and pdfminer.six, which leave spaces in words beside soft hyphens and take 5 to 20 times as long.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from reconcile.errors import InputError
from reconcile.read.dates import normalise_date
from reconcile.read.place import Limits
from reconcile.read.properties import Document, plausible_title, stated_date
from reconcile.read.reflow import WIDE_GAP, Line, Page, paragraphs

# The Latin ligatures, and what PDFium writes for any hyphen at a line's end.
CHARS: Final = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}, 0x02: "-", 0xFFFE: "-"
}  # fmt: skip
PRINTERS = re.compile(r"skia|chrom|mozilla|firefox|webkit|quartz|print to pdf|wkhtml|scan", re.IGNORECASE)
PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
MAX_PAGE_CHARS: Final = 200_000
MAX_TYPE_SIZE: Final = 1000.0
HEADLINE: Final = 1.25
FIRST_TEXTS: Final = 5
PASSWORD_ERROR: Final = 4


def pdf_document(data: bytes, limits: Limits) -> Document:
    """Read a PDF.

    Raises InputError: damaged, protected by a password, without text (scanned), or over a limit.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD_ERROR or "password" in str(error).lower():
            raise InputError("the PDF is protected by a password; save it without one") from error
        raise InputError("the PDF is damaged or cut off; export or download it again") from error
    try:
        pages = tuple(_pages(document, limits))
        about = document.get_metadata_dict()
    finally:
        document.close()
    return _document(pages, about)


def _pages(document: Any, limits: Limits) -> Iterator[Page]:
    import pypdfium2

    count = len(document)
    if count > limits.max_pages:
        raise InputError(f"the PDF has {count:,} pages, the limit is {limits.max_pages:,}; raise limits.max_pages")
    stop = time.monotonic() + limits.max_seconds
    for number in range(count):
        if time.monotonic() > stop:
            raise InputError(f"the PDF takes more than {limits.max_seconds} seconds to read; raise limits.max_seconds")
        try:
            page = document[number]
            text_page = page.get_textpage()
            if text_page.count_chars() > MAX_PAGE_CHARS:
                raise InputError(f"page {number + 1} of the PDF has over {MAX_PAGE_CHARS:,} characters; split it")
            yield tuple(_lines(text_page))
            text_page.close()
            page.close()
        except pypdfium2.PdfiumError as error:
            raise InputError(f"page {number + 1} of the PDF is damaged; export or download it again") from error


def _lines(page: Any) -> Iterator[Line]:
    """Yield the lines of a page in the order of its content, cut at wide gaps and where the next line begins.

    PDFium leaves out the line break after a hyphen.
    """
    from pypdfium2 import raw

    run = _Run()
    for index in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, index)
        char = CHARS.get(code) or chr(code if code < 0x110000 else 0xFFFD)
        if char in "\r\n":
            yield from run.line()
            run = _Run()
        elif char.isspace() or raw.FPDFText_IsGenerated(page, index):
            run.chars.append(" ")
        else:
            left, bottom, right, top = page.get_charbox(index)
            if run.boxes and (left - run.boxes[-1][2] > WIDE_GAP * run.size or right < run.boxes[-1][0] - 2 * run.size):
                yield from run.line()
                run = _Run()
            if not run.boxes or (char.isalnum() and not run.sized):  # a bullet may be in another size
                run.size, run.sized = _type_size(page, index, top - bottom), char.isalnum()
            run.chars.append(char)
            run.boxes.append((left, bottom, right, top))
    yield from run.line()


@dataclass(slots=True)
class _Run:
    """The characters of a line so far, the boxes of those that leave ink, and the size of the type."""

    chars: list[str] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    size: float = 1.0
    sized: bool = False

    def line(self) -> Iterator[Line]:
        text = "".join(self.chars).strip()
        if not text or not self.boxes:
            return
        left, bottom, right, top = zip(*self.boxes, strict=True)
        # Most letters stand on the base line; descenders and quotation marks do not.
        base = sorted(bottom)[len(bottom) // 2]
        yield Line(text, min(left), max(right), base, max(top), self.size)


def _type_size(page: Any, index: int, height: float) -> float:
    """Return the size of the type as printed, in points: the stated size times the scale of its matrix."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    scale = 1.0
    if raw.FPDFText_GetMatrix(page, index, matrix):
        scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
    size = float(raw.FPDFText_GetFontSize(page, index)) * scale
    return size if 1.0 <= size <= MAX_TYPE_SIZE else max(height, 1.0)


def _document(pages: tuple[Page, ...], about: dict[str, str]) -> Document:
    found = paragraphs(pages)
    if not any(char.isalpha() for text in found for char in text):
        raise InputError("the PDF holds no text (scanned pages?); run text recognition (OCR) on it first")
    title = plausible_title(about.get("Title", ""), found) or _headline(pages)
    lines = [line.text for page in pages[:1] for line in page]
    published = stated_date(lines) or _made_on(about)
    rest = [text for n, text in enumerate(found) if n >= FIRST_TEXTS or _folded(text) != _folded(title)]
    return Document("\n\n".join(rest or found), title, published)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _headline(pages: tuple[Page, ...]) -> str:
    """Return the lines in the largest type of the first page, where it is clearly larger than the body's."""
    first = pages[0] if pages else ()
    sizes = sorted(line.size for line in first for _ in line.text)
    if not sizes or sizes[-1] < HEADLINE * sizes[len(sizes) // 2]:
        return ""
    start = next(n for n, line in enumerate(first) if line.size >= 0.98 * sizes[-1])
    group = []
    for line in first[start:]:
        if line.size < 0.98 * sizes[-1]:
            break
        group.append(line.text)
    return plausible_title(" ".join(group), ())


def _made_on(about: dict[str, str]) -> str | None:
    """Return the day on which the file was made, unless a browser or a scanner made it from something older."""
    if PRINTERS.search(about.get("Creator", "") + about.get("Producer", "")):
        return None
    days = [PDF_DATE.match(about.get(key, "")) for key in ("CreationDate", "ModDate")]
    stated = {normalise_date("-".join(day.groups())) for day in days if day}
    return stated.pop() if len(stated) == 1 else None
