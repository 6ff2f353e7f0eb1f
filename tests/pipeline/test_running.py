"""How pages run: repeatably, side by side, each in a kernel of its own."""

import pytest
from pipeline import lessons, records, runner, source
from pipeline.kernels import Kernels

from tests.pipeline.conftest import page

pytestmark = pytest.mark.pages

BUSY = page(
    "\nimport torch\n\nfrom mechnotes.plots import style",
    """ alt="Noise" caption="Noise from a seed"
generator = torch.Generator().manual_seed(0)
noise = torch.randn(40, generator=generator)
figure, axes = style.figure(4, 2)
axes.plot(noise, color=style.color("clean"))
figure""",
    "\nprint({word for word in 'a set has no order of its own'.split()})",
)


def test_two_runs_say_the_same_byte_for_byte(project):
    wanted = source.parse("busy.py", BUSY)
    kernels = Kernels(project, warm=())
    first, second = (runner.execute(project, wanted, kernels) for _ in range(2))
    assert first.said == second.said
    assert first.cells[1][0]["kind"] == "figure"


def test_a_spare_kernel_changes_nothing_and_is_used_once(project):
    kernels = Kernels(project, spare=1, warm=())
    kernels._refill()
    spare = kernels.ready[0]
    taken = kernels.take()
    assert taken is spare
    other = kernels.take()
    assert other is not spare
    taken.stop()
    other.stop()


def test_no_page_sees_what_another_left_behind(project):
    kernels = Kernels(project, warm=())
    runner.execute(project, source.parse("a.py", page("\nleft_behind = 1")), kernels)
    asks = source.parse("b.py", page("\nprint('left_behind' in globals())"))
    assert runner.execute(project, asks, kernels).cells[0][0]["text"] == "False\n"


def test_two_pages_run_at_the_same_time(project, tmp_path):
    meeting = """
import time
from pathlib import Path

Path({mine!r}).touch()
for _ in range(200):
    if Path({theirs!r}).exists():
        break
    time.sleep(0.1)
else:
    raise TimeoutError("the other page never came")
"""
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    pages = [
        source.parse("a.py", page(meeting.format(mine=here, theirs=there))),
        source.parse("b.py", page(meeting.format(mine=there, theirs=here))),
    ]
    told = lessons.run(project, pages, Kernels(project, warm=()), say=lambda line: None)
    assert all(isinstance(result, records.Record) for result in told.values())


def test_standard_error_stays_off_the_page(project):
    code = "\nimport sys\n\nprint('out')\nprint('err', file=sys.stderr)"
    record = runner.execute(project, source.parse("a.py", page(code)), Kernels(project, warm=()))
    assert record.cells == [[{"kind": "text", "text": "out\n"}]]


def test_pages_run_on_one_thread_outside_docs(project):
    code = "\nimport torch\nfrom pathlib import Path\n\n"
    code += "print(torch.get_num_threads(), list(Path.cwd().iterdir()))"
    record = runner.execute(project, source.parse("a.py", page(code)), Kernels(project, warm=()))
    assert record.cells[0][0]["text"] == "1 []\n"


def test_publishing_writes_a_record_once_and_then_leaves_it_alone(project):
    wanted = source.read(project, "direct.py")
    record = runner.execute(project, wanted, Kernels(project, warm=()))
    assert records.publish(project, record)
    assert not records.publish(project, record)
    assert records.fresh(project, wanted) == record
