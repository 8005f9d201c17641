"""Three operations that PyTorch does slowly or not at all on a CPU, each with its own backward pass:
causal attention, routed experts, and the loss over a large vocabulary."""

import math

import torch
import torch.nn.functional as F

BLOCK = 256  # keys a step in the backward pass of attention
CHUNK = 1024  # rows of logits in memory at a time


@torch.library.custom_op("lacuna::attention_forward", mutates_args=())
def attention_forward(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    out, lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, True)
    return out.contiguous(), lse.contiguous()


@attention_forward.register_fake
def _(q, k, v):
    return torch.empty_like(q), q.new_empty(q.shape[:3], dtype=torch.float32)


def _delta(g, out):
    return (g.float() * out.float()).sum(-1)


def _score_gradient(s, dp, lse, delta, scale):
    """Probabilities and the gradient of the scores; row i of the block sees its columns up to i."""
    row = torch.arange(s.shape[1])[:, None]
    seen = torch.arange(s.shape[2]) <= row
    p = torch.where(seen, torch.exp(s.float() * scale - lse[..., None]), 0.0)
    return p.to(s.dtype), (p * (dp.float() - delta[..., None]) * scale).to(s.dtype)


_delta_fast = torch.compile(_delta, dynamic=True)
_score_gradient_fast = torch.compile(_score_gradient, dynamic=True)


@torch.library.custom_op("lacuna::attention_backward", mutates_args=())
def attention_backward(
    g: torch.Tensor,
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    out: torch.Tensor,
    lse: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    # Batch and heads as one, plain batched products by blocks of keys: no query before a block sees
    # it, and the gradients of its keys and values are complete when it is done.
    batch, heads, time, dim = q.shape
    q3, k3, v3, g3 = (t.reshape(batch * heads, time, dim) for t in (q, k, v, g))
    delta = _delta_fast(g3, out.reshape(g3.shape))
    lse = lse.reshape(batch * heads, time)
    dq, dk, dv = torch.zeros_like(q3), torch.empty_like(k3), torch.empty_like(v3)
    scale = 1 / math.sqrt(dim)
    for a in range(0, time, BLOCK):
        b = min(a + BLOCK, time)
        qb, gb = q3[:, a:], g3[:, a:]
        s = torch.bmm(qb, k3[:, a:b].transpose(1, 2))
        dp = torch.bmm(gb, v3[:, a:b].transpose(1, 2))
        p, ds = _score_gradient_fast(s, dp, lse[:, a:], delta[:, a:], scale)
        dv[:, a:b] = torch.bmm(p.transpose(1, 2), gb)
        dk[:, a:b] = torch.bmm(ds.transpose(1, 2), qb)
        dq[:, a:] += torch.bmm(ds, k3[:, a:b])
    return dq.view_as(q), dk.view_as(k), dv.view_as(v)


@attention_backward.register_fake
def _(g, q, k, v, out, lse):
    return torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)


def _attention_setup(ctx, inputs, output):
    ctx.save_for_backward(*inputs, *output)


def _attention_grad(ctx, g, _):
    return attention_backward(g.contiguous(), *ctx.saved_tensors)


attention_forward.register_autograd(_attention_grad, setup_context=_attention_setup)


def attention(q, k, v):
    """Causal attention, scaled by 1/sqrt(dim). q, k, v [batch, heads, time, dim], contiguous."""
    return attention_forward(q, k, v)[0]


def float_linear(x, weight):
    """x times weight in float32, whatever autocast says: choices hang on small differences."""
    with torch.autocast("cpu", enabled=False):
        return F.linear(x.float(), weight)


