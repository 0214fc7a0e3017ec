"""Origins: copies, rewrites, translations, sister outlets are linked; other reports of one event are not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from reconcile.match import embed, origins
from reconcile.match.origins import find_origins
from reconcile.model import Article, Sentence

WIRE = [
    "The old swing bridge at Port Selmer jammed open on Monday evening with 340 cars waiting on both banks.",
    "Engineer Dora Wickham said a bearing had cracked and a crew from Lunden was on its way.",
    "Boats were told to anchor in the lower basin until at least 9.30 on Tuesday.",
    "The bridge, built in 1931, was due for an overhaul costing 2.4 million next spring.",
    "No one was hurt, the harbour office in Selmer said.",
    "A ferry took 75 foot passengers across before midnight.",
]
TRANSLATED = [
    "Die alte Drehbrücke von Port Selmer blieb am Montagabend offen, 340 Autos warteten an den Ufern.",
    "Ein Lager sei gebrochen, sagte die Ingenieurin Dora Wickham, ein Trupp aus Lunden sei unterwegs.",
    "Die Schiffe sollten bis mindestens Dienstag 9.30 Uhr im unteren Becken ankern.",
    "Die 1931 gebaute Brücke sollte im kommenden Frühjahr für 2,4 Millionen überholt werden.",
    "Verletzt wurde niemand, teilte das Hafenamt in Selmer mit.",
    "Eine Fähre brachte vor Mitternacht noch 75 Fußgänger hinüber.",
]
EDITED = [
    "With 340 cars waiting, the old swing bridge at Port Selmer jammed open on Monday evening.",
    "A bearing had cracked and a crew from Lunden was on its way, said engineer Dora Wickham.",
    "Boats were told to anchor in the lower basin until at least 9.30 on Tuesday.",
    "Nobody was hurt, the harbour office in Selmer said.",
]
OWN_REPORT = [
    "Drivers slept in their cars at Port Selmer after the swing bridge failed on Monday.",
    "Some 300 vehicles were still queuing at dawn, a count by this newspaper found.",
    "The crew from Lunden under Dora Wickham arrived at 4.15 and found a broken bearing.",
    "Skippers in the lower basin complained that nobody had told them how long it would last.",
    "The council has put off the overhaul of the 1931 bridge three times.",
    "Repairs now cost 3.1 million, Mayor Hanne Tofte said.",
]
RATES = "The crown closed at {} against the Lunden mark on {}, while the Selmer shilling ended at {} in trade."


def article(name: str, lines: list[str], **given: str | None) -> Article:
    defaults = {"source": name, "lang": "en", "published": "2025-05-01T08:00:00Z"} | given
    return Article(
        article_id=name,
        url="",
        title="",
        text=" ".join(lines),
        content_hash=name,
        source=str(defaults["source"]),
        lang=str(defaults["lang"]),
        published=defaults["published"],
    )


def sentences(name: str, lines: list[str], lang: str = "en") -> tuple[Sentence, ...]:
    return tuple(Sentence(f"{name}-{i}", name, "text", i, 0, len(t), t, lang) for i, t in enumerate(lines))


def topics(*order: int) -> np.ndarray:
    """Rows that point to the given topics: rows of one topic are nearest to each other."""
    return np.eye(12, dtype=np.float32)[list(order)]


class Case:
    """Articles with sentences and vectors, grown one at a time."""

    def __init__(self) -> None:
        self.articles: list[Article] = []
        self.sentences: dict[str, tuple[Sentence, ...]] = {}
        self.vectors: dict[str, np.ndarray] = {}

    def add(self, name: str, lines: list[str], rows: np.ndarray | None = None, **given: str | None) -> Case:
        self.articles.append(article(name, lines, **given))
        self.sentences[name] = sentences(name, lines, str(given.get("lang") or "en"))
        self.vectors[name] = topics(*(i % 12 for i in range(len(lines)))) if rows is None else rows
        return self

    def embed(self) -> None:
        """Replace the made-up rows by those of the packaged model, all embedded together."""
        rows = embed.load(None).embed([s.text for name in self.vectors for s in self.sentences[name]])
        for name in self.vectors:
            count = len(self.sentences[name])
            self.vectors[name], rows = rows[:count], rows[count:]

    def find(self, owners: dict[str, str] | None = None) -> dict[str, tuple[str, str]]:
        found = find_origins(self.articles, self.sentences, self.vectors, owners or {})
        assert [o.article_id for o in found] == sorted(a.article_id for a in self.articles)
        return {o.article_id: (o.origin_id, o.kind) for o in found if o.kind != "original"}


def test_verbatim_copy() -> None:
    later = Case().add("a", WIRE).add("b", WIRE, published="2025-05-01T09:00:00Z")
    assert later.find() == {"b": ("a", "copy")}


def test_short_verbatim_copy() -> None:
    assert Case().add("a", WIRE[:1]).add("b", WIRE[:1]).find() == {"b": ("a", "copy")}


def test_edited_and_cut_copy_is_a_rewrite() -> None:
    assert Case().add("a", WIRE).add("b", EDITED, topics(0, 1, 2, 4)).find() == {"b": ("a", "rewrite")}


def test_translation() -> None:
    case = Case().add("a", WIRE).add("b", TRANSLATED, lang="de", published="2025-05-01T09:00:00Z")
    assert case.find() == {"b": ("a", "translation")}


def test_translation_into_another_script_goes_by_numbers() -> None:
    lines = [f"мост {w}" for w in ("340 машин", "крыло", "9.30 часов", "1931 год 2,4", "никто", "75 людей")]
    assert Case().add("a", WIRE).add("b", lines, lang="ru").find() == {"b": ("a", "translation")}


def test_own_report_of_the_same_event_is_an_original() -> None:
    rows = topics(0, 6, 1, 2, 3, 7)
    assert Case().add("a", WIRE).add("b", OWN_REPORT, rows).find() == {}


def test_own_report_in_another_language_is_an_original() -> None:
    rows = topics(0, 6, 1, 2, 3, 7)
    assert Case().add("a", TRANSLATED, lang="de").add("b", OWN_REPORT, rows).find() == {}


def test_same_order_in_one_language_without_shared_words_is_an_original() -> None:
    retold = [
        "Port Selmer's swing bridge would not close on Monday, leaving 340 cars stuck.",
        "Dora Wickham, the engineer, blamed a bearing; help was coming from Lunden.",
        "Shipping has to wait in the basin, at least to 9.30 on Tuesday.",
        "An overhaul of the 1931 crossing for 2.4 million had been planned.",
        "The harbour office in Selmer reported no injuries.",
        "By midnight 75 people had crossed by ferry.",
    ]
    assert Case().add("a", WIRE).add("b", retold).find() == {}


def test_template_with_other_figures_is_an_original() -> None:
    monday = [
        RATES.format("4.812", "Monday", "11.07"),
        "Turnover reached 612 million in Lunden, brokers said.",
    ]
    friday = [
        RATES.format("4.655", "Friday", "12.31"),
        "Turnover reached 498 million in Lunden, brokers said.",
    ]
    assert Case().add("a", monday).add("b", friday).find() == {}


def test_translated_template_with_other_figures_is_an_original() -> None:
    numbers = [["340", "9.30", "1931", "2.4", "75"], ["288", "7.15", "1974", "5.8", "19"]]
    other = list(TRANSLATED)
    for old, new in zip(*numbers, strict=True):
        other = [line.replace(old, new).replace(old.replace(".", ","), new) for line in other]
    assert Case().add("a", WIRE).add("b", other, lang="de").find() == {}


def test_short_quotation_is_no_copy() -> None:
    quoting = [*OWN_REPORT, WIRE[1]]
    assert Case().add("a", WIRE).add("b", quoting, topics(0, 6, 7, 2, 3, 8, 1)).find() == {}


def test_long_report_that_takes_in_a_brief_is_an_original() -> None:
    brief, long = (
        WIRE[:2],
        [*WIRE[:2], *OWN_REPORT, "A second crew stood by in Lunden overnight with spares."],
    )
    assert Case().add("a", brief).add("b", long, published="2025-05-01T09:00:00Z").find() == {}


@pytest.mark.parametrize(
    ("owners", "expect"),
    [
        ({}, {}),
        ({"a": "Northline", "b": "Northline"}, {"b": ("a", "same owner")}),
        ({"a": "Northline", "b": "Southline"}, {}),
        ({"a": "", "b": ""}, {}),
    ],
    ids=["unknown", "same", "different", "empty"],
)
def test_sister_outlets_that_share_text(owners: dict[str, str], expect: dict[str, tuple[str, str]]) -> None:
    partly = [WIRE[0], WIRE[1], *OWN_REPORT[1:4]]
    case = Case().add("a", WIRE, source="Post").add("b", partly, topics(0, 1, 6, 7, 8), source="Wire")
    assert case.find(owners) == expect


def test_two_articles_of_one_outlet_are_not_sister_outlets() -> None:
    partly = [WIRE[0], WIRE[1], *OWN_REPORT[1:4]]
    case = Case().add("a", WIRE, source="Post").add("b", partly, topics(0, 1, 6, 7, 8), source="Post")
    assert case.find({"a": "Northline", "b": "Northline"}) == {}


def test_sister_outlets_with_own_reports_are_originals() -> None:
    case = Case().add("a", WIRE).add("b", OWN_REPORT, topics(0, 6, 1, 2, 3, 7))
    assert case.find({"a": "Northline", "b": "Northline"}) == {}


@pytest.mark.parametrize(
    ("given_a", "given_b", "origin"),
    [
        ({"published": "2025-05-02T08:00:00Z"}, {"published": "2025-05-01T08:00:00Z"}, "b"),
        ({"published": None}, {"published": "2025-05-01"}, "b"),
        ({"published": None}, {"published": None}, "a"),
        ({"published": "2025-05-01"}, {"published": "2025-05-01"}, "a"),
    ],
    ids=["earlier", "dated before undated", "undated: smaller id", "same time: smaller id"],
)
def test_which_is_the_origin(given_a: dict[str, str], given_b: dict[str, str], origin: str) -> None:
    found = Case().add("a", WIRE, **given_a).add("b", WIRE, **given_b).find()
    assert [target for target, _ in found.values()] == [origin]


def test_undated_cut_copy_has_the_longer_as_origin() -> None:
    found = Case().add("a", EDITED, topics(0, 1, 2, 4), published=None).add("b", WIRE, published=None).find()
    assert found == {"a": ("b", "rewrite")}


def test_chain_leads_to_the_first() -> None:
    case = Case().add("c1", WIRE, published="2025-05-01")
    case.add("b2", EDITED, topics(0, 1, 2, 4), published="2025-05-02")
    case.add("a3", EDITED, topics(0, 1, 2, 4), published="2025-05-03")
    case.add("d4", TRANSLATED, lang="de", published="2025-05-04")
    assert {k: v[0] for k, v in case.find().items()} == {"b2": "c1", "a3": "c1", "d4": "c1"}


def test_many_copies_have_one_origin() -> None:
    case = Case()
    for i in range(origins.ALL_PAIRS + 15):
        case.add(f"x{i:03}", WIRE, published=f"2025-05-01T08:00:{59 - i % 60:02}Z")
    assert len({origin for origin, _ in case.find().values()}) == 1


def test_order_of_input_makes_no_difference() -> None:
    case = Case().add("a", WIRE).add("b", EDITED, topics(0, 1, 2, 4)).add("c", TRANSLATED, lang="de")
    case.add("d", OWN_REPORT, topics(0, 6, 1, 2, 3, 7)).add("e", EDITED, topics(0, 1, 2, 4), published=None)
    expect = find_origins(case.articles, case.sentences, case.vectors)
    for seed in range(5):
        shuffled = random.Random(seed).sample(case.articles, len(case.articles))
        assert find_origins(shuffled, case.sentences, case.vectors) == expect


def test_other_articles_make_no_difference() -> None:
    case = Case().add("a", WIRE).add("b", EDITED, topics(0, 1, 2, 4))
    alone = case.find()
    case.add("d", OWN_REPORT, topics(0, 6, 1, 2, 3, 7)).add("f", ["Unrelated words about a bakery."])
    assert {k: v for k, v in case.find().items() if k in "ab"} == alone


def test_articles_without_kept_sentences_are_originals() -> None:
    case = Case().add("a", WIRE).add("b", []).add("c", [])
    case.sentences["d"] = ()
    case.articles.append(article("d", []))
    assert case.find() == {}


def test_nothing_in_nothing_out() -> None:
    assert find_origins([], {}, {}) == ()


def test_dropped_sentences_have_no_row() -> None:
    case = Case().add("a", WIRE).add("b", WIRE)
    extra = Sentence("b-9", "b", "text", 9, 0, 9, "Read more", "en", dropped="link")
    case.sentences["b"] = (*case.sentences["b"], extra)
    assert case.find() == {"b": ("a", "copy")}
    case.vectors["b"] = case.vectors["b"][:-1]
    with pytest.raises(ValueError, match="6 kept sentences but 5 vectors"):
        case.find()


def _stories(folder: Path) -> tuple[Case, dict[str, str]]:
    """Return the articles of gold stories, split at line ends and full stops, and what copies what."""
    case, gold = Case(), {}
    for path in sorted(folder.glob("*.json")):
        story = json.loads(path.read_text("utf-8"))
        for a in story["articles"]:
            name = f"{story['id']}/{a['id']}"
            if a.get("copy_of"):
                gold[name] = f"{story['id']}/{a['copy_of']}"
            lines = [a["title"], *a["text"].replace(". ", ".\n").split("\n")]
            lines = [line.strip() for line in lines if line.strip()]
            given = {key: a[key] for key in ("source", "lang", "published")}
            case.add(name, lines, **given)
    case.embed()
    return case, {k: v for k, v in gold.items() if k in case.sentences}


@pytest.mark.slow
def test_gold_copies_are_found_and_nothing_else(development_data: Path) -> None:
    case, gold = _stories(development_data / "bench" / "stories")
    assert len(gold) >= 5
    assert {k: v[0] for k, v in case.find().items()} == gold


@pytest.mark.slow
def test_seed_translation_is_found(development_data: Path) -> None:
    case, _ = _stories(development_data / "bench" / "seed_story")
    found = {k.split("/")[1]: (v[0].split("/")[1], v[1]) for k, v in case.find().items()}
    assert found == {"a0": ("a1", "translation")}


@pytest.mark.slow
def test_translations_in_the_wild(development_data: Path) -> None:
    """Wikinews stories in four languages: most translations are linked, no two stories are."""
    path = development_data / "data" / "clusters" / "meantime_docs.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    stories = sorted({row["cluster_id"] for row in rows})[:20]
    case, story = Case(), {}
    for row in rows:
        if row["cluster_id"] in stories:
            lines = [s for s in row["text"].replace(" . ", ". ").replace(". ", ".\n").split("\n") if s.strip()]
            case.add(row["id"], lines, lang=row["lang"])
            story[row["id"]] = row["cluster_id"]
    case.embed()
    found = case.find()
    assert all(story[name] == story[origin] for name, (origin, _) in found.items())
    assert len(found) >= 0.8 * (len(story) - len(stories))
