"""Recombine stories with gold into any number of other ones: for benchmarks of speed and of quality at size.

    python tools/many_stories.py FOLDER ARTICLES OUT

A copy of a story has the names and the content words of other stories in place of its own, the same one wherever it
stands and, for a name, in whatever language; what our language files know (units, months, words of change and negation)
stays, and so do numbers and dates, but for the year of publication. So a copy is about something else, its articles
still tell one event, and its gold holds: quotes are changed as the texts are. Copies are not good prose: what is found
in them is a lower bound of what is found in real stories.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reconcile import languages
from reconcile.evaluate import load_stories

WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 4  # shorter words are mostly grammar
FEW = 8  # words with one ending, below which any other may stand in
ENDING = 2  # letters at the end that a word and its stand-in share
Story = Mapping[str, Any]
Pools = Mapping[tuple[str, bool, str], list[str]]


@cache
def known_words() -> frozenset[str]:
    """Return every word of every language file: what the program understands."""
    return frozenset(
        w for code in languages.codes() for section in languages.load(code).sections.items() for w in _words(section)
    )


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from WORD.findall(value.casefold())
    elif isinstance(value, Mapping):
        yield from (w for item in value.items() for part in item for w in _words(part))
    elif isinstance(value, Iterable):
        yield from (w for part in value for w in _words(part))


def pools_of(stories: Iterable[Story]) -> Pools:
    """Return the words that may stand for others, by language (names: none), whether they are names, and ending."""
    found: dict[tuple[str, bool, str], set[str]] = defaultdict(set)
    for story in stories:
        names = names_of(story)
        for article in story["articles"]:
            for word in WORD.findall(f"{article['title'] or ''} {article['text']}"):
                if changeable(word):
                    lang, name = kind_of(word, article["lang"], names)
                    for ending in (word[-ENDING:], ""):
                        found[lang, name, ending].add(word)
    return {key: sorted(words) for key, words in found.items()}


def names_of(story: Story) -> frozenset[str]:
    """Return the plain forms of the words with a capital in the languages in which nouns have none."""
    texts = [f"{a['title'] or ''} {a['text']}" for a in story["articles"] if a["lang"] != "de"]
    return frozenset(plain(w) for text in texts for w in WORD.findall(text) if w[0].isupper())


def plain(word: str) -> str:
    """Return a word without accents and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def kind_of(word: str, lang: str, names: frozenset[str]) -> tuple[str, bool]:
    """Return whose words may stand for this one: those of its language, or names of any."""
    if not word[0].isupper():
        return lang, False
    return ("", True) if lang != "de" or plain(word) in names else (lang, True)


def changeable(word: str) -> bool:
    """Return whether a word is replaced."""
    return len(word) >= SHORTEST and word.casefold() not in known_words()


def copied(story: Story, number: int, pools: Pools) -> dict[str, Any]:
    """Return the ``number``-th copy of a story, with its gold; copy 0 is the story itself."""
    if not number:
        return dict(story)
    seed = f"{story['id']}/{number}"
    lang, names = {a["id"]: a["lang"] for a in story["articles"]}, names_of(story)

    def changed(text: str, of: str) -> str:
        return WORD.sub(lambda m: stand_in(m[0], kind_of(m[0], of, names), seed, pools), text)

    articles = [
        {**a, **{key: a[key] and changed(a[key], a["lang"]) for key in ("title", "text")}} for a in story["articles"]
    ]
    for article in articles:
        article["url"] = f"{article['url']}-{number}"
        article["published"] = earlier(article["published"], number)
    facts = [
        {
            **fact,
            "positions": [
                {
                    **position,
                    "mentions": [{**m, "quote": changed(m["quote"], lang[m["article"]])} for m in position["mentions"]],
                }
                for position in fact["positions"]
            ],
        }
        for fact in story["facts"]
    ]
    return {**story, "id": f"{story['id']}-{number}", "articles": articles, "facts": facts}


def earlier(published: str, years: int) -> str:
    """Return the same day of an earlier year."""
    day = published[5:].replace("02-29", "02-28", 1)
    return f"{int(published[:4]) - years:04}-{day}"


def stand_in(word: str, kind: tuple[str, bool], seed: str, pools: Pools) -> str:
    """Return what stands for a word in one copy: the same for the same word, a name for a name."""
    if not changeable(word):
        return word
    pool = pools.get((*kind, word[-ENDING:]), [])
    if len(pool) < FEW:
        pool = pools[(*kind, "")]
    return random.Random(f"{seed}/{plain(word)}").choice(pool)


def many(folder: str | Path, articles: int) -> Iterator[dict[str, Any]]:
    """Yield stories with ``articles`` articles in all, or a few more: each story once, then all again changed."""
    stories = load_stories(str(folder))
    pools, made, number = pools_of(stories), 0, 0
    while True:
        for story in stories:
            if made >= articles:
                return
            one = copied(story, number, pools)
            made += len(one["articles"])
            yield one
        number += 1


def rows(stories: Iterable[Story]) -> Iterator[dict[str, Any]]:
    """Yield the articles of stories in the form that the program reads."""
    for story in stories:
        for article in story["articles"]:
            kept = ("source", "url", "title", "published", "lang", "text")
            yield {"id": f"{story['id']}/{article['id']}", **{key: article[key] for key in kept}}


def main() -> None:
    """Write OUT/articles.jsonl and the stories with gold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("articles", type=int)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    (given.out / "gold").mkdir(parents=True, exist_ok=True)
    with (given.out / "articles.jsonl").open("w", encoding="utf-8") as out:
        for story in many(given.folder, given.articles):
            (given.out / "gold" / f"{story['id']}.json").write_text(json.dumps(story, ensure_ascii=False), "utf-8")
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows([story]))


if __name__ == "__main__":
    main()
