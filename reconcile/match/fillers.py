"""Pure predicates over who fills which part of an event, subjects, and places that hold each other. All symmetric."""

from __future__ import annotations

from collections.abc import Mapping

from reconcile.claims.naming import geography
from reconcile.match.declare import Pairing
from reconcile.match.levels import names_alike, names_of
from reconcile.match.slots import Slot
from reconcile.model import Participant

Part = tuple[str, str]  # event and role


def fillings(slot: Slot) -> tuple[Participant, ...]:
    """Return the parts that the slot's own words fill."""
    return tuple(p for p in slot.claim.participants if p.start < slot.span.end and slot.span.start < p.end)


def parts(slot: Slot) -> frozenset[Part]:
    """Return event and role of each part that the slot's own words fill."""
    return frozenset((p.event, p.role) for p in fillings(slot))


def parts_missing(p: Pairing) -> bool:
    """Neither name fills a part."""
    return not parts(p.a) and not parts(p.b)


def parts_one(p: Pairing) -> bool:
    """Only one of the names fills a part."""
    return not parts(p.a) or not parts(p.b)


def same_part(p: Pairing) -> bool:
    """Both names fill one part of one kind of event."""
    return bool(parts(p.a) & parts(p.b))


def same_event(p: Pairing) -> bool:
    """Both names fill a part of one kind of event, one of them another part."""
    return bool({event for event, _ in parts(p.a)} & {event for event, _ in parts(p.b)})


def same_part_of_one(p: Pairing) -> bool:
    """Both names fill one part, and another part of that event is filled alike on both sides."""
    shared = parts(p.a) & parts(p.b)
    return any(_agrees(_others(p.a, part), _others(p.b, part)) for part in shared)


def _others(slot: Slot, part: Part) -> Mapping[str, list[str]]:
    """Return the names in the other parts of the same event, by role."""
    found: dict[str, list[str]] = {}
    for filled in slot.claim.participants:
        if filled.event == part[0] and filled.role != part[1]:
            found.setdefault(filled.role, []).append(filled.name)
    return found


def _agrees(a: Mapping[str, list[str]], b: Mapping[str, list[str]]) -> bool:
    return any(names_alike(*sorted((x, y))) for role in sorted(a.keys() & b.keys()) for x in a[role] for y in b[role])


def nested_places(p: Pairing) -> bool:
    """One place is known to lie within the other ("College Park" in "Georgia")."""
    found = names_of(p)
    if found is None or not all(entity.kind == "place" for entity in found):
        return False
    a, b = found
    return bool(geography.contains(a.name, b.name, b.within)) or bool(geography.contains(b.name, a.name, a.within))


def other_subjects(p: Pairing) -> bool:
    """The claims' subjects are two names of one known kind: two persons, two organisations, two places."""
    one, other = (_subject_kind(slot) for slot in (p.a, p.b))
    return one == other != "other"


def _subject_kind(slot: Slot) -> str:
    return next((e.kind for e in slot.claim.entities if e.name == slot.claim.subject), "other")
