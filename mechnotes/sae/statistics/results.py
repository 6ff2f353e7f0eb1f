"""What did a test find: how large is the difference of each latent, and may one believe it?"""

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate

Alternative = Literal["greater", "two-sided"]
ALTERNATIVES: tuple[Alternative, ...] = ("greater", "two-sided")


def always_reaching(n_with: int, n_without: int, alternative: Alternative) -> int:
    """Relabelings that do as well as the true labels, whatever the values are.

    These themselves do; two-sided, with groups of equal size, the exchanged labels do too.
    """
    return 2 if alternative == "two-sided" and n_with == n_without else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One latent of a test."""

    latent: int
    """Its number."""
    effect: float
    """Mean with the property less mean without it, in the latent's unit."""
    p: float
    """p by itself."""
    adjusted: float
    """p among all latents."""

    def __str__(self) -> str:
        found = f"latent {self.latent}: effect {self.effect:+.2f}"
        return f"{found}, p {self.p:.2g}, adjusted {self.adjusted:.2g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Tested:
    """Differences of all latents between texts with a property and texts without it."""

    effect: Float[Tensor, " latent"]
    """Mean with the property less mean without it, in the latent's unit; 0 is no difference."""
    correlation: Float[Tensor, " latent"]
    """Correlation of value and property over the texts, from -1 to 1; 0 for a constant latent."""
    p: Float[Tensor, " latent"]
    """Share of the relabelings in which this latent differs at least as much; 1 if constant."""
    adjusted: Float[Tensor, " latent"]
    """p that allows for all latents; see `correction`."""
    correction: str
    """"none", "maximum", "maximum, step-down", "Bonferroni" or "Benjamini-Hochberg"."""
    alternative: Alternative
    """"greater" if only firing more counts, "two-sided" if firing less does too."""
    n_with: int
    """Texts with the property."""
    n_without: int
    """Texts without it."""
    n_relabelings: int
    """Relabelings that were compared, the true labels among them."""
    exact: bool
    """Whether these are all that exist."""

    @property
    def smallest_p(self) -> float:
        """The smallest p that one latent could have had, whatever its values."""
        sure = always_reaching(self.n_with, self.n_without, self.alternative) if self.exact else 1
        return sure / self.n_relabelings

    def found(self, level: float = 0.05) -> tuple[int, ...]:
        """Latents whose adjusted p is at most `level`, the smallest p and largest effect first.

        What `level` bounds depends on the correction: the chance of any false finding, or for
        Benjamini-Hochberg the expected share of false ones among the findings.

        Raises:
            ValueError: If it is no number between 0 and 1, or below the smallest p that the number
                of relabelings allows.
        """
        validate.number(level, "level", low=0.0, high=1.0, low_open=True, high_open=True)
        if self.smallest_p > level:
            self._refuse_resolution(level)
        order = self._order()
        return tuple(order[self.adjusted[order] <= level].tolist())

    def top(self, k: int = 5) -> tuple[Finding, ...]:
        """The `k` latents with the smallest adjusted p, of equals the clearest difference first.

        Raises:
            ValueError: If `k` is no count.
        """
        validate.integer(k, "k", minimum=1)
        return tuple(
            Finding(
                latent=latent,
                effect=self.effect[latent].item(),
                p=self.p[latent].item(),
                adjusted=self.adjusted[latent].item(),
            )
            for latent in self._order()[:k].tolist()
        )

    def _order(self) -> Int[Tensor, " latent"]:
        strength = self.correlation.abs() if self.alternative == "two-sided" else self.correlation
        by_strength = strength.argsort(descending=True, stable=True)
        return by_strength[self.adjusted[by_strength].argsort(stable=True)]

    def _refuse_resolution(self, level: float) -> None:
        fix = "Take more texts; planning.smallest_groups says how many."
        if not self.exact:
            fix = f"Draw more: at_most={round(20 / level)} or so."
        validate.refuse(
            "level",
            got=f"{level:g} with {self.n_relabelings} relabelings, whose smallest p is "
            f"{self.smallest_p:.3g}",
            expected="a level that a p-value can reach",
            fix=fix,
        )
