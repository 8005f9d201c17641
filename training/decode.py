"""Greedy decoding in PyTorch with a cache of the latents, many prompts at once. For evaluation."""

import math

import torch
import torch.nn.functional as F

from model import Model, rotate
from tokenizer import EOS, PAD, SPECIAL_TOKENS


class Cache:
    """What attention keeps of each layer: latents after their norm and rotated shared keys."""

    def __init__(self, model: Model, rows: int, time: int):
        c, layers = model.c, len(model.layers)
        self.latent = torch.zeros(layers, rows, time, c.kv_rank)
        self.key = torch.zeros(layers, rows, time, c.rope)


def attend(attention, x, table, latents, keys, positions):
    """Attention of x [rows, new, hidden] at `positions` [rows, new] over what the cache holds."""
    c, rows = attention.c, torch.arange(len(x))[:, None]
    q_nope, q_rope = F.linear(x, attention.q).unflatten(-1, (c.heads, -1)).split((c.nope, c.rope), -1)
    latent, key = F.linear(x, attention.kv_a).split((c.kv_rank, c.rope), -1)
    latents[rows, positions] = attention.kv_a_norm(latent)
    keys[rows, positions] = rotate_at(key[:, :, None], table, positions)[:, :, 0]
    q_rope = rotate_at(q_rope, table, positions)
    key_b, value_b = attention.kv_b.view(c.heads, -1, c.kv_rank).split((c.nope, c.value), 1)
    absorbed = torch.einsum("bthn,hnr->bthr", q_nope, key_b)
    scores = torch.einsum("bthr,bsr->bhts", absorbed, latents)
    scores = (scores + torch.einsum("bthr,bsr->bhts", q_rope, keys)) / math.sqrt(c.nope + c.rope)
    seen = torch.arange(keys.shape[1]) <= positions[:, :, None]
    weights = scores.masked_fill(~seen[:, None], -math.inf).softmax(-1)
    y = torch.einsum("bhts,bsr->bthr", weights, latents)
    return F.linear(torch.einsum("bthr,hvr->bthv", y, value_b).flatten(2), attention.output)


def rotate_at(x, table, positions):
    """Rotates x [rows, new, heads, rope] by its rows' own positions."""
    return torch.stack([rotate(row[None], table[p])[0] for row, p in zip(x, positions)])


def forward(model: Model, cache: Cache, tokens, positions):
    """States after the output norm of new tokens [rows, new], which enter the cache."""
    x = model.embed(tokens)
    for i, layer in enumerate(model.layers):
        normed = layer.attention_norm(x)
        x = x + attend(
            layer.attention, normed, model.table, cache.latent[i], cache.key[i], positions
        )
        x = x + layer.ffn(layer.ffn_norm(x))
    return model.norm(x)


@torch.no_grad()
def greedy(model: Model, prompts: list[list[int]], stops: set[int], most: int) -> list[list[int]]:
    """The most likely continuations, up to and with the first token of `stops`, else `most` tokens."""
    longest = max(map(len, prompts))
    cache = Cache(model, len(prompts), longest + most)
    tokens = torch.full((len(prompts), longest), PAD)
    for row, prompt in enumerate(prompts):
        tokens[row, : len(prompt)] = torch.tensor(prompt)
    last = torch.tensor([len(p) - 1 for p in prompts])
    positions = torch.arange(longest).expand(len(prompts), -1)
    state = forward(model, cache, tokens, positions)[torch.arange(len(prompts)), last]
    banned = [i for i in range(len(SPECIAL_TOKENS)) if i != EOS]
    answers, live = [[] for _ in prompts], [True] * len(prompts)
    for _ in range(most):
        logits = model.logits(state)
        logits[:, banned] = -math.inf
        chosen = logits.argmax(-1)
        for row, token in enumerate(chosen.tolist()):
            if live[row]:
                answers[row].append(token)
                live[row] = token not in stops
        if not any(live):
            break
        last = last + 1
        state = forward(model, cache, chosen[:, None], last[:, None])[:, 0]
    return answers
