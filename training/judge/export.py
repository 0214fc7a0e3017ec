"""Ship the judge: ``python training/judge/export.py WORK`` writes ``reconcile/match/judge.onnx`` and ``judge.json``.

int8 weights and activations in blocks of 32 (scaled per tensor, as the usual dynamic quantisation does, this model
answers visibly otherwise); the word vectors stay out. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import onnx
import torch
from net import WIDTH, Coder, Net
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

from reconcile.match.crossencoder import CARD, FILE


class Shipped(torch.nn.Module):
    """The net from word vectors on, for one pair without padding; returns probabilities."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, words: torch.Tensor, first: torch.Tensor, second: torch.Tensor):
        """Return the probabilities of the relation ``(1, 3)`` and of the field ``(1, fields)``."""
        relation, field = self.net.head(self.net.body(inputs_embeds=words).last_hidden_state, first, second)
        return torch.softmax(relation, -1), torch.softmax(field, -1)


def load(work: Path) -> Net:
    """Return the trained net of a work folder; of an unfinished training its last state."""
    net = Net(Coder().folder)
    done = work / "judge.pt"
    learned = (
        torch.load(done, weights_only=True)
        if done.exists()
        else torch.load(work / "state.pt", weights_only=True)["net"]
    )
    net.load_state_dict(learned, strict=False)
    return net.eval()


def export(net: Net, target: Path, *, quantised: bool = True) -> None:
    """Write the ONNX file."""
    net.body.config._attn_implementation = "eager"
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "judge.onnx"
        torch.onnx.export(
            Shipped(net), (torch.zeros(1, 8, WIDTH), torch.ones(1, 8), torch.ones(1, 8)), str(whole), dynamo=False,
            input_names=["words", "first", "second"], output_names=["relation", "field"],
            dynamic_axes={name: {1: "tokens"} for name in ("words", "first", "second")},
        )  # fmt: skip
        if quantised:
            made = MatMulNBitsQuantizer(onnx.load(whole), bits=8, block_size=32, is_symmetric=True, accuracy_level=4)
            made.process()
            made.model.save_model_to_file(str(target))
        else:
            target.write_bytes(whole.read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    work = parser.parse_args().work
    export(load(work), FILE)
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    CARD.write_text(json.dumps({"name": f"judge@{digest[:12]}", "sha256": digest}, indent=1) + "\n", "utf-8")
    print(FILE, f"{FILE.stat().st_size / 1e6:.1f} MB", digest)


if __name__ == "__main__":
    main()