@torch.library.custom_op("lacuna::experts_forward", mutates_args=())
def experts_forward(
    x: torch.Tensor,
    chosen: torch.Tensor,
    weights: torch.Tensor,
    gate_up: torch.Tensor,
    down: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    used = chosen.shape[1]
    order = torch.argsort(chosen.flatten(), stable=True)  # by expert
    counts = torch.bincount(chosen.flatten(), minlength=gate_up.shape[0])
    sorted_x = x.index_select(0, order // used)
    hidden = x.new_empty(order.shape[0], gate_up.shape[1])
    y = torch.empty_like(sorted_x)
    a = 0
    for e, n in enumerate(counts.tolist()):
        if n:
            torch.mm(sorted_x[a : a + n], gate_up[e].t(), out=hidden[a : a + n])
            gate, up = hidden[a : a + n].chunk(2, -1)
            torch.mm(F.silu(gate) * up, down[e].t(), out=y[a : a + n])
        a += n
    inverse = torch.empty_like(order)
    inverse[order] = torch.arange(order.shape[0])
    each = y.index_select(0, inverse).view(-1, used, x.shape[1])
    out = (each.float() * weights[..., None]).sum(1).to(x.dtype)
    return out, order, counts, hidden


@experts_forward.register_fake
def _(x, chosen, weights, gate_up, down):
    n = chosen.numel()
    return (
        torch.empty_like(x),
        chosen.new_empty(n),
        chosen.new_empty(gate_up.shape[0]),
        x.new_empty(n, gate_up.shape[1]),
    )


def _silu_product_gradient(hidden, g, row_weight):
    """Of rows y = (silu(gate) * up) @ down': the product, weighted, and what reaches gate and up."""
    gate, up = hidden.float().chunk(2, -1)
    sigmoid = torch.sigmoid(gate)
    silu = gate * sigmoid
    g = g.float() * row_weight
    d_gate = g * up * (sigmoid + silu * (1 - sigmoid))
    product = silu * up
    dots = (product * g).sum(-1) / row_weight[:, 0]
    return (
        (product * row_weight).to(hidden.dtype),
        torch.cat((d_gate, g * silu), -1).to(hidden.dtype),
        dots,
    )


_silu_product_gradient_fast = torch.compile(_silu_product_gradient, dynamic=True)


@torch.library.custom_op("lacuna::experts_backward", mutates_args=())
def experts_backward(
    g: torch.Tensor,
    x: torch.Tensor,
    weights: torch.Tensor,
    gate_up: torch.Tensor,
    down: torch.Tensor,
    order: torch.Tensor,
    counts: torch.Tensor,
    hidden: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    used = weights.shape[1]
    token = order // used
    sorted_g, sorted_x = g.index_select(0, token), x.index_select(0, token)
    row_weight = weights.flatten().index_select(0, order)[:, None].clamp(min=1e-9)
    d_product = torch.empty(order.shape[0], down.shape[2], dtype=x.dtype)
    bounds = [0, *counts.cumsum(0).tolist()]
    spans = [(e, bounds[e], bounds[e + 1]) for e in range(len(bounds) - 1)]
    for e, a, b in spans:
        torch.mm(sorted_g[a:b], down[e], out=d_product[a:b])
    product, d_hidden, dots = _silu_product_gradient_fast(hidden, d_product, row_weight)
    dx_sorted = torch.empty_like(sorted_x)
    d_gate_up, d_down = torch.empty_like(gate_up), torch.empty_like(down)
    for e, a, b in spans:
        torch.mm(d_hidden[a:b], gate_up[e], out=dx_sorted[a:b])
        torch.mm(d_hidden[a:b].t(), sorted_x[a:b], out=d_gate_up[e])
        torch.mm(sorted_g[a:b].t(), product[a:b], out=d_down[e])
    inverse = torch.empty_like(order)
    inverse[order] = torch.arange(order.shape[0])
    dx = dx_sorted.index_select(0, inverse).view(-1, used, x.shape[1]).sum(1)
    d_weights = dots.index_select(0, inverse).view(-1, used)
    return dx, d_weights, d_gate_up, d_down


@experts_backward.register_fake
def _(g, x, weights, gate_up, down, order, counts, hidden):
    return (
        torch.empty_like(x),
        torch.empty_like(weights),
        torch.empty_like(gate_up),
        torch.empty_like(down),
    )


def _experts_setup(ctx, inputs, output):
    x, _, weights, gate_up, down = inputs
    _, order, counts, hidden = output
    ctx.save_for_backward(x, weights, gate_up, down, order, counts, hidden)


def _experts_grad(ctx, g, *_):
    dx, d_weights, d_gate_up, d_down = experts_backward(g.contiguous(), *ctx.saved_tensors)
    return dx, None, d_weights, d_gate_up, d_down


experts_forward.register_autograd(_experts_grad, setup_context=_experts_setup)


def experts(x, chosen, weights, gate_up, down):
    """The weighted sum of the chosen experts' outputs, and each expert's number of tokens.

    x [tokens, hidden]; chosen, weights [tokens, used]; gate_up [experts, 2 * width, hidden]; down
    [experts, hidden, width]. Exact: no expert has a capacity, no token is dropped.
    """
    dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
    out, _, counts, _ = experts_forward(
        x.to(dtype), chosen, weights, gate_up.to(dtype), down.to(dtype)
    )
    return out, counts


class _HeadLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, state, embedding, targets, weights):
        table = embedding.to(state.dtype)
        d_state = torch.empty_like(state)
        d_table = torch.zeros(embedding.shape, dtype=torch.float32)
        losses = torch.empty(state.shape[0])
        for a in range(0, state.shape[0], CHUNK):
            rows = slice(a, a + CHUNK)
            logits = state[rows] @ table.t()
            losses[rows], gradient = _softmax_gradient_fast(logits, targets[rows], weights[rows])
            d_state[rows] = gradient @ table
            d_table += gradient.t() @ state[rows]
        ctx.save_for_backward(d_state, d_table)
        return (losses * weights).sum(), losses

    @staticmethod
    def backward(ctx, g, _):
        d_state, d_table = ctx.saved_tensors
        return d_state * g.to(d_state.dtype), d_table * g, None, None


def _softmax_gradient(logits, targets, weights):
    x = logits.float()
    lse = torch.logsumexp(x, -1)
    loss = lse - x.gather(1, targets[:, None])[:, 0]
    hit = torch.arange(x.shape[1]) == targets[:, None]
    gradient = (torch.exp(x - lse[:, None]) - hit.float()) * weights[:, None]
    return loss, gradient.to(logits.dtype)


_softmax_gradient_fast = torch.compile(_softmax_gradient, dynamic=True)


def head_loss(state, embedding, targets, weights):
    """Sum of weighted cross-entropies in nats, and each row's own, of a tied head.

    state [rows, hidden]; embedding [vocabulary, hidden]; targets, weights [rows]. The gradient is
    worked out with the loss, block by block, so that the logits never exist as a whole.
    """
    total, losses = _HeadLoss.apply(state, embedding, targets, weights)
    return total, losses.detach()
