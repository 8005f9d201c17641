"""The model: DeepSeek-V3 in small. Multi-head latent attention without a query rank, a first dense
layer, then shared and routed experts with a bias-balanced sigmoid router, a tied head, one
multi-token-prediction (MTP) module. Matrices are [out, in], as in the checkpoints of DeepSeek."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import nn

import kernels


@dataclasses.dataclass(frozen=True)
class Config:
    vocabulary: int = 12288
    context: int = 1024
    hidden: int = 320
    layers: int = 6  # without the MTP module
    heads: int = 5
    kv_rank: int = 128
    nope: int = 32
    rope: int = 32
    value: int = 64
    dense: int = 896
    experts: int = 8
    used: int = 2
    expert: int = 192
    shared: int = 2  # experts' widths in the shared one
    rope_base: float = 10000.0
    epsilon: float = 1e-6
    # The table serves as input and as head, which want different scales: as input its rows must hold their
    # own beside what the layers add. The export folds this into the table and the norms before the head.
    input_scale: float = 16.0


class RMSNorm(nn.Module):
    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        y = x.float()
        y = y * torch.rsqrt(y.square().mean(-1, keepdim=True) + self.epsilon)
        return (y * self.weight).to(x.dtype)


def matrix(*shape: int, gain: float = 1.0) -> nn.Parameter:
    """A matrix whose outputs have `gain` times the scale of its inputs."""
    return nn.Parameter(torch.randn(*shape) * (gain / shape[-1] ** 0.5))


def rope_table(config: Config) -> torch.Tensor:
    """[context, rope / 2, 2] cosines and sines."""
    inverse = config.rope_base ** (-torch.arange(0, config.rope, 2).double() / config.rope)
    angle = torch.arange(config.context).double()[:, None] * inverse
    return torch.stack((angle.cos(), angle.sin()), -1).float()


def rotate(x, table):
    """Rotates neighbouring pairs of the last dimension. x [batch, time, heads, rope]."""
    pairs = x.float().unflatten(-1, (-1, 2))
    a, b = pairs.unbind(-1)
    cos, sin = table[:, None].unbind(-1)  # [time, 1, rope / 2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.q = matrix(c.heads * (c.nope + c.rope), c.hidden)
        self.kv_a = matrix(c.kv_rank + c.rope, c.hidden)
        self.kv_a_norm = RMSNorm(c.kv_rank, c.epsilon)
        self.kv_b = matrix(c.heads * (c.nope + c.value), c.kv_rank)
        self.output = matrix(c.hidden, c.heads * c.value, gain=0.3)

    def forward(self, x, table):
        c = self.c
        q = F.linear(x, self.q).unflatten(-1, (c.heads, -1))
        q_nope, q_rope = q.split((c.nope, c.rope), -1)
        latent, k_rope = F.linear(x, self.kv_a).split((c.kv_rank, c.rope), -1)
        kv = F.linear(self.kv_a_norm(latent), self.kv_b).unflatten(-1, (c.heads, -1))
        k_nope, v = kv.split((c.nope, c.value), -1)
        k_rope = rotate(k_rope.unsqueeze(2), table).expand(-1, -1, c.heads, -1)
        q = torch.cat((q_nope, rotate(q_rope, table)), -1).transpose(1, 2)
        k = torch.cat((k_nope, k_rope), -1).transpose(1, 2)
        y = kernels.attention(q.contiguous(), k.contiguous(), v.transpose(1, 2).contiguous())
        return F.linear(y.transpose(1, 2).flatten(2), self.output)


class Dense(nn.Module):
    def __init__(self, hidden: int, width: int):
        super().__init__()
        self.gate, self.up = matrix(width, hidden), matrix(width, hidden)
        self.down = matrix(hidden, width, gain=0.3)

    def forward(self, x):
        return F.linear(F.silu(F.linear(x, self.gate)) * F.linear(x, self.up), self.down)


class Experts(nn.Module):
    """Routed experts and one shared expert. `bias` only chooses; the weights come without it."""

    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.router = nn.Parameter(torch.randn(c.experts, c.hidden) * 0.02)
        self.register_buffer("bias", torch.zeros(c.experts))
        self.register_buffer("load", torch.zeros(c.experts), persistent=False)
        self.gate_up = matrix(c.experts, 2 * c.expert, c.hidden)  # gate's rows, then up's
        self.down = matrix(c.experts, c.hidden, c.expert, gain=0.3)
        self.shared = Dense(c.hidden, c.shared * c.expert)

    def forward(self, x):
        flat = x.reshape(-1, self.c.hidden)
        scores = torch.sigmoid(kernels.float_linear(flat, self.router))
        chosen = torch.topk(scores.detach() + self.bias, self.c.used, -1).indices
        weights = scores.gather(-1, chosen)
        weights = weights / (weights.sum(-1, keepdim=True) + 1e-20)
        y, load = kernels.experts(flat, chosen, weights, self.gate_up, self.down)
        if self.training:
            self.load += load
        return y.view_as(x) + self.shared(x)


class Layer(nn.Module):
    def __init__(self, c: Config, dense: bool):
        super().__init__()
        self.attention_norm = RMSNorm(c.hidden, c.epsilon)
        self.attention = Attention(c)
        self.ffn_norm = RMSNorm(c.hidden, c.epsilon)
        self.ffn = Dense(c.hidden, c.dense) if dense else Experts(c)

    def forward(self, x, table):
        x = x + self.attention(self.attention_norm(x), table)
        return x + self.ffn(self.ffn_norm(x))


class Mtp(nn.Module):
    """Predicts the token after the next from a position's state and the next token's embedding."""

    def __init__(self, c: Config):
        super().__init__()
        self.enorm, self.hnorm = RMSNorm(c.hidden, c.epsilon), RMSNorm(c.hidden, c.epsilon)
        self.eh_proj = matrix(c.hidden, 2 * c.hidden)
        self.layer = Layer(c, dense=False)
        self.norm = RMSNorm(c.hidden, c.epsilon)

    def forward(self, state, embedded, table):
        joined = torch.cat((self.enorm(embedded), self.hnorm(state)), -1)
        return self.norm(self.layer(F.linear(joined, self.eh_proj), table))


class Model(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.embedding = nn.Parameter(torch.randn(c.vocabulary, c.hidden) * 0.02)
        self.layers = nn.ModuleList(Layer(c, dense=i == 0) for i in range(c.layers))
        self.norm = RMSNorm(c.hidden, c.epsilon)
        self.mtp = Mtp(c)
        self.register_buffer("table", rope_table(c), persistent=False)

    def forward(self, embedded):
        """States after the output norm, [batch, time, hidden], of embedded tokens."""
        table = self.table[: embedded.shape[1]]
        for layer in self.layers:
            embedded = layer(embedded, table)
        return self.norm(embedded)

    def draft(self, state, embedded):
        """States that predict two tokens ahead; `embedded` are the tokens after those of `state`."""
        return self.mtp(state, embedded, self.table[: state.shape[1]])

    def embed(self, tokens, dtype=torch.float32):
        return F.embedding(tokens, self.embedding).to(dtype) * self.c.input_scale

    def logits(self, state):
        return F.linear(state, self.embedding.to(state.dtype)).float()

    def moe_layers(self):
        found = [*self.layers, self.mtp.layer]
        return [layer.ffn for layer in found if isinstance(layer.ffn, Experts)]

    @torch.no_grad()
    def balance(self, rate: float) -> list[list[float]]:
        """Moves each router's bias against its load since the last call; returns the loads' shares."""
        shares = []
        for moe in self.moe_layers():
            share = moe.load / moe.load.sum().clamp(min=1)
            moe.bias += rate * (1.0 / moe.c.experts - share).sign()
            moe.load.zero_()
            shares.append([round(s, 4) for s in share.tolist()])
        return shares
