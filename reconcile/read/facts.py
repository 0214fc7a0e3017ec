"""Reference facts: a CSV file or SQLite table that the user trusts -> rows of text, checked for form.

The header names its columns, in any case and order: ``entity``, ``metric``, ``value`` are needed; ``unit``, ``period``
(or ``date``), ``place``, ``source``, ``url``, ``note`` may be there; others are ignored. What a file cannot be read for
is an InputError (a comparison without the reference would look clean); what is wrong with one row is a problem.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from reconcile.errors import InputError
from reconcile.model import Problem
from reconcile.read.encoding import decode
from reconcile.read.identity import canonical_url, repair, shown_url, without_secrets
from reconcile.read.place import DEFAULT_LIMITS, Limits, whole

STAGE = "reference"
NEEDED = ("entity", "metric", "value")
COLUMNS = (*NEEDED, "unit", "period", "date", "place", "source", "url", "note")
MAX_ROWS = 100_000
MAX_CELL = 500  # characters
POINT, COMMA = ".", ","
_SQLITE = b"SQLite format 3\x00"
_STEPS, _TICKS = 100_000, 20_000  # of SQLite's machine between two looks, and looks before a slow view is given up
_FIGURE = re.compile(r"\d[\d.,]{0,40}")
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3}){1,9}$")
_UNSURE = re.compile(r"\d{1,3}[.,]\d{3}$")

Line = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row as written, on one line each; empty where the column is missing.

    ``name`` is the reference's, ``decimal`` the mark before the decimals of its figures (``.`` or ``,``).
    """

    name: str
    entity: str
    metric: str
    value: str
    unit: str = ""
    period: str = ""
    place: str = ""
    source: str = ""
    url: str = ""
    note: str = ""
    decimal: str = POINT
    path: str = ""
    line: int = 0

    def to_json(self) -> str:
        """Return the row as one line of JSON, from which :func:`from_json` makes it again."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def problem(self, message: str, advice: str) -> Problem:
        """Return a problem row about this row."""
        return Problem(STAGE, self.path, self.line, "", message, advice)


def from_json(text: str) -> FactRow:
    """Return the row that :meth:`FactRow.to_json` wrote."""
    return FactRow(**json.loads(text))


def read(
    specs: Iterable[str], *, limits: Limits = DEFAULT_LIMITS
) -> tuple[dict[str, tuple[FactRow, ...]], tuple[Problem, ...]]:
    """Return the rows of each ``FILE[:TABLE]`` by the reference's name (the file's, with its table), and the problems.

    Raises InputError: no such file, no table with the needed columns, or two references of one name.
    """
    tables: dict[str, tuple[FactRow, ...]] = {}
    problems: list[Problem] = []
    for spec in sorted(set(specs)):
        path, table = _parts(spec)
        name = os.path.basename(path) + (f":{table}" if table else "")
        if name in tables:
            raise InputError(f"{spec}: another reference is called {name!r}; rename one of the files")
        tables[name], wrong = _table(path, table, name, limits)
        problems.extend(wrong[: limits.max_problems_per_file])
        if len(wrong) > limits.max_problems_per_file:
            message = f"{len(wrong):,} rows cannot be used; only {limits.max_problems_per_file:,} are listed"
            problems.append(Problem(STAGE, path, 0, "", message, "check the columns of the reference"))
    return tables, tuple(problems)


def _parts(spec: str) -> tuple[str, str]:
    path, sign, table = spec.rpartition(":")
    if os.path.isfile(spec) or not sign or not os.path.isfile(path):
        return spec, ""
    return path, table


def _table(path: str, table: str, name: str, limits: Limits) -> tuple[tuple[FactRow, ...], list[Problem]]:
    try:
        with open(path, "rb") as stream:
            is_database = stream.read(len(_SQLITE)) == _SQLITE
            stream.seek(0)
            data = b"" if is_database else whole(stream, limits.max_bytes)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{path}: the reference cannot be read ({reason}); check --reference") from error
    except InputError as error:
        raise InputError(f"{path}: the reference is {error}") from error
    if table and not is_database:
        raise InputError(f"{path}: is no SQLite database, so it has no table {table!r}")
    first, lines, mark = _database(path, table) if is_database else _csv(path, data)
    return _rows(FactRow(name, "", "", "", path=path, decimal=mark), first, lines)


# Rows ---------------------------------------------------------------------------------------------------------------


def _rows(like: FactRow, header: Sequence[str], lines: list[Line]) -> tuple[tuple[FactRow, ...], list[Problem]]:
    at = _columns(like.path, header)
    made: list[FactRow] = []
    problems: list[Problem] = []
    mark = decimal_mark(row[at["value"]] for _, row in lines if len(row) > at["value"]) or like.decimal
    for line, row in lines[:MAX_ROWS]:
        cells = {name: _one_line(row[n]) if n < len(row) else "" for name, n in at.items()}
        if not any(cells.values()):
            continue
        period = cells.pop("date", "")
        cells["period"] = cells.get("period") or period
        cells["url"] = without_secrets(cells.get("url", ""))
        fact = FactRow(name=like.name, path=like.path, line=line, decimal=mark, **cells)
        wrong = _wrong(fact)
        if wrong is None:
            made.append(fact)
        else:
            problems.append(fact.problem(*wrong))
    if len(lines) > MAX_ROWS:
        message = f"more than {MAX_ROWS:,} rows; the rest is left out"
        problems.append(Problem(STAGE, like.path, 0, "", message, "split the reference into several"))
    return tuple(made), problems


def _columns(path: str, header: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lstrip("\ufeff").casefold() for name in header]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError(
            f"{path}: a reference needs the columns {', '.join(NEEDED)}; "
            f"there is none called {', '.join(missing)} (found: {', '.join(n for n in names if n)[:200] or 'none'})"
        )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _one_line(cell: str) -> str:
    return " ".join(repair(cell)[0].split())


def _wrong(fact: FactRow) -> tuple[str, str] | None:
    empty = [name for name in NEEDED if not getattr(fact, name)]
    if empty:
        return f"the row has no {' and no '.join(empty)}", "fill it in; the other rows were read"
    long = [name for name in COLUMNS if name != "date" and len(getattr(fact, name)) > MAX_CELL]
    if long:
        return f"{long[0]} is longer than {MAX_CELL} characters", "shorten it; the other rows were read"
    if fact.url and not canonical_url(fact.url):
        return f"not a web address: {shown_url(fact.url)[:100]!r}", "give an http(s) address or leave url empty"
    return None


def decimal_mark(values: Iterable[str]) -> str:
    """Return the decimal mark that a column of figures shows, or ``""`` where none of them tells.

    >>> decimal_mark(["1.250,5", "12"]), decimal_mark(["1,250,000"]), decimal_mark(["12,345"])
    (',', '.', '')
    """
    votes = {POINT: 0, COMMA: 0}
    for value in values:
        for match in _FIGURE.finditer(value):
            if mark := _mark_of(match.group().rstrip(".,")):
                votes[mark] += 1
    if votes[POINT] == votes[COMMA]:
        return ""
    return max(votes, key=lambda mark: votes[mark])


def _mark_of(figure: str) -> str:
    last = max(figure.rfind(POINT), figure.rfind(COMMA))
    if last < 0 or _UNSURE.match(figure):
        return ""
    if grouped := _GROUPED.match(figure):
        return COMMA if grouped[1] == POINT else POINT
    return figure[last]


# Files --------------------------------------------------------------------------------------------------------------


def _csv(path: str, data: bytes) -> tuple[list[str], list[Line], str]:
    """Header and rows of a CSV file, and its decimal mark if no figure tells: a comma where semicolons divide."""
    text, note = decode(data)
    if note:
        raise InputError(f"{path}: {note}; save the reference as UTF-8")
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    try:
        header = next(reader, [])
        lines = list(islice(_numbered(reader), MAX_ROWS + 1))
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: not valid CSV ({error})") from error
    return header, lines, COMMA if delimiter == ";" else POINT


def _numbered(reader: Iterator[list[str]]) -> Iterator[Line]:
    """Yield each row with the line on which it begins."""
    line = reader.line_num + 1  # type: ignore[attr-defined]
    for row in reader:
        yield line, row
        line = reader.line_num + 1  # type: ignore[attr-defined]


def _database(path: str, table: str) -> tuple[list[str], list[Line], str]:
    """Header, rows and usual decimal mark of a table or view of a SQLite file, which is only read."""
    uri = Path(path).absolute().as_uri()
    try:
        with closing(_opened(uri)) as conn:
            name = table or _only_table(path, conn)
            ticks = iter(range(_TICKS))
            conn.set_progress_handler(lambda: next(ticks, None) is None, _STEPS)
            cursor = conn.execute(f"SELECT * FROM {_quoted(name)} LIMIT {MAX_ROWS + 1}")  # noqa: S608 (quoted)
            header = [column[0] for column in cursor.description]
            _columns(path, header)
            return header, [(n, [_cell(v) for v in row]) for n, row in enumerate(cursor, 1)], POINT
    except sqlite3.Error as error:
        raise InputError(f"{path}: the reference cannot be read ({error}); check the file and its table") from error


def _opened(uri: str) -> sqlite3.Connection:
    for mode in ("mode=ro", "immutable=1"):
        conn = sqlite3.connect(f"{uri}?{mode}", uri=True)
        try:
            conn.execute("PRAGMA query_only = ON")
            conn.execute("PRAGMA trusted_schema = OFF")
            conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.OperationalError:
            conn.close()
            continue
        except sqlite3.Error:
            conn.close()
            raise
        return conn
    raise sqlite3.OperationalError("unable to open it for reading")


def _only_table(path: str, conn: sqlite3.Connection) -> str:
    """Return the one table or view that has the needed columns."""
    sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [str(row[0]) for row in conn.execute(sql)]
    fit = [n for n in names if set(NEEDED) <= _names(conn, n)]
    if len(fit) == 1:
        return fit[0]
    listed = ", ".join((fit or names)[:20]) or "it has none"
    raise InputError(f"{path}: name the table that holds the reference, as {path}:TABLE ({listed})")


def _names(conn: sqlite3.Connection, table: str) -> set[str]:
    return {str(row[1]).strip().casefold() for row in conn.execute(f"PRAGMA table_info({_quoted(table)})")}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(value: object) -> str:
    """Return a cell as text: a number plainly, without exponent."""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
    return str(value)
