"""Gold labels to scores: conflicts found in annotated stories.

A *story* is a JSON file with articles, and facts whose positions (answers) are mentioned in them; each pair
of positions has one gold relation. A finding *connects* a gold pair if one of its quotes is a mention of one
position and the other of the other. Recall is the share of gold conflicts that a conflict finding connects,
precision the share of conflict findings that connect a gold conflict; *typed* asks for the same field too.
Findings of other relations are counted against the gold relations of that name and are never false alarms.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcile.config import Settings
from reconcile.errors import InputError
from reconcile.publish.terminal import clean

Row = Mapping[str, Any]
OnProgress = Callable[[str, int, int], None] | None

RELATIONS = ("conflict", "update", "scope", "compatible", "agree")
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an article gives an answer: ``article_id`` is ``story/article``."""

    article_id: str
    quote: str
    lang: str


@dataclass(frozen=True, slots=True)
class GoldPair:
    """Two positions on one fact, with all their mentions and the relation between them."""

    story: str
    fact: str
    relation: str
    field: str
    severity: str | None
    a: tuple[Mention, ...]
    b: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class StoryScores:
    """Figures, the gold conflicts that were not found, and the false alarms with what gold calls them."""

    summary: dict[str, Any]
    misses: tuple[GoldPair, ...]
    alarms: tuple[tuple[Row, str], ...]


def load_stories(folder: str | Path) -> list[dict[str, Any]]:
    """Read every ``*.json`` story of a folder, by file name. Raises InputError."""
    paths = sorted(Path(folder).glob("*.json"))
    if not paths:
        raise InputError(f"{folder}: no *.json story here; name the folder that holds the gold stories")
    stories = []
    for path in paths:
        try:
            story = json.loads(path.read_text("utf-8"))
            list(gold_pairs([story]))
            list(story_articles([story]))
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read as JSON ({error})") from error
        except (KeyError, TypeError) as error:
            raise InputError(f"{path}: is not a story with gold; missing or wrong: {error}") from error
        stories.append(story)
    return stories


