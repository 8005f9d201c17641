"""Training batches, each a pure function of the seed and its number, so that a run can resume.

A row holds one window of one document; nothing is packed, so nothing attends across documents.
Rows come in three lengths, and a micro-batch holds rows of one length, always the same number of
tokens. Documents are drawn by their mass with an additive recurrence, which covers the corpus far more
evenly than independent draws and needs no state.
"""

import dataclasses
import pathlib
import re

import numpy as np
from tokenizers import Tokenizer

import spans
from corpus import Corpus
from tokenizer import BOS, EOS, FIM_BEGIN, FIM_END, FIM_HOLE, PAD, SUFFIX_FIRST

LENGTHS = (1024, 512, 256)
BYTES_PER_TOKEN = {"ts": 4.1, "js": 3.7, "py": 4.2}
PLAIN, PSM = 0.08, 0.10  # shares of rows: no hole; and of those with one, prefix first
PATH_HEADER, DROP_IMPORTS, NO_SUFFIX = 0.6, 0.25, 0.08
MIDDLE_WEIGHT = 2.0  # of a hole's tokens in the loss, against 1 for its surroundings
LANGUAGES = ("ts", "js", "py")
GOLDEN, SILVER = 0.6180339887498949, 0.4142135623730951

_IMPORTS = re.compile(
    r"(?:^(?:import\b[^;\n]*?(?:\{[^}]*\}[^;\n]*)?;?|from \S+ import (?:\([^)]*\)|[^\n]*)"
    r"|(?:const|var|let) [^=;\n]+= require\([^)\n]*\)[^;\n]*;?)\n)+",
    re.M,
)


@dataclasses.dataclass
class Batch:
    tokens: np.ndarray  # [rows, length + 1] int64; the inputs and, one later, the targets
    weights: np.ndarray  # [rows, length] float32, of each target in the loss; 0 for padding
    languages: np.ndarray  # [rows] index into LANGUAGES


def header(lang: str, path: str) -> str:
    return f"{'#' if lang == 'py' else '//'} {path}\n"


