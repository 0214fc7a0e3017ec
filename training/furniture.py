"""Train the weights that tell page furniture from an article, and say what they are worth on pages left out.

    python training/furniture.py [--write] [--test] [--misses]

Pages are those of ``datasets/practice-pages`` (``README.md`` there says how they are written), bare and around the
texts of our stories, in the same language, plus the stories alone, whose sentences are content. Pages kept aside are
only scored. Folds are page numbers: pages of one number are of one kind in all languages.
With ``--write`` the weights go to ``reconcile/read/likeness.json`` with the figures.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from reconcile.model import Article
from reconcile.read import clean, likeness
from reconcile.read.furniture import page_of
from reconcile.read.sentences import split

DATA = Path(__file__).parent.parent / "datasets"
PAGES = DATA / "practice-pages"
WEIGHTS = Path(likeness.__file__).with_name("likeness.json")
INNER = re.compile(r"\{\{(.*?)\}\}")
FURNITURE, CONTENT, HEADLINE, CLAIM, EITHER = "-", "+", "#", "*", "?"
KEPT_ASIDE = tuple(map(int, __import__("os").environ.get("ASIDE", "5,6,11,12").split(",")))
MIXES = 10
STORY, MIX = 0.5, 0.4  # weights: gold does not say which short lines of a story are furniture
SURE, SENTENCE = 3.0, 7
DEAR = float(__import__("os").environ.get("DEAR", "2"))  # content of a page: what is lost cannot be found again
C = {"alone": 0.3, "together": 0.3}
JOINTS = ("\n", "\n\n")


@dataclass
class Sample:
    """An article with a label for stretches of its text, from a page number (0: a story)."""

    article: Article
    labels: list[tuple[int, int, str]]
    number: int
    weight: float = 1.0


def read_pages(folder: Path = PAGES):
    """Return language, number, title and lines (mark, text) of each practice page."""
    for path in sorted(folder.glob("*.txt")):
        chunks = re.split(r"(?m)^=== ", path.read_text("utf-8"))[1:]
        for number, chunk in enumerate(chunks, 1):
            title, _, body = chunk.partition("\n")
            yield path.stem, number, title, [(line[:1], line[2:]) for line in body.splitlines() if line.strip()]


def build(lines, joint):
    """Return the text of marked lines and the labels of its stretches; ``{{...}}`` is furniture inside content."""
    out, labels, position = [], [], 0
    for mark, raw in lines:
        text = INNER.sub(r"\1", raw)
        labels.append((position, position + len(text), mark))
        if inner := INNER.search(raw):
            labels.append((position + inner.start(), position + inner.end() - 4, FURNITURE))
        out.append(text)
        position += len(text) + len(joint)
    return joint.join(out), labels


def truth(sentence, labels):
    """Return the mark of most of a sentence's characters; the latest label of a stretch counts."""
    marks = [EITHER] * (sentence.end - sentence.start)
    for start, end, mark in labels:
        low, high = max(start, sentence.start), min(end, sentence.end)
        if low < high:
            marks[low - sentence.start : high - sentence.start] = mark * (high - low)
    return max(sorted(set(marks)), key=marks.count)


def sample(lang, number, title, lines, joint, weight=1.0):
    """Return marked lines as a sample; where they hold the headline the article has no title."""
    title = "" if any(mark == HEADLINE for mark, _ in lines) else title
    text, labels = build(lines, joint)
    return Sample(Article("a", "Outlet", "", title, None, lang, text, "hash"), labels, number, weight)


def stories():
    """Return language, title and paragraphs of every story article; those that gold quotes are marked as claims."""
    for folder in ("stories", "practice"):
        for path in sorted((DATA / folder).glob("*.json")):
            story = json.loads(path.read_text("utf-8"))
            mentions = [m for f in story["facts"] for p in f["positions"] for m in p["mentions"]]
            for a in story["articles"]:
                quotes = [m["quote"] for m in mentions if m["article"] == a["id"]]
                lines = [p for p in a["text"].split("\n") if p.strip()]
                yield a["lang"], a["title"], [(CLAIM if any(q in p for q in quotes) else CONTENT, p) for p in lines]


