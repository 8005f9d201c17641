"""How much of the text before it the MTP module needs for its guesses, on held-out text.

usage: mtp_history.py CHECKPOINT --work FOLDER

Prints for each language and number of positions that the module's attention sees how often its guess is
what the model itself prefers a token later: among all places, and among those where the model's own
choice before was right.
"""

import argparse
import pathlib

import torch
import torch.nn.functional as F

import checkpoints
from environment import relaunch_tuned
from held_out import windows
from model import rotate

ROWS, LENGTH = 8, 768
SEEN = (LENGTH, 256, 64, 16, 4, 1)


def attend(attention, x, table, seen: int):
    """Attention as in the model, to the last `seen` positions."""
    c = attention.c
    q = F.linear(x, attention.q).unflatten(-1, (c.heads, -1))
    latent, k_rope = F.linear(x, attention.kv_a).split((c.kv_rank, c.rope), -1)
    kv = F.linear(attention.kv_a_norm(latent), attention.kv_b).unflatten(-1, (c.heads, -1))
    k_nope, v = kv.split((c.nope, c.value), -1)
    k_rope = rotate(k_rope.unsqueeze(2), table).expand(-1, -1, c.heads, -1)
    q = torch.cat((q[..., : c.nope], rotate(q[..., c.nope :], table)), -1).transpose(1, 2)
    k = torch.cat((k_nope, k_rope), -1).transpose(1, 2)
    distance = torch.arange(x.shape[1])[:, None] - torch.arange(x.shape[1])
    mask = (distance >= 0) & (distance < seen)
    y = F.scaled_dot_product_attention(q, k, v.transpose(1, 2), attn_mask=mask)
    return F.linear(y.transpose(1, 2).flatten(2), attention.output)


def guesses(model, state, embedded, seen: int):
    """[rows, length] tokens that the module expects two places on."""
    mtp, table = model.mtp, model.table[: state.shape[1]]
    x = F.linear(torch.cat((mtp.enorm(embedded), mtp.hnorm(state)), -1), mtp.eh_proj)
    x = x + attend(mtp.layer.attention, mtp.layer.attention_norm(x), table, seen)
    return model.logits(mtp.norm(x + mtp.layer.ffn(mtp.layer.ffn_norm(x)))).argmax(-1)


@torch.no_grad()
def main():
    relaunch_tuned()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path, help="a file, or the folder of a run")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(2)
    model, _ = checkpoints.load_model(checkpoints.newest(args.checkpoint))
    for lang in ("ts", "js", "py"):
        tokens = torch.from_numpy(windows(args.work, lang)[:ROWS, : LENGTH + 1])
        state = model(model.embed(tokens[:, :-1]))
        preferred = model.logits(state).argmax(-1)
        was_right = preferred[:, :-1] == tokens[:, 1:-1]
        for seen in SEEN:
            same = guesses(model, state, model.embed(tokens[:, 1:]), seen)[:, :-1] == preferred[:, 1:]
            everywhere, there = float(same.float().mean()), float(same[was_right].float().mean())
            print(f"{lang}, {seen} positions: {everywhere:.1%}, where it was right {there:.1%}")


if __name__ == "__main__":
    main()
