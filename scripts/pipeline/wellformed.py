"""Is an output fit to stand on a page? Of reasonable size, in plain text, with its tags closed."""

import re
from html.parser import HTMLParser

from . import attachments

MOST_CHARACTERS = 100_000
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


def plain(text: str) -> str:
    """Terminal output as it would stand on a screen: no colours, only the last state of a line."""
    return OVERWRITTEN.sub("", ESCAPES.sub("", text)).expandtabs()


def problem(output: dict) -> str:
    """Why an output cannot be shown, or ''."""
    text, files = output.get("text", ""), output.get("files", {})
    if wrong := attachments.problem(text, files) if files else "":
        return wrong
    for name, content in {"": text, **files}.items():
        if len(content) > MOST_CHARACTERS:
            where = f" in its file {name}" if name else ""
            size = f"{len(content):,} characters{where}, more than {MOST_CHARACTERS:,}"
            return f"shows {size}: print less"
    if output["kind"] in {"html", "markdown"} and (tag := _unbalanced(text)):
        return f"shows HTML in which <{tag}> is not closed, or closed without being open"
    return ""


def _unbalanced(text: str) -> str:
    parser = _Balance()
    parser.feed(text)
    return parser.wrong or (parser.open[-1] if parser.open else "")


class _Balance(HTMLParser):
    """Keeps the stack of open tags and the first that does not fit."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Note an opening tag."""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check a closing tag against the one that is open."""
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.wrong = self.wrong or tag
