"""The form in which a finding leaves the database, for the command line, CI and the review pages alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconcile.model import REFERENCE, Article, Claim, Finding

CONTEXT_LIMIT = 700


def _side(row: Mapping[str, Any], side: str) -> dict[str, Any]:
    contract = ("article_id", "source", "claim_id", "quote", "start", "end", "part")
    form = {name: row[f"{side}_{name}"] for name in contract}
    form["source"] = form["source"] or ""
    form["value"] = row[f"value_{side}"]
    form["also_in"] = json.loads(row[f"also_in_{side}"])
    for name in ("focus_start", "focus_end", "lang", "published"):
        form[name] = row[f"{side}_{name}"]
    return form


def finding_form(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of ``FINDING_SQL`` as the documented finding object, keys in their documented order.

    A finding against a row of a trusted table also has ``reference``, the name of the table.
    """
    names = ("relation", "field", "severity", "confidence", "cluster_id", "about", "explanation")
    form: dict[str, Any] = {"id": row["finding_id"]}
    form.update((name, row[name]) for name in names)
    form["cluster_id"] = form["cluster_id"] or ""
    form["a"], form["b"] = _side(row, "a"), _side(row, "b")
    trusted = [side for side in ("a", "b") if row[f"{side}_kind"] == REFERENCE]
    return {**form, "reference": form[trusted[0]]["source"]} if trusted else form


def _paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """Bounds of the paragraph around ``[start, end)``; one more each way where the span fills its own."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    low, high = (0 if before < 0 else before + 2), (len(text) if after < 0 else after)
    if text[low:start].strip() or text[end:high].strip():
        return low, high
    before = text.rfind("\n\n", 0, max(0, low - 2))
    after = text.find("\n\n", min(len(text), high + 2))
    return (0 if before < 0 else before + 2), (len(text) if after < 0 else after)


def context(text: str, start: int, end: int, focus: tuple[int, int]) -> dict[str, Any]:
    """Return the paragraph around ``text[start:end]`` with the sentence and the deciding words inside it.

    :param focus: offsets of the deciding words in ``text``.
    :returns: ``text``, ``start``, ``end``, ``focus_start``, ``focus_end`` (offsets into that text);
        ``cut_before`` and ``cut_after`` are true where a side was shortened to ``CONTEXT_LIMIT`` characters.
    """
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    low, high = _paragraph(text, start, end)
    cut_before, cut_after = start - low > CONTEXT_LIMIT, high - end > CONTEXT_LIMIT
    if cut_before:
        low = start - CONTEXT_LIMIT
        low = text.find(" ", low, start) + 1 or low
    if cut_after:
        high = end + CONTEXT_LIMIT
        space = text.rfind(" ", end, high)
        high = space if space > end else high
    inside = [min(max(offset, start), end) - low for offset in focus]
    return {
        "text": text[low:high],
        "start": start - low,
        "end": end - low,
        "focus_start": inside[0],
        "focus_end": inside[1],
        "cut_before": cut_before,
        "cut_after": cut_after,
    }


_CLAIM_NAMES = ("article_id", "claim_id", "quote", "start", "end", "part", "lang")


def finding_dict(finding: Finding, a: Claim, b: Claim, articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return a finding that is in no database in the same form, from its two claims and their articles."""
    same = ("finding_id", "confidence", "cluster_id", "about", "explanation", "value_a", "value_b")
    row: dict[str, Any] = {name: getattr(finding, name) for name in same}
    row |= {"relation": str(finding.relation), "field": str(finding.field)}
    row["severity"] = str(finding.severity) if finding.severity else None
    for side, claim, focus in (("a", a, finding.focus_a or a.focus), ("b", b, finding.focus_b or b.focus)):
        article = articles[claim.article_id]
        row[f"also_in_{side}"] = json.dumps(getattr(finding, f"also_in_{side}"))
        row |= {f"{side}_{name}": getattr(claim, name) for name in _CLAIM_NAMES}
        row |= {f"{side}_source": article.source, f"{side}_published": article.published, f"{side}_kind": article.kind}
        row |= {f"{side}_focus_start": focus.start, f"{side}_focus_end": focus.end}
    return finding_form(row)
