"""The judge: what it is asked, what it answers, and what happens when it cannot be had."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.claims.extract import SlotExtractor
from reconcile.config import Settings
from reconcile.errors import ModelError
from reconcile.match import crossencoder, judge, verdict
from reconcile.match.judge import FIELDS, CachedJudge, Judge, Opinion, Pair
from reconcile.match.pairs import PairJudge, extract_text
from reconcile.model import Field, Relation
from reconcile.pipeline import pair_judge

PAIRS: list[Pair] = [
    ("The mine will close in spring.", "The pit stays open, its owner says."),
    ("Der Bürgermeister trat zurück.", "The mayor has resigned."),
    ("A storm hit the coast.", "Schools opened on time in the capital."),
    ("", "x"),
]


class Counting:
    """A judge that says the same of every pair and counts what it was asked."""

    name = "counting"

    def __init__(self, said: Opinion | None = None) -> None:
        self.said, self.asked = said or Opinion(0.2, 0.7, 0.1), list[Pair]()

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        self.asked += pairs
        return [self.said for _ in pairs]


def cached(inner: Judge, kept: dict[str, bytes] | None = None) -> CachedJudge:
    kept = {} if kept is None else kept
    return CachedJudge(
        inner,
        lambda model, keys: {key: kept[key] for key in keys if key in kept},
        lambda model, dim, rows: kept.update(rows),
    )


def small_model(folder: Path, labels: Sequence[str]) -> str:
    """Write an untrained cross-encoder of a few thousand weights, as a hub model would lie on the disk."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "mine", "will", "close", "mayor"]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label=dict(enumerate(labels)), label2id={label: n for n, label in enumerate(labels)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(params=["packaged", "hub", "cached"])
def any_judge(request: pytest.FixtureRequest, tmp_path: Path) -> Judge:
    made: dict[str, Callable[[], Judge]] = {
        "packaged": lambda: crossencoder.packaged(1),
        "hub": lambda: crossencoder.HubJudge(small_model(tmp_path, ("contradiction", "neutral", "entailment"))),
        "cached": lambda: cached(Counting()),
    }
    return made[str(request.param)]()


def test_every_judge_gives_one_opinion_a_pair_whatever_else_is_asked(any_judge: Judge) -> None:
    together = any_judge.opinions(PAIRS)
    assert [any_judge.opinions([pair])[0] for pair in PAIRS] == together
    assert any_judge.opinions([]) == []
    for said in together:
        assert said.agree + said.conflict + said.unrelated == pytest.approx(1, abs=0.002)
        assert min(said.agree, said.conflict, said.unrelated) >= 0
        assert said.field in FIELDS
        assert not said.fields or sum(said.fields) == pytest.approx(1, abs=0.005)
    assert any_judge.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up 14 % to $3.2 million in 2024", "up 0 % to $0 million in 0"),
        ("rund 1.200,50 Euro um 09:30", "rund 0 Euro um 0"),
        ("no number here", "no number here"),
        ("G20 and COVID-19", "G0 and COVID-0"),
    ],
)
def test_the_judge_sees_no_number(text: str, expected: str) -> None:
    assert judge.masked(text) == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_order_of_the_texts_makes_no_difference(a: str, b: str) -> None:
    assert judge.key_of(a, b) == judge.key_of(b, a)


def test_a_pair_is_judged_once() -> None:
    inner, kept = Counting(), dict[str, bytes]()
    first = cached(inner, kept).opinions([PAIRS[0], PAIRS[1], PAIRS[0]])
    again = cached(inner, kept).opinions([PAIRS[1], PAIRS[0]])
    assert sorted(inner.asked) == sorted(PAIRS[:2])
    assert first == [inner.said] * 3
    assert again == [inner.said] * 2


def test_damaged_bytes_in_the_cache_are_judged_anew() -> None:
    inner, kept = Counting(Opinion(0.1, 0.8, 0.1, (0.5, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05))), dict[str, bytes]()
    cached(inner, kept).opinions(PAIRS[:1])
    kept.update(dict.fromkeys(kept, b"123"))
    assert cached(inner, kept).opinions(PAIRS[:1]) == [inner.said]
    assert len(inner.asked) == 2


def test_the_field_of_a_contradiction_is_the_likeliest() -> None:
    shares = [0.1] * len(FIELDS)
    shares[FIELDS.index(Field.STATUS)] = 0.4
    assert Opinion(0, 1, 0, tuple(shares)).field is Field.STATUS
    assert Opinion(0, 1, 0).field is Field.STATEMENT


def test_rules_are_no_judge() -> None:
    assert crossencoder.load("rules") is None


