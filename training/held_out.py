"""Bits per byte on the held-out packages: fixed windows of plain text, the same for every model."""

import math
import pathlib

import numpy as np
import torch
from tokenizers import Tokenizer

import kernels
from corpus import Corpus
from data import header
from tokenizer import BOS, PAD, token_bytes

WINDOWS, LENGTH = 24, 1024  # a language


def windows(work: pathlib.Path, lang: str) -> np.ndarray:
    """[WINDOWS, LENGTH + 1] tokens: a path and text from random files and places, always the same.

    No rows where nothing of that language is held out.
    """
    corpus, rng = Corpus(work, "valid"), np.random.default_rng(7)
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    documents = [d for d in corpus.documents if d["lang"] == lang and d["length"] > 1500]
    if not documents:
        return np.empty((0, LENGTH + 1), np.int64)
    tokens = np.full((WINDOWS, LENGTH + 1), PAD, np.int64)
    for row, i in enumerate(rng.choice(len(documents), WINDOWS, replace=len(documents) < WINDOWS)):
        d = documents[i]
        start = int(rng.integers(0, max(1, d["length"] - 5 * LENGTH)))
        text = corpus.text(d, start, start + 6 * LENGTH)
        text = header(lang, d["path"]) + (text[text.find("\n") + 1 :] if start else text)
        ids = [BOS, *tokenizer.encode(text, add_special_tokens=False).ids][: LENGTH + 1]
        tokens[row, : len(ids)] = ids
    return tokens


@torch.no_grad()
def bits_per_byte(model, work: pathlib.Path) -> dict[str, float]:
    """Bits per byte of each language, in bf16 as in training."""
    sizes = token_bytes(Tokenizer.from_file(str(work / "tokenizer.json")))
    training, result = model.training, {}
    model.eval()
    for lang in ("ts", "js", "py"):
        nats = count = 0.0
        found = windows(work, lang)
        for rows in np.array_split(found, WINDOWS // 8) if len(found) else []:
            tokens = torch.from_numpy(rows)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                state = model(model.embed(tokens[:, :-1])).to(torch.bfloat16).flatten(0, 1)
                targets = tokens[:, 1:].flatten()
                _, losses = kernels.head_loss(
                    state, model.embedding, targets, torch.ones(len(state))
                )
            nats += float(losses[targets != PAD].sum())
            count += float(sizes[targets].sum())
        if count:
            result[lang] = round(nats / math.log(2) / count, 4)
    model.train(training)
    return result
