"""Muon for matrices, Adam for the rest: one optimiser with one learning-rate factor."""

import torch

ADAM_BETAS, ADAM_EPSILON = (0.9, 0.95), 1e-10
MOMENTUM, WARM_MOMENTUM = 0.95, 0.85


def orthogonalise(g: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """The nearest semi-orthogonal matrices to a stack [n, rows, columns], by Newton-Schulz in bf16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = g.shape[-2] <= g.shape[-1]
    x = (g if wide else g.mT).bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        s = x @ x.mT
        x = a * x + (b * s + c * (s @ s)) @ x
    return x if wide else x.mT


class Optimizer:
    """`model` must name its stacked expert matrices `gate_up` and `down`, its table `embedding`.

    A parameter whose gradient is None in a step is left out of it altogether: momentum alone would
    move a matrix at full size.
    """

    def __init__(self, model, matrix_rate: float, rate: float, embedding_rate: float, decay: float):
        self.matrix_rate, self.rate, self.embedding_rate = matrix_rate, rate, embedding_rate
        self.decay = decay
        self.step_count = 0
        self._matrices, self._others = {}, {}
        for name, p in model.named_parameters():
            is_matrix = p.ndim >= 2 and name != "embedding" and not name.endswith("router")
            (self._matrices if is_matrix else self._others)[name] = p
        self._momentum = {n: torch.zeros_like(p) for n, p in self._matrices.items()}
        self._moments = {
            n: (torch.zeros_like(p), torch.zeros_like(p)) for n, p in self._others.items()
        }

    @torch.no_grad()
    def step(self, factor: float):
        """One update with every learning rate times `factor`; clears the gradients."""
        self.step_count += 1
        self._step_matrices(factor)
        for name, p in self._others.items():
            if p.grad is not None:
                rate = self.embedding_rate if name == "embedding" else self.rate
                self._adam(p, *self._moments[name], rate * factor)
        for p in (*self._matrices.values(), *self._others.values()):
            p.grad = None

    def _step_matrices(self, factor: float):
        share = min(1.0, self.step_count / 300)
        momentum = WARM_MOMENTUM + share * (MOMENTUM - WARM_MOMENTUM)
        groups = {}
        for name, p in self._matrices.items():
            if p.grad is None:
                continue
            m = self._momentum[name].lerp_(p.grad, 1 - momentum)
            update = p.grad.lerp(m, momentum)
            # The stacked gate and up of each expert are matrices of their own.
            rows = p.shape[-2] // 2 if name.endswith("gate_up") else p.shape[-2]
            update = update.reshape(-1, rows, p.shape[-1])
            groups.setdefault(update.shape[1:], []).append((p, update))
        for (rows, columns), members in groups.items():
            directions = orthogonalise(torch.cat([u for _, u in members]))
            size = self.matrix_rate * factor * max(1.0, rows / columns) ** 0.5
            at = 0
            for p, update in members:
                direction = directions[at : at + len(update)].reshape(p.shape)
                p.mul_(1 - self.matrix_rate * factor * self.decay)
                p.add_(direction.to(p.dtype), alpha=-size)
                at += len(update)

    def _adam(self, p, first, second, rate: float):
        first.lerp_(p.grad, 1 - ADAM_BETAS[0])
        second.mul_(ADAM_BETAS[1]).addcmul_(p.grad, p.grad, value=1 - ADAM_BETAS[1])
        debias = (1 - ADAM_BETAS[1] ** self.step_count) ** 0.5 / (
            1 - ADAM_BETAS[0] ** self.step_count
        )
        p.addcdiv_(first, second.sqrt().add_(ADAM_EPSILON), value=-rate * debias)

    def state_dict(self) -> dict:
        return {
            "step_count": self.step_count,
            "momentum": self._momentum,
            "moments": self._moments,
        }

    def load_state_dict(self, state: dict):
        self.step_count = state["step_count"]
        for name, m in state["momentum"].items():
            self._momentum[name].copy_(m)
        for name, pair in state["moments"].items():
            for mine, theirs in zip(self._moments[name], pair):
                mine.copy_(theirs)
