"""The judge's network: the packaged encoder over both texts together, and a small head over the means of each side.

The head sees the mean state of either text, their difference and their product (as in InferSent, Conneau et al. 2017),
and tells the relation (agree, conflict, unrelated) and, of a contradiction, its field.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

from reconcile.match import weights
from reconcile.match.crossencoder import LONGEST
from reconcile.match.judge import FIELDS

LABELS = ("agree", "conflict", "unrelated")
WIDTH, MIDDLE = 384, 256


class Net(torch.nn.Module):
    """``frozen``: how many of the lowest layers keep their weights; the word vectors always do."""

    def __init__(self, folder: Path, frozen: int = 3) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        for module in (self.body.embeddings, *self.body.encoder.layer[:frozen]):
            for weight in module.parameters():
                weight.requires_grad = False
        self.mix = torch.nn.Linear(4 * WIDTH, MIDDLE)
        self.drop = torch.nn.Dropout(0.1)
        self.relation = torch.nn.Linear(MIDDLE, len(LABELS))
        self.field = torch.nn.Linear(MIDDLE, len(FIELDS))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, first: torch.Tensor, second: torch.Tensor):
        """Return the logits of the relation ``(n, 3)`` and of the field ``(n, len(FIELDS))``."""
        return self.head(self.body(input_ids=ids, attention_mask=mask).last_hidden_state, first, second)

    def head(self, states: torch.Tensor, first: torch.Tensor, second: torch.Tensor):
        """The same from token states ``(n, tokens, 384)`` and the 0/1 masks of either text ``(n, tokens)``."""
        a = (states * first[:, :, None]).sum(1) / first.sum(1, keepdim=True).clamp(min=1)
        b = (states * second[:, :, None]).sum(1) / second.sum(1, keepdim=True).clamp(min=1)
        seen = torch.nn.functional.gelu(self.mix(self.drop(torch.cat([a, b, (a - b).abs(), a * b], 1))))
        return self.relation(seen), self.field(seen)

    def learned(self) -> dict[str, torch.Tensor]:
        """Return the weights without the word vectors."""
        return {name: value for name, value in self.state_dict().items() if "embeddings" not in name}


class Coder:
    """Texts to tensors, as the shipped judge does it."""

    def __init__(self) -> None:
        self.folder = weights.restore()
        self._tokenizer = AutoTokenizer.from_pretrained(self.folder)

    def __call__(self, rows: Sequence[dict[str, str]]) -> tuple[torch.Tensor, ...]:
        """Return ids, mask, first and second, each ``(n, tokens)``."""
        coded = self._tokenizer(
            [r["a"] for r in rows], [r["b"] for r in rows],
            padding=True, truncation=True, max_length=LONGEST, return_tensors="pt",
        )  # fmt: skip
        sides = [[-1 if s is None else s for s in coded.sequence_ids(n)] for n in range(len(rows))]
        side = torch.tensor(sides)
        return coded["input_ids"], coded["attention_mask"], (side == 0).float(), (side == 1).float()
