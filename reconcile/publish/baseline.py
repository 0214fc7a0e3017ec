"""Findings that a team has accepted: a TOML file of fingerprints, each with a reason and a name.

.. code-block:: toml

    [[accept]]
    fingerprint = "0123456789abcdef"   # a finding's fingerprint, or its id
    reason = "the ministry corrected the figure on Tuesday"
    who = "maria"
    expires = 2026-12-31               # optional; from the next day on the entry no longer counts
    about = "length of the bridge"     # optional: what was accepted, for a person to read
    says = ["Post: 200 m", "Wire: 250 m"]

A finding's id changes with the ids of its articles, and an article without an id or address is known by its text. A
**fingerprint** depends on the two sentences, their deciding words and their sources alone: it survives edits
elsewhere in an article.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import ConfigError
from reconcile.model import stable_id
from reconcile.publish.ci import Suppressed
from reconcile.publish.report import to_json
from reconcile.publish.terminal import Row, clean, whole

_REQUIRED = ("fingerprint", "reason", "who")
_OPTIONAL = ("expires", "about", "says")
_HEADER = """\
# Findings that are accepted as they are. `reconcile check --baseline` leaves them out of its verdict.
# `reconcile baseline update` and `prune` rewrite this file and keep no comments: say why under `reason`.
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The finding with this fingerprint is accepted until the end of ``expires`` (None: for good)."""

    fingerprint: str
    reason: str
    who: str
    expires: datetime.date | None = None
    about: str = ""
    says: tuple[str, ...] = ()

    def is_over(self, today: datetime.date) -> bool:
        """Tell whether the entry has expired."""
        return self.expires is not None and self.expires < today


@dataclass(frozen=True, slots=True)
class Split:
    """Findings told apart by a baseline, and its entries that have ``expired`` or matched nothing (``stale``)."""

    open: tuple[Row, ...]
    suppressed: tuple[Suppressed, ...]
    expired: tuple[Accepted, ...]
    stale: tuple[Accepted, ...]


def fingerprint(finding: Row) -> str:
    """Return 16 hex digits made of each side's source, sentence and deciding words, whichever side is first."""
    return stable_id("fingerprint", *sorted(_side_key(finding[name]) for name in ("a", "b")))


def _side_key(side: object) -> str:
    if not isinstance(side, Mapping):
        return ""
    quote, start = str(side.get("quote") or ""), whole(side.get("start"))
    words = quote[max(0, whole(side.get("focus_start")) - start) : max(0, whole(side.get("focus_end")) - start)]
    return stable_id(str(side.get("source") or ""), *(" ".join(text.split()).casefold() for text in (quote, words)))


def load_baseline(path: str | Path) -> tuple[Accepted, ...]:
    """Read a baseline file. Raises ConfigError that lists every wrong entry."""
    try:
        data = tomllib.loads(Path(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check --baseline") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    problems = [f"{key}: unknown; entries stand under [[accept]]" for key in data if key != "accept"]
    entries = data.get("accept", [])
    accepted: dict[str, Accepted] = {}
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
        wrong = list(_wrong(entry))
        if not wrong and entry["fingerprint"] in accepted:
            wrong = [f"fingerprint {entry['fingerprint']!r} is there twice"]
        problems.extend(f"entry {number}: {line}" for line in wrong)
        if not wrong:
            accepted[entry["fingerprint"]] = Accepted(**{**entry, "says": tuple(entry.get("says", ()))})
    if problems:
        raise ConfigError(f"{path}:\n" + "\n".join(f"  {line}" for line in problems))
    return tuple(accepted.values())


def _wrong(entry: object) -> Iterable[str]:
    if not isinstance(entry, Mapping):
        yield "must be a table, [[accept]]"
        return
    for name in _REQUIRED:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            yield f"{name} must be a non-empty text"
    expires, says = entry.get("expires"), entry.get("says", [])
    if expires is not None and type(expires) is not datetime.date:
        yield "expires must be a date, 2026-12-31, without quotation marks"
    if not isinstance(entry.get("about", ""), str):
        yield "about must be a text"
    if not isinstance(says, list) or not all(isinstance(line, str) for line in says):
        yield "says must be a list of texts"
    for name in sorted(set(entry) - {*_REQUIRED, *_OPTIONAL}):
        yield f"{name} is unknown; known: {', '.join((*_REQUIRED, *_OPTIONAL))}"


def split(findings: Iterable[Row], baseline: Iterable[Accepted], today: datetime.date) -> Split:
    """Tell open findings from accepted ones; an entry that expired before ``today`` does not count."""
    entries = {entry.fingerprint: entry for entry in baseline}
    still_open: list[Row] = []
    suppressed: list[Suppressed] = []
    seen: set[str] = set()
    for finding in findings:
        entry = entries.get(fingerprint(finding)) or entries.get(str(finding["id"]))
        if entry is not None:
            seen.add(entry.fingerprint)
        if entry is None or entry.is_over(today):
            still_open.append(finding)
        else:
            suppressed.append(Suppressed(finding, f"{entry.reason} ({entry.who})", "baseline"))
    expired = tuple(entry for entry in entries.values() if entry.is_over(today))
    stale = tuple(entry for name, entry in entries.items() if name not in seen)
    return Split(tuple(still_open), tuple(suppressed), expired, stale)


def updated(baseline: Iterable[Accepted], findings: Iterable[Row], template: Accepted) -> tuple[Accepted, ...]:
    """Return the baseline with an entry like ``template`` for each open finding; others keep their place.

    An entry for the same finding (expired, or written with the finding's id) is replaced where it stands.
    """
    entries = {entry.fingerprint: entry for entry in baseline}
    for finding in sorted(findings, key=fingerprint):
        name, own_id = fingerprint(finding), str(finding["id"])
        entry = Accepted(name, template.reason, template.who, template.expires, _about(finding), _says(finding))
        old = name if name in entries else own_id
        if old in entries:
            entries = {(name if key == old else key): (entry if key == old else kept) for key, kept in entries.items()}
        else:
            entries[name] = entry
    return tuple(entries.values())


def _about(finding: Row) -> str:
    return clean(f"{finding['relation']}/{finding['field']}: {finding.get('about') or ''}")


def _says(finding: Row) -> tuple[str, ...]:
    sides = [side for name in ("a", "b") if isinstance(side := finding[name], Mapping)]
    return tuple(clean(f"{side.get('source') or side.get('article_id')}: {side.get('quote')}") for side in sides)


def baseline_text(baseline: Iterable[Accepted]) -> str:
    """Return the baseline as the TOML that :func:`load_baseline` reads."""
    return "\n".join([_HEADER, *map(_entry_text, baseline)])


def _entry_text(entry: Accepted) -> str:
    lines = ["[[accept]]", *(f"{name} = {_quoted(getattr(entry, name))}" for name in _REQUIRED)]
    if entry.expires is not None:
        lines.append(f"expires = {entry.expires.isoformat()}")
    if entry.about:
        lines.append(f"about = {_quoted(entry.about)}")
    if entry.says:
        lines += ["says = [", *(f"  {_quoted(line)}," for line in entry.says), "]"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are TOML's, but for half characters, which are replaced."""
    return to_json(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
