"""Correct answers to the exercises on autoencoders that look nothing like the reference."""

import itertools

import torch


def _step_autograd(x, W_enc, b_enc, W_dec, b_dec, *, learning_rate):
    W = W_dec.clone().requires_grad_()
    latents = torch.relu((x - b_dec) @ W_enc + b_enc)
    loss = (latents @ W + b_dec - x).pow(2).sum(1).mean()
    (gradient,) = torch.autograd.grad(loss, W)
    along = torch.einsum("ld,ld->l", gradient, W_dec)
    stepped = W_dec - learning_rate * (gradient - along[:, None] * W_dec)
    return torch.nn.functional.normalize(stepped, dim=1)


def _step_loop(x, W_enc, b_enc, W_dec, b_dec, *, learning_rate):
    rows = []
    latents = torch.relu((x - b_dec) @ W_enc + b_enc)
    error = b_dec + latents @ W_dec - x
    for latent, row in enumerate(W_dec):
        gradient = 2 * (latents[:, latent, None] * error).mean(0)
        projector = torch.eye(len(row)) - torch.outer(row, row)
        moved = row - learning_rate * projector @ gradient
        rows.append(moved / (1 + (moved - row) @ (moved - row)) ** 0.5)
    return torch.stack(rows)


def _topk_mask(pre, k):
    rank = pre.argsort(dim=-1, descending=True).argsort(dim=-1)
    return torch.where((rank < k) & (pre > 0), pre, 0.0)


def _topk_smallest_kept(pre, k):
    limit = pre.sort(dim=-1, descending=True).values[..., k - 1 : k]
    return pre.relu() * (pre >= limit)


class _Jump(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pre, threshold, bandwidth):
        ctx.save_for_backward(pre, threshold)
        ctx.bandwidth = bandwidth
        return pre * (pre > threshold)

    @staticmethod
    def backward(ctx, gradient):
        pre, threshold = ctx.saved_tensors
        inside = ((pre - threshold).abs() < ctx.bandwidth / 2).float()
        by_threshold = (-threshold / ctx.bandwidth * inside * gradient).sum(0)
        return gradient * (pre > threshold), by_threshold, None


def _jump_function(pre, threshold, *, bandwidth):
    return _Jump.apply(pre, threshold, bandwidth)


def _jump_ramp(pre, threshold, *, bandwidth):
    """A ramp with the wanted slope, of which only the derivative is kept."""
    kept = torch.where(pre > threshold, pre, 0.0)
    height = ((pre.detach() - threshold) / bandwidth).clamp(-0.5, 0.5) * threshold.detach()
    return kept + height - height.detach()


def _fvu_concatenated(batches):
    x = torch.cat([pair[0] for pair in batches])
    x_hat = torch.cat([pair[1] for pair in batches])
    return ((x - x_hat).norm() / (x - x.mean(0)).norm()) ** 2


def _fvu_streamed(batches):
    n = total = squares = error = 0
    for x, x_hat in batches:
        n, total = n + len(x), total + x.double().sum(0)
        squares, error = squares + x.double().pow(2).sum(), error + (x - x_hat).pow(2).sum()
    return float(error / (squares - total @ total / n))


def _recovered_interpolated(*, clean, spliced, ablated):
    return 1 - (spliced - clean) / (ablated - clean)


def _recovered_tensor(*, clean, spliced, ablated):
    return torch.tensor(ablated - spliced) / (ablated - clean)


def _dead_flat(latents):
    return (latents.flatten(0, 1).abs().amax(0) == 0).float().mean()


def _dead_loop(latents):
    alive = {int(place[-1]) for place in latents.nonzero()}
    return 1 - len(alive) / latents.shape[-1]


def _l0_norm(latents):
    return latents.flatten(0, 1).norm(p=0, dim=1).mean()


def _l0_loop(latents):
    counts = [int(row.count_nonzero()) for batch in latents for row in batch]
    return sum(counts) / len(counts)


def _shrinkage_least_squares(x, x_hat):
    centre = x.mean(0)
    stretch = torch.linalg.lstsq((x_hat - centre).reshape(-1, 1), (x - centre).reshape(-1, 1))
    return 1 / stretch.solution.item()


def _shrinkage_loop(x, x_hat):
    middle = [sum(column) / len(column) for column in x.T.tolist()]
    top = bottom = 0.0
    for row, said in zip(x.tolist(), x_hat.tolist(), strict=True):
        for truth, answer, mean in zip(row, said, middle, strict=True):
            top += (answer - mean) ** 2
            bottom += (answer - mean) * (truth - mean)
    return top / bottom


def _mmcs_loop(atoms, decoder):
    best = [max(abs(torch.cosine_similarity(a, d, dim=0)) for d in decoder) for a in atoms]
    return sum(float(value) for value in best) / len(best)


def _mmcs_broadcast(atoms, decoder):
    cosine = torch.nn.functional.cosine_similarity(atoms[:, None], decoder[None], dim=-1)
    return cosine.square().max(dim=1).values.sqrt().mean()


def _matched_every_order(first, second):
    """All orders of the longer dictionary, tried one after the other."""
    short, long = sorted((first, second), key=len)
    cosine = torch.nn.functional.cosine_similarity(short[:, None], long[None], dim=-1).abs()
    orders = torch.tensor(list(itertools.permutations(range(len(long)), len(short))))
    return cosine[torch.arange(len(short)), orders].mean(1).max()


def _matched_scipy(first, second):
    from scipy.optimize import linear_sum_assignment

    unit = [torch.nn.functional.normalize(rows, dim=1) for rows in (first, second)]
    cost = 1 - (unit[1] @ unit[0].T).abs()
    rows, columns = linear_sum_assignment(cost.numpy())
    return float(1 - cost[rows, columns].mean())


CORRECT = {
    "E23": (_step_autograd, _step_loop),
    "E24": (_topk_mask, _topk_smallest_kept),
    "E24b": (_jump_function, _jump_ramp),
    "E25": (_fvu_concatenated, _fvu_streamed),
    "E25b": (_recovered_interpolated, _recovered_tensor),
    "E25c": (_dead_flat, _dead_loop),
    "E25d": (_shrinkage_least_squares, _shrinkage_loop),
    "E25e": (_l0_norm, _l0_loop),
    "E26": (_mmcs_loop, _mmcs_broadcast),
    "E26b": (_matched_every_order, _matched_scipy),
}
