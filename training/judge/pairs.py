"""Make the judge's training pairs: ``python training/judge/pairs.py OUT``.

Writes ``OUT/general.jsonl`` (labelled sets of others, found through ``RECONCILE_DATA``), ``OUT/news.jsonl`` (our own
families and calm stories), a file for each further stage, and ``OUT/kept.jsonl`` (rows kept aside: to fit the
combination, to report).
A row is ``{"a", "b", "label", "field", "set"}``, both texts masked and in the order in which they are judged.

* labelled sets (licences in README.md): FEVER, SummEdits, IndoNLI, negated MNLI, MNLI, NTREX;
* families (``families/*.jsonl``, ours): sentences of one event that give the same answer, contradict it, or answer
  something else, in eight languages; every pair of them whose label follows is a row;
* calm stories (``calm/*.jsonl``, ours): articles on one event in which nothing contradicts anything; the nearest
  sentences of two of them are rows labelled ``open`` (agree or unrelated, but no conflict), as most pairs in real life;
* stories told from different sides (``sides/*.jsonl``, ours): the same, harder;
* later families (``later/*.jsonl``, ours): the same form, about what the judge got wrong at first;
* near misses (``near/*.jsonl``, ours): single pairs in sets round one matter, told again, contradicted in near and in
  other words, and opposite-looking sentences on something else; of an update it is known only that it is no conflict;
* contested stories (``contested/*.jsonl``, ours): articles on one event with contradictions and agreements quoted; near
  sentences of which nothing is quoted are ``open``.

Kept aside, never trained on: the SummEdits domains in ``DOMAINS``, and a part of the other sets by a hash of the id.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from reconcile.match.judge import key_of
from reconcile.model import Article, stable_id
from reconcile.read import clean, sentences

HERE = Path(__file__).parent
LABELS = {"agree": "agree", "conflict": "conflict", "unrelated_or_neutral": "unrelated"}
DOMAINS = ("samsum", "scitldr")
SETS = ("fever", "summedits", "negnli_mnli", "indonli", "ntrex_en_fil", "mnli")
ASIDE = {"fever": 25, "negnli_mnli": 6, "indonli": 4, "ntrex_en_fil": 4, "mnli": 4}  # one row in so many is kept aside
LONGEST = 760  # characters of both texts
MEANTIME = ("en", "es", "nl")  # languages of it that are ours
NEAREST = 2  # neighbours of a sentence that make a pair
SIDES = 4  # the same for stories told from different sides
SIDES_ROWS, FAMILIES_ROWS = 5000, 3000  # rows of the third stage: of these stories, and of families once more
NEIGHBOURS = 22  # calm pairs taken of a contested or settled story
MIXED = {"families": 5000, "later": 2500, "sides": 3500, "general": 3500}  # of what is known beside those stories
SALT = "mixed"  # chooses the rows of what is known
SETTLED = ("s1", "s2", "s3", "s4", "s5")  # settled stories among what is known
GOLD = {"contested": 4000, "families": 3000, "calm": 2000, "general": 1000}  # rows of the gold stage beside stories
BACKGROUND = {
    "settled": 3600,
    "gold": 3300,
    "meantime": 2000,
    "retold": 1000,
    "sides": 800,
    "contested": 800,
    "families": 800,
    "general": 300,
}  # rows of the stage after it
KNOWN_BEFORE = {"gold": 4100, "families": 1700, "contested": 600, "general": 300}  # rows repeated beside the pages
RANK = {"": 0, "unrelated": 1, "agree": 2, "conflict": 3}  # what is said of two sentences that share more questions
PER_FAMILY = {"agree": 4, "conflict": 8, "unrelated": 5}

Row = dict[str, str]


def part_of(name: str, row_id: str) -> str:
    """Return what a row of a labelled set is for: ``train`` the judge, ``fit`` the combination, or ``report`` only.

    Of SummEdits one domain is for fitting and one for reporting; sets that are not in ``SETS`` are for reporting.
    """
    if name not in SETS:
        return "report"
    if name == "summedits":
        domain = row_id.split("-")[1]
        return {DOMAINS[0]: "fit", DOMAINS[1]: "report"}.get(domain, "train")
    digest = zlib.crc32(row_id.encode())
    if digest % ASIDE[name]:
        return "train"
    return "fit" if digest // ASIDE[name] % 2 else "report"


def row(a: str, b: str, label: str, field: str, origin: str) -> Row | None:
    """Return one training row, or None where the texts are too long or differ in numbers alone."""
    first, second = key_of(a, b)
    if len(first) + len(second) > LONGEST or not first or (first == second and label == "conflict"):
        return None
    return {"a": first, "b": second, "label": label, "field": field, "set": origin}


def labelled(folder: Path) -> Iterator[tuple[bool, Row]]:
    """Yield (kept aside, row) of the labelled sets of others."""
    fever = []
    for name in SETS:
        for line in (folder / "pairs" / f"{name}.jsonl").read_text("utf-8").splitlines():
            given = json.loads(line)
            made = row(given["a"], given["b"], LABELS[given["label"]], "", name)
            if made:
                aside = part_of(name, given["id"]) != "train"
                if name == "fever" and not aside:
                    fever.append(given)
                yield aside, made
    chance = random.Random(7)
    for given in chance.sample(fever, len(fever) // 6):  # the set itself has no unrelated pair
        made = row(given["a"], chance.choice(fever)["b"], "unrelated", "", "fever-random")
        if made:
            yield False, made


def of_family(family: dict[str, list[list[str]]], salt: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield (text, text, label, field) of the pairs of one family whose label follows, a few of each label.

    ``salt``: another one chooses other pairs.
    """
    same, apart = [t[-1] for t in family["same"]], [t[-1] for t in family["apart"]]
    found: dict[str, list[tuple[str, str, str]]] = {
        "agree": [(a, b, "") for a, b in combinations(same, 2)],
        "conflict": [(a, c[2], c[1]) for a, c in product(same, family["conflict"])],
        "unrelated": [(a, b, "") for a, b in product(same, apart)],
    }
    chance = random.Random(zlib.crc32((same[0] + salt).encode()))
    for label, pairs in found.items():
        chance.shuffle(pairs)
        yield from ((a, b, label, field) for a, b, field in pairs[: PER_FAMILY[label]])


