"""Which place an article says holds another: "College Park, Georgia", "the Austrian city of Linz"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconcile.claims import entities
from reconcile.claims.naming import geography
from reconcile.claims.naming.names import key
from reconcile.claims.phrases import Tokens, tokenise, word_set
from reconcile.model import Entity, Sentence


def stated(sentences: Iterable[Sentence], names: entities.Names) -> dict[str, str]:
    """Return which place holds which, by key, as an article's sentences state it; the first statement counts."""
    held: dict[str, str] = {}
    for s in sentences:
        found = [_in_article(e, names) for e in entities.find(s.text, s.lang, names.known)]
        for inner, outer in nested(s.text, s.lang, tuple(found)).items():
            held.setdefault(inner, outer)
    return held


def _in_article(entity: Entity, names: entities.Names) -> Entity:
    name = names.canonical(entity.raw)
    kind = names.kind(name)
    return Entity(entity.start, entity.end, entity.raw, name, kind if kind != "other" else entity.kind)


def nested(text: str, lang: str, found: Sequence[Entity]) -> dict[str, str]:
    """Return which place holds which, by key, as one sentence states it.

    Read are "College Park, Georgia", "Linz (Austria)", "Linz in Austria" and "the Austrian city of Linz".
    """
    held: dict[str, str] = {}
    for n, inner in enumerate(found):
        if inner.kind in ("person", "thing", "org") or geography.kind(inner.raw) in ("country", "continent"):
            continue
        outer = _beside(text, lang, found[n : n + 3]) or _described(tokenise(text), lang, inner)
        if outer and key(outer) != key(inner.name):
            held.setdefault(key(inner.name), outer)
    return held


def _beside(text: str, lang: str, found: Sequence[Entity]) -> str:
    """Return the name behind a place that states what holds it; rows of places ("Oslo, Bergen and Moss") state none."""
    if len(found) < 2:
        return ""
    inner, outer = found[0], found[1]
    gap, after = text[inner.end : outer.start], text[outer.end : outer.end + 2]
    code = "" if geography.kind(outer.raw) else geography.state(outer.raw)
    area = bool(code) or geography.kind(outer.raw) in ("country", "state")
    if outer.kind in ("person", "org", "thing") and not area:
        return ""
    name = code or outer.name
    if gap == " (" and after.startswith(")"):
        return name if area or outer.kind == "place" else ""
    if gap == ", ":
        if area and geography.contains(name, inner.raw):
            return name
        listed = len(found) > 2 and _row(text[outer.end : found[2].start], lang)
        return name if not listed and (area or _smaller(text, lang, inner, outer)) else ""
    words = gap.strip(" ,").casefold()
    return name if area and words in word_set(lang, "entities", "inside") else ""


def _row(gap: str, lang: str) -> bool:
    words = gap.strip(" ,").casefold()
    return words == "" or words in word_set(lang, "entities", "row")


def _smaller(text: str, lang: str, inner: Entity, outer: Entity) -> bool:
    """Return whether "A, B" reads as one address: A is a small kind of place, B a large one, or "in" stands before."""
    ends = [(words[0], words[-1]) for words in (tokenise(inner.raw).words, tokenise(outer.raw).words) if words]
    if len(ends) < 2 or outer.kind not in ("place", "other"):
        return False
    quarter, region = word_set(lang, "entities", "quarter"), word_set(lang, "entities", "region")
    if quarter & set(ends[0]):
        return True
    if outer.kind == "place" and region & set(ends[1]) and not region & set(ends[0]):
        return True
    ahead = text[: inner.start].rsplit(None, 1)[-1:]
    inside = word_set(lang, "entities", "place_prep") | word_set(lang, "entities", "inside")
    placed = bool(ahead) and ahead[0].casefold() in inside
    return placed and inner.kind == "place" and geography.contains(outer.raw, inner.raw) is not False


def _described(tokens: Tokens, lang: str, inner: Entity) -> str:
    """Return the country of "the Austrian city of Linz", "la ciudad austriaca de Linz"."""
    at = next((i for i, start in enumerate(tokens.starts) if start >= inner.start), len(tokens))
    places = word_set(lang, "entities", "place") | word_set(lang, "entities", "region")
    window = range(max(0, at - 4), at)
    if any(tokens.hard[i + 1] for i in window if i + 1 <= at and i + 1 < len(tokens)):
        return ""
    if not any(tokens.words[i] in places for i in window):
        return ""
    countries = [country for i in window if (country := geography.of_adjective(tokens.words[i], lang))]
    return countries[0] if len(countries) == 1 else ""
