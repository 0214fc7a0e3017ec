"""Train the judge: ``python training/judge/train.py WORK``, after ``pairs.py WORK``. It may be stopped and run again.

Its stages are the files that ``pairs.py`` writes: ``general`` (most of the labelled sets of others, once), ``news``
(our own pairs with a part of the general ones), ``sides`` (stories in which nothing is a contradiction), ``gold`` (the
stories named in ``read.txt``), ``background`` (real news, paraphrases, sentences cut) and ``pages`` (of sentences that
contradict nothing, ``pages.py``, those that it takes for contradictions, and sets of near misses). The state goes to
``WORK/state.pt`` every 100 steps and a later call goes on from there; the weights after each stage go to
``WORK/STAGE.pt``, the mean of the last two to ``WORK/judge.pt`` (about four hours on two cores).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Mapping
from pathlib import Path

import torch
from net import LABELS, Coder, Net

from reconcile.match.judge import FIELDS

BATCH = 16
PEAK = 1e-4  # learning rate of the encoder; the head learns five times as fast
WARM = 60  # steps
FIELD_SHARE = 0.2  # weight of the field's loss
RATES = {  # share of PEAK at the first and the last step of a stage
    "general": (1.0, 1.0), "news": (1.0, 0.0), "sides": (0.5, 0.0),
    "gold": (0.6, 0.0), "background": (0.5, 0.0), "pages": (0.6, 0.0),
}  # fmt: skip
STAGES = tuple(RATES)
FRESH = ("gold", "background", "pages")  # stages that begin with a fresh optimiser
FINISHED = {"background": 0.25, "pages": 0.75}  # what ships is the mean of the weights after these stages
MOST = {"general": 700}  # steps of a stage that is not gone through to the end
DOUBT, OTHERS = 0.1, 0.1  # probability of a contradiction from which a row of pages is kept; share of the rest kept
REPLAY = 2500  # general rows in the second stage
SAVED = 100  # steps between two states kept
LOGGED = 20  # steps between two lines
SEED = 5

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """Read rows of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def batches(rows: list[Row], seed: int) -> list[list[Row]]:
    """Return shuffled batches of rows of like length."""
    chance, rows = random.Random(seed), list(rows)
    chance.shuffle(rows)
    out = []
    for start in range(0, len(rows), BATCH * 32):
        chunk = sorted(rows[start : start + BATCH * 32], key=lambda r: len(r["a"]) + len(r["b"]))
        out += [chunk[n : n + BATCH] for n in range(0, len(chunk), BATCH)]
    chance.shuffle(out)
    return out


def loss_of(net: Net, coder: Coder, rows: list[Row]) -> torch.Tensor:
    """Cross-entropy of the relation and, for contradictions with a known field, of the field.

    Of an ``open`` row only this is known, that it is no conflict.
    """
    relation, field = net(*coder(rows))
    shares = torch.log_softmax(relation, -1)
    calm = torch.tensor([r["label"] == "open" for r in rows])
    wanted = torch.tensor([LABELS.index(r["label"]) if r["label"] in LABELS else 0 for r in rows])
    fields = torch.tensor([FIELDS.index(r["field"]) if r["field"] else -1 for r in rows])
    told = torch.nn.functional.cross_entropy(relation, wanted, label_smoothing=0.05, reduction="none")
    loss = torch.where(calm, -torch.logsumexp(shares[:, [0, 2]], -1), told).mean()
    if (fields >= 0).any():
        loss = loss + FIELD_SHARE * torch.nn.functional.cross_entropy(field, fields, ignore_index=-1)
    return loss


def mean_of(work: Path, shares: Mapping[str, float]) -> dict[str, torch.Tensor]:
    """Return the weighted mean of the weights after several stages (Wortsman et al. 2022)."""
    ends = {name: torch.load(work / f"{name}.pt", weights_only=True) for name in shares}
    names = next(iter(ends.values()))
    return {n: torch.stack([ends[stage][n] * share for stage, share in shares.items()]).sum(0) for n in names}


