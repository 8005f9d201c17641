"""Turns the raw corpus (zstd JSON lines) into one blob of text with an index, filtered and weighted.

usage: prepare.py --corpus FOLDER --work FOLDER [--limit FILES]

Reads `train.jsonl.zst`, `valid.jsonl.zst` and `packages.tsv` from the corpus folder. Writes
`train.bin` / `valid.bin` (UTF-8, files one after another), `train.jsonl` / `valid.jsonl` (one index
entry a file: lang, package, path, offset, length, weight) and `manifest.tsv` to the work folder.
"""

import argparse
import collections
import io
import json
import pathlib

import zstandard

import corpus_rules as rules

SKETCH, PROBES, SAME = 64, 16, 0.7  # bottom-k MinHash: sketch size, indexed minima, Jaccard of twins
PACKAGE_CAP = 1.5e6  # weighted bytes above which a package counts by the square root only


class TwinFinder:
    """Finds near-duplicates of the files seen so far by their bottom-k MinHash sketches."""

    def __init__(self):
        self._sketches: list[frozenset[int]] = []
        self._by_minimum = collections.defaultdict(list)

    def is_twin(self, text: str) -> bool:
        """Remembers `text` unless it is a near-duplicate."""
        minima = sorted(rules.shingles(text))[:SKETCH]
        if len(minima) < 8:
            return False
        mine = frozenset(minima)
        votes = collections.Counter(i for h in minima[:PROBES] for i in self._by_minimum[h])
        for i, _ in votes.most_common(8):
            union = sorted(mine | self._sketches[i])[:SKETCH]
            common = mine & self._sketches[i]
            if sum(h in common for h in union) >= SAME * len(union):
                return True
        for h in minima[:PROBES]:
            if len(self._by_minimum[h]) < 64:
                self._by_minimum[h].append(len(self._sketches))
        self._sketches.append(mine)
        return False


def read_lines(path: pathlib.Path):
    """Yields the JSON objects of a zstd file, never holding more than one of them."""
    with path.open("rb") as raw:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw)
        for line in io.TextIOWrapper(reader, encoding="utf-8"):
            yield json.loads(line)


def accept(entry: dict, split: str, counts: collections.Counter) -> str | None:
    """The cleaned text of an entry that may be used, or None, counting the reason."""
    if not rules.is_permissive(entry["licence"]):
        counts[f"licence {entry['licence']}"] += 1
    elif split == "train" and rules.HELD_OUT_RELATIVES.search(entry["package"]):
        counts["relative of a held-out package"] += 1
    else:
        text = rules.clean(entry["text"])
        if rules.is_readable(text):
            return text
        counts["unreadable"] += 1
    return None


def balance_packages(index: list[dict]):
    """Scales down packages that would dominate; the weight stays a factor on each byte."""
    mass = collections.Counter()
    for d in index:
        mass[d["package"]] += d["length"] * d["weight"]
    for d in index:
        over = mass[d["package"]] / PACKAGE_CAP
        d["weight"] = round(d["weight"] * (over**-0.5 if over > 1 else 1.0), 4)


def prepare(corpus: pathlib.Path, work: pathlib.Path, split: str, limit: int) -> set[str]:
    counts, index, offset, twins = collections.Counter(), [], 0, TwinFinder()
    with (work / f"{split}.bin").open("wb") as blob:
        for n, entry in enumerate(read_lines(corpus / f"{split}.jsonl.zst")):
            if limit and n >= limit:
                break
            text = accept(entry, split, counts)
            if text is None:
                continue
            if split == "train" and twins.is_twin(text):
                counts["near-duplicate"] += 1
                continue
            data = text.encode("utf-8", "ignore")
            blob.write(data)
            keep = {k: entry[k] for k in ("lang", "package", "path")}
            keep |= {"offset": offset, "length": len(data)}
            keep["weight"] = rules.weight(entry["lang"], entry["path"], text)
            index.append(keep)
            offset += len(data)
    if split == "train":
        balance_packages(index)
    with (work / f"{split}.jsonl").open("w") as out:
        out.writelines(json.dumps(d, ensure_ascii=False) + "\n" for d in index)
    for lang in ("ts", "js", "py"):
        mine = [d for d in index if d["lang"] == lang]
        size, mass = sum(d["length"] for d in mine), sum(d["length"] * d["weight"] for d in mine)
        print(f"{split} {lang}: {len(mine)} files, {size / 1e6:.1f} MB, weighted {mass / 1e6:.1f} MB")
    print(split, dict(counts))
    return {d["package"] for d in index}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--limit", type=int, default=0, help="read only so many files of each split")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    trained = prepare(args.corpus, args.work, "train", args.limit)
    held_out = prepare(args.corpus, args.work, "valid", args.limit)
    assert not trained & held_out, f"in both splits: {trained & held_out}"
    rows = (args.corpus / "packages.tsv").read_text().splitlines()
    with (args.work / "manifest.tsv").open("w") as out:
        out.write("split\tsource\tname\tversion\tlicence\n")
        for row in sorted(rows[1:], key=lambda r: r.split("\t")[:2]):
            source, name, version, licence = row.split("\t")[:4]
            if name in trained | held_out:
                split = "train" if name in trained else "valid"
                out.write("\t".join((split, source, name, version, licence)) + "\n")


if __name__ == "__main__":
    main()
