"""What does a reader see after handing in an answer?"""

import html
import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class CheckResult:
    """The verdict on one attempt; never the answer itself."""

    exercise: str
    """Id of the exercise, for example "E03"."""
    passed: bool
    """Whether the attempt is correct."""
    message: str
    """One to three sentences; code stands in backticks."""

    def __repr__(self) -> str:
        """One line for a terminal."""
        icon, word = self._words()
        return f"{icon} {self.exercise} {word}: {self.message}"

    def _repr_html_(self) -> str:
        """The verdict for a page: icon and word, so that colour is not needed to read it."""
        icon, word = self._words()
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        return (
            f'<div class="mn-check" data-passed="{str(self.passed).lower()}">'
            f'<p><span class="mn-check-icon" aria-hidden="true">{icon}</span> '
            f"<strong>{html.escape(self.exercise)} {word}.</strong> {text}</p></div>"
        )

    def _words(self) -> tuple[str, str]:
        return ("✓", "passed") if self.passed else ("✗", "not yet")
