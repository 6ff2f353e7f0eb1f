"""Joins a page's prose to its recorded outputs: page and record in, Markdown and files out.

A plain function, so that another site generator could stand behind it. Outputs are HTML on single
lines inside `<div class="mn-output" data-search-exclude>`; Markdown outputs stay Markdown, so links
and mathematics in them work like prose.
"""

import html
import re
from dataclasses import dataclass

import yaml

from . import attachments, figures
from .records import Record
from .source import Cell, Page, PageError

PREFORMATTED = re.compile(r"<pre\b.*?</pre>", re.S)


@dataclass(frozen=True)
class Composed:
    """Markdown of a whole page and the files to lie beside its `index.html`."""

    markdown: str
    files: dict[str, bytes]


def compose(page: Page, record: Record | None) -> Composed:
    """Markdown of a page; without a record its cells stand there without outputs.

    Raises:
        PageError: If a cell shows a figure and has no alt text.
    """
    files: dict[str, bytes] = {}
    parts = []
    number = 0
    for cell in page.cells:
        if cell.kind == "markdown":
            parts.append(cell.source)
            continue
        outputs = record.cells[number] if record else []
        number += 1
        parts.append(_code_cell(page, cell, number, outputs, files))
    matter = yaml.safe_dump(page.meta, allow_unicode=True, sort_keys=True)
    return Composed(f"---\n{matter}---\n\n" + "\n\n".join(parts) + "\n", files)


def _code_cell(page: Page, cell: Cell, number: int, outputs: list[dict], files: dict) -> str:
    ticks = _longer_than_any("`", cell.source)
    fence = f"{ticks} {{ .python .mn-code }}\n{cell.source}\n{ticks}"
    if "hide-input" in cell.tags:
        label = "<summary>How this was drawn</summary>"
        fence = f'<details class="mn-hidden" markdown="block">{label}\n\n{fence}\n\n</details>'
    shown = [
        _output(page, cell, f"c{number}o{index}", output, files)
        for index, output in enumerate(outputs)
    ]
    # What a diagram shows comes first, how it was drawn after it.
    parts = [*shown, fence] if "hide-input" in cell.tags else [fence, *shown]
    inside = "\n\n".join(parts)
    return f'<div class="mn-cell" markdown="block">\n\n{inside}\n\n</div>'


def _longer_than_any(sign: str, text: str) -> str:
    """A fence of at least three signs that nothing in the text closes."""
    longest = max((len(run) for run in re.findall(f"{sign}+", text)), default=0)
    return sign * max(3, longest + 1)


def _output(page: Page, cell: Cell, name: str, output: dict, files: dict) -> str:
    if output["kind"] == "figure":
        return _figure(page, cell, name, output, files)
    if output["kind"] == "markdown":
        return f'<div class="mn-output mn-say" markdown="block">\n\n{output["text"]}\n\n</div>'
    if output["kind"] == "html":
        text, more = attachments.placed(output["text"], output.get("files", {}))
        files.update(more)
        return _raw(PREFORMATTED.sub(_one_line, text).replace("\n", " "))
    text = html.escape(output["text"].rstrip("\n"), quote=False).replace("\n", "&#10;")
    return _raw(f'<pre tabindex="0"><code>{text}</code></pre>')


def _one_line(block: re.Match) -> str:
    return block[0].replace("\n", "&#10;")


def _raw(inside: str) -> str:
    return f'<div class="mn-output" data-search-exclude>{inside}</div>'


def _figure(page: Page, cell: Cell, name: str, output: dict, files: dict) -> str:
    if not cell.alt:
        first = cell.source.split("\n")[0]
        raise PageError(page.uri, f'the figure of cell "{first}" has no alt="..." text')
    shown = figures.show(output, alt=cell.alt, name=name)
    files.update(shown.files)
    caption = f'<figcaption markdown="span">{cell.caption}</figcaption>' if cell.caption else ""
    picture = f'<div class="mn-picture" data-search-exclude>{shown.html}</div>'
    inside = f"{picture}\n\n{caption}" if caption else picture
    return f'<figure class="mn-figure" markdown="block">\n\n{inside}\n\n</figure>'
