"""Who says each sentence of an article: speakers carried over sentences, pronouns resolved, quotations continued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.claims import entities
from reconcile.claims.naming import gazetteer
from reconcile.claims.naming.names import key
from reconcile.claims.phrases import word_set
from reconcile.claims.sayings.quotations import marks, voice
from reconcile.claims.sayings.speaking import name_before
from reconcile.model import Attribution, Entity, Sentence

BACK = 4  # sentences in which whom a pronoun means is looked for
NO_MENTIONS: Mapping[str, Sequence[Entity]] = {}


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence: its own speaker, whether all of it is quoted, and whether a quotation goes on behind it."""

    sentence: Sentence
    speaker: Attribution | None
    quoted: bool
    open: bool
    fresh: bool  # the first of a paragraph


def speakers(
    sentences: Sequence[Sentence], names: entities.Names, mentions: Mapping[str, Sequence[Entity]] = NO_MENTIONS
) -> dict[str, Attribution]:
    """Return the speaker of each sentence that is not in the outlet's own voice, by sentence id.

    ``sentences`` are those of one article in order. ``mentions`` (by sentence id) are names and resolved pronouns
    where another finder has them; without it the last person who can be meant is taken. The kind is ``named``,
    ``unnamed`` ("police", a pronoun that nobody fits) or ``document``.
    """
    found: dict[str, Attribution] = {}
    read = tuple(_read(sentences))
    for chain in _chains(read):
        first = chain[0]
        own = next((read[k].speaker for k in reversed(chain) if read[k].speaker), None)
        if own is not None:
            speaker: Attribution | None = _resolved(own, (read, chain), names, (found, mentions))
        elif read[first].quoted and (len(chain) > 1 or read[first].sentence.part == "text"):
            speaker = _continued(read, first, names, (found, mentions))
        else:
            speaker = None
        if speaker is not None and (speaker.kind == "named" or speaker.cue != ":"):
            found.update((read[k].sentence.sentence_id, speaker) for k in chain)
    return found


def _read(sentences: Sequence[Sentence]) -> Iterator[_Said]:
    """A gap of one character parts sentences of one paragraph, a longer one parts paragraphs."""
    inside = False
    previous: Sentence | None = None
    for sentence in sentences:
        fresh = previous is None or previous.part != sentence.part or sentence.start - previous.end > 1
        quoted, inside = marks(sentence.text, inside and not fresh)
        yield _Said(sentence, voice(sentence.text, sentence.lang), quoted, inside, fresh)
        previous = sentence


def _chains(read: Sequence[_Said]) -> Iterator[tuple[int, ...]]:
    """Yield the numbers of the sentences that one quotation runs over, else of one sentence."""
    start = 0
    for k in range(len(read)):
        if k + 1 == len(read) or not read[k].open or (read[k + 1].fresh and not _reopens(read[k + 1].sentence)):
            yield tuple(range(start, k + 1))
            start = k + 1


def _reopens(sentence: Sentence) -> bool:
    """Return whether a paragraph begins with a mark: one that takes up a quotation left open before it."""
    return sentence.text.startswith(('"', "“", "„", "«", "‘", "»"))


_Known = tuple[Mapping[str, Attribution], Mapping[str, Sequence[Entity]]]


def _resolved(
    own: Attribution, at: tuple[Sequence[_Said], tuple[int, ...]], names: entities.Names, known: _Known
) -> Attribution:
    """Give a printed name its canonical form and a pronoun its person."""
    read, chain = at
    if own.kind == "named":
        name = names.canonical(_bare(own.speaker, names))
        at_start = any(read[k].sentence.text.startswith(own.speaker) for k in chain)
        unknown = " " not in name and names.kind(name) == "other" and key(name) not in names.forms
        common = unknown and at_start and gazetteer.plain_word(name.casefold())
        return replace(own, speaker=name, kind="unnamed" if common else "named")
    if own.kind != "pronoun":
        return own
    mentions = known[1]
    for k in chain:
        for mention in mentions.get(read[k].sentence.sentence_id, ()):
            if own.speaker and mention.raw.casefold() == own.speaker.casefold() and mention.name != mention.raw:
                return replace(own, speaker=mention.name, kind="named")
    for candidate in _candidates(read, chain[0], names, known):
        if _fits(own.speaker, candidate, read[chain[0]].sentence.lang):
            return replace(candidate, cue=own.cue)
    return replace(own, kind="unnamed")


def _bare(speaker: str, names: entities.Names) -> str:
    """Return the known name that a printed speaker ends with ("Kämmerer Paul Okoro"), else the speaker."""
    if key(speaker) in names.forms:
        return speaker
    return next((name for name in names.known if " " in name and speaker.endswith(f" {name}")), speaker)


def _continued(read: Sequence[_Said], first: int, names: entities.Names, known: _Known) -> Attribution | None:
    """A quotation that stands alone is by the last speaker, else by the person named right before it."""
    return next(_candidates(read, first, names, known, back=2), None)


def _candidates(
    read: Sequence[_Said], first: int, names: entities.Names, known: _Known, *, back: int = BACK
) -> Iterator[Attribution]:
    """Yield who may be meant before sentence ``first``: sentence by sentence backwards, speakers before others."""
    found, mentions = known
    for k in range(first - 1, max(first - 1 - back, -1), -1):
        sentence = read[k].sentence
        if sentence.part != read[first].sentence.part:
            return
        speaker = found.get(sentence.sentence_id)
        if speaker is not None and speaker.kind != "document":
            yield speaker
        for entity in _people(sentence, names, mentions):
            yield Attribution(entity, "", "named")


def _people(sentence: Sentence, names: entities.Names, mentions: Mapping[str, Sequence[Entity]]) -> tuple[str, ...]:
    """Return who of a sentence may speak: persons, then two-word names of unknown kind, else whoever is named."""
    found = mentions.get(sentence.sentence_id)
    if found is None:
        found = [
            replace(entity, name=names.canonical(entity.raw))
            for entity in entities.find(sentence.text, sentence.lang, names.known)
        ]
    kinds = [(entity.name, names.kind(entity.name) if entity.kind == "other" else entity.kind) for entity in found]
    ranks = [[name for name, kind in kinds if kind == "person"]]
    ranks.append([name for name, kind in kinds if kind == "other" and " " in name])
    if not any(ranks):
        bare = name_before(sentence.text, sentence.lang, len(sentence.text))
        ranks.append([name for name, kind in kinds if kind == "org"] or [bare] * (" " in bare))
    return tuple(dict.fromkeys(name for rank in ranks for name in rank))


def _fits(pronoun: str, candidate: Attribution, lang: str) -> bool:
    """Return whether a pronoun may mean a speaker: by the ending of a given name, as far as that tells."""
    word = pronoun.casefold()
    given = candidate.speaker.split()[0].casefold() if candidate.speaker else ""
    if candidate.kind != "named" or not given:
        return True
    if word in word_set(lang, "attribution", "he"):
        return not given.endswith(tuple(word_set(lang, "attribution", "her_endings")))
    if word in word_set(lang, "attribution", "she"):
        return not given.endswith(tuple(word_set(lang, "attribution", "his_endings")))
    return True
