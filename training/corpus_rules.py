"""What may enter the corpus, and with which weight: pure functions over one file's text and path."""

import re
import zlib

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT",
    "Python-2.0", "Unlicense",
}  # fmt: skip

# Whoever shares an author or a monorepo with a held-out package would leak its idioms into training.
HELD_OUT_RELATIVES = re.compile(
    r"^@trpc/|^@tanstack/|^mobx|^@mobx|^@?fastify|^avvio$|^find-my-way$|^light-my-request$"
    r"|flask|werkzeug|tornado"
)

COMPILED = re.compile(
    r"__esModule|__awaiter|__generator\b|__decorate|__webpack_|webpackBootstrap|_interopRequire"
    r"|__toESM|__commonJS|__create = Object\.create|_classCallCheck|_asyncToGenerator"
    r"|sourceMappingURL|\$[0-9a-f]{16}\$|@swc/helpers|@babel/runtime|regeneratorRuntime"
    r"|^/\*{4,}/ |_createClass\(|_createForOfIterator|var _this = |void 0 === ",
    re.M,
)
BUILD_FOLDER = re.compile(
    r"(^|/)(dist|build|lib|es|esm|cjs|umd|out|bundles?|commonjs|module|generated)/"
)
TEST_FILE = re.compile(r"(^|/)(tests?|__tests__|testing)/|[._](test|spec|test-d)\.[jt]sx?$|(^|/)test_")

EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b")
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)[A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]*-----|$)"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bglpat-[\w-]{20}\b"
    r"|\bxox[abprs]-[\w-]{10,}|\bsk-[A-Za-z0-9_-]{20,}|\bnpm_[A-Za-z0-9]{30,}\b"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|\bAIza[\w-]{35}\b"
)
DATA_RUN = re.compile(r"[A-Za-z0-9+/=_-]{160,}")


def is_permissive(expression: str) -> bool:
    """Whether an SPDX expression grants permissive terms: every side of AND, any side of OR."""
    text = expression.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if re.search(r"\bAND\b|\bWITH\b", text):
        return all(is_permissive(part) for part in re.split(r"\bAND\b|\bWITH\b", text))
    if re.search(r"\bOR\b", text):
        return any(is_permissive(part) for part in re.split(r"\bOR\b", text))
    return text in PERMISSIVE


def clean(text: str) -> str:
    """Line ends as LF, no byte-order mark, no secrets, no addresses, no long runs of data."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").replace("\0", "")
    text = SECRETS.sub("SECRET", text)
    text = EMAIL.sub("user@example.com", text)
    return DATA_RUN.sub("DATA", text)


def is_readable(text: str) -> bool:
    """False for minified text, tables and fragments, which teach no style."""
    lines = text.split("\n")
    if len(text) < 200 or len(lines) < 8:
        return False
    if len(text) / len(lines) > 120 or max(map(len, lines)) > 2000:
        return False
    letters = sum(c.isalpha() for c in text[:20000])
    return letters > 0.35 * min(len(text), 20000)


def weight(lang: str, path: str, text: str) -> float:
    """How much one byte of this file counts against a byte of ordinary hand-written source."""
    factor = 1.0
    if lang == "js":
        hits = len(COMPILED.findall(text))
        if hits:
            factor *= 0.1 if hits > 2 or hits * 4000 > len(text) else 0.4
        if BUILD_FOLDER.search(path):
            factor *= 0.5
    elif "/generated/" in path or path.startswith("generated/"):
        factor *= 0.2
    if TEST_FILE.search(path):
        factor *= 0.6
    return factor


_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|\d+")


def shingles(text: str) -> set[int]:
    """Hashes of pairs of neighbouring lines, with strings and numbers blanked: templates look alike."""
    lines = [s for s in (line.strip() for line in _STRING.sub("0", text).split("\n")) if len(s) > 3]
    return {zlib.crc32(f"{a}\n{b}".encode()) for a, b in zip(lines, lines[1:])}
