"""Direct or by a detour? A net in which both shares of an effect are known.

A reaches C directly, with one weight, and through B, with another:

    A ----------> C       direct weight 2
    A --> B ----> C       through B: 3

Change A by 1. Patching the *node* A changes C by 5, patching the *edge* A -> C by 2, and the path
A -> B -> C carries the other 3.
"""

from mechnotes import validate
from mechnotes.patching.graphs import Graph, Node


def detour(*, direct: float | int = 2.0, through: float | int = 3.0) -> Graph:
    """The graph with input A and nodes B = A and C = direct * A + through * B.

    Args:
        direct: Direct effect on C of a change of A by 1.
        through: Effect of the same change through B.

    Returns:
        A linear graph; the total effect of a change of A by 1 is direct + through.

    Raises:
        ValueError: If a weight is not a finite number.
    """
    straight, round_about = validate.number(direct, "direct"), validate.number(through, "through")
    return Graph(
        inputs=("A",),
        nodes=(
            Node(name="B", parents=("A",), function=lambda a: 1 * a),
            Node(
                name="C", parents=("A", "B"), function=lambda a, b: straight * a + round_about * b
            ),
        ),
    )
