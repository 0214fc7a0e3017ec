"""The packaged embedding model on ONNX Runtime: no torch, no transformers.

``encoder.onnx`` is the graph alone (``training/encoder.py`` makes it); its weights, the word vectors and the tokenizer
are those of the folder that ``weights.restore`` makes. The packaged judge reads the same words and tokens.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reconcile.config import cores
from reconcile.errors import ModelError
from reconcile.match import weights
from reconcile.match.tokenwise import Row, TokenwiseEmbedder, Vectors, text_offsets
from reconcile.model import Span

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FILE = Path(__file__).with_name("encoder.onnx")
CARD = Path(__file__).with_name("encoder.json")
NAME = f"{weights.FOLDER}-onnx"
PROMPT = "query: "
LONGEST = 512  # tokens, of which two are BEGIN and END
BEGIN, END = 0, 2
STORED = "model.safetensors"
WORDS = "embeddings.word_embeddings.weight"
_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"


class OnnxEmbedder(TokenwiseEmbedder):
    """The packaged model. ``threads``: texts embedded side by side (0: as many as the process may use)."""

    name = NAME

    def __init__(self, *, threads: int = 0) -> None:
        super().__init__(weights.DIM, threads or cores())
        self._tokenizer = tokenizer()
        self._words = word_vectors()
        self._session = _packaged()

    def _rows(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Row]:
        coded = self._tokenizer.encode_batch([PROMPT + text for text in texts], add_special_tokens=False)
        room = LONGEST - 2
        rows = []
        for place, (text, one) in enumerate(zip(texts, coded, strict=True)):
            offsets = [(0, 0), *one.offsets[:room], (0, 0)]
            ids = [BEGIN, *one.ids[:room], END]
            rows.append(Row(place, {"ids": ids}, text_offsets(text, offsets, len(PROMPT)), spans[place]))
        return rows

    def _forward(self, rows: Sequence[Row]) -> tuple[Vectors, Vectors]:
        words = self._words[np.array([row.features["ids"] for row in rows])]
        states: Vectors = self._session.run(None, {"words": words})[0]
        return states.mean(axis=1), states


@lru_cache(maxsize=1)
def restored() -> Path:
    """Return the folder of the packaged model, looked through once a process. Raises ModelError."""
    return weights.restore()


@lru_cache(maxsize=1)
def tokenizer() -> Tokenizer:
    """Return the packaged tokenizer; it cuts nothing off."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(restored() / "tokenizer.json"))


@lru_cache(maxsize=1)
def word_vectors() -> Vectors:
    """Return the word vectors ``(words, dim)``, mapped, not read: only the rows of words in use are loaded."""
    path = restored() / STORED
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entry = json.loads(file.read(length))[WORDS]
    return np.memmap(path, "<f4", "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))


@lru_cache(maxsize=1)
def _packaged() -> InferenceSession:
    """Return the session of the packaged model, made once a process; it may be used from several threads."""
    sha256 = json.loads(CARD.read_text("utf-8"))["sha256"]
    return session(checked(FILE, sha256, "reinstall reconcile"), restored())


def session(content: bytes, folder: Path | None = None) -> InferenceSession:
    """Return a session of one thread; ``folder`` holds weights that the graph names but does not hold."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if folder is not None:
        options.add_session_config_entry(_WEIGHTS_FOLDER, str(folder))
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def checked(file: Path, sha256: Any, advice: str) -> bytes:
    """Return the content of a packaged file. Raises ModelError if it is not the one that the digest is of."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror}); {advice}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(f"{file}: SHA-256 starts {found[:12]}, not {str(sha256)[:12]}; {advice}")
    return content
