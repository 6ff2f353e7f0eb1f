"""Correct answers to the exercises on steering and on paths through a latent, written otherwise."""

import torch


def _dose_loop(respond, direction, noise, *, doses):
    length = sum(x * x for x in direction.tolist()) ** 0.5
    rows = [direction]
    for one in noise:
        size = sum(x * x for x in one.tolist()) ** 0.5
        rows.append(torch.tensor([x / size * length for x in one.tolist()]))
    found = torch.zeros(len(rows), len(doses))
    for i, row in enumerate(rows):
        for j, dose in enumerate(doses.tolist()):
            found[i, j] = respond((dose * row)[None])[0]
    return found


def _dose_normalised(respond, direction, noise, *, doses):
    """Unit vectors for all, and the length in the doses."""
    units = torch.nn.functional.normalize(torch.vstack((direction, noise)), dim=1)
    pushed = torch.einsum("d, ri -> rdi", doses * direction.norm(), units)
    return respond(pushed.reshape(-1, len(direction))).reshape(len(units), len(doses))


def _paths_loop(parts, encoder, decoder, W_U):
    found = torch.zeros(len(parts), W_U.shape[1])
    logits = [sum(d * u for d, u in zip(decoder, column, strict=True)) for column in W_U.T]
    mean = sum(logits) / len(logits)
    for i, part in enumerate(parts):
        heard = sum(p * e for p, e in zip(part, encoder, strict=True))
        for j, logit in enumerate(logits):
            found[i, j] = heard * (logit - mean)
    return found


def _paths_by_running(parts, encoder, decoder, W_U):
    """Put each part through the latent in double precision and unembed what comes out."""
    read = W_U.double() - W_U.double().mean(1, keepdim=True)
    latents = parts.double() @ encoder.double()[:, None]
    return (latents @ decoder.double()[None]) @ read


CORRECT = {
    "E29": (_dose_loop, _dose_normalised),
    "E30": (_paths_loop, _paths_by_running),
}