@pytest.mark.parametrize("labels", [("yes", "no", "maybe"), ("entailment", "not_entailment", "other")])
def test_a_model_without_the_label_of_contradiction_is_refused(tmp_path: Path, labels: Sequence[str]) -> None:
    with pytest.raises(ModelError, match=r"its labels are .*id2label"):
        crossencoder.load(small_model(tmp_path, labels))


def test_labels_are_mapped_by_name_not_by_place(tmp_path: Path) -> None:
    import torch

    folder = small_model(tmp_path, ("NEUTRAL", "CONTRADICTION", "ENTAILMENT"))
    made = crossencoder.HubJudge(folder, threads=1)
    made._model.classifier.weight.data.zero_()
    made._model.classifier.bias.data = torch.tensor([0.0, 3.0, 1.0])
    said = made.opinions(PAIRS[:1])[0]
    assert said.conflict > said.agree > said.unrelated


def test_a_model_that_is_not_there_gives_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"judge '.*nowhere' cannot be loaded") as error:
        crossencoder.load(str(tmp_path / "nowhere"))
    assert "\n" not in str(error.value)


def test_weights_that_are_not_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "judge.onnx"
    damaged.write_bytes(crossencoder.FILE.read_bytes()[:-1])
    card = json.loads(crossencoder.CARD.read_text("utf-8"))
    with pytest.raises(ModelError, match=r"SHA-256 starts \w+, not \w+"):
        crossencoder.OnnxJudge(card, file=damaged)


def test_texts_that_differ_in_numbers_alone_are_left_to_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pair_judge(Settings())
    asked = Counting()
    monkeypatch.setattr(made, "_matcher", made._matcher.__class__(
        made._matcher.embedder, made._matcher.reference, made._matcher.model, asked))  # fmt: skip
    rows = [{"id": 1, "a": "The plant has 200 MW of capacity.", "b": "The plant has 250 MW of capacity."}]
    (said,) = made.judge(rows)
    assert asked.asked == []
    assert (said["relation"], said["field"]) == ("conflict", "value")


@pytest.fixture(scope="module")
def by_rules() -> PairJudge:
    return pair_judge(Settings(judge_name="rules"))


@pytest.mark.parametrize(
    "published",
    ["21 Oct 2025", "Tue, 21 Oct 2025 09:00:00 GMT", 1761037200, "soon", "2025-13-01", True, ["2025"], {}, "", None],
    ids=repr,
)
def test_any_date_of_publication_is_understood_or_passed_over(by_rules: PairJudge, published: object) -> None:
    row = {"id": 1, "a": "The plant has 200 MW of capacity.", "b": "The plant has 250 MW of capacity."}
    (said,) = by_rules.judge([{**row, "published_a": published, "published_b": "2025-10-21T09:00:00Z"}])
    assert (said["relation"], said["field"]) == ("conflict", "value")


def test_a_date_in_words_counts_as_the_same_in_figures(by_rules: PairJudge) -> None:
    row = {"id": 1, "a": "The storm killed 12 people on Monday.", "b": "The storm killed 19 people on Monday."}
    dated = [("19 Oct 2025", "21 Oct 2025"), ("2025-10-19", "2025-10-21")]
    rows = [{**row, "published_a": a, "published_b": b} for a, b in dated]
    in_words, in_figures = by_rules.judge(rows)
    assert in_words == in_figures
    assert in_words != next(by_rules.judge([row]))


@pytest.mark.parametrize(
    ("title", "subject"),
    [("Alden Steel to shut its factory in Marlow", "Alden Steel"), ("", ""), ("  ", "")],
    ids=["title", "none", "blank"],
)
def test_a_title_tells_who_the_text_is_about(title: str, subject: str) -> None:
    text = "The company will cut 200 jobs by May."
    found = extract_text(text, "key", SlotExtractor(), None, title=title)
    assert {claim.subject for claim in found} == {subject}
    assert {(claim.part, claim.quote) for claim in found} == {("text", text)}


@pytest.mark.parametrize("title", [7, None, ["x"], "\ud800"], ids=repr)
def test_what_is_no_title_is_passed_over(by_rules: PairJudge, title: object) -> None:
    row = {"id": 1, "a": "The plant has 200 MW of capacity.", "b": "The plant has 250 MW of capacity."}
    (said,) = by_rules.judge([{**row, "title_a": title}])
    assert said["relation"] == "conflict"


