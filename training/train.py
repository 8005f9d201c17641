"""Trains the model on CPU; resumes by itself where a run of the same name was cut off.

usage: train.py --work FOLDER [--run NAME] [--steps N] [--from CHECKPOINT --decay N] [...]

The learning rate warms up and then stays, so a run may end at any time. `--from CHECKPOINT --decay N`
starts another run that goes on from there while the rate falls to zero in N steps: that gives the model
to ship. SIGTERM saves and ends; SIGSTOP and SIGCONT are harmless. One line of JSON a report goes to
`runs/NAME/log.jsonl`, checkpoints lie beside it.
"""

import argparse
import concurrent.futures
import json
import math
import os
import pathlib
import signal
import time

import numpy as np
import torch

import checkpoints
import kernels
from data import LANGUAGES, Batches
from environment import relaunch_tuned
from held_out import bits_per_byte
from model import Config, Model
from muon import Optimizer
from tokenizer import token_bytes

WARM_UP, BALANCE_RATE = 60, 0.01
MTP_SHARE, MTP_WEIGHT = 4, 0.3  # one row in so many also trains the MTP module, with this weight
REPORT_STEPS, EVAL_STEPS, SAVE_SECONDS = 10, 400, 300


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--run", default="main")
    parser.add_argument("--steps", type=int, default=0, help="end after this step; 0: go on")
    parser.add_argument("--from", dest="origin", type=pathlib.Path, help="checkpoint or run to start from")
    parser.add_argument("--decay", type=int, default=0, help="lower the rate to zero in N steps")
    parser.add_argument("--micro-tokens", type=int, default=8192)
    parser.add_argument("--micro-batches", type=int, default=2, help="to a step")
    parser.add_argument("--matrix-rate", type=float, default=0.015)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--embedding-rate", type=float, default=5e-3)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pid-file", type=pathlib.Path)
    parser.add_argument("--no-compile", action="store_true")
    for name, value in vars(Config()).items():
        if isinstance(value, int):
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    return parser.parse_args()