def families(folder: Path = HERE / "families", salt: str = "") -> Iterator[Row]:
    """Yield the pairs of all families, and of each with its neighbour in the file (unrelated)."""
    for path in sorted(folder.glob("*.jsonl")):
        read = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        for family in read:
            yield from filter(None, (row(*pair, "families") for pair in of_family(family, salt)))
        for one, other in pairwise(read):
            made = row(one["same"][0][-1], other["same"][-1][-1], "unrelated", "", "families-random")
            if made:
                yield made


def calm(folder: Path = HERE / "calm", near: int = NEAREST) -> Iterator[Row]:
    """Yield the nearest sentences of different articles of stories, of a folder or a file, that contradict nothing."""
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else [folder]:
        for line in path.read_text("utf-8").splitlines():
            told = [
                (n, text) for n, article in enumerate(json.loads(line)["articles"]) for text in sentences_of(article)
            ]
            for a, b in nearest(told, near):
                made = row(a, b, "open", "", "calm")
                if made:
                    yield made


def contested(
    names: Sequence[str], salt: str, folder: Path = HERE / "contested", near: int = NEIGHBOURS
) -> Iterator[Row]:
    """Yield the pairs of contested stories: what gold says of two sentences, and near ones it says nothing of."""
    for path in (folder / f"{name}.jsonl" for name in names):
        for line in path.read_text("utf-8").splitlines():
            yield from of_story(json.loads(line), salt, near)


