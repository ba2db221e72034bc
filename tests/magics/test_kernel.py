"""The magics in a real kernel, against a real owner."""

import json
import os
import sys

import pytest

from jupyter_mlws.records.run import RunState

MIME = "application/vnd.jupyter-mlws.run.v1+json"


def card(heard):
    """The card that a cell showed."""
    assert "error" not in heard, heard["error"]
    return (heard.get("execute_result") or heard["display_data"])[-1]["data"]


def error(heard):
    return heard["error"][-1]


def notebook(path, cells):
    """Write a notebook of (id, code, tags)."""
    made = [
        {
            "cell_type": "code",
            "id": cell_id,
            "metadata": {"tags": tags},
            "source": code,
            "outputs": [],
            "execution_count": None,
        }
        for cell_id, code, tags in cells
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    document = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document))
    return path


def test_without_load_ext_a_cell_is_sent_and_its_card_says_which_run(kernel, client):
    shown = card(
        kernel('%%submit -e cells -p lr=0.1 -p note="it\'s {x}" --as run\nprint(lr, note)')
    )
    run = client.run(shown[MIME]["id"])
    assert shown[MIME]["label"] == run.label
    assert "<table" in shown["text/html"] and "<script" not in shown["text/html"]
    assert shown["text/plain"].count("\n") == 0
    assert client.wait(run.id).state is RunState.COMPLETED
    assert client.log(run.id)[0] == b"0.1 it's {x}\n"
    assert run.spec.parameters == {"lr": 0.1, "note": "it's {x}"}
    said = kernel("print(run, run.state, run.logs())")
    assert said["stream"][0]["text"].startswith(f"{run.id} Completed 0.1")


def test_submitting_does_not_wait_for_the_run_which_outlives_the_kernel(short_lived, client):
    shown = card(short_lived("%%submit\nimport time; print('up', flush=True); time.sleep(600)"))
    run_id = shown[MIME]["id"]
    short_lived.shutdown()
    log = client.follow_log(run_id)
    assert next(log) == b"up\n"
    assert not client.run(run_id).state.over
    client.cancel(run_id)
    assert client.wait(run_id).state is RunState.CANCELED


def test_the_drawing_that_is_kept_says_how_it_ended(kernel, client):
    heard = kernel("%%submit\nprint(1)")
    (drawn,) = heard["display_data"]
    client.wait(drawn["data"][MIME]["id"])
    updated = kernel.next_update()
    assert updated["transient"]["display_id"] == drawn["transient"]["display_id"]
    assert "Completed" in updated["data"]["text/html"]


def test_an_interrupt_ends_the_waiting_and_not_the_run(kernel, client):
    heard = kernel(
        "%%submit --follow --as long\nprint('up', flush=True)\nimport time; time.sleep(600)",
        interrupt_at="up",
    )
    assert "error" not in heard
    assert "goes on; `%mlws cancel" in "".join(s["text"] for s in heard["stream"])
    run = client.run(card(heard)[MIME]["id"])
    assert not run.state.over
    kernel("long.cancel()")
    assert client.wait(run.id).state is RunState.CANCELED


def test_what_a_run_is_submitted_with(kernel, client, place):
    (place.root / "once.py").write_text("raise SystemExit(1)")
    words = f"--python {sys.executable} --retries 1 --large --input code={place.root} --wait"
    run = client.run(card(kernel(f"%submit once.py {words}"))[MIME]["id"])
    assert (run.spec.python, run.spec.retries, run.attempt) == (sys.executable, 1, 2)
    assert run.spec.inputs == {"code": str(place.root)}
    run = client.run(card(kernel(f"%%submit --env {sys.executable} --wait\n1"))[MIME]["id"])
    assert run.spec.python == sys.executable


def test_wait_returns_when_it_is_over(kernel):
    shown = card(kernel("%%submit --wait\nprint(1)"))
    assert shown[MIME]["state"] == "Completed"


def test_follow_prints_the_log(kernel):
    heard = kernel("%%submit --follow\nprint('hello')")
    printed = "".join(s["text"] for s in heard["stream"] if s["name"] == "stdout")
    assert printed == "hello\n"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("%%submit --target gpu\n1", "There is no target 'gpu'"),
        ("%submit trian.py", "did you mean train.py?"),
        ("%submit " + "x" * 5000, "cannot be used: File name too long."),
        ("%mlws logs nope-3", "There is no run 'nope-3'"),
        ("%deploy nope:3 --name svc", "There is no model 'nope'"),
        ("%register m --run latest --path no.txt", "has no file or folder 'no.txt'"),
        ("%submit train.py --input data=/nowhere", "There is nothing at /nowhere, the input"),
        ("%register m --path train.py --sample {", "sample is not JSON"),
        ("%deploy digits:1 --name svc --var A_TOKEN=x", "looks like a secret"),
        ("%%submit -e 'a b'\n1", "'a b' cannot name an experiment"),
        ("%%submit --gpus -1\n1", "between 0 and 1,000 GPUs"),
        ("%%submit --timeout nan\n1", "A run cannot last nan s"),
    ],
)
def test_a_mistyped_word_is_answered_in_one_line(kernel, place, code, sentence):
    (place.root / "train.py").write_text("print('trained')")
    card(kernel("%submit train.py --wait"))
    (line,) = error(kernel(code))["traceback"]
    assert sentence in line and "\n" not in line


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("%%submit\n  \n# later", "The cell is empty"),
        ("%%submit\ndef (", "Line 1 of the script is no Python"),
        ("%%submit --as class\n1", "--as takes the name of a variable, not 'class'"),
        ("%%submit --bogus\n1", "Unrecognized arguments: --bogus"),
        ("%submit", "Name a script or a notebook"),
    ],
)
def test_a_line_or_a_cell_that_cannot_be_is_a_usage_error(kernel, client, code, sentence):
    before = client.workspace().n_runs
    heard = kernel(code)
    (line,) = [said["text"] for said in heard["stream"] if said["name"] == "stderr"]
    assert line.startswith("UsageError: ") and sentence in line
    assert client.workspace().n_runs == before