def micro_step(model: Model, batch, scale: float) -> tuple[np.ndarray, float]:
    """Adds the gradient of one micro-batch; returns losses [rows, length] and MTP's mean loss."""
    tokens = torch.from_numpy(batch.tokens)
    weights = torch.from_numpy(batch.weights)
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        state = model(model.embed(inputs)).to(torch.bfloat16)
        norm = scale / weights.sum()
        loss, losses = kernels.head_loss(
            state.flatten(0, 1), model.embedding, targets.flatten(), weights.flatten() * norm
        )
        few = max(1, len(tokens) // MTP_SHARE)
        ahead = torch.nn.functional.pad(tokens[:few, 2:], (0, 1))
        ahead_weights = torch.nn.functional.pad(weights[:few, 1:], (0, 1))
        draft = model.draft(state[:few], model.embed(targets[:few])).to(torch.bfloat16)
        mtp_norm = MTP_WEIGHT * scale / ahead_weights.sum()
        mtp_loss, mtp_losses = kernels.head_loss(
            draft.flatten(0, 1),
            model.embedding,
            ahead.flatten(),
            ahead_weights.flatten() * mtp_norm,
        )
    (loss + mtp_loss).backward()
    mtp_mean = float((mtp_losses * (ahead_weights.flatten() > 0)).sum() / (ahead_weights > 0).sum())
    return losses.view(weights.shape).numpy(), mtp_mean


class Report:
    """Sums up losses since the last line of the log."""

    def __init__(self, lengths: np.ndarray):
        self._lengths = lengths
        self.clear()

    def clear(self):
        self._nats, self._bytes, self._count = np.zeros(3), np.zeros(3), np.zeros(3)
        self._mtp, self._tokens, self._since = [], 0, time.monotonic()

    def add(self, batch, losses: np.ndarray, mtp: float):
        real = batch.weights > 0
        sizes = self._lengths[batch.tokens[:, 1:]] * real
        for i in range(len(LANGUAGES)):
            mine = batch.languages == i
            self._nats[i] += (losses[mine] * real[mine]).sum()
            self._bytes[i] += sizes[mine].sum()
            self._count[i] += real[mine].sum()
        self._mtp.append(mtp)
        self._tokens += real.size

    def line(self) -> dict:
        bits = self._nats / math.log(2) / np.maximum(self._bytes, 1)
        line = {
            "loss": round(float(self._nats.sum() / max(1, self._count.sum())), 4),
            "mtp": round(float(np.mean(self._mtp)), 4),
            "bpb": {lang: round(float(b), 4) for lang, b in zip(LANGUAGES, bits)},
            "filled": round(float(self._count.sum() / max(1, self._tokens)), 3),
            "tokens_s": round(self._tokens / (time.monotonic() - self._since)),
        }
        self.clear()
        return line


class Trainer:
    def __init__(self, args):
        self._args = args
        torch.manual_seed(args.seed)
        self._folder = args.work / "runs" / args.run
        self._folder.mkdir(parents=True, exist_ok=True)
        config = {k: getattr(args, k) for k in vars(Config()) if hasattr(args, k)}
        path = checkpoints.newest(self._folder)
        if not path and args.origin:
            path = checkpoints.newest(args.origin)
        state = checkpoints.load(path) if path else None
        self.model = Model(Config(**(state["config"] if state else config)))
        rates = (args.matrix_rate, args.rate, args.embedding_rate, args.weight_decay)
        self._optimizer = Optimizer(self.model, *rates)
        self.step, self._drawn, self._decay = 0, 0, {"start": 0, "steps": args.decay}
        if state:
            self.model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            torch.set_rng_state(state["rng"])
            self.step, self._drawn = state["step"], state["drawn"]
            own = path.parent == self._folder
            self._decay = state["decay"] if own else {"start": self.step, "steps": args.decay}
        tokens = args.micro_tokens
        if state and (state["seed"], state["micro_tokens"]) != (args.seed, tokens):
            raise SystemExit("the checkpoint was made with another --seed or --micro-tokens")
        self._batches = Batches(args.work, args.seed, tokens)
        self._report = Report(token_bytes(self._batches.tokenizer))
        self._log = (self._folder / "log.jsonl").open("a", buffering=1)
        self._stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        self.write({"resumed": str(path.name)} if path else {"parameters": self._size()})
        if not args.no_compile:
            torch._dynamo.config.recompile_limit = 64
            for layer in (*self.model.layers, self.model.mtp.layer):
                layer.compile(dynamic=False)

    def _size(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def _stop(self, *_):
        self._stopping = True

    def write(self, line: dict):
        stamp = {"step": self.step, "time": time.strftime("%Y-%m-%dT%H:%M:%S")}
        self._log.write(json.dumps(stamp | line) + "\n")

    def _factor(self) -> float:
        factor = min(1.0, (self.step + 1) / WARM_UP)
        if self._decay["steps"]:
            factor *= max(0.0, 1 - (self.step - self._decay["start"]) / self._decay["steps"])
        return factor

    def _save(self):
        extra = {
            "decay": self._decay,
            "drawn": self._drawn,  # micro-batches
            "seed": self._args.seed,
            "micro_tokens": self._args.micro_tokens,
        }
        checkpoints.save(self._folder, self.model, self._optimizer, self.step, extra)
        self._saved = time.monotonic()

    def _last(self) -> bool:
        done = self._decay["steps"] and self.step >= self._decay["start"] + self._decay["steps"]
        return self._stopping or done or (self._args.steps and self.step >= self._args.steps)

    def _one_step(self, pool):
        n = self._args.micro_batches
        for _ in range(n):
            batch = self._next.result()
            self._drawn += 1
            self._next = pool.submit(self._batches.batch, self._drawn)
            losses, mtp = micro_step(self.model, batch, 1 / n)
            self._report.add(batch, losses, mtp)
        self._optimizer.step(self._factor())
        balance = self.model.balance(BALANCE_RATE)
        self.step += 1
        if self.step % REPORT_STEPS == 0:
            spread = [round(max(s) * len(s), 2) for s in balance]  # 1: even
            line = self._report.line() | {"rate": round(self._factor(), 4)}
            self.write(line | {"drawn": self._drawn, "busiest": spread})
        if self.step % EVAL_STEPS == 0:
            self.write({"valid_bpb": bits_per_byte(self.model, self._args.work), "load": balance})
            self._report.clear()
        return losses

    def run(self):
        self.model.train()
        self._saved = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            self._next = pool.submit(self._batches.batch, self._drawn)
            while not self._last():
                losses = self._one_step(pool)
                if not np.isfinite(losses).all():
                    raise SystemExit(f"the loss is not finite at step {self.step}")
                if time.monotonic() - self._saved > SAVE_SECONDS:
                    self._save()
        self._save()
        self.write({"valid_bpb": bits_per_byte(self.model, self._args.work), "ended": True})


def main():
    relaunch_tuned()
    args = parse()
    torch.set_num_threads(args.threads)
    if args.pid_file:
        args.pid_file.write_text(f"{os.getpid()}\n")
    Trainer(args).run()


if __name__ == "__main__":
    main()
