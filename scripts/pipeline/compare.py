"""Does a page still say the same? Words exactly, numbers to 1e-3, figures by their arrays.

Cells tagged `trained` hold results of training, whose digits differ between machines; for them only
the kinds of outputs are compared, and the page's own asserts guard the values.
"""

import re
from collections.abc import Iterator

from .records import Record
from .source import Page

NUMBER = re.compile(r"(?<![\w.])[-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
PADDED = re.compile(rf"(?<! ) *{NUMBER.pattern}")
TOLERANCE = 1e-3


def differences(page: Page, before: Record, after: Record) -> Iterator[str]:
    """One sentence for each place where two records of a page disagree."""
    for number, cell in enumerate(page.code):
        old, new = before.cells[number], after.cells[number]
        name = f"code cell {number + 1}"
        kinds = [output["kind"] for output in old], [output["kind"] for output in new]
        if kinds[0] != kinds[1]:
            yield f"{name} showed {kinds[0] or 'nothing'}, now {kinds[1] or 'nothing'}"
        elif "trained" not in cell.tags:
            for earlier, later in zip(old, new, strict=True):
                if reason := _output_differs(earlier, later):
                    yield f"{name}: {reason}"


def _output_differs(before: dict, after: dict) -> str:
    if before["kind"] == "figure":
        return _figure_differs(before["data"], after["data"])
    return text_differs(before["text"], after["text"]) or _files_differ(before, after)


def text_differs(before: str, after: str) -> str:
    """Why two texts are not the same up to the last printed digit of their numbers, or ''."""
    if PADDED.sub("#", before) != PADDED.sub("#", after):
        return f"said {_short(before)}, now says {_short(after)}"
    pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
    for old, new in pairs:
        if abs(_value(old) - _value(new)) > _rounding(old):
            return f"said {old}, now says {new}"
    return ""


def _files_differ(before: dict, after: dict) -> str:
    old, new = before.get("files", {}), after.get("files", {})
    if set(old) != set(new):
        return f"it brought the files {sorted(old)}, now {sorted(new)}"
    reasons = {name: text_differs(old[name], new[name]) for name in old}
    return next((f"its file {name} {reason}" for name, reason in reasons.items() if reason), "")


def _figure_differs(before: list, after: list) -> str:
    arrays = [[entry for entry in data if entry[0] != "text"] for data in (before, after)]
    if [entry[:2] for entry in arrays[0]] != [entry[:2] for entry in arrays[1]]:
        return "its figure is drawn from other arrays"
    for old, new in zip(*arrays, strict=True):
        if not _close(old[2], new[2]):
            return f"the {old[0]} of its figure moved"
    reason = text_differs(_words(before), _words(after))
    return f"its figure {reason}" if reason else ""


def _words(figure: list) -> str:
    return "\n".join(entry[1] for entry in figure if entry[0] == "text")


def _close(before: list[float], after: list[float]) -> bool:
    size = max((abs(value) for value in before), default=0.0)
    pairs = zip(before, after, strict=True)
    return all(abs(old - new) <= TOLERANCE * max(size, 1e-9) for old, new in pairs)


def _value(number: str) -> float:
    return float(number.replace("−", "-"))


def _rounding(number: str) -> float:
    """How far a number may move: 1e-3 of it, or one unit of the last place if that is more.

    A whole number is a count and must be repeated exactly.
    """
    mantissa, _, exponent = number.partition("e")
    places = len(mantissa.partition(".")[2])
    if not places and not exponent:
        return 0.0
    return max(TOLERANCE * abs(_value(number)), 1.01 * 10.0 ** (int(exponent or 0) - places))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= 60 else flat[:57] + "...")
