"""A model of the hub as a folder on this machine, or within five seconds a reason why not.

The hub's own library tries again and again when there is no network, for more than twenty seconds.
So one short connection is tried first, in a thread of its own because looking up a host's name
cannot be given a time limit.
"""

import re
import socket
import threading
import urllib.parse
import urllib.request
from pathlib import Path
from typing import NoReturn

from mechnotes import validate

NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
"""What a name on the hub looks like: `gpt2` or `owner/name`."""
WANTED = ("*.json", "*.safetensors", "*.txt", "*.model")
"""Files that a model is made of; pickles are never fetched."""
UNWANTED = ("*/*", "consolidated*")
SECONDS = 2.0
"""Longest time for one connection, name look-up included."""
INSTEAD = (
    'Load the model that ships with mechnotes, load("storybook"), or try again with a network.'
)


def snapshot(name: str) -> Path:
    """Folder of a hub model; it is called after the commit.

    Raises:
        ValueError: If the name is none of the hub's, or the hub cannot be reached and the model is
            not in the local cache; it says what was tried.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return _cached(name, "HF_HUB_OFFLINE is set, so the hub was not asked")
    if (fault := unreachable(constants.ENDPOINT)) is not None:
        return _cached(name, fault)
    return _fetched(name)


def unreachable(endpoint: str) -> str | None:
    """Why the hub cannot be reached, or None if a connection opens.

    Args:
        endpoint: Address of the hub; behind a proxy it is the proxy that must answer.
    """
    proxies = urllib.request.getproxies()
    scheme = urllib.parse.urlsplit(endpoint).scheme
    address = proxies.get(scheme) or proxies.get("all") or endpoint
    place = urllib.parse.urlsplit(address if "//" in address else f"//{address}")
    host, port = place.hostname or "", place.port or (80 if place.scheme == "http" else 443)
    answer: list[str | None] = []

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=SECONDS).close()
            answer.append(None)
        except OSError as error:
            answer.append(str(error))

    attempt = threading.Thread(target=connect, daemon=True)
    attempt.start()
    attempt.join(SECONDS)
    fault = answer[0] if answer else f"no answer in {SECONDS:g} seconds"
    return None if fault is None else f"{host}:{port} cannot be reached ({fault})"


def _cached(name: str, why: str) -> Path:
    """The local cache's copy; the folder's files are checked later, so part of one will do here."""
    from huggingface_hub import constants, try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    if not isinstance(config, str):
        _refuse(name, f"{why}, and it is not in the local cache {constants.HF_HUB_CACHE}")
    return Path(config).parent


def _fetched(name: str) -> Path:
    """The newest commit, fetched as far as it is not in the cache."""
    import httpx
    from huggingface_hub import errors, snapshot_download

    try:
        wanted, unwanted = list(WANTED), list(UNWANTED)
        return Path(snapshot_download(name, allow_patterns=wanted, ignore_patterns=unwanted))
    except errors.GatedRepoError:
        _refuse(name, "the hub gives it only to those who have accepted its terms")
    except errors.RepositoryNotFoundError:
        _refuse(name, "the hub has no public model of this name")
    except (OSError, httpx.HTTPError) as error:
        _refuse(name, f"the hub broke off ({type(error).__name__}: {error})".replace("\n", " "))


def _refuse(name: str, why: str) -> NoReturn:
    validate.refuse(
        "name",
        got=f"{name!r}, taken for a model on the hub: {why}",
        expected="a storybook model, a model folder, or a hub model that can be read from here",
        fix=INSTEAD,
    )
