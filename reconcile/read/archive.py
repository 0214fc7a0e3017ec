"""Reader of WARC archives: every page, feed, text and document in one -> drafts of articles, and problems."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any, Final

from reconcile.errors import InputError
from reconcile.read.documents import OFFICE_TYPES, PDF_TYPE, read_office, read_pdf
from reconcile.read.formats import read_text
from reconcile.read.pages import FEED_TYPES, PAGE_TYPES, feed_items, page_items
from reconcile.read.place import Item, Place, content_type

KINDS: Final = frozenset({*PAGE_TYPES, *FEED_TYPES, *OFFICE_TYPES, PDF_TYPE, "text/plain"})


def read_warc(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """WARC: every page, feed, text and document fetched with status 200, under the address it was fetched from.

    Revisits say only that a page had not changed, and are passed over like requests and metadata.
    """
    from warcio.archiveiterator import ArchiveIterator

    records = iter(ArchiveIterator(stream))
    number = 0
    while True:
        number += 1
        try:
            record = next(records, None)
        except InputError:
            raise
        except Exception as error:  # a damaged archive breaks the library in many places
            message = f"the archive breaks off or is damaged: {_reason(error)}"
            yield place.problem(number, message, "records before this one were read")
            return
        if record is None:
            return
        if record.rec_type in {"response", "resource", "conversion"}:
            yield from _record(record, place, number)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _record(record: Any, place: Place, number: int) -> Iterator[Item]:
    http = record.http_headers
    if http is not None and http.get_statuscode() != "200":
        return
    header = (http if http is not None else record.rec_headers).get_header("Content-Type") or ""
    kind, charset = content_type(header)
    if kind not in KINDS:
        return
    try:
        data = record.content_stream().read(place.limits.max_page_bytes + 1)
    except InputError:
        raise
    except Exception as error:  # as above
        yield place.problem(number, f"the record cannot be unpacked: {_reason(error)}", "fetch the page again")
        return
    if len(data) > place.limits.max_page_bytes:
        message = f"the page is larger than {place.limits.max_page_bytes:,} bytes"
        yield place.problem(number, message, "leave it out")
        return
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    inside = replace(place, url=url, charset=charset)
    if kind in PAGE_TYPES:
        yield from page_items(data, inside, number)
    elif kind in FEED_TYPES:
        yield from feed_items(data, inside, number)
    else:
        reader = read_pdf if kind == PDF_TYPE else read_office if kind in OFFICE_TYPES else read_text
        yield from (replace(item, line=number) for item in reader(io.BytesIO(data), inside))
