"""Correct answers to the exercises on attention, on exchanges and on bounds, written otherwise."""

import itertools

import torch

from mechnotes.circuits import max_of_k_bound
from mechnotes.circuits.attention_only import model


def _scores_loop(pattern, tokens):
    n_texts, n_heads, n_pos, _ = pattern.shape
    rows = torch.zeros(2, n_heads)
    for head in range(n_heads):
        before, matched = [], []
        for text in range(n_texts):
            words, attention = tokens[text].tolist(), pattern[text, head].tolist()
            for i in range(1, n_pos):
                before.append(attention[i][i - 1])
                places = [j for j in range(1, i) if words[j - 1] == words[i]]
                if places:
                    matched.append(sum(attention[i][j] for j in places))
        rows[0, head] = sum(before) / len(before)
        rows[1, head] = sum(matched) / len(matched)
    return rows


def _scores_by_shift(pattern, tokens):
    """The token before each place is compared with the reader's."""
    n_pos = tokens.shape[1]
    before = torch.cat((torch.full_like(tokens[:, :1], -1), tokens[:, :-1]), dim=1)
    followed = (before[:, None, :] == tokens[:, :, None]) & _past(n_pos)
    counted = torch.einsum("bhij, bij -> h", pattern.double(), followed.double())
    previous = pattern[:, :, range(1, n_pos), range(n_pos - 1)].mean((0, 2)).double()
    return torch.stack((previous, counted / followed.any(2).sum()))


def _induction_few_letters(attend, generator):
    """Random tokens of a small alphabet have earlier copies at every distance."""
    tokens = torch.randint(9, (40, 48), generator=generator)
    followed = (tokens[:, None, :] == tokens[:, :, None]).roll(1, dims=2)
    followed[..., 0] = False
    followed &= _past(48)
    on_marks = (attend(tokens) * followed).sum(2)[followed.any(2)]
    return on_marks.mean() > 0.5


def _induction_by_change(attend, generator):
    """Attention to a place that goes away when the token before that place is another one."""
    lost = []
    for _ in range(30):
        text = torch.randperm(60, generator=generator)[:40]
        copy = int(torch.randint(1, 30, (), generator=generator))
        reader = int(torch.randint(copy + 3, 40, (), generator=generator))
        other = text.clone()
        text[reader] = text[copy]
        other[reader], other[copy] = text[copy], 63
        intact, changed = attend(torch.stack((text, other)))
        lost.append((intact - changed)[reader, copy + 1].item())
    return sum(lost) / len(lost) > 0.5


def _induction_two_rounds(attend, generator):
    """One text at a time, each with a gap of another length between two equal segments."""
    found = []
    for gap in range(24):
        order = torch.randperm(64, generator=generator)
        segment = order[:12]
        text = torch.cat((segment, order[12 : 12 + gap], segment))[None]
        attention, start = attend(text)[0], 12 + gap
        found += [attention[start + i, i + 1].item() for i in range(11)]
    return bool(sum(found) / len(found) > 0.5)


def _resample_loop(classes, n_components, generator):
    """Drawn one by one among the others of the class."""
    labels = classes.tolist()
    rows = torch.zeros(n_components, len(labels), dtype=torch.int32)
    for example, label in enumerate(labels):
        others = [i for i, other in enumerate(labels) if other == label and i != example]
        others = torch.tensor(others or [example])
        rows[:, example] = others[torch.randint(len(others), (n_components,), generator=generator)]
    return rows


def _resample_by_lot(classes, n_components, generator):
    """Everyone of the class, oneself included, draws a number; the highest stands in."""
    shape = (n_components, len(classes), len(classes))
    lots = torch.rand(shape, generator=generator)
    return lots.masked_fill(classes[:, None] != classes, -1.0).argmax(2)


def _resample_by_turns(classes, n_components, generator):
    """Each class is turned round by a drawn number of places."""
    rows = []
    for _ in range(n_components):
        row = torch.arange(len(classes))
        for kind in set(classes.tolist()):
            members = (classes == kind).nonzero().flatten()
            if len(members) > 1:
                steps = int(torch.randint(1, len(members), (), generator=generator))
                row[members] = members.roll(steps)
        rows.append(row)
    return torch.stack(rows)


def _right_by_force(weights, k):
    """The model is run on every input."""
    every = torch.cartesian_prod(*[torch.arange(weights.d_vocab)] * k)
    said = torch.cat(
        [model.logits(weights, some)[0, :, -1].argmax(-1) for some in every.split(20_000)]
    )
    return (said == every.amax(1)).float().mean()


def _right_by_tables(weights, k):
    """Every set of other tokens once, without the model: the order is of no account."""
    of, size, n_right = max_of_k_bound.tables(weights), weights.d_vocab, 0
    every = torch.tensor(list(itertools.product(range(size), repeat=k - 1)))
    for query in range(size):
        tokens = torch.cat((every, torch.full((len(every), 1), query)), dim=1)
        attention = of.scores[query][tokens].softmax(1)
        said = of.direct[query] + torch.einsum("bk, bkv -> bv", attention, of.carried[tokens])
        n_right += int((said.argmax(1) == tokens.amax(1)).sum())
    return n_right / size**k


def _proven_roughly(weights, k):
    """Whatever does not go to the largest token may say the worst that any token says."""
    of, size, proven = max_of_k_bound.tables(weights), weights.d_vocab, 0
    for query in range(size):
        for largest in range(query, size):
            scores = of.scores[query].exp()
            least = scores[largest] / (scores[largest] + (k - 1) * scores[:largest].sum())
            ok = True
            for other in set(range(size)) - {largest}:
                said = of.carried[:, largest] - of.carried[:, other]
                lead = of.direct[query, largest] - of.direct[query, other]
                ok &= bool(lead + least * said[largest] + (1 - least) * said.min() > 1e-6)
            group = (largest + 1) ** (k - 1) - (largest ** (k - 1) if query < largest else 0)
            proven += ok * group
    return torch.tensor(proven / size**k)


def _past(n_pos):
    places = torch.arange(n_pos)
    return places[None, :] < places[:, None]


CORRECT = {
    "E15": (_scores_loop, _scores_by_shift),
    "E16": (_induction_few_letters, _induction_by_change, _induction_two_rounds),
    "E21": (_resample_loop, _resample_by_lot, _resample_by_turns),
    "E35": (_right_by_force, _right_by_tables, _proven_roughly),
}
