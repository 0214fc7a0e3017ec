"""Which sentences of a very long article are compared: what two articles cost is the product of their answers.

News says first what it is about: the headline and the first sentences are compared, a quarter of what may be. In the
rest of a live blog, a debate or a transcript no place is more telling than another (the newest post stands on top here
and at the end there), so that of it the sentences most worth checking are taken, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconcile.match.slots import of_claims
from reconcile.model import Article, Claim, Problem

STAGE = "compare"  # of the notes
ANSWERS = 12  # slots of a sentence; one with more, such as a table in one line, counts as several
FIRST = 4  # one in so many of the sentences that may be compared is kept for the first

Said = tuple[Claim, ...]  # the claims of one sentence


def compared(claims: Sequence[Claim], most: int) -> Sequence[Claim]:
    """Return the claims of one article that are compared, in their order: of ``most`` sentences, or of fewer long ones.

    Equally telling sentences are taken in reading order. Nothing depends on other articles.
    """
    told = _told(claims)
    if sum(map(_size, told)) <= most:
        return claims
    chosen: set[str] = set()
    left = _take(told, most // FIRST or 1, chosen)
    rest = [said for said in told if said[0].sentence_id not in chosen]
    _take(sorted(rest, key=_worth, reverse=True), most - (most // FIRST or 1) + left, chosen)
    return tuple(claim for claim in claims if claim.sentence_id in chosen)


def notes(articles: Iterable[Article], claims: Mapping[str, Sequence[Claim]], most: int) -> Iterator[Problem]:
    """Yield a note on each article of which not all is compared; ``claims`` are by article id."""
    for article in articles:
        of = claims[article.article_id]
        kept = compared(of, most)
        if len(kept) < len(of):
            one, all_of = ({c.sentence_id for c in some} for some in (kept, of))
            message = (
                f"{len(one):,} of its {len(all_of):,} sentences are compared with other articles, "
                "the first and those most worth checking"
            )
            place = (article.path, article.line, article.article_id)
            yield Problem(STAGE, *place, message, "divide it, or raise max_compared_sentences under [limits]")


def _told(claims: Sequence[Claim]) -> list[Said]:
    """Return the claims of each sentence, the headline's first."""
    told: dict[str, list[Claim]] = {}
    for claim in claims:
        told.setdefault(claim.sentence_id, []).append(claim)
    return sorted(map(tuple, told.values()), key=lambda said: (said[0].part != "title", said[0].start))


def _size(said: Said) -> int:
    return -(-len(of_claims(said)) // ANSWERS) or 1


def _worth(said: Said) -> float:
    return max(claim.worth or 0.0 for claim in said)


def _take(told: Iterable[Said], room: int, chosen: set[str]) -> int:
    """Choose sentences while there is room, passing over those too long for what is left; return the room left."""
    for said in told:
        size = _size(said)
        if size <= room:
            chosen.add(said[0].sentence_id)
            room -= size
    return room
