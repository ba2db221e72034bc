"""Which library a script gets: what is installed wins; without it the run brings its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LIB = ROOT / "jupyter_mlws" / "shim" / "lib"


def run(code, *paths, cwd=None, python=sys.executable, **environment):
    return subprocess.run(
        [python, "-c", code],
        env={"PYTHONPATH": ":".join(map(str, paths)), **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def bare(tmp_path):
    """An interpreter that has nothing installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    return tmp_path / "bare" / "bin" / "python"


@pytest.mark.parametrize(
    "code",
    [
        "from jupyter_mlws import Run",
        "from azureml.core import Run, Workspace, Experiment, Model, Dataset",
        "from azureml.core.run import Run",
        "from azureml.core.model import Model; from azureml.core.workspace import Workspace",
        "from azureml.core.experiment import Experiment; from azureml.core.dataset import Dataset",
        "from azureml.exceptions import RunEnvironmentException",
        "import azureml.core; azureml.core.Run.get_context()",
    ],
)
def test_the_names_are_there_in_an_interpreter_that_has_nothing(bare, tmp_path, code):
    done = run(code, LIB, cwd=tmp_path, python=bare)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("from azureml.core import ComputeTarget", "has no meaning inside a run"),
        ("from jupyter_mlws import Workspace", "only Run is brought along"),
        (
            "from azureml.core import Workspace; Workspace.from_config().datastores",
            "cannot be reached",
        ),
        ("from azureml.core import Model; Model(Model, 'm')", "Model.get_model_path(name)"),
        ("from jupyter_mlws import Run; Run.get_context(allow_offline=False)", "mlws run submit"),
        ("from jupyter_mlws import Run; Run.get_context().submit_child", "the jupyter_mlws SDK"),
    ],
)
def test_what_has_no_meaning_in_a_run_says_so(bare, tmp_path, code, says):
    done = run(code, LIB, cwd=tmp_path, python=bare)
    assert done.returncode == 1 and says in done.stderr.replace("\n", " ")


def test_a_run_whose_directory_is_gone_says_so(bare, tmp_path):
    code = "from jupyter_mlws import Run; Run.get_context()"
    gone = str(tmp_path / "gone")
    done = run(code, LIB, cwd=tmp_path, python=bare, MLWS_RUN_ID="x", MLWS_RUN_DIR=gone)
    assert "The directory of run x is not there" in done.stderr


def test_an_installed_azureml_wins(tmp_path):
    (tmp_path / "azureml" / "core").mkdir(parents=True)
    (tmp_path / "azureml" / "core" / "__init__.py").write_text("Run = 'the real one'")
    done = run("from azureml.core import Run; print(Run)", LIB, tmp_path)
    assert done.stdout == "the real one\n", done.stderr


def test_a_part_of_azureml_that_is_installed_is_not_hidden(bare, tmp_path):
    (tmp_path / "azureml" / "other").mkdir(parents=True)
    (tmp_path / "azureml" / "other" / "__init__.py").write_text("THERE = 1")
    code = "import azureml.other, azureml.core; print(azureml.other.THERE, azureml.core.Run)"
    done = run(code, LIB, tmp_path, cwd=tmp_path, python=bare)
    assert done.stdout.startswith("1 <class"), done.stderr


def test_the_installed_package_gives_the_same_run(tmp_path):
    (tmp_path / "code").mkdir()
    code = (
        "import jupyter_mlws, azureml.core, json\n"
        "run = jupyter_mlws.Run.get_context()\nrun.log('m', 1)\n"
        "azureml.core.Run.get_context().log('m', 2)\n"
        "print(json.dumps([jupyter_mlws.__file__, run.get_metrics()]))\n"
    )
    home = {"MLWS_RUN_ID": "x", "MLWS_RUN_DIR": str(tmp_path)}
    done = run(code, LIB, ROOT, **home)
    package, metrics = json.loads(done.stdout)
    assert package == str(ROOT / "jupyter_mlws" / "__init__.py")
    assert metrics == {"m": [1, 2]}
    assert len(list((tmp_path / "events").iterdir())) == 1


def test_without_the_runs_library_the_package_has_its_own_copy(tmp_path):
    code = "from jupyter_mlws import Run; run = Run.get_context(); run.log('m', 1); print(run.id)"
    done = run(code, ROOT, cwd=tmp_path)
    assert done.stdout.startswith("offline_"), done.stderr


def test_the_next_sitecustomize_runs_and_ours_makes_way(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.next_one = __file__")
    code = "import sys, sitecustomize; print(next_one, sitecustomize.__file__, *sys.path, sep='|')"
    done = run(code, LIB, tmp_path)
    mine = str(tmp_path / "sitecustomize.py")
    ran, module, *path = done.stdout.strip().split("|")
    assert ran == module == mine
    assert str(LIB) not in path and path[-1] == str(LIB / "late")


def test_without_another_sitecustomize_python_starts_in_silence(bare, tmp_path):
    done = run("import sitecustomize", LIB, cwd=tmp_path, python=bare)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_error_of_the_next_sitecustomize_is_its_own(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import not_there_at_all")
    done = run("from azureml.core import Run; print('on')", LIB, tmp_path)
    assert done.stdout == "on\n" and "not_there_at_all" in done.stderr


def test_a_copy_of_the_library_needs_nothing_else(bare, tmp_path):
    shutil.copytree(LIB, tmp_path / "lib")
    done = run(
        "from jupyter_mlws import Run; Run.get_context().log('m', 1)",
        tmp_path / "lib",
        cwd=tmp_path,
        python=bare,
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_package_imports_nothing_of_it(tmp_path):
    code = "import sys; a = set(sys.modules); import jupyter_mlws; print(*set(sys.modules) - a)"
    assert run(code, ROOT, cwd=tmp_path).stdout.split() == ["jupyter_mlws"]


def test_the_library_imports_only_itself_and_c_modules(bare, tmp_path):
    code = (
        "import sys; a = set(sys.modules); from jupyter_mlws import Run; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - a})"
    )
    found = set(run(code, LIB, cwd=tmp_path, python=bare).stdout.split())
    assert found <= {"jupyter_mlws", "jupyter_mlws_run", "_json", "atexit"}


def test_the_package_keeps_its_hooks():
    import jupyter_mlws

    paths = jupyter_mlws._jupyter_labextension_paths()
    assert paths == [{"src": "labextension", "dest": "jupyter-mlws"}]
    assert jupyter_mlws.__version__
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = jupyter_mlws.nothing_of_that_name
