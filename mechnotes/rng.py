"""Where does randomness come from?

From one integer seed in a config and from nothing else. `generator` turns the seed and the name of
a stream into a torch.Generator; two streams of one seed are independent for every practical
purpose, so the data of instance 3 does not change when instance 4 is added, and initial weights do
not change when the data draws one number more. Nothing in mechnotes touches the global generator.

The numbers are the same on every run of one kind of device. CPU and GPU streams differ.
"""

import hashlib

import torch

from mechnotes import validate


def generator(seed: int, *stream: str | int, device: str = "cpu") -> torch.Generator:
    """Make the generator of one named stream of a seed.

    Args:
        seed: The config's seed, an integer of at least 0.
        *stream: Words and integers that name the stream, for example `"data", 3`.
        device: Device on which the generator draws.

    Returns:
        A fresh generator; equal arguments give equal draws.

    Raises:
        ValueError: If the seed is not an integer of at least 0, a stream's name is neither a
            string nor an integer, or the machine has no such device.

    Examples:
        >>> torch.rand(2, generator=generator(0, "data"))
    """
    validate.device(device)
    parts = [str(validate.seed(seed))]
    for part in stream:
        if isinstance(part, bool) or not isinstance(part, str | int):
            validate.refuse(
                "stream",
                got=repr(part),
                expected="strings and integers",
                fix='Name a stream with words and numbers, for example generator(0, "data", 3).',
            )
        parts.append(repr(part))
    # repr tells the stream 3 from the stream "3"; the separator tells ("ab",) from ("a", "b").
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    # manual_seed takes 64 bits; the top bit is cleared to stay inside a signed integer.
    return torch.Generator(device).manual_seed(int.from_bytes(digest[:8], "big") >> 1)
