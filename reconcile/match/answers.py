"""The assertion comparisons, one for each kind of slot, and the context in which answers were reported."""

from __future__ import annotations

from reconcile.match import fillers as f
from reconcile.match import levels as l
from reconcile.match import shown as show
from reconcile.match import values as v
from reconcile.match.declare import AGREE, DISAGREE, NEAR, NONE, Comparison, level, missing, otherwise
from reconcile.model import Role

CONTEXT = (
    Comparison(
        "reported",
        Role.CONTEXT,
        show.as_of,
        (
            missing(lambda p: v.reported_gap(p) < 0, "publication unknown"),
            level("hours", "published within 4 hours", lambda p: v.reported_gap(p) <= 4, NEAR),
            level("day", "published within a day", lambda p: v.reported_gap(p) <= 24, NEAR),
            level("days", "published within a week", lambda p: v.reported_gap(p) <= 168, NEAR),
            otherwise("published weeks apart", DISAGREE),
        ),
    ),
    Comparison(
        "growth",
        Role.CONTEXT,
        show.printed,
        (
            missing(lambda p: v.reported_gap(p) <= 0, "order of reports unknown"),
            level("larger", "the later report has the larger value", v.later_is_larger, NEAR),
            otherwise("the later report has the smaller value", NEAR),
        ),
        only=("value",),
    ),
    Comparison(
        "running",
        Role.CONTEXT,
        lambda slot: ", ".join(l.metrics_of(slot)[:1]).replace("_", " "),
        (
            missing(lambda p: not v.running(p), "no count that moves while a story runs"),
            level("unknown", "a running count, order of reports unknown", lambda p: v.reported_gap(p) <= 0, NONE),
            level("larger", "a running count, larger in the later report", v.later_is_larger, NEAR),
            otherwise("a running count, smaller in the later report", NEAR),
        ),
        only=("value",),
    ),
    Comparison(
        "sequel",
        Role.CONTEXT,
        show.times,
        (
            missing(v.days_unknown, "a day or a publication is unknown"),
            level("after", "one day lies behind both reports, the other after the first", v.told_before, NEAR),
            level("due", "one day was still to come when it was told", v.was_to_come, NEAR),
            otherwise("neither tells which came first", NONE),
        ),
        only=("date",),
    ),
    Comparison(
        "speaker",
        Role.CONTEXT,
        show.speaker,
        (
            missing(lambda p: not show.speaker(p.a) or not show.speaker(p.b)),
            level(
                "same", "one speaker", lambda p: l.names_alike(*sorted((show.speaker(p.a), show.speaker(p.b)))), AGREE
            ),
            otherwise("different speakers", NEAR),
        ),
    ),
)

ASSERTION = {
    "value": Comparison(
        "value",
        Role.ASSERTION,
        show.printed,
        (
            missing(
                lambda p: v.point(p.a.answer) is None or v.point(p.b.answer) is None if v.quantities_of(p) else True
            ),
            level("equal", "the same value", lambda p: v.same_value(p) or v.same_score(p), AGREE),
            level("rounding", "equal within rounding", v.ranges_meet, AGREE),
            level("bounds", "inside a stated bound", v.open_ended_meet, NEAR),
            level("close", "a small gap that rounding does not explain", v.within(1.15), DISAGREE),
            otherwise("values differ", DISAGREE),
        ),
    ),
    "date": Comparison(
        "date",
        Role.ASSERTION,
        show.printed,
        (
            missing(lambda p: not v.dates_resolved(p), "a date is not known"),
            level("same", "the same date", v.dates_same, AGREE),
            level("nested", "one date lies within the other", v.dates_nest, NEAR),
            otherwise("dates differ", DISAGREE),
        ),
    ),
    "name": Comparison(
        "name",
        Role.ASSERTION,
        show.printed,
        (
            missing(
                lambda p: l.kinds_differ(p) or not (f.same_part(p) or l.near_words_in_other(p)), "not names in one role"
            ),
            level("same", "one name", l.same_name, AGREE),
            level("nested", "one place lies within the other", f.nested_places, NEAR),
            level("named", "each article may use both names", l.named_by_other, NONE),
            otherwise("names differ", DISAGREE),
        ),
    ),
    "direction": Comparison(
        "direction",
        Role.ASSERTION,
        show.printed,
        (
            missing(lambda p: not l.same_theme(p), "not the same thing that changes"),
            level("same", "the same direction", l.same_cue, AGREE),
            level("opposite", "opposite directions", l.opposite, DISAGREE),
            level("flat", "unchanged against a change", l.flat_against_change, DISAGREE),
            otherwise("not comparable", NONE),
        ),
    ),
    "pole": Comparison(
        "pole",
        Role.ASSERTION,
        show.printed,
        (
            missing(lambda p: not l.same_matter(p), "not about the same matter"),
            level("same", "the same event", l.same_cue, AGREE),
            level("deal", "one party buys, another sells", l.two_sides_of_a_deal, NONE),
            otherwise("opposite events", DISAGREE),
        ),
    ),
    "status": Comparison(
        "status",
        Role.ASSERTION,
        show.printed,
        (
            missing(lambda p: not l.same_matter(p), "not about the same matter"),
            level("same", "the same state", l.same_cue, AGREE),
            level("planned", "done on one side, planned on the other", l.done_against_planned, DISAGREE),
            otherwise("other states", DISAGREE),
        ),
    ),
}
ASSERTION["outcome"] = ASSERTION["direction"]
ASSERTION["statement"] = Comparison(
    "statement",
    Role.ASSERTION,
    show.printed,
    (
        missing(lambda p: p.opinion is None, "the judge was not asked"),
        *(
            level(f"against {floor:g}", f"the judge reads a contradiction ({floor:.0%} or surer)", holds, DISAGREE)
            for floor in (0.97, 0.93, 0.85, 0.75, 0.6, 0.4)
            for holds in (l.at_least(l.judged_conflict, floor),)
        ),
        *(
            level(f"agree {floor:g}", f"the judge reads one answer ({floor:.0%} or surer)", holds, AGREE)
            for floor in (0.97, 0.9, 0.75, 0.5)
            for holds in (l.at_least(l.judged_agreement, floor),)
        ),
        otherwise("the judge reads different questions", NONE),
    ),
)
