"""DOCX and ODT -> their paragraphs, title and date, from the XML inside the ZIP.

Written on zipfile and lxml because python-docx reads every part into memory without a bound and passes over inserted
tracked text and content controls. No entity is resolved, nothing is fetched, and every part has a size limit.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from reconcile.errors import InputError
from reconcile.read.markup import row_text
from reconcile.read.place import Limits
from reconcile.read.properties import Document, plausible_title, stated_date, working_day

MAX_PARTS: Final = 10_000
MAX_DEPTH: Final = 200
TITLE_STYLES: Final = frozenset({"title", "titel", "titre", "título", "titulo", "judul", "pamagat"})
# Deleted or hidden text, what a drawing shows a second time for old readers, notes and comments.
SKIPPED: Final = frozenset(
    {"del", "moveFrom", "Fallback", "delText", "instrText", "annotation", "tracked-changes", "note", "sectPr"}
)
BREAKS: Final = {"tab": " ", "br": "\n", "cr": "\n", "line-break": "\n", "s": " ", "noBreakHyphen": "-"}
CELLS: Final = frozenset({"tc", "table-cell", "sdt"})
DAMAGED: Final = "the document is damaged or cut off; save or download it again"
ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def office_document(data: bytes, limits: Limits) -> Document:
    """Read a DOCX or ODT document.

    Raises InputError: damaged, protected, of another kind, without text, or over a limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if len(package.infolist()) > MAX_PARTS:
                raise InputError(f"the document has more than {MAX_PARTS:,} parts; is it a text document?")
            names = set(package.namelist())
            if "word/document.xml" in names:
                return _document(package, "word/document.xml", "docProps/core.xml", limits)
            if "content.xml" in names:
                return _document(package, "content.xml", "meta.xml", limits)
    except ZIP_ERRORS as error:
        raise InputError(DAMAGED) from error
    raise InputError("a ZIP or Office file of another kind than DOCX or ODT is not read; export the text first")


def _document(package: zipfile.ZipFile, body: str, about: str, limits: Limits) -> Document:
    root = _xml(_part(package, body, limits))
    blocks = [(style, text) for style, text in _blocks(root) if text]
    if not any(char.isalpha() for _, text in blocks for char in text):
        raise InputError("the document holds no text; is it made of pictures?")
    stated = _properties(package, about, limits)
    texts = [text for _, text in blocks]
    headline = blocks[0][1] if blocks[0][0] in TITLE_STYLES or blocks[0][0].startswith("heading") else ""
    title = plausible_title(headline, texts) or plausible_title(stated.get("title", ""), texts)
    published = stated_date(texts) or working_day(
        stated.get("created") or stated.get("creation-date", ""), stated.get("modified") or stated.get("date", "")
    )
    if title and len(texts) > 1 and texts[0] == title:
        texts = texts[1:]
    return Document(_spaced(texts), title, published)


def _spaced(texts: Sequence[str]) -> str:
    """Separate paragraphs by a blank line, list items by a newline."""
    out = list(texts[:1])
    for before, text in pairwise(texts):
        tight = before.startswith("- ") and text.startswith("- ")
        out.append(("\n" if tight else "\n\n") + text)
    return "".join(out)


def _part(package: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    info = package.getinfo(name)
    if info.flag_bits & 1:
        raise InputError("the document is protected by a password; save it without one")
    with package.open(info) as file:
        data = file.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise InputError(f"unpacked, the document is larger than the limit of {limits.max_bytes:,} bytes")
    return data


def _xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(DAMAGED) from error


def _properties(package: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, str]:
    if name not in package.namelist():
        return {}
    try:
        root = _xml(_part(package, name, limits))
    except InputError:
        return {}
    return {_name(node): node.text.strip() for node in root.iter() if isinstance(node.text, str)}


def _name(node: Any) -> str:
    """Return an element's name without its namespace, so that strict and transitional DOCX read alike."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _attribute(node: Any, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _blocks(root: Any) -> Iterator[tuple[str, str]]:
    """Yield (style, text) of every paragraph and table row in order."""
    top = next((node for node in root if _name(node) == "body"), root)
    pending: list[tuple[Any, int, bool]] = [(top, 0, False)]
    while pending:
        node, depth, listed = pending.pop()
        name = _name(node)
        if depth > MAX_DEPTH:
            raise InputError(f"the document is nested deeper than {MAX_DEPTH} levels; is it a text document?")
        if name in SKIPPED:
            continue
        if name in {"p", "h"}:
            style = _style(node, name)
            text = _clean(_text(node))
            item = listed or any(_name(n) == "numPr" for n in node.iter())
            yield style, f"- {text}" if item and text and style == "" else text
        elif name in {"tr", "table-row"}:
            cells = [_clean(_text(cell)).replace("\n", " ") for cell in node if _name(cell) in CELLS]
            yield "row", row_text(cells)
        else:
            inside = listed or name == "list-item"
            pending.extend((child, depth + 1, inside) for child in reversed(node))


def _style(node: Any, name: str) -> str:
    """Return "title", "heading..." or ""; styles are named in the language of the writer's program."""
    if name == "h":
        return "heading"
    styles = [_attribute(child, "val") for child in node.iter() if _name(child) == "pStyle"]
    style = (styles[0] if styles else _attribute(node, "style-name")).casefold()
    known = style in TITLE_STYLES or re.match(r"heading|überschrift|berschrift|titre|título|titulo|kop\d|judul", style)
    return ("title" if style in TITLE_STYLES else "heading") if known else ""


def _text(node: Any) -> str:
    """Return the text of a paragraph or cell; paragraphs inside it (cells, text boxes) are parted by line breaks."""
    from lxml import etree

    parts: list[str] = []
    is_odf = "opendocument" in str(node.tag)
    skipped = 0
    for event, child in etree.iterwalk(node, events=("start", "end")):
        name = _name(child)
        starts = event == "start"
        hides = name in SKIPPED or (name == "r" and _is_hidden(child))
        skipped += (1 if starts else -1) if hides else 0
        if skipped and not (hides and not starts):
            continue
        if starts and not skipped:
            parts.append("\n" if name in {"p", "h"} and child is not node else BREAKS.get(name, ""))
            parts.append(child.text or "" if is_odf or name == "t" else "")
        elif not starts and not skipped and is_odf and child is not node:
            parts.append(child.tail or "")
    return "".join(parts)


def _is_hidden(run: Any) -> bool:
    return any(
        _name(mark) == "vanish" and _attribute(mark, "val") not in {"0", "false"}
        for properties in run
        if _name(properties) == "rPr"
        for mark in properties
    )


def _clean(text: str) -> str:
    lines = (" ".join(line.replace("\u00ad", "").split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
