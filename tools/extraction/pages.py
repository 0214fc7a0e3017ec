"""How well furniture is told from content on the messy pages of datasets/extraction, line by line."""

from __future__ import annotations

import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from extraction.table import Row, total
from reconcile.read import clean, ingest, sentences


def lines(folder: Path) -> Iterator[tuple[str, str, str, bool]]:
    """Yield language, label, text and whether it was dropped for every labelled line that is body or furniture."""
    for path in sorted(folder.glob("*.json")):
        for page in json.loads(path.read_text("utf-8")).get("pages", ()):
            texts = [line for line, _ in page["lines"]]
            dropped = _dropped("\n\n".join(texts))
            for line, label in page["lines"]:
                if label in ("body", "furniture") and line.strip():
                    yield page["lang"], label, line, dropped(line)


def _dropped(text: str) -> Callable[[str], bool]:
    """Read a page as plain text; return the test whether less than half of a line's letters carry claims."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.txt"
        path.write_text(text, "utf-8")
        (article,), _ = ingest.read([str(path)], stdin=io.BytesIO())
    marked = clean.mark(sentences.split(article), article)
    kept = " ".join(s.text for s in marked if not s.dropped).split()
    title = article.title

    def test(line: str) -> bool:
        if line.strip() == title.strip():
            return False
        words = line.split()
        text_kept = " ".join(kept)
        runs = [" ".join(words[k : k + 3]) for k in range(0, len(words), 3)]
        return sum(run in text_kept for run in runs) * 2 < len(runs)

    return test


def misses(folder: Path, count: int, lang: str | None = None) -> Iterator[str]:
    """Yield the first wrong lines, ``count`` of each language (of one if named)."""
    seen: Counter[str] = Counter()
    for code, label, line, gone in lines(folder):
        if gone != (label == "furniture") and lang in (None, code):
            seen[code] += 1
            if seen[code] <= count:
                yield f"{code} {'kept' if label == 'furniture' else 'lost'} | {line}"


def rows(folder: Path) -> list[Row]:
    """Return precision and recall of dropping furniture, by language and over all."""
    counts: dict[str, list[int]] = {}
    for lang, label, _, gone in lines(folder):
        expected, found, right = counts.setdefault(lang, [0, 0, 0])
        counts[lang] = [
            expected + (label == "furniture"),
            found + gone,
            right + (gone and label == "furniture"),
        ]
    made = [Row("furniture", lang, e, r, f) for lang, (e, f, r) in sorted(counts.items())]
    return [*made, total("furniture", made)] if made else []
