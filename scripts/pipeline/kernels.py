"""Kernels for pages: started ahead, warmed with third-party packages, killed after one page.

A page always gets a kernel that no other page has used. Starting one and importing torch takes
seconds, so while authors edit, `Kernels(spare=1)` keeps one ready. Sockets are files in a temporary
folder where the system has them: ports can be taken by somebody else between choice and use.
"""

import ast
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from .project import Project

WARM = ("numpy", "torch", "matplotlib.pyplot", "safetensors.torch", "jaxtyping", "tqdm")
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # the same seed gives other digits under other thread counts
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "HF_HUB_OFFLINE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
IN_KERNEL = Path(__file__).with_name("in_kernel.py")


class KernelDied(Exception):
    """The kernel process ended while it ran a cell."""


class Kernel:
    """One running kernel with its client; `stop` kills it and removes its folder."""

    def __init__(self, project: Project, *, warm: tuple[str, ...] = WARM):
        self.folder = Path(tempfile.mkdtemp(prefix="page-"))
        sockets = {} if os.name == "nt" else {"transport": "ipc", "ip": str(self.folder / "k")}
        self.manager = KernelManager(connection_file=str(self.folder / "kernel.json"), **sockets)
        launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager._kernel_spec = KernelSpec(argv=launch, display_name="page", language="python")
        work = self.folder / "work"
        work.mkdir()
        quiet = ["--HistoryManager.enabled=False", "--colors=NoColor"]
        self.manager.start_kernel(
            cwd=str(work), env=os.environ | ENVIRONMENT, extra_arguments=quiet
        )
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        start = f"exec(compile({IN_KERNEL.read_text()!r}, 'in_kernel', 'exec'), __page__)"
        ready = f"__page__['recorder'] = __page__['install']({str(project.root)!r}, {warm!r})"
        self.run(f"__page__ = {{'__name__': 'in_kernel'}}\n{start}\n{ready}", silent=True)

    def run(
        self, code: str, *, timeout: float = 120, silent: bool = False, show: Callable | None = None
    ) -> dict:
        """Run one cell and return the kernel's reply; `show` gets every output message.

        Raises:
            TimeoutError: If the cell has not ended after `timeout` seconds.
            KernelDied: If the process ends meanwhile.
        """
        wait = Deadline(timeout, self.manager.is_alive)
        request = self.client.execute(code, silent=silent, store_history=not silent)
        replied = idle = None
        while replied is None or idle is None:
            wait.check()
            if replied is None:
                replied = _next(self.client.get_shell_msg, request, 0 if idle is None else 0.2)
            message = None if idle else _next(self.client.get_iopub_msg, request, 0.2)
            if message and message["content"].get("execution_state") == "idle":
                idle = message
            elif message and show and message["msg_type"] != "status":
                show(message["msg_type"], message["content"])
        return replied["content"]

    def ask(self, expression: str) -> str:
        """The value of an expression that is a string in the kernel.

        Raises:
            TimeoutError: If the kernel does not answer.
            KernelDied: If the process ends meanwhile.
        """
        request = self.client.execute("", silent=True, user_expressions={"value": expression})
        wait = Deadline(60, self.manager.is_alive)
        while True:
            wait.check()
            reply = _next(self.client.get_shell_msg, request, 1)
            if reply is not None:
                value = reply["content"]["user_expressions"]["value"]
                return ast.literal_eval(value["data"]["text/plain"])

    def report(self) -> dict:
        """What the page has read so far, and which versions it used."""
        return json.loads(self.ask("__page__['recorder'].report()"))

    def stop(self) -> None:
        """Kill the kernel, whatever it is doing, and leave nothing behind."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Deadline:
    """Says when a cell has taken too long or its kernel is gone."""

    def __init__(self, seconds: float, alive: Callable[[], bool]):
        self.seconds, self.alive, self.end = seconds, alive, time.monotonic() + seconds

    def check(self) -> None:
        """Raise if the time is up or the process has ended."""
        if time.monotonic() > self.end:
            raise TimeoutError(f"it was still running after {self.seconds:g} s")
        if not self.alive():
            raise KernelDied("its kernel died (out of memory, or the process was killed)")


def _next(receive: Callable, request: str, wait: float) -> dict | None:
    """The next message that answers this request, or None."""
    try:
        message = receive(timeout=wait)
    except queue.Empty:
        return None
    return message if message["parent_header"].get("msg_id") == request else None


class Kernels:
    """Hands out fresh kernels and keeps `spare` of them warm in the background."""

    def __init__(self, project: Project, *, spare: int = 0, warm: tuple[str, ...] = WARM):
        self.project, self.spare, self.warm = project, spare, warm
        self.ready: list[Kernel] = []
        self.lock = threading.Lock()

    def take(self) -> Kernel:
        """A kernel that nobody has used; the caller stops it."""
        with self.lock:
            kernel = self.ready.pop() if self.ready else None
        return kernel if kernel and kernel.manager.is_alive() else self._start()

    def refill(self) -> None:
        """Start missing spares in the background."""
        threading.Thread(target=self._refill, daemon=True).start()

    def _refill(self) -> None:
        with self.lock:
            while len(self.ready) < self.spare:
                self.ready.append(self._start())

    def _start(self) -> Kernel:
        return Kernel(self.project, warm=self.warm)

    def close(self) -> None:
        """Stop every spare kernel."""
        with self.lock:
            while self.ready:
                self.ready.pop().stop()
