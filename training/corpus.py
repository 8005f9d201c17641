"""Reads the prepared corpus: a memory-mapped blob of text and its index, with language shares."""

import json
import pathlib

import numpy as np

SHARES = {"ts": 0.44, "js": 0.26, "py": 0.30}  # of the training tokens


class Corpus:
    """One split. `mass[i]` is the share of all sampled bytes that document i should get; sums to 1."""

    def __init__(self, work: pathlib.Path, split: str):
        self.documents = [json.loads(line) for line in (work / f"{split}.jsonl").open()]
        self._blob = np.memmap(work / f"{split}.bin", np.uint8, "r")
        mass = np.array([d["length"] * d["weight"] for d in self.documents])
        langs = np.array([d["lang"] for d in self.documents])
        for lang, share in SHARES.items():
            mine = langs == lang
            if mine.any():
                mass[mine] *= share / mass[mine].sum()
        self.mass = mass / mass.sum()

    def text(self, document: dict, start: int = 0, end: int | None = None) -> str:
        """The document's text, or the part between two byte offsets, whole characters only."""
        begin = document["offset"]
        stop = begin + (document["length"] if end is None else min(end, document["length"]))
        return bytes(self._blob[begin + start : stop]).decode("utf-8", "ignore")

    def sample(self, size: float, seed: int):
        """Yields texts of about `size` bytes together, drawn by mass, at most 20 kB of each file."""
        rng = np.random.default_rng(seed)
        order = rng.choice(len(self.documents), len(self.documents), replace=False, p=self.mass)
        for i in order:
            text = self.text(self.documents[i], 0, 20000)
            size -= len(text)
            yield text
            if size < 0:
                return
