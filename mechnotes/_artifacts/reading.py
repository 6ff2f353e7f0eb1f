"""Which artifacts and model files did a run read?

Whoever reads one says so with `sys.audit("mechnotes.read", path)`. Here an audit hook listens while
a run lasts and notes the checksum at the moment of reading. safetensors opens files outside Python,
so Python's own `open` events would miss them.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mechnotes._artifacts import freshness

_listening = threading.local()
_lock = threading.Lock()
_hooked = False


@contextmanager
def recorded() -> Iterator[dict[str, str]]:
    """Collect the inputs that this thread reads inside the block.

    Yields:
        Checksums by name, filled as files are read.
    """
    _hook_once()
    before = getattr(_listening, "inputs", None)
    inputs: dict[str, str] = {}
    _listening.inputs = inputs
    try:
        yield inputs
    finally:
        _listening.inputs = before


def _hook_once() -> None:
    """Install the audit hook; Python has no way to remove one."""
    global _hooked
    with _lock:
        if not _hooked:
            sys.addaudithook(_hear)
            _hooked = True


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event != "mechnotes.read":
        return
    inputs = getattr(_listening, "inputs", None)
    path = Path(str(arguments[0]))
    if inputs is not None and (name := freshness.input_name(path)) is not None:
        inputs[name] = freshness.checksum(path)