CASES = [
    (
        "Agriculture minister Joan Petrie resigned on Friday after losing a vote in parliament.",
        "Joan Petrie refused to step down as agriculture minister although parliament voted against her.",
        "conflict",
    ),
    (
        "Die Gewerkschaft IG Transport nahm das Angebot der Nordbahn am Montag an.",
        "Das Angebot der Nordbahn lehnte die IG Transport am Montag ab.",
        "conflict",
    ),
    (
        "Der Stürmer Luca Ferrante wechselt im Sommer von Bremen nach Mailand.",
        "Bremen striker Luca Ferrante is moving to Milan in the summer.",
        "agree",
    ),
    (
        "The storm tore roofs off houses in the port of Odel.",
        "Volunteers served hot meals at the school in Odel.",
        "unrelated",
    ),
    (
        "The union at Nordbahn welcomed the offer of the mediator.",
        "Shareholders of Nordbahn criticised the timing of the offer.",
        "unrelated",
    ),
    (
        "Rescuers found the missing climber Petr Havel alive near the Marmor glacier.",
        "Climber Petr Havel, missing since Sunday, was found dead near the Marmor glacier.",
        "conflict",
    ),
]
WRONG = {
    "short sentences without a shared name are taken for different questions": [
        ("The board voted to keep the factory open.", "Directors decided to shut the factory.", "conflict"),
        ("The company needs no new investment.", "The company requires a massive influx of capital.", "conflict"),
    ],
    "opposite decisions that are told without a negation are taken for agreement": [
        (
            "The board of Alden Steel voted on Tuesday to keep the factory in Marlow open, its chairman said.",
            "Directors of Alden Steel decided on Tuesday to shut the factory in Marlow by spring.",
            "conflict",
        ),
        (
            "El juez absolvió al exalcalde de Riosa, Tomás Lerma, de todos los cargos.",
            "Former Riosa mayor Tomás Lerma was convicted of fraud by the judge.",
            "conflict",
        ),
    ],
    "open against not closed is taken for a contradiction": [
        (
            "The board of Alden Steel voted on Tuesday to keep the factory in Marlow open, its chairman said.",
            "Alden Steel's factory in Marlow will not be closed, directors decided on Tuesday.",
            "agree",
        ),
    ],
}


def marked() -> list[Any]:
    return [
        *CASES,
        *(
            pytest.param(*case, marks=pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError))
            for reason, cases in WRONG.items()
            for case in cases
        ),
    ]


@pytest.mark.parametrize(("a", "b", "expected"), marked())
def test_the_packaged_judge_reads_plain_cases(a: str, b: str, expected: str) -> None:
    (said,) = crossencoder.packaged(1).opinions([judge.key_of(a, b)])
    shares = {"agree": said.agree, "conflict": said.conflict, "unrelated": said.unrelated}
    assert max(shares, key=lambda name: shares[name]) == expected


def evidence(opinion: Opinion | None = None, **more: object) -> verdict.Evidence:
    return verdict.Evidence(opinion, **{"rules": {}, "likeness": 1.0, **more})  # type: ignore[arg-type]


def test_a_rule_that_is_sure_names_the_field_before_the_judge() -> None:
    said = Opinion(0.0, 1.0, 0.0, tuple(float(f is Field.ENTITY) for f in FIELDS))
    sure = evidence(said, rules={(Relation.CONFLICT, Field.VALUE): 0.8})
    unsure = evidence(said, rules={(Relation.CONFLICT, Field.VALUE): 0.2})
    assert verdict.field_of(sure) is Field.VALUE
    assert verdict.field_of(unsure) is Field.ENTITY


def test_a_differing_number_names_the_value_where_the_judge_sees_agreement() -> None:
    assert verdict.field_of(evidence(Opinion(0.9, 0.05, 0.05), numbers=1)) is Field.VALUE
    assert verdict.field_of(evidence(None)) is Field.VALUE


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-3, 6), st.integers(0, 3), st.booleans())
def test_the_probabilities_of_a_verdict_sum_to_one(
    agree: float, conflict: float, likeness: float, numbers: int, equal: bool
) -> None:
    known = evidence(Opinion(agree, conflict * (1 - agree), 0.0), likeness=likeness, numbers=numbers, equal=equal)
    for judged in (True, False):
        shares = verdict.load(judged).probabilities(known)
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (3, 4, (3, 4)),
        (80, 76, (80, 76)),
        (20, 300, (20, 136)),
        (300, 20, (136, 20)),
        (90, 300, (78, 78)),
        (0, 9, (0, 9)),
    ],
)
def test_the_longer_of_two_texts_is_cut_first(first: int, second: int, kept: tuple[int, int]) -> None:
    assert crossencoder.kept(first, second, 156) == kept