def bare():
    """Return the pages as they are, lines close and apart, and the stories alone."""
    made = [sample(lang, n, title, lines, joint) for lang, n, title, lines in read_pages() for joint in JOINTS]
    return made + [sample(lang, 0, title, lines, "\n\n", STORY) for lang, title, lines in stories()]


def some(lines, dice):
    """Return a stretch of lines: half of the time up to three, else most of them."""
    if not lines:
        return []
    size = dice.randint(1, 3) if dice.random() < 0.5 else dice.randint(1, len(lines))
    start = dice.randrange(max(1, len(lines) - size + 1))
    return lines[start : start + size]


def mixed(seed=7):
    """Return story texts, whole or their first paragraphs, with stretches of one page around and inside them."""
    dice = random.Random(seed)
    texts = defaultdict(list)
    for lang, title, lines in stories():
        texts[lang].append((title, lines))
    for lang, number, _, lines in read_pages():
        body = [i for i, (mark, _) in enumerate(lines) if mark == CONTENT]
        head, foot = [x for x in lines[: body[0]] if x[0] != HEADLINE], lines[body[-1] + 1 :]
        middle = [line for line in lines[body[0] : body[-1]] if line[0] == FURNITURE]
        for _ in range(MIXES):
            title, content = dice.choice(texts[lang])
            content = content[: dice.randint(2, max(2, len(content)))]
            cut = dice.randint(1, len(content))
            inside = some(middle, dice) if dice.random() < 0.7 else []
            page = [*some(head, dice), *content[:cut], *inside, *content[cut:], *some(foot, dice)]
            yield sample(lang, number, title, page, dice.choice(JOINTS), MIX)


class Table:
    """Rows, labels, page numbers and weights of all sentences of samples; rules have run on their pages."""

    def __init__(self, samples):
        self.scenes, self.labels, self.numbers, self.weights = [], [], [], []
        self.ruled, self.safe, self.langs, self.where = [], [], [], []
        for s in samples:
            sentences = split(s.article)
            page = page_of(sentences, s.article)
            clean.run_rules(page)
            scene = likeness.scene_of(page)
            safe = clean.safe(scene)
            rows = likeness.features(scene)
            self.scenes.append((scene, rows))
            for piece, row in zip(scene.pieces, rows, strict=True):
                self.labels.append(truth(sentences[piece.index], s.labels))
                self.numbers.append(s.number)
                sure = self.labels[-1] == CLAIM or (not s.number and piece.words >= SENTENCE)
                weight = s.weight if self.labels[-1] == FURNITURE else s.weight * DEAR
                self.weights.append(SURE if sure else weight)
                reason = page.lines[piece.line].reason or page.reasons.get(piece.index, "")
                self.ruled.append(bool(reason))
                self.safe.append(piece.index in safe or likeness.ANSWER in row)
                self.langs.append(s.article.lang)
                self.where.append(sentences[piece.index].text)

    def arrays(self):
        y = np.array([label == FURNITURE for label in self.labels])
        known = np.array([label != EITHER for label in self.labels])
        return y, known, np.array(self.numbers), np.array(self.weights)

    def first_rows(self):
        return [row for _, rows in self.scenes for row in rows]

    def second_rows(self, odds):
        out, at = [], 0
        for scene, rows in self.scenes:
            out += likeness.context(scene, odds[at : at + len(rows)])
            at += len(rows)
        return out


def fit(rows, y, weight, c):
    """Return the weights of a logistic regression as a dictionary."""
    names = DictVectorizer()
    x = names.fit_transform(rows)
    model = LogisticRegression(C=c, max_iter=2000).fit(x, y, sample_weight=weight)
    found = dict(zip(names.get_feature_names_out(), model.coef_[0], strict=True))
    return {"bias": float(model.intercept_[0])} | {str(k): round(float(v), 3) for k, v in found.items()}


def odds_of(weights, rows):
    """Return the log-odds of rows."""
    return np.array([likeness.weigh(weights, row) for row in rows])


