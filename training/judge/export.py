"""Ship the judge: ``python training/judge/export.py WORK`` writes ``reconcile/match/judge.onnx`` and ``judge.json``.

int8, activations scaled per tensor as it runs. A few channels of them are a hundred times larger than the others, so
before that they are scaled down and the weights behind them up (SmoothQuant, Xiao et al. 2023; without it this model
answers visibly otherwise). Seven bits of a weight are used: with eight, processors without VNNI overflow. The word
vectors stay out. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from itertools import islice
from pathlib import Path

import torch
from net import WIDTH, Coder, Net
from onnxruntime.quantization import QuantType, quantize_dynamic
from pairs import families

from reconcile.match.crossencoder import CARD, FILE

SMOOTHED = 0.8  # how much of the channels' differences goes from the activations to the weights (alpha of the paper)
SEEN = 400  # pairs on which the largest activations are looked up
LEAST = 1e-5


class Shipped(torch.nn.Module):
    """The net from word vectors on, for one pair without padding; returns probabilities."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, words: torch.Tensor, first: torch.Tensor, second: torch.Tensor):
        """Return the probabilities of the relation ``(1, 3)`` and of the field ``(1, fields)``."""
        relation, field = self.net.head(self.net.body(inputs_embeds=words).last_hidden_state, first, second)
        return torch.softmax(relation, -1), torch.softmax(field, -1)


class Smoothed(torch.nn.Module):
    """A linear layer that divides its inputs by ``scale`` (one per channel) and has its weights multiplied by it."""

    def __init__(self, layer: torch.nn.Linear, scale: torch.Tensor) -> None:
        super().__init__()
        self.layer = layer
        self.layer.weight.data *= scale
        self.register_buffer("part", 1 / scale)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Return what the layer returns."""
        return self.layer(given * self.part)


def smooth(net: Net) -> None:
    """Even out the activations before every linear layer of the encoder, in place; the answers stay the same."""
    layers = {n: m for n, m in net.body.encoder.named_modules() if isinstance(m, torch.nn.Linear)}
    most = {name: torch.full((layer.in_features,), LEAST) for name, layer in layers.items()}

    def look(name: str):
        def seen(_: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
            most[name] = torch.maximum(most[name], given[0].abs().flatten(0, -2).amax(0))

        return seen

    hooks = [layer.register_forward_pre_hook(look(name)) for name, layer in layers.items()]
    coder = Coder()
    with torch.inference_mode():
        for row in islice(families(), SEEN):
            net(*coder([row]))
    for hook in hooks:
        hook.remove()
    for name, layer in layers.items():
        largest = layer.weight.data.abs().amax(0).clamp(min=LEAST)
        scale = most[name] ** SMOOTHED / largest ** (1 - SMOOTHED)
        parent, _, last = name.rpartition(".")
        setattr(net.body.encoder.get_submodule(parent), last, Smoothed(layer, scale))


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
    if quantised:
        smooth(net)
    net.body.config._attn_implementation = "eager"
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "judge.onnx"
        torch.onnx.export(
            Shipped(net), (torch.zeros(1, 8, WIDTH), torch.ones(1, 8), torch.ones(1, 8)), str(whole), dynamo=False,
            input_names=["words", "first", "second"], output_names=["relation", "field"],
            dynamic_axes={name: {1: "tokens"} for name in ("words", "first", "second")},
        )  # fmt: skip
        if quantised:
            quantize_dynamic(whole, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
                             op_types_to_quantize=["MatMul"])  # fmt: skip
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