def story_articles(stories: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the stories' articles as input for a run, without any gold."""
    for story in stories:
        for article in story["articles"]:
            kept = {name: article[name] for name in ("source", "url", "title", "published", "text")}
            yield {"id": f"{story['id']}/{article['id']}", **kept}


def gold_pairs(stories: Iterable[Row]) -> Iterator[GoldPair]:
    """Yield every labelled pair of positions of the stories."""
    for story in stories:
        langs = {article["id"]: article["lang"] for article in story["articles"]}
        for fact in story["facts"]:
            mentions = {
                position["id"]: tuple(
                    Mention(f"{story['id']}/{m['article']}", m["quote"], langs[m["article"]])
                    for m in position["mentions"]
                )
                for position in fact["positions"]
            }
            for gold in fact.get("relations", []):
                yield GoldPair(
                    story=story["id"],
                    fact=fact["about"],
                    relation=gold["relation"],
                    field=gold.get("field", fact["field"]),
                    severity=gold.get("severity"),
                    a=mentions[gold["a"]],
                    b=mentions[gold["b"]],
                )


def story_findings(
    stories: Sequence[Row], settings: Settings, *, db: str | None = None, on_progress: OnProgress = None
) -> list[dict[str, Any]]:
    """Return the findings on the stories' articles: of a run in a temporary database, or those in ``db``."""
    from reconcile import pipeline
    from reconcile.publish.store import Store

    if db is not None:
        with Store(db, read_only=True) as store:
            return list(store.finding_dicts(RELATIONS))
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        articles = Path(folder, "articles.jsonl")
        lines = (json.dumps(article, ensure_ascii=False) + "\n" for article in story_articles(stories))
        articles.write_text("".join(lines), "utf-8")
        with Store(Path(folder, "stories.db")) as store:
            pipeline.build([str(articles)], store, settings, on_progress=on_progress)
            return list(store.finding_dicts(RELATIONS))


class GoldIndex:
    """Finds the gold pairs that a finding connects, by article and quoted words."""

    def __init__(self, pairs: Sequence[GoldPair]) -> None:
        self._at: dict[str, list[tuple[int, str, Counter[str]]]] = defaultdict(list)
        for number, pair in enumerate(pairs):
            for name, mentions in (("a", pair.a), ("b", pair.b)):
                for mention in mentions:
                    self._at[mention.article_id].append((number, name, _words(mention.quote)))

    def connected(self, finding: Row) -> set[int]:
        """Return the numbers of the gold pairs whose two positions the finding's two quotes mention."""
        left, right = self._places(finding["a"]), self._places(finding["b"])
        return {number for number, name in left if (number, "b" if name == "a" else "a") in right}

    def _places(self, side: Row) -> set[tuple[int, str]]:
        found = _words(side["quote"])
        here = self._at.get(side["article_id"], ())
        return {(number, name) for number, name, gold in here if _same_place(found, gold)}


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _same_place(found: Counter[str], gold: Counter[str]) -> bool:
    """Return True if one of the two quotes holds most words of the other."""
    if not found or not gold:
        return False
    common = (found & gold).total()
    return common / min(found.total(), gold.total()) >= 0.8 and common >= min(3, gold.total())


@dataclass(slots=True)
class _Tally:
    """Counts of one story, or sums of them."""

    gold: int = 0
    found: int = 0
    typed_found: int = 0
    findings: int = 0
    hits: int = 0
    typed_hits: int = 0

    def count_finding(self, hit: bool, typed: bool) -> None:
        self.findings += 1
        self.hits += hit
        self.typed_hits += typed

    def count_gold(self, found: bool, typed: bool) -> None:
        self.gold += 1
        self.found += found
        self.typed_found += typed

    def __add__(self, other: _Tally) -> _Tally:
        return _Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def score_stories(stories: Sequence[Row], findings: Iterable[Row]) -> StoryScores:
    """Score findings in their documented form against the stories' gold."""
    pairs = list(gold_pairs(stories))
    index = GoldIndex(pairs)
    reached = [(row, index.connected(row)) for row in findings]
    fields: dict[int, set[str]] = {n: set() for n, pair in enumerate(pairs) if pair.relation == "conflict"}
    alarms: list[tuple[Row, str]] = []
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    story_of = {f"{s['id']}/{a['id']}": s["id"] for s in stories for a in s["articles"]}
    for row, numbers in reached:
        if row.get("relation") != "conflict":
            continue
        hits = numbers & fields.keys()
        typed = {number for number in hits if row.get("field") == pairs[number].field}
        for number in hits:
            fields[number].add(str(row.get("field")))
        tallies[story_of.get(row["a"]["article_id"], "")].count_finding(bool(hits), bool(typed))
        if not hits:
            alarms.append((row, pairs[min(numbers)].relation if numbers else "unlisted"))
    for number, seen in fields.items():
        tallies[pairs[number].story].count_gold(bool(seen), pairs[number].field in seen)
    summary = _summary(tallies)
    summary.update(_recalls(pairs, fields))
    summary["other_relations"] = _other_relations(pairs, reached)
    summary["false_alarms"] = dict(sorted(Counter(kind for _, kind in alarms).items()))
    return StoryScores(summary, tuple(pairs[n] for n, seen in fields.items() if not seen), tuple(alarms))


def _rates(total: _Tally) -> dict[str, float | None]:
    p, r = _ratio(total.hits, total.findings), _ratio(total.found, total.gold)
    tp, tr = _ratio(total.typed_hits, total.findings), _ratio(total.typed_found, total.gold)
    return {
        "precision": p,
        "recall": r,
        "f1": _f1(p, r),
        "typed_precision": tp,
        "typed_recall": tr,
        "typed_f1": _f1(tp, tr),
    }


def _summary(tallies: Mapping[str, _Tally]) -> dict[str, Any]:
    total = sum(tallies.values(), _Tally())
    summary: dict[str, Any] = {"gold_conflicts": total.gold, "conflict_findings": total.findings}
    summary.update(_rates(total))
    summary["interval_95"] = _intervals([tallies[name] for name in sorted(tallies)])
    return summary


def _intervals(tallies: Sequence[_Tally]) -> dict[str, list[float]]:
    """Return bootstrap 95 % intervals of the rates; stories are what is drawn."""
    if not tallies:
        return {}
    chance = random.Random(0)  # noqa: S311 (resampling, not secrets)
    drawn: dict[str, list[float]] = defaultdict(list)
    for _ in range(_RESAMPLES):
        for name, value in _rates(sum(chance.choices(tallies, k=len(tallies)), _Tally())).items():
            if value is not None:
                drawn[name].append(value)
    return {
        name: [sorted(values)[int(share * (len(values) - 1))] for share in (0.025, 0.975)]
        for name, values in drawn.items()
    }


def _recalls(pairs: Sequence[GoldPair], fields: Mapping[int, set[str]]) -> dict[str, Any]:
    """Return how many gold conflicts were found, by field, by severity, and across languages."""
    by_field: dict[str, Counter[str]] = defaultdict(Counter)
    by_severity: dict[str, Counter[str]] = {"high": Counter(), "low": Counter()}
    cross: Counter[str] = Counter()
    for number, reached in fields.items():
        pair = pairs[number]
        counters = [by_field[pair.field], cross if _cross_language(pair) else Counter()]
        if pair.severity in by_severity:
            counters.append(by_severity[pair.severity])
        for counter in counters:
            counter.update(found=int(bool(reached)), of=1)
    return {
        "recall_by_field": {name: _found_of(by_field[name]) for name in sorted(by_field)},
        "recall_by_severity": {name: _found_of(counter) for name, counter in by_severity.items()},
        "recall_cross_language": _found_of(cross),
    }


def _found_of(counter: Counter[str]) -> dict[str, int]:
    return {"found": counter["found"], "of": counter["of"]}


def _cross_language(pair: GoldPair) -> bool:
    return not {m.lang for m in pair.a} & {m.lang for m in pair.b}


def _other_relations(pairs: Sequence[GoldPair], reached: Sequence[tuple[Row, set[int]]]) -> dict[str, Any]:
    by_relation: dict[str, set[int]] = defaultdict(set)
    for row, numbers in reached:
        by_relation[str(row.get("relation"))] |= numbers
    result = {}
    for kind in RELATIONS[1:]:
        of = {number for number, pair in enumerate(pairs) if pair.relation == kind}
        result[kind] = {
            "labelled": len(of & by_relation[kind]),
            "called_conflict": len(of & by_relation["conflict"]),
            "of": len(of),
        }
    return result


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None


def _f1(precision: float | None, recall: float | None) -> float:
    return round(2 * precision * recall / (precision + recall), 3) if precision and recall else 0.0


def stories_text(scores: StoryScores, *, as_json: bool = False, misses: bool = False) -> Iterator[str]:
    """Yield the scores for a person, or as one line of JSON; with ``misses`` first what went wrong."""
    if misses:
        yield from (_miss_line(pair) for pair in scores.misses)
        yield from (_alarm_line(row, kind) for row, kind in scores.alarms)
    if as_json:
        yield json.dumps(scores.summary, ensure_ascii=False) + "\n"
        return
    summary = scores.summary
    yield f"{summary['gold_conflicts']} gold conflicts, {summary['conflict_findings']} conflict findings\n"
    for name in ("precision", "recall", "f1", "typed_precision", "typed_recall", "typed_f1"):
        value, interval = summary[name], summary["interval_95"].get(name)
        between = f"   95 % by story {interval[0]:.3f}-{interval[1]:.3f}" if interval else ""
        yield f"{name:16} {'    -' if value is None else f'{value:5.3f}'}{between}\n"
    groups = {
        **{f"field {name}": counts for name, counts in summary["recall_by_field"].items()},
        **{f"severity {name}": counts for name, counts in summary["recall_by_severity"].items()},
        "across languages": summary["recall_cross_language"],
    }
    for name, counts in groups.items():
        yield f"found, {name:18} {counts['found']:4} of {counts['of']}\n"
    for name, counts in summary["other_relations"].items():
        yield f"gold {name:11} labelled {counts['labelled']}, called conflict {counts['called_conflict']}"
        yield f", of {counts['of']}\n"
    alarms = ", ".join(f"{count} {kind}" for kind, count in summary["false_alarms"].items())
    yield f"false alarms by gold relation: {alarms or 'none'}\n"


def _miss_line(pair: GoldPair) -> str:
    a, b = pair.a[0], pair.b[0]
    label = f"[{pair.field}/{pair.severity}] {pair.fact}"
    text = f"{a.quote!r} ({a.article_id}) <> {b.quote!r} ({b.article_id})"
    return clean(f"MISS  {pair.story}  {label}: {text}") + "\n"


def _alarm_line(row: Row, kind: str) -> str:
    a, b = row["a"], row["b"]
    text = f"{a['quote'][:110]!r} ({a['article_id']}) <> {b['quote'][:110]!r} ({b['article_id']})"
    return clean(f"ALARM [{kind}] {row.get('field')}: {text}") + "\n"