def test_names_of_other_cells_are_told_before_anything_is_sent(kernel, client):
    first = kernel("import json as js\nN = 3")["execute_input"][0]["execution_count"]
    kernel("X = js.dumps(N)")
    cells = f"{first},{first + 1}"
    before = client.runs(limit=1).items[:1]
    said = kernel("%%submit\nprint(X)")["stream"][0]["text"]
    assert f"X (cell {first + 1})" in said and f"--with {cells}" in said
    assert client.runs(limit=1).items[:1] == before
    shown = card(kernel(f"%%submit --with {cells} --wait\nprint(X)"))
    assert client.log(shown[MIME]["id"])[0] == b"3\n"


def test_tagged_cells_travel_in_front_and_the_run_knows_its_cell(in_notebook, place, client):
    notebook(
        place.root / "first.ipynb",
        [("a1", "import math", ["mlws"]), ("b2", "%%submit --wait\nprint(math.pi)", [])],
    )
    (place.root / "beside.py").write_text("VALUE = 7")
    heard = in_notebook(
        "%%submit --wait\nimport beside\nprint(math.floor(math.pi), beside.VALUE)", "b2"
    )
    run = client.run(card(heard)[MIME]["id"])
    assert client.log(run.id)[0] == b"3 7\n"
    assert (run.spec.source.notebook, run.spec.source.cell_id) == ("first.ipynb", "b2")
    assert run.spec.script == "first.cell.py"
    assert not run.spec.source.stale


def test_a_notebook_that_nobody_saves_is_stale(in_notebook, place, client):
    path = notebook(place.root / "first.ipynb", [("a1", "print(1)", [])])
    os.utime(path, (1, 1))
    heard = in_notebook("%submit first.ipynb --wait", "a1")
    assert "not saved" in heard["stream"][0]["text"]
    assert client.run(card(heard)[MIME]["id"]).spec.source.stale


def test_a_front_end_that_listens_saves_first(in_notebook, place, client):
    path = notebook(place.root / "first.ipynb", [("a1", "print('old')", [])])
    os.utime(path, (1, 1))

    def save(opened):
        assert opened["target_name"] == "jupyter-mlws:save"
        assert opened["data"] == {"path": str(path)}
        notebook(path, [("a1", "print('new')", [])])

    heard = in_notebook("%submit first.ipynb --wait", "a1", on_comm=save)
    run = client.run(card(heard)[MIME]["id"])
    assert not run.spec.source.stale
    assert b"new" in client.log(run.id)[0]


def test_a_script_gets_its_arguments_as_they_are(kernel, place, client):
    (place.root / "args.py").write_text("import sys; print(sys.argv[1:])")
    shown = card(kernel("c = 2\n%submit args.py --wait -- --alpha 0.3 'a b' {c}"))
    assert client.log(shown[MIME]["id"])[0] == b"['--alpha', '0.3', 'a b', '2']\n"


def test_tab_completes_options_and_the_workspaces_words(kernel, place):
    (place.root / "train.py").write_text("1")
    card(kernel("%submit train.py -e digits"))
    assert "--target" in kernel.complete("%submit --ta")
    assert kernel.complete("%%submit --target lo") == ["local"]
    assert "digits" in kernel.complete("%submit --experiment di")
    assert "train.py" in kernel.complete("%submit tra")
    assert "latest" in kernel.complete("%mlws logs la")


FIT = """%%submit --wait -e digits --as fitted
import os, joblib
from sklearn.linear_model import LogisticRegression
os.makedirs("outputs", exist_ok=True)
joblib.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), "outputs/model.pkl")
"""
SCORE = """%%deploy digits:1 --name scored
import json, os, joblib

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))

def run(data):
    return [2 * int(one) for one in model.predict(json.loads(data)["data"])]
"""


def test_from_a_cell_to_a_live_endpoint(kernel, client):
    card(kernel(FIT))
    words = "--path outputs/model.pkl --framework scikit-learn --tag stage=dev"
    words += """ --framework-version 1.5 --sample '{"data": [[0.5]]}'"""
    shown = card(kernel(f"%register digits --run $fitted {words}"))
    assert shown["text/plain"].startswith("digits:1")
    made = client.version("digits", 1)
    assert (made.framework, made.framework_version) == ("scikit-learn", "1.5")
    assert (made.tags, made.experiment) == ({"stage": "dev"}, "digits")
    assert made.sample == {"data": [[0.5]]}
    plain = f"%deploy digits:1 --name plain --instances 2 --python {sys.executable} --var A=1"
    assert "Healthy" in card(kernel(plain))["text/plain"]
    assert client.endpoint("plain").instances == 2
    assert "Healthy" in card(kernel(SCORE))["text/plain"]
    assert client.invoke("scored", {"data": [[0.0], [1.0]]}).body == [0, 2]
    listed = card(kernel("%mlws endpoints"))["text/plain"]
    assert "plain" in listed and "scored" in listed
    assert "digits:1" in card(kernel("%mlws models"))["text/html"]
    for name in ("plain", "scored"):
        client.delete_endpoint(name)


def test_a_notebook_that_submits_itself_does_so_once(kernel):
    kernel("import os; os.environ['MLWS_RUN_ID'] = '01m8e53tr0hkad54vkdghqcqnh'")
    told = error(kernel("%%submit\nprint(1)"))
    kernel("del os.environ['MLWS_RUN_ID']")
    assert "itself executed as a run" in told["evalue"]
