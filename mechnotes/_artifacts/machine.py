"""What did a computation run on?

The facts of a manifest that describe the machine rather than the science: device, library versions,
git commit, peak memory. A fact that this system cannot tell is "unknown" or NaN-free zero, never an
error: a missing git must not cost anybody a result.
"""

import contextlib
import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path

LIBRARIES = ("torch", "numpy", "safetensors", "transformer-lens", "sae-lens")


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that are installed."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[library] = importlib.metadata.version(library)
    return found


def commit() -> str:
    """The commit that is checked out, with "+" after it if tracked files were edited."""
    folder = Path(__file__).parent
    try:
        return _git(folder, "rev-parse", "--short=12", "HEAD") + (
            "+" if _git(folder, "status", "--porcelain", "--untracked-files=no") else ""
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def device_name(device: str) -> str:
    """`CPU`, or the GPU's own name."""
    import torch

    return "CPU" if device == "cpu" else torch.cuda.get_device_name(device)


def forget_peak_memory(device: str) -> None:
    """Start measuring the peak anew, where the system allows it."""
    import torch

    if device != "cpu":
        torch.cuda.reset_peak_memory_stats(device)
    with contextlib.suppress(OSError):
        # Linux: writing 5 resets the peak of the process's resident memory.
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory_mb(device: str) -> float:
    """Largest memory since `forget_peak_memory`: of the GPU if there is one, else of the process.

    Returns:
        Megabytes; 0 where the system does not tell.
    """
    import torch

    if device != "cpu":
        return torch.cuda.max_memory_allocated(device) / 1e6
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024 / 1e6
    return _peak_of_whole_process()


def _peak_of_whole_process() -> float:
    """Peak since the process started, for systems without /proc."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, the others kibibytes.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()
