"""What lies in Parquet files between the stages: sentences and claims, frames, profiles, one row an article.

A file is written once, under a name of its own until it is whole; a worker that does a lost one's work again writes the
same bytes. Rows are row groups, so that one article is read without its neighbours. There is no pickle in a file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from reconcile.engine import Extracted
from reconcile.errors import WorkerError
from reconcile.match import slots
from reconcile.match.held import Form, Row
from reconcile.match.near import Profiles
from reconcile.model import Claim
from reconcile.publish import rows

T = TypeVar("T")
_MATRICES = ("kept", "sentences", "clauses", "vectors")
_ARRAYS = tuple(f.name for f in fields(Profiles) if f.name != "ids")
_SHARED = "name a folder that all machines share with --spill"


@dataclass(frozen=True, slots=True)
class Filed(Generic[T]):
    """Reads one row of a file."""

    path: str
    row: int
    form: Form[T]

    def __call__(self) -> T:
        """Return the value. Raises WorkerError if the file cannot be read."""
        import pyarrow as pa
        from pyarrow import parquet

        try:
            with parquet.ParquetFile(self.path) as file:
                return self.form.unpack(file.read_row_group(self.row).to_pylist()[0])
        except (OSError, pa.ArrowException) as error:
            raise WorkerError(f"{self.path}: cannot be read ({_short(error)}); {_SHARED}") from error


def write(path: Path, values: Iterable[T], form: Form[T]) -> None:
    """Write values as rows of a file. Raises WorkerError if the folder is not there or full."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pylist([dict(form.pack(value)) for value in values])
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        parquet.write_table(table, unfinished, row_group_size=1, compression="lz4", write_statistics=False)
        unfinished.replace(path)
    except (OSError, pa.ArrowException) as error:
        raise WorkerError(f"{path}: cannot be written ({_short(error)}); {_SHARED}") from error


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


# Forms


def _pack_read(read: Extracted) -> Row:
    split, claims = read
    return {"sentences": rows.dump([rows.sentence_row(s) for s in split]), "claims": _pack_claims(claims)}


def _unpack_read(row: Row) -> Extracted:
    return [rows.read_sentence(s) for s in rows.load(row["sentences"])], _unpack_claims(row["claims"])


def _pack_claims(claims: Iterable[Claim]) -> str:
    return rows.dump([rows.claim_row(c) for c in claims])


def _unpack_claims(text: str) -> list[Claim]:
    return [rows.read_claim(c) for c in rows.load(text)]


def _pack_frame(frame: slots.Frame) -> Row:
    claims = {slot.claim.claim_id: slot.claim for slot in frame.slots}
    shapes = {name: getattr(frame, name).shape for name in _MATRICES}
    return {
        "article_id": frame.article_id,
        "claims": _pack_claims(claims.values()),
        "shapes": json.dumps(shapes),
        **{name: getattr(frame, name).astype("<f4").tobytes() for name in _MATRICES},
    }


def _unpack_frame(row: Row) -> slots.Frame:
    shapes = json.loads(row["shapes"])
    found = slots.of_claims(_unpack_claims(row["claims"]))
    return slots.Frame(row["article_id"], found, **{name: _array(row[name], "<f4", shapes[name]) for name in _MATRICES})


def _pack_profiles(profiles: Profiles) -> Row:
    arrays = {name: getattr(profiles, name) for name in _ARRAYS}
    told = {name: (array.dtype.str, array.shape) for name, array in arrays.items()}
    return {
        "ids": json.dumps(profiles.ids),
        "arrays": json.dumps(told),
        **{name: array.tobytes() for name, array in arrays.items()},
    }


def _unpack_profiles(row: Row) -> Profiles:
    told = json.loads(row["arrays"])
    return Profiles(tuple(json.loads(row["ids"])), **{name: _array(row[name], *told[name]) for name in _ARRAYS})


def _array(data: bytes, kind: str, shape: Sequence[int]) -> NDArray[Any]:
    return np.frombuffer(data, kind).reshape(shape)


READ: Form[Extracted] = Form(_pack_read, _unpack_read)
FRAMES: Form[slots.Frame] = Form(_pack_frame, _unpack_frame)
PROFILES: Form[Profiles] = Form(_pack_profiles, _unpack_profiles)
