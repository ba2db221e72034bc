"""Notebooks executed as runs: a real kernel, a real shim."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

DEADLINE_S = 60


def notebook(*cells, metadata=None):
    """A notebook of code cells: their source, or (source, tags)."""
    made = []
    for i, cell in enumerate(cells):
        source, tags = (cell, []) if isinstance(cell, str) else cell
        made.append(
            {
                "cell_type": "code",
                "id": f"cell-{i}",
                "metadata": {"tags": tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": made}
    )


@pytest.fixture
def execute(room, shim):
    def run(text, *, name="nb.ipynb", python=sys.executable, files=None, **more):
        command = [python, shim / "notebook_driver.py", name]
        home = room.lay_out({name: text, **(files or {})}, command, kind="notebook", **more)
        return home, room.start(home)

    return run


@pytest.fixture
def finish(execute, room):
    def run(text, **more):
        home, shim = execute(text, **more)
        shim.wait(150)
        return room.ended(home)

    return run


def executed(ended, name="nb.ipynb"):
    found = nbformat.read(ended.outputs / name, 4)
    nbformat.validate(found)
    return found.cells


def test_all_that_a_kernel_says_is_in_the_executed_copy_and_text_is_in_the_log(finish):
    ended = finish(
        notebook(
            "import sys\nprint('to out')\nprint('to err', file=sys.stderr)\n'result'",
            "from IPython.display import display, clear_output, HTML\n"
            "h = display(HTML('<b>one</b>'), display_id=True)\n",
            "h.update(HTML('<b>two</b>'))",
            "print('goes'); clear_output(wait=True); print('stays')",
            "print('goes'); clear_output()",
            "   ",
        )
    )
    assert ended.exit["code"] == 0, ended.log
    first, second, third, fourth, fifth, empty = executed(ended)
    said = {o.output_type + o.get("name", ""): o for o in first.outputs}
    assert said["streamstdout"].text == "to out\n" and said["streamstderr"].text == "to err\n"
    assert said["execute_result"].data["text/plain"] == "'result'"
    assert first.execution_count == said["execute_result"].execution_count == 1
    assert [o.data["text/html"] for o in second.outputs] == ["<b>two</b>"]
    assert third.outputs == fifth.outputs == empty.outputs == []
    assert [o.text for o in fourth.outputs] == ["stays\n"]
    assert "to out\n" in ended.log and "to err\n" in ended.log and "'result'" in ended.log
    progress = [(e["done"], e["total"], e["unit"]) for e in ended.events("state") if "done" in e]
    assert progress == [(n, 5, "cell") for n in range(6)]


NASTY = {
    "quotes": "it's \"quoted\" '''thrice'''",
    "lines": "one\ntwo\r\n\\n{x}%s",
    "code": "'); import os; os._exit(3); ('",
    "unicode": "\N{SNOWMAN}\u2028\x00",
    "n": -3,
    "f": 1e-320,
    "yes": True,
}


def test_parameters_arrive_as_data_behind_the_cell_that_is_tagged(finish):
    ended = finish(
        notebook(
            "before = 1",
            ("n = 0\nkept = 2", ["parameters"]),
            "import json\nprint(json.dumps("
            "{k: globals()[k] for k in ['quotes','lines','code','unicode','n','f','yes','kept']}))",
        ),
        parameters=NASTY,
    )
    assert ended.exit["code"] == 0, ended.log
    cells = executed(ended)
    assert cells[2].metadata.tags == ["injected-parameters"]
    assert json.loads(cells[3].outputs[0].text) == {**NASTY, "kept": 2}


def test_parameters_come_first_where_no_cell_is_tagged(finish):
    ended = finish(notebook("print(n)"), parameters={"n": float("inf")})
    assert [c.outputs[0].text for c in executed(ended)[1:]] == ["inf\n"]


def test_a_failing_cell_ends_the_run_and_is_in_the_copy(finish):
    ended = finish(
        notebook(("1/0", ["raises-exception"]), "print('so far')", "{}['gone']", "print('never')")
    )
    assert ended.exit["code"] == 1
    allowed, so_far, failed, never = executed(ended)
    assert allowed.outputs[0].ename == "ZeroDivisionError"
    assert failed.outputs[0].ename == "KeyError" and never.execution_count is None
    assert "KeyError" in ended.log and "mlws: Cell 3 of 4 failed: KeyError: 'gone'" in ended.log
    assert "never" not in ended.log and "notebook_driver.py" not in ended.log


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL; out of memory?"),
        ("import os; os._exit(3)", "it ended with exit code 3"),
        ("exit()", "the cell asked it to exit"),
    ],
)
def test_a_kernel_that_dies_is_said_in_one_sentence(finish, cell, says):
    ended = finish(notebook("print('so far')", cell, "1"))
    assert ended.exit["code"] == 1
    assert "mlws: The kernel died in cell 2 of 3" in ended.log and says in ended.log
    assert "Traceback" not in ended.log
    assert executed(ended)[0].outputs[0].text == "so far\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not a notebook"),
        (json.dumps({"nbformat": 3}), "not a notebook of format 4"),
        (notebook("1", metadata={"kernelspec": {"language": "R"}}), "written in r"),
    ],
)
def test_what_cannot_be_executed_is_said_in_one_sentence(finish, text, says):
    ended = finish(text)
    assert ended.exit["code"] == 1
    assert says in ended.log and "Traceback" not in ended.log


def test_a_parameter_that_is_no_name_is_refused(finish):
    ended = finish(notebook("1"), parameters={"a b": 1})
    assert ended.exit["code"] == 1 and "'a b' is no Python name" in ended.log


def test_an_interpreter_without_ipykernel_is_told_what_to_install(finish, tmp_path):
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    ended = finish(notebook("1"), python=bare / "bin" / "python")
    assert ended.exit["code"] == 1
    assert "-m pip install ipykernel" in ended.log and "Traceback" not in ended.log


def test_a_notebook_logs_into_its_run_and_finds_modules_beside_it(finish):
    ended = finish(
        notebook(
            "from jupyter_mlws import Run\nimport beside\nRun.get_context().log('m', beside.M)"
        ),
        name="deep/nb.ipynb",
        files={"deep/beside.py": "M = 4"},
    )
    assert ended.exit["code"] == 0, ended.log
    assert ended.metric("m") == [4]


def test_asked_to_end_it_saves_what_there_is_and_takes_the_kernel_along(execute):
    home, shim = execute(
        notebook(
            "import os; print(os.getpid(), flush=True)", "import time\nwhile True: time.sleep(1)"
        )
    )
    log = home / "log"
    until = time.monotonic() + DEADLINE_S
    while not (log.exists() and log.read_text().strip().isdigit()):
        assert time.monotonic() < until and shim.poll() is None, log.read_text()
        time.sleep(0.05)
    kernel = int(log.read_text())
    (home / "stop").touch()
    shim.wait(DEADLINE_S)
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, signal.SIGCONT)
    saved = nbformat.read(home / "code" / "outputs" / "nb.ipynb", 4)
    assert saved.cells[0].outputs[0].text == f"{kernel}\n"
    assert json.loads((home / "exit.json").read_text())["ended_by"] == "cancel"
