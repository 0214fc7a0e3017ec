"""Write the graph of the packaged embedding model, ``reconcile/match/encoder.onnx``: ``python training/encoder.py``.

The file holds no weights: each is named with its place in the ``model.safetensors`` that every installation restores,
and the word vectors are looked up before. Needs the extra ``train``.
"""

from __future__ import annotations

import hashlib
import json
import struct
import tempfile
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from transformers import AutoModel

from reconcile.match import weights
from reconcile.match.encoder import CARD, FILE

STORED = "model.safetensors"


class Shipped(torch.nn.Module):
    """The encoder from word vectors on, for texts of one length."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Return the last hidden states ``(n, tokens, 384)``."""
        return self.body(inputs_embeds=words).last_hidden_state


def places(path: Path) -> dict[str, tuple[int, int]]:
    """Return where each tensor of a safetensors file begins, and how many bytes it has."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    ends = {name: entry["data_offsets"] for name, entry in header.items() if name != "__metadata__"}
    return {name: (8 + length + first, last - first) for name, (first, last) in ends.items()}


def without_weights(model: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    """Name the place of every weight instead of holding it."""
    known, content = places(path), path.read_bytes()
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix("body.")
        if name not in known:
            continue
        start, size = known[name]
        if numpy_helper.to_array(tensor).astype("<f4").tobytes() != content[start : start + size]:
            raise SystemExit(f"{name}: not as it is stored")
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", STORED), ("offset", start), ("length", size)):
            tensor.external_data.add(key=key, value=str(value))
    return model


def main() -> None:
    """Write the file and its card."""
    folder = weights.restore()
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            Shipped(folder), (torch.zeros(2, 8, weights.DIM),), str(whole), dynamo=False, do_constant_folding=False,
            input_names=["words"], output_names=["states"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in ("words", "states")},
        )  # fmt: skip
        made = without_weights(onnx.load(whole), folder / STORED)
    FILE.write_bytes(made.SerializeToString(deterministic=True))
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    CARD.write_text(json.dumps({"sha256": digest}, indent=1) + "\n", "utf-8")
    print(FILE, f"{FILE.stat().st_size / 1e3:.0f} kB", digest)


if __name__ == "__main__":
    main()
