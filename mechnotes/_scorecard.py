"""How does a claim's outcome look in a page?

Plain HTML with class names that the site styles. The verdict is always written out, so nothing
depends on seeing its colour, and the table has a caption and scoped headers for screen readers.
"""

from collections.abc import Mapping, Sequence
from html import escape

from mechnotes.verdicts import Measured, Outcome

COLUMNS = ("Claim", "Statement", "Published", "Ours", "Band", "Control", "Verdict", "Source")


def badge_html(outcome: Outcome) -> str:
    """One outcome as an inline mark."""
    claim = outcome.claim
    hint = f"{claim.statement}. Published: {claim.published} ({claim.source})."
    value = _value(outcome)
    return (
        f'<span class="mn-claim" data-verdict="{escape(outcome.verdict)}" title="{escape(hint)}">'
        f'<span class="mn-claim-id">{escape(claim.id)}</span> '
        + (f'<span class="mn-claim-value">{escape(value)}</span> ' if value else "")
        + f'<span class="mn-claim-verdict">{escape(outcome.verdict)}</span></span>'
    )


def table_html(rows: Sequence[Outcome], counts: Mapping[str, int]) -> str:
    """All outcomes as a table."""
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    body = "".join(_row(row) for row in rows)
    return (
        f'<table class="mn-scorecard"><caption>{len(rows)} claims: {escape(summary or "none")}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(outcome: Outcome) -> str:
    claim, measured = outcome.claim, outcome.measured
    control = "" if measured is None or measured.control is None else f"{measured.control:.4g}"
    if control and claim.control_band is not None:
        control = f"{control} (expected {claim.control_band})"
    cells = [
        claim.statement,
        claim.published,
        _ours(outcome),
        str(claim.band),
        control or "none",
        outcome.verdict,
        claim.source,
    ]
    return (
        f'<tr id="{escape(claim.id.lower())}" data-verdict="{escape(outcome.verdict)}">'
        f'<th scope="row">{escape(claim.id)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
    )


def _ours(outcome: Outcome) -> str:
    """The measured value with its spread and the note."""
    measured = outcome.measured
    if measured is None:
        return "not run"
    text = _value(outcome) + _spread(measured)
    return f"{text}. {measured.note}" if measured.note else text


def _spread(measured: Measured) -> str:
    if measured.spread is None:
        return ""
    low, high = measured.spread
    return f" ({low:.4g} to {high:.4g})"


def _value(outcome: Outcome) -> str:
    """The value with its unit; empty if it was not run."""
    if outcome.measured is None:
        return ""
    return f"{outcome.measured.value:.4g} {outcome.claim.band.unit}".rstrip()
