"""Short definitions for tooltips, read from the glossary page, which is their only source.

An entry is a second-level heading with an anchor; the paragraph under it is the definition that a
tooltip shows, so it needs no mathematics and no second sentence to be understood:

    ## Feature { #feature data-forms="features" }

    A property of the input that ...

`data-forms` lists further spellings of the term, with commas between them. `data-tooltip="no"` is
for everyday words, which would be underlined where they do not mean the term.
"""

import re
from dataclasses import dataclass

HEADING = re.compile(r"^## (?P<term>[^{\n]+?) *\{(?P<attributes>[^}\n]*)\} *$", re.M)
LINK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])")
BARE_HTML = re.compile(r'<h[1-6]\b.*?</h[1-6]>|<div class="mn-head".*?</div>', re.S)
ABBREVIATION = re.compile(r'<abbr title="([^"]*)">(.*?)</abbr>', re.S)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One term of the glossary."""

    term: str
    """As its heading writes it."""
    anchor: str
    """Identifier on the glossary page, without the hash sign."""
    forms: tuple[str, ...]
    """Every spelling that gets a tooltip; empty if none does."""
    definition: str
    """First paragraph as plain text on one line."""


def entries(glossary_markdown: str) -> list[Entry]:
    """All entries in the order of the page.

    Args:
        glossary_markdown: Text of the glossary page.

    Raises:
        ValueError: If an entry has no anchor or no definition.
    """
    found = list(HEADING.finditer(glossary_markdown))
    ends = [heading.start() for heading in found[1:]] + [len(glossary_markdown)]
    pairs = zip(found, ends, strict=True)
    return [_entry(heading, glossary_markdown[heading.end() : end]) for heading, end in pairs]


def definitions(glossary_markdown: str) -> dict[str, str]:
    """Short definition of every term, by the term as its heading writes it."""
    return {entry.term: entry.definition for entry in entries(glossary_markdown)}


def abbreviations(glossary_markdown: str) -> str:
    """Lines that give every term its tooltip on the page they are appended to.

    Blank lines stand between them, because Markdown would read one long block anew for each line.
    """
    lines = [
        f"*[{form}]: {entry.definition}"
        for entry in entries(glossary_markdown)
        for form in entry.forms
    ]
    return "\n\n".join(lines)


def first_only(html: str) -> str:
    """A page's HTML with one tooltip per term, where it first stands after the page's head.

    Args:
        html: Rendered page; headings and the head under the title get no tooltips at all.
    """
    html = BARE_HTML.sub(lambda bare: ABBREVIATION.sub(r"\2", bare[0]), html)
    seen: set[str] = set()

    def keep(found: re.Match[str]) -> str:
        if found[1] in seen:
            return found[2]
        seen.add(found[1])
        return found[0]

    return ABBREVIATION.sub(keep, html)


def _entry(heading: re.Match[str], body: str) -> Entry:
    term, attributes = heading["term"], heading["attributes"]
    anchor = re.search(r"#([\w-]+)", attributes)
    definition = _plain(body.strip().split("\n\n")[0])
    if anchor is None or not definition:
        raise ValueError(
            f"glossary entry: got {heading[0]!r}; expected an anchor such as {{ #term }} and a "
            "paragraph under the heading. Add what is missing in docs/glossary.md."
        )
    return Entry(term=term, anchor=anchor[1], forms=_forms(term, attributes), definition=definition)


def _forms(term: str, attributes: str) -> tuple[str, ...]:
    """The term and its listed spellings, each also with the other case of its first letter."""
    if 'data-tooltip="no"' in attributes:
        return ()
    listed = re.search(r'data-forms="([^"]*)"', attributes)
    spellings = [term, *(listed[1].split(",") if listed else [])]
    forms: list[str] = []
    for spelling in (spelling.strip() for spelling in spellings):
        forms += [spelling]
        if not spelling[:2].isupper():
            forms += [spelling[0].swapcase() + spelling[1:]]
    return tuple(dict.fromkeys(forms))


def _plain(markdown: str) -> str:
    """Markdown without links, emphasis and code marks, on one line."""
    text = LINK.sub(r"\1", markdown)
    text = re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)
    return " ".join(text.split())
