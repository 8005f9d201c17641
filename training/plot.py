"""Draws a run's log, or those of runs that went on from each other: loss, bits per byte, balance of the experts, speed.

usage: plot.py LOG.jsonl [LOG.jsonl ...] OUT.png
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def main():
    *logs, out = sys.argv[1:]
    lines = [json.loads(line) for log in logs for line in open(log)]

    def latest(key: str) -> list[dict]:
        """A resumed run repeats the steps since its checkpoint: the last word on each, in order."""
        return sorted({d["step"]: d for d in lines if key in d}.values(), key=lambda d: d["step"])

    reports, held_out = latest("loss"), latest("valid_bpb")
    steps = [d["step"] for d in reports]
    figure, ((loss, bits), (balance, speed)) = plt.subplots(2, 2, figsize=(12, 8))
    loss.plot(steps, [d["loss"] for d in reports], label="next token")
    loss.plot(steps, [d["mtp"] for d in reports], label="token after it (MTP)")
    loss.set_ylabel("nats a token")
    for lang, colour in (("ts", "C0"), ("js", "C1"), ("py", "C2")):
        bits.plot(steps, [d["bpb"][lang] for d in reports], colour, alpha=0.3)
        points = [d["valid_bpb"].get(lang) for d in held_out]
        bits.plot([d["step"] for d in held_out], points, f"{colour}.-", label=f"{lang}, held out")
    bits.set_ylabel("bits per byte")
    bits.set_ylim(0.5, 2.5)
    for i in range(len(reports[0]["busiest"]) if reports else 0):
        balance.plot(steps, [d["busiest"][i] for d in reports], alpha=0.6, label=f"{i + 1}")
    balance.set_ylabel("busiest expert's load (1: even)")
    speed.plot(steps, [d["tokens_s"] for d in reports])
    speed.set_ylabel("tokens/s")
    for axes in (loss, bits, balance):
        axes.legend(fontsize="small", ncols=2)
    for axes in (loss, bits, balance, speed):
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(out, dpi=80)


if __name__ == "__main__":
    main()
