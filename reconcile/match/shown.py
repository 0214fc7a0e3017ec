"""What a comparison shows of one slot to a reviewer."""

from __future__ import annotations

from reconcile.match import fillers as f
from reconcile.match import levels as l
from reconcile.match import values as v
from reconcile.match.slots import Slot
from reconcile.model import Quantity


def printed(slot: Slot) -> str:
    """Return the slot's own words."""
    return slot.raw


def nothing(slot: Slot) -> str:
    """Return nothing: the whole sentence is what is compared."""
    return ""


def names(slot: Slot) -> str:
    """Return the other names of the claim."""
    return ", ".join(l.other_names(slot)[:4])


def times(slot: Slot) -> str:
    """Return the times of the claim."""
    return ", ".join(t.raw for t in v.periods(slot)[:3]) or ", ".join(t.raw for t in slot.claim.times[:3])


def noun(slot: Slot) -> str:
    """Return what is counted."""
    return slot.answer.noun if isinstance(slot.answer, Quantity) else ""


def unit(slot: Slot) -> str:
    """Return the unit."""
    return slot.answer.unit if isinstance(slot.answer, Quantity) else ""


def change_words(slot: Slot) -> str:
    """Return the words of change."""
    return ", ".join(cue.raw for cue in slot.claim.cues if cue.kind in ("direction", "outcome"))


def event_words(slot: Slot) -> str:
    """Return the words of opposed events."""
    return ", ".join(cue.raw for cue in slot.claim.cues if cue.kind == "pole")


def scope_words(slot: Slot) -> str:
    """Return the scope words."""
    return ", ".join(sorted(word for _, word in l.scope_words(slot)))


def state(slot: Slot) -> str:
    """Return the status."""
    return slot.claim.status.value if slot.claim.status else ""


def parts(slot: Slot) -> str:
    """Return the parts in events that the name fills."""
    return ", ".join(sorted(f"{event}: {role}" for event, role in f.parts(slot)))


def worth(slot: Slot) -> str:
    """Return how well worth checking the claim is."""
    return "" if slot.claim.worth is None else f"{slot.claim.worth:.2f}"


def speaker(slot: Slot) -> str:
    """Return who is said to assert the claim."""
    return slot.claim.attribution.speaker if slot.claim.attribution else ""


def as_of(slot: Slot) -> str:
    """Return when the claim was reported."""
    return slot.claim.as_of or "unknown"
