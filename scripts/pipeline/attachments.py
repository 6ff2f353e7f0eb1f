"""Files that an output brings along: data that a script of the page loads when it needs them.

An object shown on a page gives, beside its `text/html`, the texts of its files by name as
`application/x-mechnotes-files`. Its HTML calls a file `files:name`; on the page that becomes the
name of a file beside the page, made from its content, so that a browser never shows an old one.
"""

import hashlib
import re
from collections.abc import Mapping

MIME = "application/x-mechnotes-files"
NAME = re.compile(r"[a-z0-9-]+\.(?:css|csv|js|json|svg|txt)")
NAMED = re.compile(r"\bfiles:([\w.-]*\w)")


def problem(html: str, files: Mapping[str, object]) -> str:
    """Why an output's files cannot lie beside a page, or ''."""
    for name, content in files.items():
        if not NAME.fullmatch(name):
            return f"brings a file called {name!r}: use small letters and one of the usual endings"
        if not isinstance(content, str):
            return f"brings a file {name} that is no text"
    named = set(NAMED.findall(html))
    if missing := sorted(named - set(files)):
        return f"names files:{missing[0]} and does not bring it"
    if unused := sorted(set(files) - named):
        return f"brings a file {unused[0]} that its HTML does not name"
    return ""


def placed(html: str, files: Mapping[str, str]) -> tuple[str, dict[str, bytes]]:
    """HTML with the names that files have beside the page, and the files by these names."""
    contents = {name: text.encode() for name, text in files.items()}
    called = {name: _called(name, content) for name, content in contents.items()}
    shown = NAMED.sub(lambda found: called.get(found[1], found[0]), html) if files else html
    return shown, {called[name]: content for name, content in contents.items()}


def _called(name: str, content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()[:12]}.{name.rpartition('.')[2]}"
