"""E30: which part feeds a latent, and which word does it say? From weights alone."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae.effects import weights as library


def planted(
    generator: torch.Generator, *, n_parts: int = 7, d_in: int = 10, d_vocab: int = 12
) -> tuple[Trial, tuple[int, int]]:
    """A latent that listens to one part and says one word, among small random weights.

    What it listens to and what it says lie at right angles. All words share a large component,
    which moves every logit alike and no probability.

    Returns:
        The trial, and the part and the word of the planted path.
    """
    part, word = (int(torch.randint(n, (), generator=generator)) for n in (n_parts, d_vocab))
    heard, said, shared = torch.linalg.qr(torch.randn(d_in, 3, generator=generator)).Q.T
    parts, W_U = (0.2 * torch.randn(n, d_in, generator=generator) for n in (n_parts, d_vocab))
    parts[part] += 1.5 * heard
    W_U[word] += 1.5 * said
    W_U += 2 * shared
    encoder = 1.4 * heard + 0.1 * torch.randn(d_in, generator=generator)
    decoder = 0.8 * said + 0.6 * shared
    given = {"parts": parts, "encoder": encoder, "decoder": decoder, "W_U": W_U.T.contiguous()}
    return Trial(given=given, n_positional=4), (part, word)


def _nets(generator: torch.Generator) -> tuple[Trial, ...]:
    """Three planted paths, and weights in which nothing was planted."""
    random = {
        "parts": torch.randn(4, 5, generator=generator),
        "encoder": torch.randn(5, generator=generator),
        "decoder": torch.randn(5, generator=generator),
        "W_U": torch.randn(5, 3, generator=generator),
    }
    return (*(planted(generator)[0] for _ in range(3)), Trial(given=random, n_positional=4))


def _centred(logits: Tensor) -> Tensor:
    return logits - logits.mean()


def _unit(vector: Tensor) -> Tensor:
    return vector / vector.norm()


paths = Exercise(
    id="E30",
    title="Who speaks to a latent, and what does it say?",
    task="""\
Read the paths through a latent from the weights.

`paths(parts, encoder, decoder, W_U)`

- `parts`: `[parts, d_in]`, what one unit of each part (a neuron, a word's embedding) writes to the
  stream;
- `encoder`: `[d_in]`, the latent's column of the encoder;
- `decoder`: `[d_in]`, the latent's row of the decoder;
- `W_U`: `[d_in, d_vocab]`, the unembedding.

Return `[parts, d_vocab]`: by how much one unit of each part moves the logit of each word by way of
the latent, as long as the latent is active. What moves all words alike changes no probability: take
away the mean over words.""",
    reference=library.paths,
    verdict=Equality(atol=1e-5),
    inputs=_nets,
    misconceptions=(
        Misconception(
            mistake="encoder and decoder are swapped",
            wrong=lambda parts, encoder, decoder, W_U: torch.outer(
                parts @ decoder, _centred(encoder @ W_U)
            ),
            hint="A latent listens along one of the two and speaks along the other. "
            "Which of them meets the stream first?",
        ),
        Misconception(
            mistake="the decoder is used on both sides",
            wrong=lambda parts, _encoder, decoder, W_U: torch.outer(
                parts @ decoder, _centred(decoder @ W_U)
            ),
            hint="What a latent says is not what it listens to. Encoder and decoder may point "
            "anywhere relative to each other.",
        ),
        Misconception(
            mistake="the mean over words is left in",
            wrong=lambda parts, encoder, decoder, W_U: torch.outer(parts @ encoder, decoder @ W_U),
            hint="Add the same number to all logits: the softmax does not notice. "
            "Each row of the answer should sum to 0.",
        ),
        Misconception(
            mistake="the parts' own words are read, past the latent",
            wrong=lambda parts, _encoder, _decoder, W_U: (
                parts @ W_U - (parts @ W_U).mean(1, keepdim=True)
            ),
            hint="That is the direct path from each part to the words. "
            "Here only what goes through the latent counts.",
        ),
        Misconception(
            mistake="cosines are taken instead of products",
            wrong=lambda parts, encoder, decoder, W_U: torch.outer(
                parts @ _unit(encoder), _centred(_unit(decoder) @ W_U)
            ),
            hint="Lengths count: a longer column hears louder. Leave the weights as they are.",
        ),
        Misconception(
            mistake="the mean over parts is taken away, not that over words",
            wrong=lambda parts, encoder, decoder, W_U: torch.outer(
                _centred(parts @ encoder), decoder @ W_U
            ),
            hint="What moves all words alike changes no probability; what all parts share does. "
            "Which axis belongs to the words?",
        ),
    ),
    hints=(
        "One number for each part: what it writes, times the direction that the latent hears.",
        "One number for each word: the direction that the latent adds, times the word's column.",
        "`torch.outer` makes a table of all products.",
    ),
    starter='''def paths(parts, encoder, decoder, W_U):
    """Weight of each path through the latent [parts, d_vocab]."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("latent", "unembedding", "residual stream"),
)
