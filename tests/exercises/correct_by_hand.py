"""Correct answers to the exercises on heads made by hand that look nothing like the references."""

import torch

from mechnotes.circuits.attention_only import model


def _empty(stream):
    return torch.zeros(4, stream.width, stream.width)


def _pointer_moved_early(stream, forward):
    """The first head brings the position already moved, so that the second looks it up plainly."""
    W = _empty(stream)
    token, position = stream.part("token"), stream.part("position")
    W[0, token, token] = 400 * torch.eye(stream.size("token"))
    W[0, position, position] = -20 * torch.eye(stream.size("position"))
    W[1, position, stream.part("pointer")] = forward
    W[2, stream.part("pointer"), position] = 10 * torch.eye(stream.size("position"))
    W[3, token, stream.part("output")] = torch.eye(stream.size("token"))
    return W


def _pointer_scrambled(stream, forward):
    """The pointer is written in a code of its own, half of the way, and with the wrong sign."""
    size = stream.size("position")
    code = torch.linalg.qr(torch.arange(size * size).float().sin().reshape(size, size)).Q
    W = _empty(stream)
    W[0] = 300 * stream.block("token", "token") - 15 * stream.block("position", "position")
    W[1] = stream.block("position", "pointer", -forward @ forward @ code)
    W[2] = stream.block("pointer", "position", -7 * code.T @ forward.T)
    W[3] = 3 * stream.block("token", "output")
    return W.double()


def _pointer_entry_by_entry(stream, forward):
    """Written as outer products; the second head also says that it is not BOS."""
    W = _empty(stream)
    rows = torch.eye(stream.width)
    tokens, places = rows[stream.part("token")], rows[stream.part("position")]
    pointers, outputs = rows[stream.part("pointer")], rows[stream.part("output")]
    for t, o in zip(tokens, outputs, strict=True):
        W[0] += 500 * torch.outer(t, t)
        W[3] += torch.outer(t, o)
    W[3] -= 0.5 * torch.outer(tokens.sum(0), outputs[0])
    for place, p in zip(places, pointers, strict=True):
        W[0] -= 25 * torch.outer(place, place)
        W[1] += torch.outer(place, p)
    for row, p in enumerate(pointers):
        W[2] += 12 * torch.outer(p, forward[row] @ places)
    return W


def _previous_scrambled(stream, forward):
    """Notes are written in another order of letters and with the wrong sign."""
    size = stream.size("token")
    code = torch.eye(size).roll(3, dims=1)
    W = _empty(stream)
    W[0] = stream.block("position", "position", 12 * forward.T)
    W[1] = stream.block("token", "before", -code)
    W[2] = stream.block("token", "before", -50 * code)
    W[3] = stream.block("token", "output")
    return W


def _previous_from_the_key(stream, forward):
    """It is the key that is moved forward, and the notes that are louder."""
    W = _empty(stream)
    position, token = stream.part("position"), stream.part("token")
    W[0, position, position] = (15 * forward).T
    W[1, token, stream.part("before")] = 20 * torch.eye(stream.size("token"))
    W[2, token, stream.part("before")] = 3 * torch.eye(stream.size("token"))
    W[3, token, stream.part("output")] = torch.eye(stream.size("token")) - 0.01
    return W


def _previous_also_places(stream, forward):
    """The first head carries positions too, which nobody reads."""
    W = _previous_from_the_key(stream, forward)
    W[1] += stream.block("position", "position")
    return W


def _carried_by_images(W_E, first, second):
    """Singular values that are not small, counted."""
    ways = (W_E @ first + W_E @ second, (W_E @ first) @ second)
    values = [torch.linalg.svdvals(way) for way in ways]
    return torch.tensor([int((v > 1e-4 * v[0].clamp(min=1)).sum()) for v in values])


def _carried_by_projection(W_E, first, second):
    found = []
    for way in (first + second, first @ second):
        arrived = (W_E @ way).double()
        found.append(int(torch.linalg.matrix_rank(arrived.T @ arrived, hermitian=True)))
    return torch.tensor(found, dtype=torch.int32)


def _which_by_target(weights, texts):
    """Attention of the second layer when its keys see no first layer at all."""
    embedded = model.embed(weights, texts.tokens)
    _, written = model.attend(weights, 0, queries=embedded, keys=embedded, values=embedded)
    stream = embedded + written.sum(2)
    whole, _ = model.attend(weights, 1, queries=stream, keys=stream, values=stream)
    blind, _ = model.attend(weights, 1, queries=stream, keys=embedded, values=stream)
    return "K" if (whole - blind).abs().max() > 0.5 else "Q"


def _which_by_weights(weights, texts):
    """Does a query-key product read what a first head writes on its asking or on its asked side?"""
    del texts
    write = torch.einsum("hde,hef->hdf", weights.W_V[0, 0], weights.W_O[0, 0])
    read = torch.einsum("hde,hfe->hdf", weights.W_Q[0, 1], weights.W_K[0, 1])
    asking = torch.einsum("hij,gjk->hgik", write, read).norm(dim=(-2, -1))
    asked = torch.einsum("hij,gkj->hgik", write, read).norm(dim=(-2, -1))
    return "Q" if asking.max() > asked.max() else "K"


def _which_by_logits(weights, texts):
    """The first layer of another text is heard by the queries only; does the answer change?"""
    embedded = model.embed(weights, texts.tokens)
    _, written = model.attend(weights, 0, queries=embedded, keys=embedded, values=embedded)
    own = embedded + written.sum(2)
    wrong = embedded + written.sum(2).flip(1)
    _, result = model.attend(weights, 1, queries=wrong, keys=own, values=own)
    said = model.unembed(weights, own + result.sum(2))[0].argmax(-1)
    asked = texts.answer >= 0
    return "K" if (said == texts.answer)[asked].all() else "Q"


CORRECT = {
    "X1": (_pointer_moved_early, _pointer_scrambled, _pointer_entry_by_entry),
    "X2": (_previous_scrambled, _previous_from_the_key, _previous_also_places),
    "X3": (_carried_by_images, _carried_by_projection),
    "X4": (_which_by_target, _which_by_weights, _which_by_logits),
}