def fit_both(table, use):
    """Fit the first model, and the second on answers of the first for pages it has not seen."""
    y, known, numbers, weight = table.arrays()
    rows = table.first_rows()
    use = use & known
    picked = np.flatnonzero(use)
    alone = fit([rows[i] for i in picked], y[picked], weight[picked], C["alone"])
    odds = odds_of(alone, rows)
    for number in sorted(set(numbers[use]) - {0}):
        rest = np.flatnonzero(use & (numbers != number))
        part = fit([rows[i] for i in rest], y[rest], weight[rest], C["alone"])
        at = np.flatnonzero(numbers == number)
        odds[at] = odds_of(part, [rows[i] for i in at])
    second = table.second_rows(odds)
    together = fit([second[i] for i in picked], y[picked], weight[picked], C["together"])
    return alone, together


def predict(table, alone, together):
    """Return the log-odds of every sentence of a table."""
    return odds_of(together, table.second_rows(odds_of(alone, table.first_rows())))


def figures(table, odds, at, threshold):
    """Return precision and recall of dropping, by language and over all; what the rules drop counts."""
    found = defaultdict(lambda: [0, 0, 0])
    for i in at:
        if table.labels[i] == EITHER:
            continue
        dropped = table.ruled[i] or (odds[i] > threshold and not table.safe[i])
        wanted = table.labels[i] == FURNITURE
        for key in (table.langs[i], "all"):
            found[key][0] += dropped and wanted
            found[key][1] += wanted and not dropped
            found[key][2] += dropped and not wanted
    return {
        key: {
            "precision": round(float(hit) / max(1, hit + false), 3),
            "recall": round(float(hit) / max(1, hit + missed), 3),
        }
        for key, (hit, missed, false) in sorted(found.items())
    }


def left_out(table, numbers_in):
    """Return log-odds for pages, each from weights that have not seen pages of its number."""
    numbers = np.array(table.numbers)
    odds = np.full(len(numbers), -9.0)
    for number in numbers_in:
        alone, together = fit_both(table, (numbers != number) & np.isin(numbers, [0, *numbers_in]))
        at = numbers == number
        odds[at] = predict(table, alone, together)[at]
    return odds


def print_misses(table, odds, at) -> None:
    """Print the sentences of pages that come out wrong, once each."""
    seen = set()
    for i in at:
        dropped = table.ruled[i] or (odds[i] > likeness.THRESHOLD and not table.safe[i])
        line = (table.langs[i], table.numbers[i], table.labels[i], table.where[i][:140])
        if table.labels[i] != EITHER and dropped != (table.labels[i] == FURNITURE) and line not in seen:
            seen.add(line)
            print(*line, "ruled" if table.ruled[i] else round(float(odds[i]), 1), sep="\t")


def main() -> None:
    """Print the figures, and write the weights where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--test", action="store_true", help="score the pages kept aside")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    plain = bare()
    table = Table([*plain, *mixed()])
    numbers = np.array(table.numbers)
    pages = tuple(n for n in sorted(set(numbers)) if n and n not in KEPT_ASIDE)
    bare_rows = sum(len(rows) for _, rows in table.scenes[: len(plain)])
    odds = left_out(table, pages)
    at = [i for i in range(bare_rows) if numbers[i] in pages]
    print("rules alone", json.dumps(figures(table, odds, at, np.inf)["all"]))
    for threshold in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0):
        print(threshold, json.dumps(figures(table, odds, at, threshold)["all"]))
    for lang, row in figures(table, odds, at, likeness.THRESHOLD).items():
        print(lang, row)
    if options.misses:
        print_misses(table, odds, at)
    alone, together = fit_both(table, np.isin(numbers, [0, *pages]))
    both = predict(table, alone, together)
    story = [i for i in range(bare_rows) if not numbers[i]]
    lost = [
        (table.where[i], round(float(both[i]), 1))
        for i in story
        if both[i] > likeness.THRESHOLD and not table.ruled[i] and not table.safe[i]
    ]
    print("story sentences dropped by the weights:", len(lost), "of", len(story), lost[:20])
    report = {"left out": figures(table, odds, at, likeness.THRESHOLD)}
    if options.test:
        aside = [i for i in range(bare_rows) if numbers[i] in KEPT_ASIDE]
        report["kept aside"] = figures(table, both, aside, likeness.THRESHOLD)
        report["kept aside, rules alone"] = figures(table, both, aside, np.inf)
        print(json.dumps(report, indent=1))
    if options.write:
        WEIGHTS.write_text(json.dumps({"alone": alone, "together": together, "figures": report}, indent=1) + "\n")


if __name__ == "__main__":
    main()
