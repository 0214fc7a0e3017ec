"""Live blogs: the time of each post is put before its text, so that "an hour ago" keeps its meaning.

A post begins "07:30 UTC – "; where the day changes, a line with the date comes before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from reconcile.read.metadata import types_of

LIVE_TYPE: Final = "LiveBlogPosting"
LIVE_MARK = re.compile(r"(?:^|[\s_-])(?:live-?(?:blog|ticker|stream|feed|updates?|posts?|story)|liveticker)", re.I)
CLOCK = re.compile(r"(\d{1,2})[:.h](\d\d)(?:\s?([ap])\.?m\.?)?(?:\s?(?:Uhr|uur|[A-Z]{2,4}))?", re.I)
STAMP = re.compile(r"\u27e6([\d-]{0,10})\u27e7")
HOLDERS: Final = frozenset({"article", "li", "div", "section"})
OPENERS: Final = ("h2", "h3", "h4", "h5", "h6", "p")
MIN_POSTS: Final = 2
MAX_TEXTS: Final = 8
MAX_TIMES: Final = 5_000


def mark_posts(tree: Any, linked: Sequence[dict[str, Any]]) -> bool:
    """Put its time before each post of a live blog's ``tree``; tell whether the page is one."""
    if not _is_live(tree, linked):
        return False
    stamps = list(_stamps(tree))[:MAX_TIMES]
    nodes = {id(node) for node, _ in stamps}
    posts = [(holder, stamp) for node, stamp in stamps if (holder := _post_of(node, nodes)) is not None]
    parents = [holder.getparent() for holder, _ in posts]
    beside = Counter(map(id, parents))
    posts = [post for post, parent in zip(posts, parents, strict=True) if beside[id(parent)] >= MIN_POSTS]
    for holder, stamp in posts:
        for head in holder.iter("header"):
            head.tag = "div"  # the extraction below passes over headers, and with them over the posts' headings
        opener = next((node for node in holder.iter(*OPENERS) if _is_opener(node)), None)
        if opener is not None and not STAMP.match(opener.text or ""):
            opener.text = stamp + (opener.text or "").lstrip()
    return True


def with_days(text: str) -> str:
    """Turn the marks that `mark_posts` left in a text into lines with the date, one for each change of day."""
    day = ""

    def line(match: re.Match[str]) -> str:
        nonlocal day
        before, day = day, match[1] or day
        return f"{day}\n\n" if day != before else ""

    return STAMP.sub(line, text)


def linked_posts(linked: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (time mark, HTML or text) of each update that a page gives in its JSON-LD."""
    found = []
    for node in linked:
        updates = node.get("liveBlogUpdate") if LIVE_TYPE in types_of(node) else None
        for update in updates if isinstance(updates, list) else ():
            if isinstance(update, dict) and isinstance(update.get("articleBody"), str):
                headline = update.get("headline")
                parts = [headline if isinstance(headline, str) else "", update["articleBody"]]
                found.append((_stamp(str(update.get("datePublished", ""))), "\n\n".join(p for p in parts if p.strip())))
    return found


def _is_live(tree: Any, linked: Sequence[dict[str, Any]]) -> bool:
    if any(LIVE_TYPE in types_of(node) for node in linked):
        return True
    if tree.xpath(f"//*[contains(@itemtype,'{LIVE_TYPE}')]"):
        return True
    return any(LIVE_MARK.search(name) for name in tree.xpath("//body//*/@class | //body//*/@id"))


def _stamps(tree: Any) -> Iterator[tuple[Any, str]]:
    """Yield the elements that show the time of a post, with its mark."""
    for node in tree.iter("time", "span", "div", "a"):
        if node.tag == "time" or "time" in (node.get("class") or ""):
            shown = " ".join("".join(islice(node.itertext(), MAX_TEXTS)).split())
            stamp = _stamp(node.get("datetime") or "") or _shown_stamp(shown)
            if stamp:
                yield node, stamp


def _stamp(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return ""
    if len(value) <= len("2025-10-21"):
        return ""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"\u27e6{utc:%Y-%m-%d}\u27e7{utc:%H:%M}{' UTC' if moment.tzinfo else ''} – "


def _shown_stamp(shown: str) -> str:
    match = CLOCK.fullmatch(shown)
    if not match or int(match[2]) > 59 or int(match[1]) > 24:
        return ""
    hour = int(match[1]) % 12 + 12 * (match[3].lower() == "p") if match[3] else int(match[1])
    return f"\u27e6\u27e7{hour:02}:{match[2]} – "


def _post_of(node: Any, stamps: set[int]) -> Any:
    """Return the largest element around a time that shows no other time."""
    found = None
    for holder in node.iterancestors():
        times = (inner for inner in holder.iter() if id(inner) in stamps)
        if holder.tag in {"body", "html", "main"} or len(list(islice(times, 2))) > 1:
            break
        found = holder if holder.tag in HOLDERS else found
    return found


def _is_opener(node: Any) -> bool:
    dropped = any(holder.tag in {"header", "footer", "figure", "nav", "aside"} for holder in node.iterancestors())
    return not dropped and bool("".join(node.itertext()).strip())
