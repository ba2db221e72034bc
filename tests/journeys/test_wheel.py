"""The wheel, in an environment that has no Node: it installs, loads, and does the main job."""

import json
import re
import sys
import zipfile

import pytest

from tests.journeys.conftest import HOUSE, NOTEBOOKS, Bare

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def bare(wheel, tmp_path_factory):
    return Bare(tmp_path_factory.mktemp("bare"), sys.executable, str(wheel), "scikit-learn")


def test_the_front_end_asks_for_no_newer_jupyterlab_than_its_package_does(wheel):
    """Built with a new JupyterLab it would ask for that one, and an old one complain."""
    said = json.loads((HOUSE / "labextension" / "package.json").read_text())["dependencies"]
    with zipfile.ZipFile(wheel) as files:
        (entry,) = (name for name in files.namelist() if "/static/remoteEntry" in name)
        text = files.read(entry).decode()
    asked = dict(re.findall(r'"(@jupyterlab/[a-z-]+)",import:null,requiredVersion:"([^"]+)"', text))
    assert len(asked) >= 8
    assert asked == {name: said[name] for name in asked}


def test_the_front_end_is_in_the_wheel(bare):
    listed = bare("jupyter", "labextension", "list")
    assert "jupyter-mlws v" in listed.stderr + listed.stdout
    line = next(x for x in (listed.stderr + listed.stdout).splitlines() if "jupyter-mlws" in x)
    assert "enabled" in line and "OK" in line and "python, jupyter_mlws" in line, line


def test_the_front_end_is_small(bare):
    find = "from pathlib import Path; import sys; print(sum(p.stat().st_size for p in "
    find += "Path(sys.prefix, 'share/jupyter/labextensions/jupyter-mlws/static').glob('*.js')))"
    sizes = bare("python", "-c", find)
    assert 0 < int(sizes.stdout) < 300_000, sizes.stdout + sizes.stderr


def test_the_server_extension_is_enabled(bare):
    listed = bare("jupyter", "server", "extension", "list")
    said = re.sub(r"\x1b\[\d+m", "", listed.stderr + listed.stdout)
    assert re.search(r"jupyter_mlws\s+enabled", said), said


def test_the_tour_of_the_readme_works(bare, tmp_path):
    done = bare("python", str(NOTEBOOKS / "demo.py"), str(tmp_path / "demo"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a model and an endpoint are in the workspace" in done.stdout
