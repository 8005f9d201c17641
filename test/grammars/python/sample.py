from __future__ import annotations
import os.path as osp, sys
from collections import OrderedDict as Ordered, deque
from . import sibling

LIMIT = 10


@decorated
class Store(Base, metaclass=Meta):
    """Keeps things."""

    size: int = 0

    def __init__(self, root: str, *args, depth=3, **options) -> None:
        self.root = osp.join(root, f"{depth}-{len(args)}")

    @property
    async def items(self) -> list[Item]:
        return [load(name) for name in self.names if name]


def load(name, limit=LIMIT):
    with open(name) as handle:
        for number, line in enumerate(handle):
            if (match := parse(line)) is None:
                continue
            elif number > limit:
                break
    try:
        first, second = match
    except ValueError as error:
        print(error)  # shown
    key = lambda pair: pair[0]
    return sorted(deque(), key=key)
