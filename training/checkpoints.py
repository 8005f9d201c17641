"""Checkpoints of a run: written whole or not at all, the last few kept."""

import dataclasses
import os
import pathlib

import torch

from model import Config, Model

KEPT = 3


def save(folder: pathlib.Path, model: Model, optimizer, step: int, extra: dict):
    """Writes `step-N.pt` to `folder` and removes all but the newest few."""
    state = {
        "config": dataclasses.asdict(model.c),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "rng": torch.get_rng_state(),
        **extra,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"step-{step:07d}.pt"
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        torch.save(state, out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    for old in sorted(folder.glob("step-*.pt"))[:-KEPT]:
        old.unlink()


def newest(folder: pathlib.Path) -> pathlib.Path | None:
    """The last checkpoint in a run's folder, or None; a path to a file is taken as it is."""
    if folder.is_file():
        return folder
    found = sorted(folder.glob("step-*.pt"))
    return found[-1] if found else None


def load(path: pathlib.Path) -> dict:
    return torch.load(path, map_location="cpu", weights_only=True)


def load_model(path: pathlib.Path) -> tuple[Model, dict]:
    """The model of a checkpoint, in float32 and for evaluation, and the checkpoint's state."""
    state = load(path)
    model = Model(Config(**state["config"]))
    model.load_state_dict(state["model"])
    return model.eval(), state
