"""Finds the Chromium and its driver that the browser tests use.

On a contributor's machine without them those tests skip; in CI (`CI` set) nothing may skip for want
of a tool, so `test` refuses to start there.
"""

import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DRIVERS = ("chromedriver", "chromium-driver")
HINT = "Debian and Ubuntu: sudo apt install chromium chromium-driver"


def chromium() -> str | None:
    """Path of the browser; `CHROMIUM` in the environment goes first."""
    return _first(os.environ.get("CHROMIUM"), BROWSERS)


def driver() -> str | None:
    """Path of chromedriver; `CHROMEDRIVER` in the environment goes first."""
    return _first(os.environ.get("CHROMEDRIVER"), DRIVERS)


def missing() -> list[str]:
    """Which of the two cannot be found."""
    found = {"Chromium": chromium(), "chromedriver": driver()}
    return [name for name, path in found.items() if path is None]


def required() -> bool:
    """Whether this is CI, where the browser tests must run."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def _first(wanted: str | None, names: tuple[str, ...]) -> str | None:
    candidates = (wanted, *names) if wanted else names
    return next((path for name in candidates if (path := shutil.which(name))), None)
