"""What stands under a page's title: its summary in two lines, and chips with the practical facts.

Chips say how long the page takes to read, how long it ran, what to know before, and where its
notebook is. Everything comes from the front matter and the record, so no page writes it by hand.
"""

import html
import re
from collections.abc import Mapping

from .records import Record

WORDS_A_MINUTE = 200
CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.S | re.M)
TAGS = re.compile(r"<[^>]+>")


def minutes_to_read(markdown: str) -> int:
    """Minutes for the prose; code blocks count a third."""
    words = len(TAGS.sub(" ", CODE.sub(" ", markdown)).split())
    code = sum(len(found[0].split()) for found in CODE.finditer(markdown))
    return max(1, round((words + code / 3) / WORDS_A_MINUTE))


SWITCH = (
    '<span class="mn-switch" role="group" aria-label="Code cells">'
    '<button type="button" data-mn-code="shown">Show code</button>'
    '<button type="button" data-mn-code="hidden">Figures only</button></span>'
)


def with_head(
    markdown: str,
    meta: Mapping,
    record: Record | None,
    *,
    notebook: str = "",
    colab: str = "",
) -> str:
    """The page's Markdown with its head under the title.

    Args:
        markdown: Starts with the title.
        meta: Front matter: `summary`, and `needs` as a list of Markdown links.
        record: What the page said when it ran, for its seconds.
        notebook: Link to the page's notebook; empty for a page without code.
        colab: Address that opens the notebook in Colab; empty while the site has no repository.
    """
    title, _, rest = markdown.partition("\n")
    chips = [_chip(f"{minutes_to_read(markdown)} min to read", "time")]
    if record and record.run:
        chips.append(_chip(f"runs in {_seconds(record.run['seconds'])} on one core", "run"))
    chips += [_chip(f"first: {link}", "need") for link in meta.get("needs", ())]
    if notebook:
        chips.append(
            f'<a class="mn-chip" data-kind="notebook" href="{notebook}" download>notebook</a>'
        )
    if colab:
        chips.append(f'<a class="mn-chip" data-kind="colab" href="{colab}">open in Colab</a>')
    if notebook:
        chips.append(SWITCH)
    parts = [f"{meta['summary'].strip()}\n{{ .mn-summary }}"] if "summary" in meta else []
    parts.append(f'<p class="mn-chips" data-search-exclude markdown="span">{" ".join(chips)}</p>')
    inside = "\n\n".join(parts)
    return f'{title}\n\n<div class="mn-head" markdown="block">\n\n{inside}\n\n</div>\n{rest}'


def _chip(text: str, kind: str) -> str:
    return f'<span class="mn-chip" data-kind="{kind}">{text}</span>'


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def with_problem(markdown: str, problem: str) -> str:
    """The page's Markdown with a box under its head that says why its outputs are missing."""
    if not problem:
        return markdown
    title, _, rest = markdown.partition("\n")
    return f"{title}\n\n{box(problem)}\n{rest}"


def box(problem: str) -> str:
    """A problem as HTML on one line: its first line as a sentence, the others as they are."""
    lines = html.escape(problem, quote=False).split("\n")
    first = re.sub(r"`([^`]+)`", r"<code>\1</code>", lines[0])
    trace = "\n".join(lines[1:]).strip("\n").replace("\n", "&#10;")
    detail = f'<pre tabindex="0">{trace}</pre>' if trace else ""
    return f'<div class="mn-error" role="alert"><p>{first}</p>{detail}</div>'
