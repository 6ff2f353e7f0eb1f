"""A copy button for every code block, written into the page.

The theme makes its buttons in the browser and measures each block while it does so, which took
half of the start-up of a page with fifteen cells. It looks for `pre > code`, so the code gets a
parent of its own here; `assets/js/page.js` answers the buttons.
"""

import re

BLOCK = re.compile(r"(<pre[^>]*>)(<span></span>)?(<code>.*?</code>)</pre>", re.S)
BUTTON = '<button class="mn-copy" type="button" title="Copy" aria-label="Copy this code"></button>'


def dressed(html: str) -> str:
    """A page with a button in each block of source; a block that shows an output gets none."""
    return BLOCK.sub(_dress, html)


def _dress(found: re.Match[str]) -> str:
    start, highlighted, code = found.groups()
    return f'{start}{BUTTON if highlighted else ""}<span class="mn-source">{code}</span></pre>'
