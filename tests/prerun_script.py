"""`scripts/prerun.py` as a module, and a process in which runs of it can be killed.

Starting Python with torch takes a second or two. `KillableRuns` pays that once: it starts one
process which imports everything and then forks a child for each run. A run is killed with SIGKILL,
from outside at a moment of the test's choice, or by itself just before its n-th file operation.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "tests.sample_experiments"
DESCENT = "sample_experiments.descent.descend"


def load_script() -> ModuleType:
    """Import scripts/prerun.py from its path."""
    spec = importlib.util.spec_from_file_location("prerun", ROOT / "scripts" / "prerun.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class KillableRuns:
    """Runs `prerun.py run` in children that can be killed."""

    def __init__(self, artifacts: Path, checkpoints: Path) -> None:
        self.checkpoints = checkpoints
        environment = {**os.environ, "MECHNOTES_ARTIFACTS": str(artifacts), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.prerun_script"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        case: str,
        *options: str,
        kill_after: float | None = None,
        die_before: int | None = None,
        file_limit: int | None = None,
    ) -> tuple[int, str]:
        """Run one case; return its exit status (negative for a signal) and what it printed.

        Args:
            case: Case of the sample descent.
            *options: More options for `prerun.py run`.
            kill_after: Seconds until SIGKILL.
            die_before: Number of the file operation before which the run kills itself.
            file_limit: Largest file the run may write, in bytes.
        """
        words = ["run", DESCENT, case, "--checkpoints", str(self.checkpoints), *options]
        self._send(words=words, die_before=die_before, file_limit=file_limit)
        child = self._receive()["child"]
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        # Only now may the process reap the child, so its number cannot belong to another.
        self._send(reap=True)
        answer = self._receive()
        return answer["status"], answer["printed"]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def _send(self, **message: object) -> None:
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def _receive(self) -> dict:
        line = self.process.stdout.readline()
        assert line, f"the process of the runs ended with {self.process.poll()}"
        return json.loads(line)


def serve() -> None:
    """Fork a child for each line of standard input."""
    script = load_script()
    importlib.import_module(f"{PACKAGE}.descent")
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            _limit(request["file_limit"])
            _die_before(request["die_before"])
            status = script.main(["--package", PACKAGE, *request["words"]])
            sys.stdout.flush()
            os._exit(status)
        os.close(writing)
        _answer(child=child)
        sys.stdin.readline()
        with os.fdopen(reading) as output:
            printed = output.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        _answer(status=status, printed=printed)


def _answer(**message: object) -> None:
    sys.__stdout__.write(json.dumps(message) + "\n")
    sys.__stdout__.flush()


def _limit(size: int | None) -> None:
    """Refuse files above a size, which is what a full disk looks like to a program."""
    if size is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _die_before(number: int | None) -> None:
    """Kill this process just before its n-th fsync, rename or removal of a file."""
    if number is None:
        return
    left = number

    def counted(function):
        def replacement(*arguments, **options):
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return function(*arguments, **options)

        return replacement

    os.fsync = counted(os.fsync)
    Path.replace = counted(Path.replace)
    Path.unlink = counted(Path.unlink)


if __name__ == "__main__":
    serve()
