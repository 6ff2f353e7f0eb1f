"""Our own site, as built from its stored outputs, has none of the faults that the checks know."""

from pathlib import Path

import check_site
import pytest


def test_the_built_site_is_sound(built_site: Path, capsys: pytest.CaptureFixture[str]):
    status = check_site.main([str(built_site)])
    assert status == 0, capsys.readouterr().out
