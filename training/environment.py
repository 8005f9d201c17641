"""Settings of the process that must stand before Python starts."""

import os
import sys

# glibc gives large buffers back to the kernel and takes them anew for each operation: page faults then
# cost more than the arithmetic. A waiting OpenMP thread spins briefly, so that the scheduler leaves it on
# its own core between two operations, and then sleeps, so that on a busy machine it does not hold the
# core that the thread it waits for needs.
TUNED = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "67108864",
    "MALLOC_ARENA_MAX": "1",
    "GOMP_SPINCOUNT": "20000",
    "TOKENIZERS_PARALLELISM": "false",
}


def relaunch_tuned():
    """Starts this same program again, in this process, with the settings; returns once they stand."""
    if any(os.environ.get(k) != v for k, v in TUNED.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | TUNED)
