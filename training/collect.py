"""Fetches the packages of the manifest and writes the raw corpus that prepare.py reads.

usage: collect.py --corpus FOLDER [--manifest FILE] [--only NAME ...]

npm packages come by `npm pack NAME@VERSION`; Debian's by `apt-get download` and, where the manifest says
debian-src, `apt-get source`, in the release the machine is set up for. Nothing is installed or run.
Writes `train.jsonl.zst`, `valid.jsonl.zst` and `packages.tsv`. Some thousand requests: be patient, and
do not repeat it needlessly.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

import zstandard

LANGUAGES = {"ts": "ts", "tsx": "ts", "mts": "ts", "cts": "ts", "py": "py"}
LANGUAGES |= {"js": "js", "jsx": "js", "mjs": "js", "cjs": "js"}
SKIP = re.compile(r"\.d\.[mc]?ts$|\.min\.|(^|/)(node_modules|vendor|third_party|umd|bundles?)/|\.bundle\.")
LARGEST = 400_000  # bytes of a file
LICENCE_HEADER = re.compile(r"\A(?:#!.*\n)?\s*/\*[\s\S]*?(?:licen[sc]e|copyright)[\s\S]*?\*/\s*", re.I)
SOURCE_MAP = re.compile(r"^//[#@] source(?:Mapping)?URL=.*\n?", re.M)


def run(*command: str, folder: str):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def fetch(source: str, name: str, version: str, folder: str) -> pathlib.Path:
    """Unpacks one package below `folder`; returns where its files begin."""
    root = pathlib.Path(folder, "unpacked")
    if source == "npm":
        run("npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}", folder=folder)
        with tarfile.open(next(pathlib.Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(root, filter="data")
        return next(p for p in root.iterdir() if p.is_dir())
    if source == "debian":
        run("apt-get", "download", name, folder=folder)
        run("dpkg-deb", "-x", str(next(pathlib.Path(folder).glob("*.deb"))), str(root), folder=folder)
        return root
    project, _, part = name.partition("/")
    run("apt-get", "source", project, folder=folder)
    tree = next(p for p in pathlib.Path(folder).iterdir() if p.is_dir())
    return tree / part


def entries(root: pathlib.Path):
    """(language, path, text) of the files of a package that people may have written."""
    for path in sorted(root.rglob("*")):
        lang = LANGUAGES.get(path.suffix[1:])
        name = path.relative_to(root).as_posix()
        name = name.split("-packages/", 1)[-1]  # Debian's place for modules
        if not lang or SKIP.search(name) or not path.is_file() or path.stat().st_size > LARGEST:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        yield lang, name, SOURCE_MAP.sub("", LICENCE_HEADER.sub("", text))


def main():
    here = pathlib.Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--manifest", type=pathlib.Path, default=here / "manifest.tsv")
    parser.add_argument("--only", nargs="*", help="names of packages, for a small corpus")
    args = parser.parse_args()
    args.corpus.mkdir(parents=True, exist_ok=True)
    rows = [line.split("\t") for line in args.manifest.read_text().splitlines()[1:]]
    rows = [row for row in rows if not args.only or row[2] in args.only]
    writers = {}
    for split in ("train", "valid"):
        out = (args.corpus / f"{split}.jsonl.zst").open("wb")
        writers[split] = zstandard.ZstdCompressor(level=12).stream_writer(out)
    with (args.corpus / "packages.tsv").open("w") as packages:
        packages.write("source\tname\tversion\tlicence\n")
        for split, source, name, version, licence in rows:
            count = 0
            with tempfile.TemporaryDirectory() as folder:
                try:
                    for lang, path, text in entries(fetch(source, name, version, folder)):
                        entry = {"lang": lang, "package": name, "version": version}
                        entry |= {"licence": licence, "path": path, "text": text}
                        writers[split].write(json.dumps(entry).encode() + b"\n")
                        count += 1
                except subprocess.CalledProcessError as error:
                    print(f"{name} {version}: left out, {error}", file=sys.stderr)
                    continue
            packages.write(f"{source}\t{name}\t{version}\t{licence}\n")
            print(f"{name} {version}: {count} files")
    for writer in writers.values():
        writer.close()


if __name__ == "__main__":
    main()
