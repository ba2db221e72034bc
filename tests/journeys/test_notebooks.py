"""Every tutorial runs from top to bottom, through a real JupyterLab."""

import shutil

import pytest

from tests.journeys.conftest import NOTEBOOKS

TUTORIALS = sorted(NOTEBOOKS.glob("0*.ipynb"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs(demo, lab, path):
    copy = lab.root / path.name
    shutil.copy(path, copy)
    demo.execute(lab, copy)  # raises at the first cell that fails
