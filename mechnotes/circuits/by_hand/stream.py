"""Where in the residual stream does which information live?

A model made by hand keeps every kind of information in dimensions of its own. A `Stream` gives
these parts names, so that a matrix can be written as "from the token to the output" instead of with
numbers of rows and columns. Vectors are rows: `x @ W`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """A residual stream whose parts have names."""

    sizes: Mapping[str, int]
    """Dimensions of each part by its name, in the order in which they lie in the stream."""

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, Mapping) or not self.sizes:
            validate.refuse(
                "sizes",
                got=repr(self.sizes),
                expected="a size for each of at least one part",
                fix='Write Stream(sizes={"token": 13, "output": 13}).',
            )
        for name, size in self.sizes.items():
            validate.integer(size, f"size of {name}", minimum=1)

    @property
    def width(self) -> int:
        """Dimensions of all parts together: d_model."""
        return sum(self.sizes.values())

    def size(self, name: str) -> int:
        """Dimensions of a part.

        Raises:
            ValueError: If no part has that name.
        """
        return self.sizes[validate.choice(name, "part", tuple(self.sizes))]

    def part(self, name: str) -> slice:
        """Where a part lies: `x[..., stream.part("token")]`.

        Raises:
            ValueError: If no part has that name.
        """
        size, names = self.size(name), list(self.sizes)
        start = sum(self.sizes[before] for before in names[: names.index(name)])
        return slice(start, start + size)

    def basis(self, name: str) -> Float[Tensor, "size d_model"]:
        """Rows that write the coordinates of a part into the stream.

        Raises:
            ValueError: If no part has that name.
        """
        return torch.eye(self.width)[self.part(name)]

    def block(
        self, rows: str, columns: str, matrix: Float[Tensor, "rows columns"] | None = None
    ) -> Float[Tensor, "d_model d_model"]:
        """A matrix on the whole stream that is zero but for one block.

        As W_OV it reads one part and writes another. As W_QK it lets one part of the asking stream
        meet one part of the asked stream.

        Args:
            rows: Part that is read, or that asks.
            columns: Part that is written, or that is asked.
            matrix: The block; the identity if left out.

        Raises:
            ValueError: If no part has such a name, the block is not finite or has another shape, or
                it is left out between parts of different sizes.
        """
        shape = {"rows": self.size(rows), "columns": self.size(columns)}
        if matrix is None:
            matrix = torch.eye(shape["rows"])
        validate.shape(validate.finite(matrix, "matrix"), "matrix", ("rows", "columns"), **shape)
        whole = matrix.new_zeros(self.width, self.width)
        whole[self.part(rows), self.part(columns)] = matrix
        return whole

    def __str__(self) -> str:
        listed = ", ".join(f"{name} ({size})" for name, size in self.sizes.items())
        return f"a stream of {listed}"


def checked(stream: object) -> Stream:
    """Check that `stream` names the parts of a stream.

    Raises:
        ValueError: If it is something else, such as a tensor.
    """
    if not isinstance(stream, Stream):
        validate.refuse(
            "stream",
            got=type(stream).__name__,
            expected="a Stream",
            fix='Name its parts: Stream(sizes={"token": 13, "output": 13}).',
        )
    return stream
