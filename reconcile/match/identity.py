"""The identity comparisons: what tells whether two slots answer one question. A new one is one entry here.

Those of one kind of slot (values, names, dates) stand in ``identity_kinds.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from reconcile.match import fillers as f
from reconcile.match import levels as l
from reconcile.match import shown as show
from reconcile.match import values as v
from reconcile.match.declare import (
    AGREE,
    DISAGREE,
    NEAR,
    NONE,
    Comparison,
    ComparisonLevel,
    Pairing,
    level,
    missing,
    otherwise,
)
from reconcile.match.identity_kinds import OF_ONE_KIND
from reconcile.match.judge import FIELDS
from reconcile.model import Outcome, Role


def _deviations(measure: Callable[[Pairing], float], *floors: float) -> tuple[ComparisonLevel, ...]:
    """Rungs by standard deviations above the usual pair of one story."""
    words = "standard deviations above usual or more"
    return tuple(level(f"{floor:+.1f}", f"{floor:g} {words}", l.at_least(measure, floor), AGREE) for floor in floors)


def _opinions(
    measure: Callable[[Pairing], float], says: str, outcome: Outcome, *floors: float
) -> tuple[ComparisonLevel, ...]:
    """Rungs by what the judge says of the two sentences."""
    return tuple(
        level(
            f"{says.split()[0]} {floor:g}",
            f"the two sentences {says}: {floor:.0%} or surer",
            l.at_least(measure, floor),
            outcome,
        )
        for floor in floors
    )


IDENTITY = (
    Comparison(
        "question",
        Role.IDENTITY,
        show.nothing,
        (
            missing(),
            *_deviations(l.sentence_likeness, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5),
            otherwise("unlike", DISAGREE),
        ),
    ),
    Comparison(
        "clause",
        Role.IDENTITY,
        show.nothing,
        (
            missing(),
            *_deviations(l.clause_likeness, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5),
            otherwise("unlike", DISAGREE),
        ),
    ),
    Comparison(
        "slot",
        Role.IDENTITY,
        show.printed,
        (
            missing(),
            *_deviations(l.slot_likeness, 4.0, 3.25, 2.5, 2.0, 1.5, 1.0, 0.5),
            otherwise("unlike", DISAGREE),
        ),
    ),
    Comparison(
        "nearest",
        Role.IDENTITY,
        show.nothing,
        (
            missing(),
            level(
                "clear",
                "each is the other's nearest by far",
                lambda p: l.nearest_both(p) and l.lead(p) >= 1.0,
                AGREE,
            ),
            level("both", "each is the other's nearest", l.nearest_both, AGREE),
            level("one", "one is the other's nearest", l.nearest_one, NEAR),
            level("close", "close behind the nearest", l.at_least(l.lead, -1.0), NEAR),
            otherwise("others are nearer", DISAGREE),
        ),
    ),
    Comparison(
        "elsewhere",
        Role.IDENTITY,
        show.printed,
        (
            missing(),
            level(
                "both",
                "both answers are also given by the other article",
                lambda p: p.elsewhere >= 2,
                DISAGREE,
            ),
            level("one", "one answer is also given by the other article", lambda p: p.elsewhere == 1, DISAGREE),
            otherwise("neither answer is given elsewhere in the other article", AGREE),
        ),
    ),
    Comparison(
        "subject",
        Role.IDENTITY,
        lambda slot: slot.claim.subject,
        (
            missing(lambda p: not p.a.claim.subject or not p.b.claim.subject),
            level("same", "one subject", l.same_subject, AGREE),
            level("kind", "two subjects of one kind", f.other_subjects, DISAGREE),
            otherwise("subjects are named differently", DISAGREE),
        ),
    ),
    Comparison(
        "names",
        Role.IDENTITY,
        show.names,
        (
            missing(lambda p: l.shared_names(p) < 0),
            level("all", "all names of one side are on the other", l.at_least(l.shared_names, 1.0), AGREE),
            level("some", "some names are shared", lambda p: l.shared_names(p) > 0, NEAR),
            otherwise("no name is shared", DISAGREE),
        ),
    ),
    Comparison(
        "words",
        Role.IDENTITY,
        show.nothing,
        (
            missing(lambda p: l.shared_words(p) < 0, "two languages"),
            level("most", "half of the words or more are shared", l.at_least(l.shared_word_ratio, 0.5), AGREE),
            level("many", "a third of the words are shared", l.at_least(l.shared_word_ratio, 0.3), AGREE),
            level("two", "two words are shared", lambda p: l.shared_words(p) >= 2, NEAR),
            level("one", "one word is shared", lambda p: l.shared_words(p) == 1, NEAR),
            otherwise("no word is shared", DISAGREE),
        ),
    ),
    Comparison(
        "beside",
        Role.IDENTITY,
        show.nothing,
        (
            missing(lambda p: l.near_words_shared(p) < 0, "two languages or nothing beside the words"),
            level("two", "two words beside it are shared", lambda p: l.near_words_shared(p) >= 2, AGREE),
            level("one", "a word beside it is shared", lambda p: l.near_words_shared(p) == 1, AGREE),
            level(
                "other",
                "a word beside it stands elsewhere in the other sentence",
                l.near_words_in_other,
                NEAR,
            ),
            otherwise("no word beside it is shared", DISAGREE),
        ),
    ),
    Comparison(
        "figures",
        Role.IDENTITY,
        show.nothing,
        (
            missing(l.figures_missing, "no other figure on one side"),
            level("same", "another figure is the same in both sentences", l.figures_shared, AGREE),
            otherwise("the sentences print other figures", NONE),
        ),
    ),
    Comparison(
        "period",
        Role.IDENTITY,
        show.times,
        (
            missing(v.periods_missing, "no time stated"),
            level("away", "only one side states a time, a long one or long ago", v.one_away, DISAGREE),
            level("one", "only one side states a time", v.periods_one, NONE),
            level("same", "the same time", v.periods_equal, AGREE),
            level("meets", "overlapping times", v.periods_meet, NEAR),
            otherwise("different times", DISAGREE),
        ),
    ),
    Comparison(
        "position",
        Role.IDENTITY,
        lambda slot: slot.claim.part,
        (
            missing(),
            level("titles", "both are headlines", l.both(lambda s: s.claim.part == "title"), AGREE),
            level("title", "one is a headline", l.either(lambda s: s.claim.part == "title"), AGREE),
            otherwise("both are in the text", AGREE),
        ),
    ),
    Comparison(
        "plan",
        Role.IDENTITY,
        show.state,
        (
            missing(lambda p: not l.either(l.planned)(p), "neither is a plan or forecast"),
            level("both", "both are plans or forecasts", l.both(l.planned), AGREE),
            otherwise("one is a plan or forecast", NEAR),
        ),
    ),
    Comparison(
        "judge",
        Role.IDENTITY,
        show.nothing,
        (
            missing(lambda p: p.opinion is None, "the judge was not asked"),
            *_opinions(l.judged_conflict, "contradict each other", DISAGREE, 0.95, 0.85, 0.7, 0.5),
            *_opinions(l.judged_agreement, "agree", AGREE, 0.95, 0.85, 0.7, 0.5),
            *_opinions(l.judged_apart, "answer different questions", NONE, 0.95, 0.85, 0.7),
            otherwise("the judge is not sure", NONE),
        ),
        only=("value", "date", "name", "direction", "outcome", "pole", "status"),
    ),
    Comparison(
        "matter",
        Role.IDENTITY,
        show.nothing,
        (
            missing(lambda p: l.judged_conflict(p) < 0.4, "the judge reads no contradiction"),
            *(
                level(field.value, f"the judge reads a contradiction of {field.value}", l.judged_matter(field), AGREE)
                for field in FIELDS
            ),
            otherwise("the judge reads a contradiction", NONE),
        ),
    ),
    Comparison(
        "modality",
        Role.IDENTITY,
        lambda slot: slot.claim.modality.value,
        (
            missing(l.both(l.factual), "both are told as facts"),
            level("same", "both are forecasts or both opinions", l.same_modality, AGREE),
            otherwise("a fact against a forecast or an opinion", NEAR),
        ),
    ),
    Comparison(
        "worth",
        Role.IDENTITY,
        show.worth,
        (
            missing(lambda p: l.worth(p) < 0, "not estimated"),
            level("0.6", "both well worth checking", l.at_least(l.worth, 0.6), AGREE),
            level("0.3", "both worth checking", l.at_least(l.worth, 0.3), AGREE),
            level("0.1", "one hardly worth checking", l.at_least(l.worth, 0.1), NEAR),
            otherwise("one not worth checking", DISAGREE),
        ),
    ),
    Comparison(
        "change",
        Role.IDENTITY,
        show.change_words,
        (
            missing(l.lacks_cue("direction"), "no change word on one side"),
            level("same", "the same direction of change", l.shares_cue("direction"), AGREE),
            level("opposite", "opposite directions of change", l.opposes_cue("direction"), DISAGREE),
            otherwise("other change words", NEAR),
        ),
        only=("value", "date", "name", "pole", "status"),
    ),
    Comparison(
        "event",
        Role.IDENTITY,
        show.event_words,
        (
            missing(l.lacks_cue("pole"), "no event word on one side"),
            level("same", "the same kind of event", l.shares_cue("pole"), AGREE),
            level("opposite", "opposite kinds of event", l.opposes_cue("pole"), DISAGREE),
            otherwise("other kinds of event", NEAR),
        ),
        only=("value", "date", "name", "direction", "status"),
    ),
    Comparison(
        "metric",
        Role.IDENTITY,
        lambda slot: ", ".join(l.metrics_of(slot)[:3]).replace("_", " "),
        (
            missing(l.metric_missing, "no word for what is measured"),
            level("one", "only one side names what is measured", l.metric_one, NONE),
            level("same", "the same thing measured", l.metric_same, AGREE),
            level("shared", "the same thing measured is named", l.metric_shared, NEAR),
            otherwise("different things measured", DISAGREE),
        ),
    ),
    Comparison(
        "scope",
        Role.IDENTITY,
        show.scope_words,
        (
            missing(lambda p: not l.scope_words(p.a) and not l.scope_words(p.b), "no scope word"),
            level("same", "the same scope word", lambda p: bool(l.scope_words(p.a) & l.scope_words(p.b)), AGREE),
            level(
                "one",
                "a scope word on one side",
                lambda p: not l.scope_words(p.a) or not l.scope_words(p.b),
                NEAR,
            ),
            otherwise("different scope words", DISAGREE),
        ),
    ),
    *OF_ONE_KIND,
)
