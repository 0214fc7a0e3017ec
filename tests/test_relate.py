"""The relation model: the packaged file, damaged files, probabilities, what each comparison adds, thresholds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.errors import ModelError
from reconcile.match import relate
from reconcile.match.compare import ASSERTION, CONTEXT, IDENTITY
from reconcile.match.declare import Comparison
from reconcile.match.relate import CLASSES, POSSIBLE, RelationModel
from reconcile.model import FieldOutcome, Outcome, Relation, Role

KINDS = sorted(ASSERTION)
OTHERS = [r for r in CLASSES if r is not Relation.UNRELATED]


def row(comparison: Comparison, level: int) -> FieldOutcome:
    """The outcome of a comparison at its n-th level."""
    reached = comparison.levels[level % len(comparison.levels)]
    return FieldOutcome(comparison.field, comparison.role, reached.name, reached.label, reached.outcome, "", "")


def compared(kind: str) -> list[Comparison]:
    """The comparisons that are made for a kind of slot, the assertion first."""
    return [ASSERTION[kind], *(c for c in (*IDENTITY, *CONTEXT) if not c.only or kind in c.only)]


@st.composite
def outcomes(draw: st.DrawFn) -> tuple[str, tuple[FieldOutcome, ...]]:
    """A kind of slot and one level of each comparison that is made for it."""
    kind = draw(st.sampled_from(KINDS))
    return kind, tuple(row(c, draw(st.integers(0, 20))) for c in compared(kind))


# -- the file ----------------------------------------------------------------------------------------------------------


def test_packaged_model_knows_most_levels_and_a_threshold_for_each_relation() -> None:
    model = relate.load()
    assert len(CLASSES) == len(set(CLASSES)) == len(Relation)
    assert all(len(weights) == len(CLASSES) for weights in model.weights.values())
    assert all(math.isfinite(w) for weights in model.weights.values() for w in weights)
    for relation in OTHERS:
        for kind in KINDS:
            assert 0 < model.threshold(relation, kind) <= 1
    names = {name for kind in KINDS for c in compared(kind) for n in range(1, len(c.levels))
             for name in relate.features(kind, [row(c, n)])}  # fmt: skip
    assert len(names & set(model.weights)) > 50


def test_packaged_model_is_read_once() -> None:
    assert relate.load() is relate.load()


WHOLE: dict[str, Any] = {
    "classes": [str(c) for c in CLASSES],
    "weights": {"kind=value": [0.0] * len(CLASSES)},
    "thresholds": {"conflict": 0.5},
}
DAMAGED: dict[str, str | bytes] = {
    "not JSON": "{",
    "empty": "",
    "not text": b"\xff\xfe\x00",
    "a list": "[]",
    "no weights": json.dumps({k: v for k, v in WHOLE.items() if k != "weights"}),
    "no thresholds": json.dumps({k: v for k, v in WHOLE.items() if k != "thresholds"}),
    "other classes": json.dumps(WHOLE | {"classes": ["agree", "conflict"]}),
    "classes in another order": json.dumps(WHOLE | {"classes": [str(c) for c in CLASSES][::-1]}),
    "too few weights": json.dumps(WHOLE | {"weights": {"kind=value": [0.0]}}),
    "words for weights": json.dumps(WHOLE | {"weights": {"kind=value": ["a"] * len(CLASSES)}}),
    "a word for a threshold": json.dumps(WHOLE | {"thresholds": {"conflict": "high"}}),
}
UNCAUGHT: dict[str, str] = {
    "no classes": json.dumps({k: v for k, v in WHOLE.items() if k != "classes"}),
    "weights as a list": json.dumps(WHOLE | {"weights": [[0.0] * len(CLASSES)]}),
    "a shift that is no number": json.dumps(WHOLE | {"shift": "far"}),
}


def test_whole_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "relations.json"
    path.write_text(json.dumps(WHOLE | {"shift": 1.5}))
    model = relate.load(path)
    assert (model.shift, model.threshold(Relation.CONFLICT, "value")) == (1.5, 0.5)


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_a_model_error_that_names_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "relations.json"
    content = DAMAGED[name]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelError, match=r"relations\.json"):
        relate.load(path)


@pytest.mark.parametrize("name", UNCAUGHT)
def test_other_damage_is_a_model_error_too(name: str, tmp_path: Path) -> None:
    path = tmp_path / "relations.json"
    path.write_text(UNCAUGHT[name])
    with pytest.raises(ModelError, match=r"relations\.json"):
        relate.load(path)


def test_missing_file_is_a_model_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="reinstall"):
        relate.load(tmp_path / "gone.json")


# -- probabilities -----------------------------------------------------------------------------------------------------


@given(outcomes(), st.floats(-4, 4))
@settings(max_examples=150, deadline=None)
def test_probabilities_sum_to_one_over_what_is_possible(
    drawn: tuple[str, tuple[FieldOutcome, ...]], shift: float
) -> None:
    kind, rows = drawn
    shares = relate.load().probabilities(kind, rows, shift=shift)
    assert set(shares) == set(Relation)
    assert math.isclose(sum(shares.values()), 1, abs_tol=1e-9)
    possible = POSSIBLE[rows[0].outcome]
    for relation, share in shares.items():
        assert 0 <= share <= 1
        assert (share == 0) if relation not in possible else share > 0


def test_agreement_can_be_no_conflict_and_disagreement_no_agreement() -> None:
    assert set(POSSIBLE) == set(Outcome)
    assert Relation.CONFLICT in POSSIBLE[Outcome.DISAGREE]
    assert all(Relation.UNRELATED in of for of in POSSIBLE.values())
    for outcome in (Outcome.AGREE, Outcome.NEAR, Outcome.NO_EVIDENCE):
        assert Relation.CONFLICT not in POSSIBLE[outcome]
        assert Relation.UPDATE not in POSSIBLE[outcome]
    assert Relation.AGREE not in POSSIBLE[Outcome.DISAGREE]
    assert POSSIBLE[Outcome.NO_EVIDENCE] == {Relation.UNRELATED}


@given(outcomes())
@settings(max_examples=100, deadline=None)
def test_weigh_adds_up_to_the_log_odds(drawn: tuple[str, tuple[FieldOutcome, ...]]) -> None:
    """Beside what the kind of slot itself adds, which is the same for every pair of that kind."""
    kind, rows = drawn
    model = relate.load()
    shares = model.probabilities(kind, rows)
    first = model.weights.get(f"kind={kind}", (0.0,) * len(CLASSES))
    for relation in POSSIBLE[rows[0].outcome] - {Relation.UNRELATED}:
        weighed = model.weigh(kind, rows, relation)
        added = sum(r.weight for r in weighed if r.weight is not None)
        own = first[CLASSES.index(relation)] - first[CLASSES.index(Relation.UNRELATED)]
        odds = math.log(shares[relation] / shares[Relation.UNRELATED])
        assert math.isclose(odds, own + added, abs_tol=0.001 * (len(rows) + 1))


@given(outcomes())
@settings(max_examples=30, deadline=None)
def test_weigh_only_adds_weights(drawn: tuple[str, tuple[FieldOutcome, ...]]) -> None:
    kind, rows = drawn
    weighed = relate.load().weigh(kind, rows, Relation.CONFLICT)
    assert [(r.field, r.role, r.level, r.label, r.outcome, r.a, r.b) for r in weighed] == [
        (r.field, r.role, r.level, r.label, r.outcome, r.a, r.b) for r in rows
    ]
    assert all(r.weight is not None for r in weighed)


@given(outcomes(), st.floats(0.1, 4))
@settings(max_examples=50, deadline=None)
def test_shift_takes_from_unrelated_alone(drawn: tuple[str, tuple[FieldOutcome, ...]], shift: float) -> None:
    kind, rows = drawn
    model = relate.load()
    plain, moved = model.probabilities(kind, rows), model.probabilities(kind, rows, shift=shift)
    assert moved[Relation.UNRELATED] <= plain[Relation.UNRELATED] + 1e-12
    assert all(moved[r] >= plain[r] - 1e-12 for r in OTHERS)


# -- decisions ---------------------------------------------------------------------------------------------------------

ROWS = (
    FieldOutcome("value", Role.ASSERTION, "else", "values differ", Outcome.DISAGREE, "14%", "3%"),
    FieldOutcome("period", Role.IDENTITY, "same", "the same time", Outcome.AGREE, "May", "May"),
)


def model_of(thresholds: Mapping[str, float], **odds: float) -> RelationModel:
    """A model in which each named relation has these log-odds and every other none."""
    weights = tuple(odds.get(str(c), 0.0 if c is Relation.UNRELATED else -20.0) for c in CLASSES)
    return RelationModel({"kind=value": weights}, thresholds)


ALL = {str(r): 0.4 for r in OTHERS}
DECIDED: list[tuple[str, Mapping[str, float], Mapping[str, float], Relation]] = [
    ("the likeliest of the rest", ALL, {"update": 1.0, "scope": 2.0}, Relation.SCOPE),
    ("below its threshold", {**ALL, "conflict": 0.9}, {"conflict": 1.0}, Relation.UNRELATED),
    ("threshold of the kind", {**ALL, "conflict": 0.9, "conflict:value": 0.5}, {"conflict": 1.0}, Relation.CONFLICT),
    ("threshold of dates", {**ALL, "conflict": 0.9, "conflict:date": 0.5}, {"conflict": 1.0}, Relation.UNRELATED),
    ("no threshold is never reached", {}, {"conflict": 3.0}, Relation.UNRELATED),
    ("impossible after a difference", ALL, {"agree": 9.0}, Relation.UNRELATED),
]  # fmt: skip


@pytest.mark.parametrize(("name", "thresholds", "odds", "expected"), DECIDED, ids=[d[0] for d in DECIDED])
def test_decide(name: str, thresholds: Mapping[str, float], odds: Mapping[str, float], expected: Relation) -> None:
    model = model_of(thresholds, **odds)
    relation, confidence = model.decide("value", ROWS)
    assert relation is expected, name
    assert confidence == model.probabilities("value", ROWS)[expected]


def test_decide_says_unrelated_without_evidence() -> None:
    rows = (FieldOutcome("value", Role.ASSERTION, "missing", "", Outcome.NO_EVIDENCE, "", ""), *ROWS[1:])
    assert model_of(ALL, conflict=5.0).decide("value", rows) == (Relation.UNRELATED, 1.0)


def test_features_are_shared_by_kinds_and_their_own() -> None:
    def named(kind: str, rows: Sequence[FieldOutcome]) -> set[str]:
        return set(relate.features(kind, rows))

    pole = named("pole approve", ROWS)
    assert named("pole ban", ROWS) == pole
    assert named("value", ROWS) & named("date", ROWS)
    assert named("value", ROWS) - named("date", ROWS)
    assert len(relate.features("value", ROWS)) == len(named("value", ROWS))
