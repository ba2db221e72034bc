"""What a user of Windows meets: our modules believe to be there. A simulation; see `windows.py`."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.journeys.conftest import jupyterlab
from tests.served import alone

SENTENCE = "On Windows a workspace runs inside WSL2"
IN_A_KERNEL = """
import IPython
shell = IPython.InteractiveShell.instance()
shell.run_line_magic("load_ext", "jupyter_mlws")
try:
    shell.run_cell_magic("submit", "", "print(1)")
except Exception as error:
    print(error)
"""
IN_A_SCRIPT = """
from jupyter_mlws import Run, Workspace, Experiment, Model
run = Run.get_context()
run.log("loss", 0.5)
print(run.get_metrics())
try:
    Workspace.from_config()
except Exception as error:
    print(error)
"""


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory):
    with alone() as env:
        yield {**env, "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}


@pytest.fixture(scope="module")
def windows(tmp_path_factory, surroundings):
    """Runs a program as on Windows, in an empty folder."""
    folder = tmp_path_factory.mktemp("windows")

    def run(*words, **more):
        return subprocess.run(
            [sys.executable, "-m", "tests.journeys.windows", *words],
            cwd=folder,
            env={**surroundings, **more},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture(scope="module")
def lab(tmp_path_factory, surroundings):
    """Address of a JupyterLab with our extension, as on Windows."""
    folder = tmp_path_factory.mktemp("lab")
    words = [sys.executable, "-m", "tests.journeys.windows", "-m", "jupyterlab"]
    with jupyterlab(words, folder, surroundings) as url:
        yield url
    said = (folder / "jupyter.log").read_text()
    assert "jupyter_mlws | extension was successfully loaded." in said
    assert "Traceback" not in said, said


def asked(url, path, method="GET"):
    """Status and JSON of an answer."""
    headers = {"Authorization": "token secret"}
    body = b"{}" if method == "POST" else None
    request = urllib.request.Request(url + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
    except OSError:
        return 0, None


def test_the_simulation_takes_away_what_windows_lacks(windows):
    ours = "exec(compile({!r}, 'x', 'exec'), {{'__name__': 'jupyter_mlws.x'}})"
    for line in ("import fcntl", "from signal import SIGKILL", "import os; os.O_NOFOLLOW"):
        assert windows("-c", ours.format(line)).returncode == 1, line
    assert windows("-c", ours.format("import sys; assert sys.platform == 'win32'")).returncode == 0


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"]], ids=" ".join)
def test_the_program_explains_itself(windows, words):
    done = windows("-m", "jupyter_mlws.cli.main", *words)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", ["run list", "workspace create", "serve", "endpoint list"])
def test_a_workspace_here_is_refused_in_a_sentence(windows, words):
    done = windows("-m", "jupyter_mlws.cli.main", *words.split())
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"mlws: {SENTENCE}")


def test_magics_load_and_say_it_too(windows):
    done = windows("-c", IN_A_KERNEL)
    assert done.stdout.startswith(SENTENCE), done.stderr


def test_a_script_that_logs_runs_without_a_workspace(windows):
    done = windows("-c", IN_A_SCRIPT)
    values, said = done.stdout.splitlines()
    assert values == "{'loss': 0.5}" and said.startswith(SENTENCE), done.stderr


def test_a_workspace_on_another_machine_is_looked_into(windows, served):
    """What a user of Windows has besides: the address of a server, and its token."""
    from jupyter_mlws.client import owner

    there = owner.read(served.place)
    words = ("-m", "jupyter_mlws.cli.main", "workspace", "show", "--json", "--workspace", there.url)
    done = windows(*words, MLWS_TOKEN=there.token)
    assert json.loads(done.stdout)["id"] == served.place.id, done.stderr
    assert windows(*words, MLWS_TOKEN="wrong").returncode == 1


def test_the_server_extension_loads_and_says_why_there_is_no_workspace(lab):
    assert asked(lab, "mlws/health")[1]["status"] == "ok"
    for method, path in (("GET", "workspace"), ("GET", "runs"), ("POST", "runs")):
        status, problem = asked(lab, f"mlws/api/v1/{path}", method)
        assert (status, problem["code"]) == (501, "unsupported"), (path, problem)
        assert problem["message"].startswith(SENTENCE)


def test_the_sidebar_says_it(lab, browser):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{lab}lab?token=secret")
    page.wait_for_function("window.jupyterapp !== undefined")
    page.evaluate("window.jupyterapp.restored")
    page.evaluate("() => window.jupyterapp.shell.activateById('jp-mlws-sidebar')")
    page.locator("#jp-mlws-sidebar").get_by_text(SENTENCE).wait_for()
    assert errors == []
    page.close()