def of_story(story: dict[str, Any], salt: str, near: int) -> Iterator[Row]:
    """Yield the labelled pairs of one story with gold, and ``near`` of its calm ones; ``salt`` chooses others.

    Position ``0``: words that seem to answer the question and do not.
    """
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for fact in story["facts"]:
        for (one, a, x), (other, b, y) in combinations(fact["mentions"], 2):
            if one == other or x == y == "0":
                continue
            what = ("unrelated", "") if "0" in (x, y) else ("agree", "") if x == y else ("conflict", fact["field"])
            if RANK[what[0]] > RANK[said.get((a, b), ("", ""))[0]]:
                said[a, b] = said[b, a] = what
    articles = list(enumerate(story["articles"]))
    told = [(n, text) for n, a in articles for text in (a["title"], *sentences_of(a))]
    others = [pair for pair in nearest(told, SIDES) if pair not in said]
    chance = random.Random(zlib.crc32((story["articles"][0]["title"] + salt).encode()))
    yield from filter(None, (row(a, b, *what, "contested") for (a, b), what in said.items()))
    calm_pairs = chance.sample(others, min(near, len(others)))
    yield from filter(None, (row(a, b, "open", "", "contested") for a, b in calm_pairs))


def near_misses(folder: Path = HERE / "near") -> Iterator[Row]:
    """Yield the pairs of near misses."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            given = json.loads(line)
            label = "open" if given["relation"] == "update" else given["relation"]
            if made := row(given["a"], given["b"], label, given["field"], "near"):
                yield made


def sentences_of(given: dict[str, str]) -> list[str]:
    """Return the kept sentences of an article."""
    text = stable_id("text", given["text"])
    article = Article(text, "", "", given["title"] or "", None, given["lang"], given["text"], text)
    return [s.text for s in clean.mark(sentences.split(article), article) if not s.dropped]


def nearest(told: Sequence[tuple[object, str]], near: int = NEAREST) -> Iterator[tuple[str, str]]:
    """Yield the pairs of (article, text) of two articles in which either is among the nearest of the other."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform([text for _, text in told])
    likeness = (vectors @ vectors.T).toarray()
    neighbours = []
    for n, (article, _) in enumerate(told):
        others = [int(m) for m in np.argsort(-likeness[n], kind="stable") if told[m][0] != article]
        neighbours.append(set(others[:near]))
    for n, m in combinations(range(len(told)), 2):
        if m in neighbours[n] or n in neighbours[m]:
            yield told[n][1], told[m][1]


def _write(path: Path, rows: Iterable[Row], seed: int) -> None:
    """Write rows without repeats, shuffled."""
    unique = list({(r["a"], r["b"]): r for r in rows}.values())
    random.Random(seed).shuffle(unique)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in unique), "utf-8")
    print(path, len(unique), dict(Counter(r["label"] for r in unique)), dict(Counter(r["set"] for r in unique)))


def mixed(general: Sequence[Row]) -> list[Row]:
    """Return settled and contested stories in about their natural proportion, with some of everything else."""
    chance = random.Random(zlib.crc32(SALT.encode()))
    old = {
        "families": list(families(salt=SALT)),
        "later": list(families(HERE / "later", SALT)),
        "sides": [*calm(near=SIDES), *calm(HERE / "sides", SIDES)],
        "general": general,
    }
    kept = [r for name, wanted in MIXED.items() for r in chance.sample(list(old[name]), wanted)]
    told = [*contested(SETTLED, SALT, HERE / "settled"), *contested(_names("contested"), SALT)]
    return [*told, *kept]


def judged_gold(general: Sequence[Row]) -> list[Row]:
    """Return the pairs of the stories with gold, and some of what is known."""
    from gold import read

    chance = random.Random(22)
    known = mixed(general)
    pools = {name: [r for r in known if r["set"] == name] for name in GOLD if name != "general"}
    pools["general"] = [r for r in known if r["set"] in SETS]
    return [*read(), *(r for name, most in GOLD.items() for r in chance.sample(pools[name], most))]


