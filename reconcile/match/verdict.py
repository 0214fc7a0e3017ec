"""The verdict on two texts that are about one event: typed rules and the judge, weighed by a small calibrated model.

The rules speak of numbers, dates, directions, names and states (``findings.py``); the judge, which sees no number,
says whether the rest agrees. So a number that differs where everything else agrees is a contradiction, and arithmetic
found it. Multinomial logistic regression over the features below, fitted by ``training/judge/combine.py`` on pairs that
the judge was not trained on (``verdict.json``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reconcile.errors import ModelError
from reconcile.match.judge import Opinion
from reconcile.model import Field, Relation

WEIGHTS = Path(__file__).with_name("verdict.json")
CLASSES = ("agree", "conflict", "unrelated")
SURE = 0.5  # from which a conflict is said, and from which a rule names its field
LEAST = 0.004  # probabilities below are not told apart
ARITHMETIC = (Field.VALUE, Field.DATE)
NAMES = (Field.ENTITY, Field.PLACE)
WORDS = tuple(field for field in Field if field not in ARITHMETIC + NAMES)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of two texts.

    ``rules``: the strongest probability of each relation of two typed slots, by relation and field; ``likeness``: of
    the whole texts, in standard deviations; ``numbers``: how many numbers of the text with fewer unmatched ones have no
    equal in the other (0: one text's numbers are all in the other's); ``equal``: whether they have equal numbers.
    """

    opinion: Opinion | None
    rules: Mapping[tuple[Relation, Field], float]
    likeness: float
    numbers: int = 0
    equal: bool = False

    def strongest(self, relation: Relation, fields: Collection[Field] = tuple(Field)) -> tuple[float, Field | None]:
        """Return the probability of the relation that is strongest among these fields, and its field."""
        found = [(share, field) for (said, field), share in self.rules.items() if said is relation and field in fields]
        return max(found, default=(0.0, None))


@dataclass(frozen=True, slots=True)
class VerdictModel:
    """Weights by feature, one per class."""

    weights: Mapping[str, tuple[float, ...]]

    def probabilities(self, evidence: Evidence) -> tuple[float, float, float]:
        """Return the probabilities of agreement, conflict and being unrelated."""
        totals = [0.0, 0.0, 0.0]
        for name, value in features(evidence).items():
            for n, weight in enumerate(self.weights.get(name, ())):
                totals[n] += weight * value
        top = max(totals)
        shares = [math.exp(t - top) for t in totals]
        agree, conflict, unrelated = (share / sum(shares) for share in shares)
        return agree, conflict, unrelated


def features(evidence: Evidence) -> dict[str, float]:
    """Return the named features; those of the judge only where there is one."""
    arithmetic, _ = evidence.strongest(Relation.CONFLICT, ARITHMETIC)
    differ = float(evidence.numbers > 0)
    likeness = max(-1.0, min(evidence.likeness, 4.0))
    found = {
        "constant": 1.0,
        "arithmetic": arithmetic,
        "words": evidence.strongest(Relation.CONFLICT, WORDS)[0],
        "names": evidence.strongest(Relation.CONFLICT, NAMES)[0],
        "same answer": evidence.strongest(Relation.AGREE)[0],
        "likeness": likeness,
        "numbers differ": differ,
        "numbers equal": float(evidence.equal),
        "alike but for numbers": differ * max(0.0, likeness),
    }
    if evidence.opinion is not None:
        said = evidence.opinion
        found |= {
            "judge: conflict": _log_odds(said.conflict, said.unrelated),
            "judge: agree": _log_odds(said.agree, said.unrelated),
            "judge agrees but numbers differ": differ * said.agree,
            "judge agrees but arithmetic does not": arithmetic * said.agree,
        }
    return found


def decide(shares: tuple[float, float, float]) -> str:
    """Return the class to say: a conflict only where it is likelier than not, as a false alarm costs more."""
    agree, conflict, unrelated = shares
    return "conflict" if conflict >= SURE else "agree" if agree >= unrelated else "unrelated"


def field_of(evidence: Evidence) -> Field:
    """Return what two contradicting texts differ in: what a rule is surest of, else what the judge says."""
    share, field = evidence.strongest(Relation.CONFLICT)
    if field is not None and (share >= SURE or evidence.opinion is None):
        return field
    if evidence.opinion is None or (evidence.numbers and evidence.opinion.agree > evidence.opinion.conflict):
        return Field.VALUE
    return evidence.opinion.field


def _log_odds(share: float, rest: float) -> float:
    return math.log(max(share, LEAST) / max(rest, LEAST))


@lru_cache(maxsize=2)
def load(judged: bool) -> VerdictModel:
    """Return the packaged weights, with or without a judge. Raises ModelError."""
    try:
        data = json.loads(WEIGHTS.read_text("utf-8"))["judge" if judged else "rules"]
        return VerdictModel({str(name): tuple(float(x) for x in row) for name, row in data.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{WEIGHTS}: cannot be read ({error}); reinstall or run training/judge/combine.py") from error
