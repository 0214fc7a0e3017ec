"""How the relation weights are fitted (training/relations.py)."""

import importlib
from pathlib import Path

import pytest

from reconcile.model import Relation


@pytest.fixture(scope="module")
def training():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent.parent / "training"))
        yield importlib.import_module("relations")


@pytest.mark.parametrize(
    ("feature", "steps"),
    [
        ("question=+1.5", ("question=+1.5", "question=+1.0", "question=+0.5")),
        ("value:slot=+0.5", ("value:slot=+0.5",)),
        ("judge=agree 0.7", ("judge=agree 0.7", "judge=agree 0.5")),
        ("statement:answer=against 0.6", ("statement:answer=against 0.6", "statement:answer=against 0.4")),
        ("size=2.2", ("size=2.2", "size=5")),
        ("period=same", ("period=same",)),
        ("question=else", ("question=else",)),
        ("kind=value", ("kind=value",)),
    ],
)
def test_a_level_named_by_a_number_stands_on_the_lower_rungs(training, feature, steps):
    assert training.steps(feature) == steps


def test_a_rung_of_which_little_is_known_weighs_like_the_one_below(training):
    names = [["kind=value", "question=+3.0"]] * 60 + [["kind=value", "question=else"]] * 60
    names += [["kind=value", "question=+3.5"]] * 5 + [["kind=value", "answer=equal"]] * 20
    labels = [Relation.CONFLICT] * 60 + [Relation.UNRELATED] * 60 + [Relation.CONFLICT] * 4 + [Relation.UNRELATED]
    labels += [Relation.AGREE] * 20
    weights, _ = training.fit(names, labels)
    conflict = training.relate.CLASSES.index(Relation.CONFLICT)
    assert weights["question=+3.5"][conflict] > 0.5 * weights["question=+3.0"][conflict] > 0
