"""Readers of PDF, DOCX and ODT files: the bytes -> drafts of articles, and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Final

from reconcile.errors import InputError
from reconcile.read.identity import Draft
from reconcile.read.office import office_document
from reconcile.read.pdf import pdf_document
from reconcile.read.place import Item, Limits, Place, whole
from reconcile.read.properties import Document

PDF_TYPE: Final = "application/pdf"
OFFICE_TYPES: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
)


def read_pdf(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """PDF: one article, its paragraphs put together again from the printed lines."""
    yield from _items(stream, place, pdf_document)


def read_office(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """DOCX or ODT: one article of its paragraphs, headings, list items and table rows."""
    yield from _items(stream, place, office_document)


def _items(stream: IO[bytes], place: Place, reader: Callable[[bytes, Limits], Document]) -> Iterator[Item]:
    try:
        document = reader(whole(stream, place.limits.max_bytes), place.limits)
    except InputError as error:
        message, _, advice = str(error).partition("; ")
        yield place.problem(0, message, advice or "pass a smaller document")
        return
    yield Draft(
        document.text, url=place.url, title=document.title, published=document.published, path=place.path,
        fallback=place.name,
    )  # fmt: skip