def background(general: Sequence[Row], data: Path, golden: Sequence[Row]) -> list[Row]:
    """Return near pairs of articles that tell much beside the news, sentences told again, and some of what is known."""
    from retold import retold

    chance = random.Random(32)
    pools = {
        "meantime": list(meantime(data)),
        "sides": [*calm(near=SIDES), *calm(HERE / "sides", SIDES)],
        "retold": retold(BACKGROUND["retold"]),
        "settled": list(contested(_names("settled"), "background", HERE / "settled", 0)),
        "gold": [r for r in golden if r["set"] == "gold"],
        **{name: [r for r in golden if r["set"] == name] for name in ("contested", "families")},
        "general": [r for r in general if r["set"] in SETS],
    }
    return [r for name, most in BACKGROUND.items() for r in chance.sample(pools[name], min(most, len(pools[name])))]


def known(golden: Sequence[Row]) -> list[Row]:
    """Return near misses and the rows of earlier stages that are repeated beside those of pages."""
    chance = random.Random(33)
    pools = {name: [r for r in golden if r["set"] == name] for name in KNOWN_BEFORE}
    pools["general"] = [r for r in golden if r["set"] in SETS]
    old = [r for name, most in KNOWN_BEFORE.items() for r in chance.sample(pools[name], min(most, len(pools[name])))]
    return [*near_misses(), *old]


def _names(folder: str) -> list[str]:
    return sorted(path.stem for path in (HERE / folder).glob("*.jsonl"))


def meantime(data: Path) -> Iterator[Row]:
    """Yield near pairs of articles of one topic of MEANTIME (real news of many days): no conflict of one time."""
    told: dict[str, list[tuple[str, str]]] = {}
    for line in (data / "clusters" / "meantime_docs.jsonl").read_text("utf-8").splitlines():
        given = json.loads(line)
        if given["lang"] in MEANTIME:
            text = printed(given["text"])
            article = {"text": text, "title": printed(given["title"]), "lang": given["lang"]}
            topic = f"{given['lang']} {given['topic']}"
            told.setdefault(topic, []).extend((given["id"], t) for t in sentences_of(article)[1:])
    for topic in sorted(told):
        for a, b in nearest(told[topic]):
            made = row(a, b, "open", "", "meantime")
            if made:
                yield made


def printed(text: str) -> str:
    """Return text whose marks were set apart as words, as it was printed."""
    for apart, mark in (("`` ", '"'), ("``", '"'), (" ''", '"'), ("''", '"'), ("( ", "(")):
        text = text.replace(apart, mark)
    return re.sub(r" ([.,;:!?)%]|n't\b|'(?:s|ll|re|ve|d|m)\b)", r"\1", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    data = os.environ.get("RECONCILE_DATA")
    if not data:
        raise SystemExit("RECONCILE_DATA is not set: name the folder that holds data/pairs")
    out.mkdir(parents=True, exist_ok=True)
    general = list(labelled(Path(data) / "data"))
    _write(out / "general.jsonl", (r for aside, r in general if not aside), 1)
    _write(out / "kept.jsonl", (r for aside, r in general if aside), 2)
    news = [*families(), *calm()]
    _write(out / "news.jsonl", news, 3)
    chance = random.Random(4)
    sides = chance.sample(list(calm(HERE / "sides", SIDES)), SIDES_ROWS)
    sides += chance.sample([r for r in news if r["set"] == "families"], FAMILIES_ROWS)
    _write(out / "sides.jsonl", sides, 4)
    golden = judged_gold([r for aside, r in general if not aside])
    _write(out / "gold.jsonl", golden, 10)
    _write(
        out / "background.jsonl", background([r for aside, r in general if not aside], Path(data) / "data", golden), 11
    )
    from pages import pages

    _write(out / "pages.jsonl", pages(Path(data) / "data"), 12)
    _write(out / "known.jsonl", known(golden), 13)


if __name__ == "__main__":
    main()
