"""Cross-encoders behind the ``Judge`` protocol: the packaged one, and any entailment model of the Hugging Face hub.

The packaged judge is the encoder of the packaged embedding model, fine-tuned on pairs of news sentences
(``training/judge/``). Its word vectors were frozen, so only the layers above them ship (``judge.onnx``, int8); the
word vectors are read from the embedding model's own file. Pairs are run one at a time on one thread each: int8
activations are scaled per run, so the answer does not depend on what else is judged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from reconcile.config import cores
from reconcile.errors import ModelError
from reconcile.match import encoder
from reconcile.match.hub import one_torch_thread, require_safe
from reconcile.match.judge import Judge, Opinion, Pair, opinion

FILE = Path(__file__).with_name("judge.onnx")
CARD = Path(__file__).with_name("judge.json")
RULES = "rules"
LONGEST = 160  # tokens of both texts together
_ADVICE = "reinstall reconcile or use --judge rules"
_LABELS = {"entailment": 0, "agree": 0, "contradiction": 1, "conflict": 1, "neutral": 2, "unrelated": 2}


def load(name: str | None = None, *, threads: int = 0) -> Judge | None:
    """Return the judge called ``name``: None or ``default`` is the packaged one, ``rules`` is none at all.

    Any other name is a folder or a Hugging Face name of a cross-encoder for entailment. Raises ModelError.
    """
    if name == RULES:
        return None
    return packaged(threads) if name in (None, "", "default") else HubJudge(str(name), threads=threads)


def packaged(threads: int = 0) -> Judge:
    """Return the packaged judge; its weights are read at the first pair. Raises ModelError."""
    return _LazyJudge(_card(), threads)


@lru_cache(maxsize=1)
def _loaded(name: str, sha256: str, threads: int) -> OnnxJudge:
    return OnnxJudge({"name": name, "sha256": sha256}, threads=threads)


class _LazyJudge:
    """The packaged judge, its name known before it is loaded; behind a cache that holds every pair it never is."""

    def __init__(self, card: Mapping[str, Any], threads: int) -> None:
        self.name = str(card["name"])
        self._card, self._threads = card, threads

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        """Return one opinion per pair, in order."""
        return _loaded(self.name, self._card["sha256"], self._threads).opinions(pairs)


class OnnxJudge:
    """The packaged judge. ``threads``: pairs judged side by side (0: as many as the process may use)."""

    def __init__(self, card: Mapping[str, Any], *, threads: int = 0, file: Path = FILE) -> None:
        self.name = str(card["name"])
        self._threads = threads or cores()
        self._tokenizer, self._words = encoder.tokenizer(), encoder.word_vectors()
        self._session = encoder.session(encoder.checked(file, card["sha256"], _ADVICE))

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        """Return one opinion per pair, in order."""
        if self._threads < 2 or len(pairs) < 2:
            return [self._one(pair) for pair in pairs]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(self._one, pairs))

    def _one(self, pair: Pair) -> Opinion:
        a, b = (self._tokenizer.encode(text, add_special_tokens=False).ids for text in pair)
        begin, end = [encoder.BEGIN], [encoder.END]
        first, second = kept(len(a), len(b), LONGEST - 4)
        parts = (begin, a[:first], end + end, b[:second], end)
        sides = np.repeat([-1, 0, -1, 1, -1], [len(part) for part in parts])
        given = {
            "words": self._words[[token for part in parts for token in part]][None],
            "first": (sides == 0).astype(np.float32)[None],
            "second": (sides == 1).astype(np.float32)[None],
        }
        shares, fields = self._session.run(None, given)
        return opinion(shares[0].tolist(), fields[0].tolist())


def kept(first: int, second: int, room: int) -> tuple[int, int]:
    """Return how many tokens of two texts stay in a room for both: the longer is cut first, then either to a half."""
    short, long = sorted((first, second))
    if short + long > room:
        short = min(short, room // 2)
        long = room - short
    return (short, long) if first <= second else (long, short)


class HubJudge:
    """Any cross-encoder for entailment, by folder or Hugging Face name: safetensors only, no remote code.

    Labels are mapped by the model's own ``id2label``; both orders of the texts are read and the surer contradiction
    counts. Raises ModelError if the model cannot be loaded or has no label for contradiction.
    """

    def __init__(self, name_or_path: str, *, threads: int = 0) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self._threads = threads or cores()
        try:
            require_safe(name_or_path)
            self._tokenizer = AutoTokenizer.from_pretrained(
                name_or_path, local_files_only=True, trust_remote_code=False
            )
            self._model = AutoModelForSequenceClassification.from_pretrained(
                name_or_path, local_files_only=True, trust_remote_code=False, use_safetensors=True
            ).eval()
        except ModelError:
            raise
        except Exception as error:  # the libraries below raise errors of many families
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise ModelError(
                f"judge {name_or_path!r} cannot be loaded ({reason}); name a folder with safetensors, a model in the "
                "Hugging Face cache, 'default' or 'rules'"
            ) from error
        self._columns = _columns(self._model.config.id2label, name_or_path)
        self.name = (
            f"{name_or_path}@{getattr(self._model.config, '_commit_hash', None) or _folder_digest(name_or_path)}"
        )

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        """Return one opinion per pair, in order."""
        with one_torch_thread():
            if self._threads < 2 or len(pairs) < 2:
                return [self._one(pair) for pair in pairs]
            with ThreadPoolExecutor(self._threads) as pool:
                return list(pool.map(self._one, pairs))

    def _one(self, pair: Pair) -> Opinion:
        forth, back = self._shares(*pair), self._shares(*reversed(pair))
        return opinion(max(forth, back, key=lambda shares: shares[1]))

    def _shares(self, a: str, b: str) -> tuple[float, float, float]:
        import torch

        with torch.inference_mode():
            coded = self._tokenizer(a, b, truncation=True, max_length=LONGEST, return_tensors="pt")
            found = torch.softmax(self._model(**coded).logits[0].float(), dim=-1).tolist()
        agree, conflict = found[self._columns[0]], found[self._columns[1]]
        return agree, conflict, max(0.0, 1.0 - agree - conflict)


def _columns(labels: Mapping[Any, str], name: str) -> tuple[int, int]:
    """Return the columns of agreement and contradiction by the words that the model's configuration uses."""
    found = {_LABELS[str(label).casefold()]: int(n) for n, label in labels.items() if str(label).casefold() in _LABELS}
    if not {0, 1} <= found.keys():
        raise ModelError(
            f"judge {name!r}: its labels are {sorted(map(str, labels.values()))}; needed are entailment and "
            "contradiction (id2label in its config.json)"
        )
    return found[0], found[1]


def _card() -> dict[str, Any]:
    try:
        card = json.loads(CARD.read_text("utf-8"))
        return {"name": card["name"], "sha256": card["sha256"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{CARD}: cannot be read ({error}); {_ADVICE}") from error


def _folder_digest(name_or_path: str) -> str:
    whole = hashlib.sha256()
    for path in sorted(Path(name_or_path).glob("*.safetensors")):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]
