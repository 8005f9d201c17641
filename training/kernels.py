"""Three operations that PyTorch does slowly or not at all on a CPU, each with its own backward pass:
causal attention, routed experts, and the loss over a large vocabulary."""

import math

import torch
import torch.nn.functional as F

BLOCK = 256  # keys a step in the backward pass of attention
ALIGN = 128  # rows an expert's share is padded to a multiple of
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


def _silu_product(hidden):
    gate, up = hidden.float().chunk(2, -1)
    return (gate * torch.sigmoid(gate) * up).to(hidden.dtype)


def _silu_product_gradient(hidden, g, row_weight):
    """Of rows y = (silu(gate) * up) @ down': the product, weighted; what reaches gate and up; and how
    the row's weight changes the loss."""
    gate, up = hidden.float().chunk(2, -1)
    sigmoid = torch.sigmoid(gate)
    silu = gate * sigmoid
    product = silu * up
    dots = (product * g.float()).sum(-1)
    g = g.float() * row_weight
    d_gate = g * up * (sigmoid + silu * (1 - sigmoid))
    return (
        (product * row_weight).to(hidden.dtype),
        torch.cat((d_gate, g * silu), -1).to(hidden.dtype),
        dots,
    )


_silu_product_fast = torch.compile(_silu_product, dynamic=True)
_silu_product_gradient_fast = torch.compile(_silu_product_gradient, dynamic=True)


def _by_expert(chosen: torch.Tensor, experts: int):
    """Lays the rows (token, choice) out by expert, each expert's from a multiple of ALIGN.

    Returns the slot of each row, the token of each slot (0 where it is empty) and where each expert
    ends. Aligned, the products come in few shapes: a new shape costs the library more than the
    arithmetic does.
    """
    flat = chosen.flatten()
    counts = torch.bincount(flat, minlength=experts)
    order = torch.argsort(flat, stable=True)
    padded = (counts + ALIGN - 1) // ALIGN * ALIGN
    ends = padded.cumsum(0)
    shift = (ends - padded) - (counts.cumsum(0) - counts)
    slot = torch.empty_like(order)
    slot[order] = torch.arange(len(flat)) + shift.repeat_interleave(counts)
    token = torch.zeros(len(flat) + experts * ALIGN, dtype=torch.int64)
    token[slot] = torch.arange(len(flat)) // chosen.shape[1]
    return slot, token, ends, counts


def _spans(ends: torch.Tensor):
    bounds = [0, *ends.tolist()]
    return [(e, a, b) for e, (a, b) in enumerate(zip(bounds, bounds[1:])) if a < b]


@torch.library.custom_op("lacuna::experts_forward", mutates_args=())
def experts_forward(
    x: torch.Tensor,
    chosen: torch.Tensor,
    weights: torch.Tensor,
    gate_up: torch.Tensor,
    down: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    slot, token, ends, counts = _by_expert(chosen, len(gate_up))
    rows = x.index_select(0, token)
    hidden = x.new_empty(len(token), gate_up.shape[1])
    y = torch.empty_like(rows)
    for e, a, b in _spans(ends):
        torch.mm(rows[a:b], gate_up[e].t(), out=hidden[a:b])
    product = _silu_product_fast(hidden)
    for e, a, b in _spans(ends):
        torch.mm(product[a:b], down[e].t(), out=y[a:b])
    each = y.index_select(0, slot).view(*chosen.shape, -1)
    out = (each.float() * weights[..., None]).sum(1).to(x.dtype)
    return out, counts, slot, token, ends, hidden


@experts_forward.register_fake
def _(x, chosen, weights, gate_up, down):
    experts, slots = len(gate_up), chosen.numel() + len(gate_up) * ALIGN
    return (
        torch.empty_like(x),
        chosen.new_empty(experts),
        chosen.new_empty(chosen.numel()),
        chosen.new_empty(slots),
        chosen.new_empty(experts),
        x.new_empty(slots, gate_up.shape[1]),
    )


@torch.library.custom_op("lacuna::experts_backward", mutates_args=())
def experts_backward(
    g: torch.Tensor,
    x: torch.Tensor,
    weights: torch.Tensor,
    gate_up: torch.Tensor,
    down: torch.Tensor,
    slot: torch.Tensor,
    token: torch.Tensor,
    ends: torch.Tensor,
    hidden: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    g_rows, rows = g.index_select(0, token), x.index_select(0, token)
    row_weight = weights.new_zeros(len(token), 1)  # empty slots count for nothing
    row_weight[slot, 0] = weights.flatten()
    d_product = x.new_empty(len(token), down.shape[2])
    for e, a, b in _spans(ends):
        torch.mm(g_rows[a:b], down[e], out=d_product[a:b])
    product, d_hidden, dots = _silu_product_gradient_fast(hidden, d_product, row_weight)
    dx_rows = torch.empty_like(rows)
    d_gate_up, d_down = torch.zeros_like(gate_up), torch.zeros_like(down)
    for e, a, b in _spans(ends):
        torch.mm(d_hidden[a:b], gate_up[e], out=dx_rows[a:b])
        torch.mm(d_hidden[a:b].t(), rows[a:b], out=d_gate_up[e])
        torch.mm(g_rows[a:b].t(), product[a:b], out=d_down[e])
    dx = dx_rows.index_select(0, slot).view(*weights.shape, -1).sum(1)
    return dx, dots.index_select(0, slot).view_as(weights), d_gate_up, d_down


@experts_backward.register_fake
def _(g, x, weights, gate_up, down, slot, token, ends, hidden):
    return (
        torch.empty_like(x),
        torch.empty_like(weights),
        torch.empty_like(gate_up),
        torch.empty_like(down),
    )


def _experts_setup(ctx, inputs, output):
    x, _, weights, gate_up, down = inputs
    _, _, slot, token, ends, hidden = output
    ctx.save_for_backward(x, weights, gate_up, down, slot, token, ends, hidden)


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
    out, counts, *_ = experts_forward(
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
