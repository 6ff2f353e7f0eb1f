"""Without a network a hub name fails at once and says what was tried; with one it is fetched."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from mechnotes import models
from mechnotes._models import hub
from tests.contracts.sources import ROOT
from tests.models import folders, small_hub

FIVE_SECONDS = 5.0


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The libraries believe that there is a network; the cache is empty."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("urllib.request.getproxies", dict)
    return monkeypatch


def refused_in_time(name: str, match: str) -> None:
    started = time.monotonic()
    with pytest.raises(ValueError, match=match):
        models.load(name)
    assert time.monotonic() - started < FIVE_SECONDS


@pytest.mark.bad_input
def test_a_network_that_refuses_is_named_and_the_storybook_offered(online):
    def refuse(*_args, **_options):
        raise ConnectionRefusedError(111, "Connection refused")

    online.setattr(socket, "create_connection", refuse)
    expected = r"'gpt2'.*huggingface\.co:443 cannot be reached.*refused.*not in the local cache.*"
    refused_in_time("gpt2", expected + r'load\("storybook"\)')


@pytest.mark.bad_input
def test_a_network_that_never_answers_is_given_up(online):
    online.setattr(socket, "create_connection", lambda *_args, **_options: time.sleep(30))
    refused_in_time("gpt2", r"no answer in 2 seconds.*load\(\"storybook\"\)")


@pytest.mark.bad_input
def test_behind_a_proxy_it_is_the_proxy_that_must_answer(online):
    asked = []

    def refuse(place, **_options):
        asked.append(place)
        raise OSError("nobody there")

    online.setattr("urllib.request.getproxies", lambda: {"https": "http://proxy.example:3128"})
    online.setattr(socket, "create_connection", refuse)
    refused_in_time("gpt2", r"proxy\.example:3128 cannot be reached")
    assert asked == [("proxy.example", 3128)]


@pytest.mark.bad_input
def test_offline_by_choice_asks_nobody(online):
    def fail(*_args, **_options):
        raise AssertionError("asked")

    online.setattr(constants, "HF_HUB_OFFLINE", True)
    online.setattr(socket, "create_connection", fail)
    refused_in_time("gpt2", r"HF_HUB_OFFLINE is set.*not in the local cache")


@pytest.mark.bad_input
def test_a_real_attempt_in_a_fresh_interpreter_ends_in_time():
    """Nothing listens on port 9 of this machine, so the network is as good as none."""
    script = (
        "import time; from mechnotes import models; started = time.monotonic()\n"
        "try: models.load('gpt2')\n"
        "except ValueError as error: print(round(time.monotonic() - started, 1), error)"
    )
    settings = {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": "http://127.0.0.1:9", "no_proxy": "*"}
    seconds, _, message = _spoken(script, settings).partition(" ")
    assert float(seconds) < FIVE_SECONDS
    assert "127.0.0.1:9 cannot be reached" in message
    assert 'load("storybook")' in message


@pytest.mark.slow
def test_a_model_of_a_hub_is_fetched_once_and_known_by_its_commit(tmp_path: Path):
    """A small hub on this machine; the second time it is gone and the cache serves."""
    folder = folders.write("gpt2", tmp_path / "gpt2")
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    script = "from mechnotes import models; m = models.load('gpt2'); print(m.name, m.revision)"
    with small_hub.serving("gpt2", folder) as (address, asked):
        settings = {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "h")}
        settings |= {"no_proxy": "*", "HF_HUB_DISABLE_XET": "1"}
        assert _spoken(script, settings).split() == ["gpt2", small_hub.COMMIT]
    assert not [path for path in asked if path.endswith(".bin")]
    assert _spoken(script, settings).split() == ["gpt2", small_hub.COMMIT]
    assert _spoken(script, settings | {"HF_HUB_OFFLINE": "1"}).split()[1] == small_hub.COMMIT


@pytest.mark.bad_input
def test_a_name_that_the_hub_does_not_have_is_refused(tmp_path: Path):
    folder = folders.write("gpt2", tmp_path / "gpt2")
    script = (
        "from mechnotes import models\n"
        "try: models.load('gpt3')\nexcept ValueError as error: print(error)"
    )
    with small_hub.serving("gpt2", folder) as (address, _):
        settings = {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "h")}
        assert "no public model of this name" in _spoken(script, settings | {"no_proxy": "*"})


def _spoken(script: str, settings: dict[str, str]) -> str:
    environment = os.environ | settings
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_names_of_the_hub_are_told_from_paths():
    names = ("gpt2", "EleutherAI/pythia-70m", "meta-llama/Llama-3.2-1B")
    assert all(hub.NAME.fullmatch(name) for name in names)
    assert not any(hub.NAME.fullmatch(name) for name in ("./gpt2", "/gpt2", "a/b/c", "a b", ".."))
