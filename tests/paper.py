"""Small PDF, DOCX and ODT files made from their text, for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape

Printed = tuple[float, float, float, str]  # left, base line, size of the type, text

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{}</cp:coreProperties>'
)
ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODT_NAMES = f'xmlns:office="{ODF}office:1.0" xmlns:text="{ODF}text:1.0" xmlns:table="{ODF}table:1.0"'
META_NAMES = f'{ODT_NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="{ODF}meta:1.0"'


def make_pdf(
    pages: Sequence[Iterable[Printed]], info: Mapping[str, str] | None = None, *, locked: bool = False
) -> bytes:
    """Return a PDF with each text printed at its place in Helvetica; ``locked``: behind an unknown password."""
    numbers = [4 + 2 * n for n in range(len(pages))]
    kids = " ".join(f"{n} 0 R" for n in numbers)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    for number, page in zip(numbers, pages, strict=True):
        marks = b"".join(
            f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm (".encode() + _literal(text) + b") Tj ET\n"
            for x, y, size, text in page
        )
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[number + 1] = f"<< /Length {len(marks)} >>\nstream\n".encode() + marks + b"endstream"
    last = max(objects)
    trailer = b"/Root 1 0 R"
    if info:
        objects[last + 1] = (
            b"<< " + b" ".join(f"/{k} (".encode() + _literal(v) + b")" for k, v in info.items()) + b" >>"
        )
        trailer += f" /Info {last + 1} 0 R".encode()
    if locked:
        key = b"<" + b"5a" * 32 + b">"
        objects[last + 2] = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O " + key + b" /U " + key + b" >>"
        trailer += f" /Encrypt {last + 2} 0 R /ID [<00112233> <00112233>]".encode()
    return _assembled(objects, trailer)


def _literal(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _assembled(objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = out.tell()
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start, size = out.tell(), max(objects) + 1
    out.write(f"xref\n0 {size}\n".encode())
    for number in range(size):
        used = number in places
        out.write(f"{places.get(number, 0):010} {0 if used else 65535:05} {'n' if used else 'f'} \n".encode())
    out.write(f"trailer\n<< /Size {size} ".encode() + trailer + f" >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def column(lines: Iterable[str], *, left: float = 60, top: float = 780, size: float = 10) -> list[Printed]:
    """Print lines below each other at a usual distance; an empty line leaves a gap."""
    return [(left, top - 1.2 * size * n, size, line) for n, line in enumerate(lines) if line]


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP of parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def make_docx(body: str, properties: str = "", namespace: str = W) -> bytes:
    """Return a DOCX with ``body`` (WordprocessingML) and the inside of its core properties."""
    document = f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    return make_zip({"word/document.xml": document, "docProps/core.xml": CORE.format(properties)})


def word(text: str, style: str = "", *, listed: bool = False) -> str:
    """Return a paragraph of WordprocessingML."""
    mark = f'<w:pStyle w:val="{style}"/>' if style else ""
    mark += '<w:numPr><w:numId w:val="1"/></w:numPr>' if listed else ""
    return f"<w:p><w:pPr>{mark}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def make_odt(body: str, properties: str = "") -> bytes:
    """Return an ODT with ``body`` (inside of office:text) and the inside of its meta data."""
    text = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"<office:document-content {ODT_NAMES}>{text}</office:document-content>"
    meta = f"<office:document-meta {META_NAMES}><office:meta>{properties}</office:meta></office:document-meta>"
    return make_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": meta})