class Batches:
    """`batch(k)` is the k-th micro-batch of `tokens` tokens."""

    def __init__(self, work: pathlib.Path, seed: int, tokens: int = 8192):
        self._corpus = Corpus(work, "train")
        self.tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
        self._seed, self._tokens = seed, tokens
        rng = np.random.default_rng(seed)
        self._phase = rng.random(2)
        self._order = rng.permutation(len(self._corpus.documents))
        mass = self._corpus.mass[self._order]
        docs = [self._corpus.documents[i] for i in self._order]
        size = np.array([d["length"] / BYTES_PER_TOKEN[d["lang"]] for d in docs])
        long, short = size > 700, size < 330
        shares = (mass * long * 0.8, mass * np.where(long, 0.2, ~short), mass * short)
        self._bucket_edges = np.cumsum([s.sum() for s in shares])
        self._cumulative = [np.cumsum(s) / s.sum() for s in shares]

    def batch(self, k: int) -> Batch:
        u = (self._phase[0] + k * SILVER) % 1.0
        bucket = min(int(np.searchsorted(self._bucket_edges, u)), len(LENGTHS) - 1)
        length = LENGTHS[bucket]
        rows = self._tokens // length
        tokens = np.full((rows, length + 1), PAD, np.int64)
        weights = np.zeros((rows, length), np.float32)
        languages = np.zeros(rows, np.int64)
        rng = np.random.default_rng((self._seed, k))
        for r in range(rows):
            v = (self._phase[1] + (k * (self._tokens // LENGTHS[-1]) + r) * GOLDEN) % 1.0
            i = min(int(np.searchsorted(self._cumulative[bucket], v)), len(self._order) - 1)
            document = self._corpus.documents[self._order[i]]
            ids, weight = self.example(rng, document, length + 1)
            tokens[r, : len(ids)] = ids
            weights[r, : len(ids) - 1] = weight[1:]
            languages[r] = LANGUAGES.index(document["lang"])
        return Batch(tokens, weights, languages)

    def _encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def _tail(self, text: str, room: int) -> list[int]:
        """The end of `text` in at most `room` tokens, from the start of a line where there is one."""
        encoded = self.tokenizer.encode(text, add_special_tokens=False)
        if len(encoded.ids) <= room:
            return encoded.ids
        if room <= 0:
            return []
        cut = encoded.offsets[len(encoded.ids) - room][0]
        line = text.find("\n", cut)
        if 0 <= line < len(text) - 1:
            ids = self._encode(text[line + 1 :])
            if len(ids) <= room:
                return ids
        return encoded.ids[-room:]

    def _start(self, rng, text: str, room: int) -> list[int]:
        """The start of `text` in at most `room` tokens, mostly cut at the end of a line."""
        encoded = self.tokenizer.encode(text[: room * 6], add_special_tokens=False)
        if len(encoded.ids) <= room:
            return encoded.ids
        if rng.random() < 0.6:
            line = text.rfind("\n", 0, encoded.offsets[room][0])
            if line > 0:
                return self._encode(text[:line])[:room]
        return encoded.ids[:room]

    def _window(self, rng, document: dict, length: int) -> tuple[str, int, int, np.ndarray]:
        """A stretch of the document, the part of it in which the hole may lie, and its syntax nodes there."""
        reach = length * 5
        middle = int(rng.integers(0, document["length"]))
        start, end = max(0, middle - reach), min(document["length"], middle + reach)
        text = self._corpus.text(document, start, end)
        origin = start
        if start > 0:
            cut = text.find("\n") + 1
            text, origin = text[cut:], start + cut
        elif rng.random() < DROP_IMPORTS:
            whole = len(text)
            text = _IMPORTS.sub("", text)
            if len(text) < whole:
                origin = -1  # Offsets in the document say nothing of this text.
        # A hole near the very start of a file has nothing to go by: draw such places less often.
        low, high = (middle - start) * 2 // 3, (middle - start) * 4 // 3
        low, high = min(low, len(text) - 1), min(max(high, 200), len(text))
        low, nodes = max(0, low), np.empty((0, 2), np.int64)
        if origin >= 0:
            nodes = self._corpus.nodes(document, origin + low, origin + high) - origin
            nodes = nodes[nodes[:, 1] <= len(text)]
        return text, low, high, nodes

    def example(self, rng, document: dict, length: int) -> tuple[list[int], list[float]]:
        """Token ids of one row, at most `length`, and the weight of each as a target."""
        text, low, high, nodes = self._window(rng, document, length)
        if len(text) < 8:
            text, low, high, nodes = "\n" * 8, 0, 8, ()
        head = []
        if rng.random() < PATH_HEADER:
            head = self._encode(header(document["lang"], document["path"]))
        if rng.random() < PLAIN:
            ids = [BOS, *head, *self._encode(text[low if low > 2000 else 0 :]), EOS][:length]
            return ids, [1.0] * len(ids)
        a, b = spans.choose(rng, text, low, high, nodes)
        middle = self._encode(text[a:b])[: length // 2]
        psm = rng.random() < PSM
        room = length - len(middle) - len(head) - (5 if psm else 4)
        prefix = self._tail(text[max(0, a - room * 6) : a], room)
        share = max(int(room * rng.uniform(0.15, 0.4)), room - len(prefix))
        suffix = [] if rng.random() < NO_SUFFIX else self._start(rng, text[b:], share)
        if len(prefix) > room - len(suffix):
            prefix = self._tail(text[max(0, a - room * 5) : a], room - len(suffix))
        prefix = head + prefix
        if psm:
            ids = [BOS, FIM_BEGIN, *prefix, FIM_HOLE, *suffix, FIM_END]
        else:
            ids = [BOS, SUFFIX_FIRST, *suffix, FIM_END, *prefix]
        weights = [1.0] * len(ids) + [MIDDLE_WEIGHT] * (len(middle) + 1)
        ids += [*middle, EOS]
        assert len(ids) <= length, (len(ids), length)
        return ids, weights
