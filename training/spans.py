"""Chooses the hole of a fill-in-the-middle example: offsets into a text, by kinds of hole."""

import re

KINDS = {
    "rest": 0.33, "line": 0.15, "lines": 0.12, "node": 0.16, "block": 0.07, "bracket": 0.07, "random": 0.10
}  # fmt: skip
MOST = 400  # characters in a hole
INSIDE_WORD = 0.27  # of the cuts that could be anywhere
SKIP_COMMENT = 0.6  # of the holes that would start in a line of prose

PIECE = re.compile(r"\w+|\s+|[^\w\s]")
_CLOSERS = re.compile(r"[)\]};,'\"`>]+$")
_COMMENT_STARTS = ("//", "/*", "* ", "#")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def line_bounds(text: str, position: int) -> tuple[int, int, int]:
    """Start, first character after the indentation, and end of the line around `position`."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    line = text[start:end]
    return start, start + len(line) - len(line.lstrip()), end


def cut_point(rng, text: str, start: int, end: int) -> int:
    """A place in text[start:end] to start from: mostly a border of words, else anywhere."""
    if end <= start:
        return start
    if rng.random() < INSIDE_WORD:
        return int(rng.integers(start, end))
    borders = [m.start() for m in PIECE.finditer(text, start, end) if not m[0].isspace()]
    return borders[rng.integers(len(borders))] if borders else start


def rest_of_line(rng, text: str, position: int):
    _, body, end = line_bounds(text, position)
    a = cut_point(rng, text, body, end)
    # Editors close brackets and quotes while one types: what closes may already stand behind the cursor.
    closers = _CLOSERS.search(text, a, end)
    if closers and closers.start() > a and rng.random() < 0.25:
        end = int(rng.integers(closers.start(), end))
    return a, end


def whole_line(rng, text: str, position: int):
    start, body, end = line_bounds(text, position)
    return (body if rng.random() < 0.8 else start), end


def some_lines(rng, text: str, position: int):
    _, body, end = line_bounds(text, position)
    a = body if rng.random() < 0.6 else cut_point(rng, text, body, end)
    for _ in range(int(rng.integers(1, 5))):
        following = line_bounds(text, end + 1)[2] if end + 1 < len(text) else end
        if following - a > MOST:
            break
        end = following
    return a, end


def block(rng, text: str, position: int):
    """The lines indented deeper than the line at `position`, which opens them."""
    start, body, end = line_bounds(text, position)
    if end >= len(text) or text[end - 1 : end] not in ("{", ":", "(", "[", ">"):
        return None
    indent, b, at = body - start, end, end + 1
    while at < len(text):
        first, inner, stop = line_bounds(text, at)
        if inner < stop:
            if inner - first <= indent:
                break
            b = stop
        if b - end > MOST:
            return None
        at = stop + 1
    if b == end:
        return None
    return (end if rng.random() < 0.4 else line_bounds(text, end + 1)[1]), b


def bracket(rng, text: str, position: int):
    """What stands between two matching brackets, or its end: arguments, elements, fields."""
    start, _, end = line_bounds(text, position)
    opens = [i for i in range(start, end) if text[i] in _PAIRS]
    if not opens:
        return None
    at = opens[rng.integers(len(opens))]
    depth, opening, closing = 0, text[at], _PAIRS[text[at]]
    for i in range(at, min(len(text), at + MOST)):
        depth += (text[i] == opening) - (text[i] == closing)
        if depth == 0:
            if i == at + 1:
                return None
            return (at + 1 if rng.random() < 0.6 else cut_point(rng, text, at + 1, i)), i
    return None


def random_span(rng, text: str, position: int):
    return position, min(len(text), position + int(rng.integers(3, 160)))


_BY_KIND = {
    "rest": rest_of_line,
    "line": whole_line,
    "lines": some_lines,
    "block": block,
    "bracket": bracket,
    "random": random_span,
}
_NAMES, _SHARES = list(KINDS), list(KINDS.values())


def choose(rng, text: str, low: int, high: int, nodes=()) -> tuple[int, int]:
    """A hole whose line lies between `low` and `high`: start and end, at least one character.

    `nodes` are starts and ends of syntax nodes there. A text without any has more holes of the other kinds.
    """
    for _ in range(12):
        kind = _NAMES[rng.choice(len(_NAMES), p=_SHARES)]
        if kind == "node":
            if len(nodes):
                start, end = nodes[rng.integers(len(nodes))]
                # Some of it is often typed already.
                if rng.random() < 0.4:
                    start = cut_point(rng, text, int(start), int(end))
                return int(start), int(end)
            continue
        position = int(rng.integers(low, max(low + 1, high)))
        start, body, end = line_bounds(text, position)
        if text.startswith(_COMMENT_STARTS, body, end) and rng.random() < SKIP_COMMENT:
            continue
        span = _BY_KIND[kind](rng, text, position)
        if span and 0 < span[1] - span[0] <= MOST and text[span[0] : span[1]].strip():
            return span
    position = int(rng.integers(low, max(low + 1, high)))
    return position, min(len(text), position + 20)
