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


@pytest.mark.timeout(600)
def test_the_tour_of_the_readme_can_be_taken_twice_in_one_folder(demo, tmp_path, capsys):
    assert demo.main(str(tmp_path / "demo")) == 0
    assert demo.main(str(tmp_path / "demo")) == 0, capsys.readouterr().err
    assert "4 runs" in capsys.readouterr().out
