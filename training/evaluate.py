"""Exact match on holes in the held-out packages: rest of line, whole line, two to five lines.

usage: evaluate.py CHECKPOINT --work FOLDER [--holes N] [--threads N] [--show N]

Greedy, in the model's own order (suffix first), in PyTorch. One-line holes end at the first line end.
Lines that start as a comment are left out. A line is non-trivial if it holds six letters or digits.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import torch
from tokenizers import Tokenizer

import checkpoints
import spans
from corpus import Corpus
from decode import greedy
from environment import relaunch_tuned
from tokenizer import BOS, EOS, FIM_END, SUFFIX_FIRST

KINDS, ROWS = ("rest", "line", "lines"), 8
MOST = {"rest": 40, "line": 40, "lines": 120}  # tokens of an answer


def span_of(rng, kind: str, text: str, position: int):
    start, body, end = spans.line_bounds(text, position)
    if body >= end or text.startswith(("//", "/*", "*", "#"), body):
        return None
    if kind == "rest":
        borders = [m.start() for m in spans.PIECE.finditer(text, body + 1, end) if m[0].strip()]
        return (int(borders[rng.integers(len(borders))]), end) if borders else None
    for _ in range(int(rng.integers(1, 5)) if kind == "lines" else 0):
        end = spans.line_bounds(text, end + 1)[2] if end + 1 < len(text) else end
    return (body, end) if end - body <= 400 else None


def holes(work: pathlib.Path, lang: str, kind: str, count: int) -> list[tuple[str, str, str]]:
    """The same (prefix, suffix, middle) each time, from files drawn by length."""
    corpus, rng = Corpus(work, "valid"), np.random.default_rng([11, KINDS.index(kind)])
    documents = [d for d in corpus.documents if d["lang"] == lang and d["length"] > 1000]
    sizes = np.array([min(d["length"], 40000) for d in documents], float)
    found = []
    while documents and len(found) < count:
        text = corpus.text(documents[rng.choice(len(documents), p=sizes / sizes.sum())])
        position = int(rng.integers(len(text) // 10, len(text)))
        span = span_of(rng, kind, text, position)
        if span and text[span[0] : span[1]].strip():
            found.append((text[: span[0]], text[span[1] :], text[span[0] : span[1]]))
    return found


def prompt(tokenizer, prefix: str, suffix: str, limit: int) -> list[int]:
    """Suffix first; the suffix gets a quarter of the room, or what the prefix leaves."""
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids  # noqa: E731
    room = limit - 3
    before, after = encode(prefix[-room * 8 :]), encode(suffix[: room * 8])
    after = after[: max(room // 4, room - len(before))]
    if len(before) > room - len(after):
        lines = prefix[-room * 8 :].split("\n")
        while len(lines) > 1 and len(before) > room - len(after):
            lines = lines[max(1, len(lines) // 50) :]
            before = encode("\n".join(lines))
        before = before[-(room - len(after)) :]
    return [BOS, SUFFIX_FIRST, *after, FIM_END, *before]


def answers(model, tokenizer, prompts, kind: str) -> list[str]:
    ends = {i for t, i in tokenizer.get_vocab().items() if "Ċ" in t} if kind != "lines" else set()
    out = []
    for a in range(0, len(prompts), ROWS):
        for ids in greedy(model, prompts[a : a + ROWS], ends | {EOS}, MOST[kind]):
            text = tokenizer.decode(ids, skip_special_tokens=True)
            out.append(text.split("\n")[0] if kind != "lines" else text)
    return out


def main():
    relaunch_tuned()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path, help="a file, or the folder of a run")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--holes", type=int, default=100, help="of each kind and language")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many examples")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    path = checkpoints.newest(args.checkpoint)
    model, state = checkpoints.load_model(path)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    result, since = {"step": state["step"], "holes": args.holes}, time.monotonic()
    for lang in ("ts", "js", "py"):
        for kind in KINDS:
            cases = holes(args.work, lang, kind, args.holes)
            if not cases:
                continue
            limit = model.c.context - MOST[kind]
            prompts = [prompt(tokenizer, p, s, limit) for p, s, _ in cases]
            got = answers(model, tokenizer, prompts, kind)
            hits = [g.rstrip() == m.rstrip() for g, (_, _, m) in zip(got, cases)]
            line = {"exact": round(100 * float(np.mean(hits)), 1)}
            if kind == "line":
                hard = [h for h, (*_, m) in zip(hits, cases) if sum(map(str.isalnum, m)) >= 6]
                line["exact_non_trivial"] = round(100 * float(np.mean(hard)), 1)
            result[f"{lang} {kind}"] = line
            print(lang, kind, line, f"{time.monotonic() - since:.0f} s", flush=True)
            for g, (p, _, m) in list(zip(got, cases))[: args.show]:
                print("   ", json.dumps({"before": p[-60:], "wanted": m, "got": g}))
    with (path.parent / "evaluation.jsonl").open("a") as out:
        out.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
