"""Sentences told again with less, or in another order: pairs made by rule that agree.

Real newsrooms copy one source and cut. Of a sentence an insertion, its beginning or its end is left out at a comma, or
two members of a list change places; what is left says nothing else. From articles of ``calm`` and ``sides``.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from pairs import HERE, Row, row, sentences_of

FOLDERS = (HERE / "calm", HERE / "sides")
SHORTEST = 6  # words that are left
_PARTS = re.compile(r",\s+")
_LIST = re.compile(
    r"(?<=\b(?:to|of|by|de) )"
    r"([a-zà-ÿ]{4,}) (and|und|et|y|dan|at) ([a-zà-ÿ]{4,})(?=[.,])"
)
_OPENERS = ("before", "when", "after", "while", "if", "although", "as", "since", "because", "wenn", "als", "nachdem",
            "bevor", "weil", "quando", "cuando", "tras", "después", "depois", "quand", "après", "toen", "nadat", "saat",
            "ketika", "setelah", "nang", "matapos")  # fmt: skip
_ABOUT_SPEECH = re.compile(r'["“”„«»]')


def retold(most: int, folders: tuple[Path, ...] = FOLDERS) -> list[Row]:
    """Return ``most`` pairs, of as many sentences."""
    chance = random.Random(31)
    texts = sorted({text for folder in folders for path in folder.glob("*.jsonl") for text in _sentences(path)})
    chance.shuffle(texts)
    out: list[Row] = []
    for text in texts:
        told = list(_less(text))
        if told:
            made = row(text, random.Random(zlib.crc32(text.encode())).choice(told), "agree", "", "retold")
            if made and made["a"] != made["b"]:
                out.append(made)
        if len(out) == most:
            break
    return out


def _sentences(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        for article in json.loads(line)["articles"]:
            yield from sentences_of(article)


def _less(text: str) -> Iterator[str]:
    """Yield the sentence without its end, its beginning or an insertion, or with two members of a list changed over."""
    if _ABOUT_SPEECH.search(text):
        return
    end = text[-1] if text[-1] in ".!?" else ""
    parts = _PARTS.split(text[: len(text) - len(end)])
    if 2 <= len(parts) <= 4 and len(parts[0].split()) > 2 and text.split()[0].casefold() not in _OPENERS:
        cuts = [", ".join(parts[:-1])]
        cuts += [
            ", ".join([*parts[: n - 1], f"{parts[n - 1]} {parts[n + 1]}", *parts[n + 2 :]])
            for n in range(1, len(parts) - 1)
        ]
        yield from (f"{told}{end}" for told in cuts if SHORTEST <= len(told.split()) < len(text.split()) - 1)
    if found := _LIST.search(text):
        one, joint, other = found.groups()
        yield f"{text[: found.start()]}{other} {joint} {one}{text[found.end() :]}"
