"""Compares an exported file's logits in the engine with PyTorch's, in float32, on held-out text.

usage: check_export.py CHECKPOINT MODEL.gguf --work FOLDER --engine bin/lacuna.js

Prints the largest difference relative to the logits' spread, the mean divergence of the next-token
distributions and how often both prefer the same token.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import torch

import checkpoints
from environment import relaunch_tuned
from held_out import windows


def engine_logits(engine: str, model: pathlib.Path, tokens: list[int]) -> torch.Tensor:
    """float32 [tokens, vocabulary] of the engine's command `debug logits`."""
    with tempfile.TemporaryDirectory() as folder:
        ids, out = pathlib.Path(folder, "ids.json"), pathlib.Path(folder, "logits.npy")
        ids.write_text(json.dumps(tokens))
        command = ["node", engine, "debug", "logits", "--model", model, "--tokens", ids]
        subprocess.run([*map(str, command), "--out", str(out)], check=True)
        return torch.from_numpy(np.load(out))


def main():
    relaunch_tuned()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--engine", required=True)
    args = parser.parse_args()
    torch.set_num_threads(2)
    model, _ = checkpoints.load_model(checkpoints.newest(args.checkpoint))
    for lang in ("ts", "js", "py"):
        tokens = windows(args.work, lang)[0][:512]
        with torch.no_grad():
            mine = model.logits(model(model.embed(torch.from_numpy(tokens)[None])))[0]
        theirs = engine_logits(args.engine, args.model, tokens.tolist())
        p, q = mine.log_softmax(-1), theirs.log_softmax(-1)
        divergence = float((p.exp() * (p - q)).sum(-1).mean())
        same = float((mine.argmax(-1) == theirs.argmax(-1)).float().mean())
        worst = float((mine - theirs).abs().max() / mine.std())
        print(f"{lang}: worst {worst:.2e} of the spread, KL {divergence:.2e}, same top {same:.1%}")


if __name__ == "__main__":
    main()
