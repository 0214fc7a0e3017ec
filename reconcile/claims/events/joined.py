"""Chunks that belong together: coordinated names, names that a particle adds to the phrase before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconcile.claims.events.chunks import AUX, COMMA, LINK, NP, RELATIVE, VERB, Chunk
from reconcile.claims.phrases import word_set


def join(row: Sequence[Chunk], lang: str) -> tuple[Chunk, ...]:
    """Return the chunks with coordinated names ("Ramos and Cruz") as one noun phrase."""
    verb_first = "vso" in word_set(lang, "roles", "order")
    return tuple(_coordinated(_introduced(row) if verb_first else row))


def _introduced(row: Sequence[Chunk]) -> list[Chunk]:
    """Give Filipino phrases the name that "si" adds to them: "ng kanyang anak na si Luna", "ang gurong si Luna"."""
    made: list[Chunk] = []
    for chunk in row:
        if made and chunk.kind == NP and chunk.marked("top") and chunk.names:
            linked = made[-1].kind == RELATIVE and len(made) > 1
            before = made[-2] if linked else made[-1]
            marks = ("by", "top", "to") if linked else ("top",)
            if before.kind == NP and not before.names and before.marked(*marks):
                del made[-2 if linked else -1 :]
                chunk = replace(before, j=chunk.j, names=chunk.names, nouns=before.nouns + chunk.nouns)
        made.append(chunk)
    return made


def _coordinated(row: Sequence[Chunk]) -> Iterator[Chunk]:
    k = 0
    while k < len(row):
        chunk = row[k]
        while _joins(row, k, chunk):
            chunk = replace(chunk, j=row[k + 2].j, names=chunk.names + row[k + 2].names)
            k += 2
        yield chunk
        k += 1


def _listed(row: Sequence[Chunk], k: int) -> bool:
    """Return whether the name after the comma at ``k`` goes on with "and" and another: "Ramos, Cruz and Vera"."""
    if k + 3 >= len(row) or row[k].kind != COMMA or row[k + 1].kind != NP:
        return False
    return row[k + 2].kind == LINK and row[k + 3].kind == NP and bool(row[k + 3].names)


def _joins(row: Sequence[Chunk], k: int, chunk: Chunk) -> bool:
    """Return whether the link after a name joins another name to it and not another clause."""
    if k + 2 >= len(row) or chunk.kind != NP or not chunk.names or not (row[k + 1].kind == LINK or _listed(row, k + 1)):
        return False
    other = row[k + 2]
    if other.kind != NP or not other.names or other.owner is not None:
        return False
    if not other.bare and other.values != chunk.values:
        return False
    verb_follows = k + 3 < len(row) and row[k + 3].kind in (VERB, AUX)
    verb_before = k > 0 and row[k - 1].kind == VERB
    return not verb_follows or (chunk.bare and not verb_before)