class Run:
    """Net, optimiser and how far they are."""

    def __init__(self, work: Path) -> None:
        torch.manual_seed(SEED)
        self.work, self.coder = work, Coder()
        self.net = Net(self.coder.folder)
        body = [w for n, w in self.net.named_parameters() if n.startswith("body") and w.requires_grad]
        head = [w for n, w in self.net.named_parameters() if not n.startswith("body")]
        self.weights = body + head
        self.groups = [{"params": body}, {"params": head}]
        self.optimiser = self._fresh()
        self.stage, self.step = "general", 0
        if (work / "state.pt").exists():
            state = torch.load(work / "state.pt", weights_only=True)
            self.net.load_state_dict(state["net"], strict=False)
            self.optimiser.load_state_dict(state["optimiser"])
            self.stage, self.step = state["stage"], state["step"]
            print("going on:", self.stage, self.step, flush=True)

    def _fresh(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW([dict(group) for group in self.groups], lr=PEAK, weight_decay=0.01)

    def begin(self, stage: str) -> None:
        """Go on to a stage, from the weights reached."""
        self.stage, self.step = stage, 0
        if stage in FRESH:
            self.optimiser = self._fresh()

    def doubted(self, rows: list[Row]) -> list[Row]:
        """Return the rows that the net takes for contradictions, and a few of the others."""
        chance, kept = random.Random(SEED), []
        self.net.eval()
        with torch.inference_mode():
            for batch in batches(rows, SEED):
                said = torch.softmax(self.net(*self.coder(batch))[0], -1)[:, LABELS.index("conflict")].tolist()
                kept += [r for r, p in zip(batch, said, strict=True) if p > DOUBT or chance.random() < OTHERS]
        return kept

    def save(self) -> None:
        """Keep the state, whole or not at all."""
        state = {"net": self.net.learned(), "optimiser": self.optimiser.state_dict()}
        torch.save({**state, "stage": self.stage, "step": self.step}, self.work / "state.tmp")
        os.replace(self.work / "state.tmp", self.work / "state.pt")

    def train(self, rows: list[Row]) -> None:
        """Make one pass over the rows from the step reached."""
        todo = batches(rows, SEED)[: MOST.get(self.stage)]
        began, since, total = time.time(), self.step, 0.0
        self.net.train()
        for batch in todo[self.step :]:
            first_rate, last_rate = RATES[self.stage]
            rate = PEAK * (first_rate + (last_rate - first_rate) * self.step / len(todo))
            rate *= min(1.0, (self.step + 1) / WARM)
            for group, factor in zip(self.optimiser.param_groups, (1, 5), strict=True):
                group["lr"] = rate * factor
            loss = loss_of(self.net, self.coder, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad()
            self.step, total = self.step + 1, total + loss.item()
            if self.step % LOGGED == 0:
                speed = (self.step - since) * BATCH / (time.time() - began)
                print(f"{self.stage} {self.step}/{len(todo)} loss {total / LOGGED:.3f} {speed:.1f} pairs/s", flush=True)
                total = 0.0
            if self.step % SAVED == 0:
                self.save()
        self.save()


def _chosen(run: Run, rows: list[Row]) -> list[Row]:
    """Return the rows of pages that the stage began with: they are chosen once."""
    path = run.work / "chosen.jsonl"
    if run.step == 0:
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in run.doubted(rows)), "utf-8")
    return read(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    run = Run(args.work)
    general = read(args.work / "general.jsonl")
    rows = {
        "general": general,
        "news": read(args.work / "news.jsonl") + random.Random(SEED).sample(general, REPLAY),
        "sides": read(args.work / "sides.jsonl"),
    }
    rows |= {name: read(args.work / f"{name}.jsonl") for name in FRESH}
    for stage in STAGES[STAGES.index(run.stage) :]:
        if run.stage != stage:
            run.begin(stage)
        if stage == "pages":
            rows[stage] = _chosen(run, rows[stage]) + read(args.work / "known.jsonl")
        run.train(rows[stage])
        torch.save(run.net.learned(), args.work / f"{stage}.pt")
    torch.save(mean_of(args.work, FINISHED), args.work / "judge.pt")


if __name__ == "__main__":
    main()
