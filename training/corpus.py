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
        nodes = work / f"{split}.nodes.bin"
        found = np.fromfile(nodes, "<u4") if nodes.exists() else np.empty(0, np.uint32)
        self._nodes = found.reshape(-1, 2).astype(np.int64)
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

    def nodes(self, document: dict, start: int, end: int) -> np.ndarray:
        """Syntax nodes of the document that start between two byte offsets: [n, 2], start and end in bytes.

        None where `syntax_nodes.mjs` was not run, or left the document out.
        """
        offset = document["offset"]
        low, high = np.searchsorted(self._nodes[:, 0], (offset + start, offset + end))
        found = self._nodes[low:high]
        return np.stack([found[:, 0] - offset, found.sum(1) - offset], 1)

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
