"""Findings that a team has accepted: a TOML file of fingerprints, each with a reason and a name.

.. code-block:: toml

    [[accept]]
    fingerprint = "0123456789abcdef"   # the finding's id
    reason = "the ministry corrected the figure on Tuesday"
    who = "maria"
    expires = 2026-12-31               # optional; from the next day on the entry no longer counts
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import ConfigError
from reconcile.publish.terminal import Row

_REQUIRED = ("fingerprint", "reason", "who")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The finding with this fingerprint is accepted until the end of ``expires`` (None: for good)."""

    fingerprint: str
    reason: str
    who: str
    expires: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Findings told apart by a baseline; ``notes`` say which entries have expired or matched nothing."""

    open: tuple[Row, ...]
    suppressed: tuple[tuple[Row, str], ...]
    notes: tuple[str, ...]


def load_baseline(path: str | Path) -> tuple[Accepted, ...]:
    """Read a baseline file. Raises ConfigError that lists every wrong entry."""
    try:
        data = tomllib.loads(Path(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check --baseline") from error
    except tomllib.TOMLDecodeError as error:
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
            accepted[entry["fingerprint"]] = Accepted(**entry)
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
    expires = entry.get("expires")
    if expires is not None and type(expires) is not datetime.date:
        yield "expires must be a date, 2026-12-31, without quotation marks"
    for name in sorted(set(entry) - {*_REQUIRED, "expires"}):
        yield f"{name} is unknown; known: {', '.join((*_REQUIRED, 'expires'))}"


def split(findings: Iterable[Row], baseline: Iterable[Accepted], today: datetime.date) -> Split:
    """Tell open findings from accepted ones; an entry that expired before ``today`` does not count."""
    entries = {entry.fingerprint: entry for entry in baseline}
    still_open: list[Row] = []
    suppressed: list[tuple[Row, str]] = []
    notes: list[str] = []
    seen: set[str] = set()
    for finding in findings:
        entry = entries.get(str(finding["id"]))
        if entry is None:
            still_open.append(finding)
            continue
        seen.add(entry.fingerprint)
        if entry.expires is not None and entry.expires < today:
            notes.append(f"baseline: {entry.fingerprint} ({entry.who}) expired on {entry.expires}")
            still_open.append(finding)
        else:
            suppressed.append((finding, f"{entry.reason} ({entry.who})"))
    stale = sorted(set(entries) - seen)
    if stale:
        notes.append(f"baseline: {len(stale)} entries matched nothing in this check: {', '.join(stale)}")
    return Split(tuple(still_open), tuple(suppressed), tuple(notes))
