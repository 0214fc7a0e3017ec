"""Settings: one frozen object, read from TOML, every problem reported at once.

``reconcile.toml`` in the current directory is read when it is there; ``--config FILE`` names another.
The commented example is ``reconcile.example.toml``.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from reconcile.errors import ConfigError

DEFAULT_FILE = "reconcile.toml"
LIMITS = (
    "max_bytes",
    "max_page_bytes",
    "max_stream_bytes",
    "max_text_chars",
    "max_depth",
    "max_files",
    "max_problems_per_file",
    "max_errors",
    "max_pages",
    "max_seconds",
    "max_compared_sentences",
)
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "model": ("name", "threads"),
    "judge": ("name",),
    "extract": ("jobs",),
    "engine": ("name", "scheduler", "spill", "memory"),
    "verifier": ("name", "max_calls"),
    "reference": ("files",),
    "limits": LIMITS,
    "fetch": ("allow_hosts", "delay", "timeout"),
    "match": (),
    "aliases": (),
    "owners": (),
}
ENGINES = ("local", "dask")
NOT_RECORDED = ("jobs", "engine", "scheduler", "spill", "memory")  # they change nothing of what is published
_MAX_JOBS = 256
_MAX_THREADS = 256
_MAX_MEMORY = 2**24  # megabytes
_MAX_CALLS = 1_000_000
_MAX_BYTES = 4_000_000
_FETCH_BOUNDS: Mapping[str, tuple[float, float]] = {"delay": (0.0, 3600.0), "timeout": (0.1, 600.0)}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a user may set. Empty tables mean: the defaults of the code that reads them.

    ``match`` maps a relation (or ``relation:kind``) to the probability from which it is said; ``aliases`` maps an alias
    to the canonical name; ``owners`` maps an outlet's name or host to its owner. ``threads`` 0 lets the library choose.
    ``jobs`` is how many processes may extract claims; 0 leaves it open: one a core for the command line, none but this
    one for a program. ``engine`` is where a run works, one of ``ENGINES``, ``scheduler`` the address of a Dask
    scheduler and ``spill`` a folder for what lies between the stages (empty: processes of this machine, a temporary
    folder); ``memory`` is about how many megabytes a run may take, 0 as many as it needs. ``verifier_calls`` is how
    many calls one run may make. ``references`` are files of trusted facts.
    ``allow_hosts`` may have private addresses; ``fetch`` holds the seconds ``delay`` and ``timeout``.
    """

    model_name: str = "default"
    threads: int = 0
    judge_name: str = "default"
    jobs: int = 0
    engine: str = "local"
    scheduler: str = ""
    spill: str = ""
    memory: int = 0
    verifier_name: str = "none"
    verifier_calls: int = 200
    references: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    allow_hosts: tuple[str, ...] = ()
    fetch: Mapping[str, float] = field(default_factory=dict)
    match: Mapping[str, float] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the settings in force as one line of JSON with sorted keys, for the record of a run.

        What is in ``NOT_RECORDED`` is left out.
        """
        shown = {name: value for name, value in asdict(self).items() if name not in NOT_RECORDED}
        return json.dumps(shown, sort_keys=True, ensure_ascii=False)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_settings(path: str | Path | None = None) -> Settings:
    """Read settings from ``path``, or from ``reconcile.toml`` in the current directory if that exists.

    Raises ConfigError: the file cannot be read, is not TOML, or has wrong entries (all in one message).
    """
    target = Path(path) if path is not None else Path(DEFAULT_FILE)
    if path is None and not target.is_file():
        return Settings()
    try:
        with target.open("rb") as handle:
            content = handle.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be read ({error.strerror or error}); check --config") from error
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{target}: larger than {_MAX_BYTES} bytes; is this the settings file?")
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{target}: not valid TOML: {error}") from error
    return from_mapping(data, str(target))


def from_mapping(data: Mapping[str, object], where: str = "settings") -> Settings:
    """Build settings from a parsed TOML document; ``where`` names it in messages.

    Raises ConfigError with every problem found, one a line.
    """
    problems: list[str] = []
    tables = dict(_tables(data, problems))
    model, judge, verifier = tables["model"], tables["judge"], tables["verifier"]
    engine, scheduler, spill = _engine(tables["engine"], problems)
    settings = Settings(
        model_name=_text(model, "model.name", problems),
        threads=_whole(model.get("threads", 0), "model.threads", (0, _MAX_THREADS), problems),
        judge_name=_text(judge, "judge.name", problems),
        verifier_name=_text(verifier, "verifier.name", problems, default="none"),
        verifier_calls=_whole(verifier.get("max_calls", 200), "verifier.max_calls", (1, _MAX_CALLS), problems),
        jobs=_whole(tables["extract"].get("jobs", 0), "extract.jobs", (0, _MAX_JOBS), problems),
        engine=engine,
        scheduler=scheduler,
        spill=spill,
        memory=_whole(tables["engine"].get("memory", 0), "engine.memory", (0, _MAX_MEMORY), problems),
        references=_texts(tables["reference"].get("files", []), "reference.files", problems),
        limits=_limits(tables["limits"], problems),
        allow_hosts=_texts(tables["fetch"].get("allow_hosts", []), "fetch.allow_hosts", problems),
        fetch={
            key: _number(tables["fetch"][key], f"fetch.{key}", bounds, problems)
            for key, bounds in _FETCH_BOUNDS.items()
            if key in tables["fetch"]
        },
        match=_numbers(tables["match"], "match", problems),
        aliases=_inverted(tables["aliases"], "aliases", problems),
        owners=_inverted(tables["owners"], "owners", problems),
    )
    if problems:
        listing = "\n".join(f"  {line}" for line in problems)
        raise ConfigError(f"{where}: {len(problems)} problem{'s'[: len(problems) > 1]}\n{listing}")
    return settings


def _engine(table: Mapping[str, object], problems: list[str]) -> tuple[str, str, str]:
    """Return the engine's name, the scheduler's address and the folder; empty where they are not given."""
    name = _text(table, "engine.name", problems, default=ENGINES[0])
    if name not in ENGINES:
        problems.append(f"engine.name: must be one of {', '.join(ENGINES)}; is {_shown(name)}")
    given = [_text(table, f"engine.{key}", problems) if key in table else "" for key in ("scheduler", "spill")]
    if name == ENGINES[0]:
        problems.extend(
            f'engine.{key}: is used with name = "dask" alone' for key in ("scheduler", "spill") if key in table
        )
    return name, given[0], given[1]


def _limits(table: Mapping[str, object], problems: list[str]) -> dict[str, int]:
    return {
        key: _whole(value, f"limits.{key}", (0 if key == "max_errors" else 1, 2**53), problems)
        for key, value in sorted(table.items())
        if key in LIMITS
    }


def unknown_names(section: str, names: Collection[str], known: Collection[str]) -> list[str]:
    """Return a message for each of ``names`` that is not in ``known``, with the nearest name or the choices.

    The rooms that own thresholds call this with their names, so that a misspelt one is an error.
    """
    return [_unknown(f"{section}.{name}", name, known) for name in sorted(names) if name not in known]


def _unknown(label: str, name: str, known: Collection[str]) -> str:
    from rapidfuzz import process, utils

    best = process.extractOne(name, sorted(known), processor=utils.default_process, score_cutoff=60)
    hint = f"did you mean {best[0]}?" if best else f"known: {', '.join(sorted(known)) or 'none'}"
    return f"{label}: unknown; {hint}"


def _tables(data: Mapping[str, object], problems: list[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name in data:
        if name not in _SECTIONS:
            problems.append(_unknown(f"[{name}]", name, _SECTIONS))
    for name, known in _SECTIONS.items():
        table = data.get(name, {})
        if not isinstance(table, Mapping):
            problems.append(f"{name}: must be a table, [{name}]; is {_shown(table)}")
            table = {}
        if known:
            problems.extend(unknown_names(name, table.keys(), known))
        yield name, table


def _text(table: Mapping[str, object], label: str, problems: list[str], *, default: str = "default") -> str:
    value = table.get(label.partition(".")[2], default)
    if not isinstance(value, str) or not value.strip():
        problems.append(f"{label}: must be a non-empty text; is {_shown(value)}")
        return default
    return value.strip()


def _whole(value: object, label: str, bounds: tuple[int, int], problems: list[str]) -> int:
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        problems.append(f"{label}: must be a whole number from {low} to {high}; is {_shown(value)}")
        return low
    return value


def _number(value: object, label: str, bounds: tuple[float, float], problems: list[str]) -> float:
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        problems.append(f"{label}: must be a number from {low:g} to {high:g}; is {_shown(value)}")
        return low
    return float(value)


def _texts(value: object, label: str, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        problems.append(f"{label}: must be a list of non-empty texts; is {_shown(value)}")
        return ()
    return tuple(sorted({v.strip() for v in value}))


def _numbers(table: Mapping[str, object], label: str, problems: list[str]) -> dict[str, float]:
    """Flatten nested tables to dotted names (``[match.a] b = 0.1`` is ``a.b``)."""
    result: dict[str, float] = {}
    for key, value in sorted(table.items()):
        name = f"{label}.{key}"
        if isinstance(value, Mapping):
            inner = _numbers(value, name, problems)
            result.update({f"{key}.{rest}": number for rest, number in inner.items()})
        elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            problems.append(f"{name}: must be a finite number; is {_shown(value)}")
        else:
            result[key] = float(value)
    return result


def _inverted(table: Mapping[str, object], label: str, problems: list[str]) -> dict[str, str]:
    """Turn ``{"Canonical": ["alias", ...]}`` into ``{"alias": "Canonical"}``; one alias has one meaning."""
    result: dict[str, str] = {}
    seen: dict[str, str] = {}
    for canonical, aliases in sorted(table.items()):
        if not canonical.strip():
            problems.append(f"{label}: a name must not be empty")
        if not isinstance(aliases, list) or not all(isinstance(a, str) and a.strip() for a in aliases):
            problems.append(f"{label}.{canonical}: must be a list of non-empty texts; is {_shown(aliases)}")
            continue
        for alias in aliases:
            other = seen.setdefault(alias.strip().casefold(), canonical)
            if other != canonical:
                problems.append(f"{label}.{canonical}: {alias!r} already stands for {other!r}")
            else:
                result[alias.strip()] = canonical.strip()
    return result


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
