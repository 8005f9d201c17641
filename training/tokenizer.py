"""Trains the byte-level BPE and writes it as a tokenizer.json that JavaScript can reproduce.

usage: tokenizer.py --work FOLDER [--vocabulary N] [--sample-mb N] [--seed N]

Pieces, between which no merge happens: a line end with the indentation after it; an identifier with
one space before it; up to three digits; and "glue", a run of keywords and punctuation with single
spaces inside. So `} else {` or ` => {` become one token, while the name of a thing is always cut the
same way, which is what a small model needs in order to copy it. Nothing merges across a line end.
"""

import argparse
import json
import pathlib

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers import processors

from corpus import Corpus

SPECIAL_TOKENS = [
    "<｜▁pad▁｜>",
    "<｜begin▁of▁sentence｜>",
    "<｜end▁of▁sentence｜>",
    "<｜fim▁begin｜>",
    "<｜fim▁hole｜>",
    "<｜fim▁end｜>",
    "<｜fim▁suffix▁first｜>",
    "<｜reserved▁7｜>",
]
PAD, BOS, EOS, FIM_BEGIN, FIM_HOLE, FIM_END, SUFFIX_FIRST = range(7)

KEYWORDS = (
    "abstract|and|any|as|assert|async|await|boolean|break|case|catch|class|const|continue|declare"
    "|def|default|del|delete|do|elif|else|enum|except|export|extends|false|False|finally|for|from"
    "|function|get|global|if|implements|import|in|instanceof|interface|is|keyof|lambda|let|namespace"
    "|never|new|None|not|null|number|of|or|pass|private|protected|public|raise|readonly|return"
    "|satisfies|self|set|static|string|super|switch|this|throw|true|True|try|type|typeof|undefined"
    "|unknown|var|void|while|with|yield"
)
WORD = r"[A-Za-z_$]|[^\x00-\x7F]"
PUNCTUATION = r"[\x00-\x08\x0E-\x1F!-#%-/:-@\[-^`{-\x7F]"
PIECES = (
    r"[\r\n][ \t\n\r\x0B\x0C]*"
    rf"|(?: ?(?:(?:{KEYWORDS})(?![A-Za-z0-9_$]|[^\x00-\x7F])|{PUNCTUATION}))+"
    rf"| ?(?:{WORD})+"
    r"|[0-9]{1,3}"
    r"|[ \t\x0B\x0C]+(?= [^ \t\n\r\x0B\x0C])|[ \t\x0B\x0C]+"
)


def untrained() -> Tokenizer:
    """The pipeline without a vocabulary. No piece is longer than 64 bytes."""
    byte_level = {"add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(**byte_level),
            pre_tokenizers.Split(Regex(".{1,64}"), "isolated"),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel(**byte_level)
    tokenizer.post_processor = processors.ByteLevel(**byte_level)
    return tokenizer


def byte_alphabet() -> list[str]:
    """The character that stands for each byte value, as byte-level BPE has it."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    table = {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}
    return [table[b] for b in range(256)]


def in_byte_order(tokenizer: Tokenizer) -> Tokenizer:
    """The same merges, with ids: special tokens, bytes 0 to 255, then merges in their order."""
    state = json.loads(tokenizer.to_str())
    merges = state["model"]["merges"]
    tokens = SPECIAL_TOKENS + byte_alphabet() + ["".join(pair) for pair in merges]
    vocabulary = {}
    for token in tokens:
        vocabulary.setdefault(token, len(vocabulary))
    state["model"]["vocab"] = vocabulary
    state["added_tokens"] = [
        {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False}
        | {"normalized": False, "special": True}
        for i, t in enumerate(SPECIAL_TOKENS)
    ]
    return Tokenizer.from_str(json.dumps(state, ensure_ascii=False))


def train(texts, vocabulary: int) -> Tokenizer:
    tokenizer = untrained()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=[AddedToken(t, special=True, normalized=False) for t in SPECIAL_TOKENS],
        initial_alphabet=byte_alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return in_byte_order(tokenizer)


def token_bytes(tokenizer: Tokenizer) -> np.ndarray:
    """How many bytes of text each id stands for; special tokens stand for none."""
    lengths = np.zeros(tokenizer.get_vocab_size(), np.int32)
    for token, i in tokenizer.get_vocab().items():
        lengths[i] = 0 if i < len(SPECIAL_TOKENS) else len(token)
    return lengths


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--vocabulary", type=int, default=12288)
    parser.add_argument("--sample-mb", type=float, default=24, help="text to learn merges from")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    corpus = Corpus(args.work, "train")
    tokenizer = train(corpus.sample(args.sample_mb * 1e6, args.seed), args.vocabulary)
    tokenizer.save(str(args.work / "tokenizer.json"), pretty=False)
    held_out = Corpus(args.work, "valid")
    for lang in ("ts", "js", "py"):
        texts = [held_out.text(d) for d in held_out.documents if d["lang"] == lang]
        encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
        assert all(tokenizer.decode(e.ids) == t for e, t in zip(encoded, texts)), "lossy"
        n = max(1, sum(len(e.ids) for e in encoded))
        print(f"{lang}: {sum(len(t.encode()) for t in texts) / n:.3f} bytes a token")


if __name__ == "__main__":
    main()
