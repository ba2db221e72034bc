"""``mlws run`` against a real owner: what scripts rely on."""

import json
import signal
import subprocess
import sys

import pytest

KEYS = {
    *("id", "number", "experiment", "name", "state", "reason", "target", "command"),
    *("arguments", "parameters", "tags", "properties", "metrics", "created_at", "started_at"),
    *("ended_at", "exit_code", "snapshot", "git", "environment", "children", "outputs"),
}


def test_submit_prints_the_id_and_returns_at_once(mlws, run):
    done = mlws("run", "submit", "train.py")
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert mlws("run", "show", line, "--json").json["id"] == line


def test_wait_with_json_is_one_document_and_nothing_else(run):
    assert (run["state"], run["experiment"], run["number"]) == ("Completed", "digits", 1)


def test_show_holds_all_that_a_run_was(mlws, run):
    shown = mlws("run", "show", "digits-1", "--json").json
    assert shown.keys() >= KEYS
    assert shown["arguments"] == ["--alpha", "0.3"]
    assert shown["parameters"] == {"lr": 0.1, "word": "a b"}
    assert shown["tags"]["stage"] == "dev"
    assert shown["metrics"]["broken"] == "NaN"
    assert shown["spec"]["variables"]["FOO"] == "bar"
    assert [file["path"] for file in shown["outputs"]] == ["outputs/model.txt"]
    assert shown["exit_code"] == 0


def test_what_show_prints_is_for_reading(mlws, run):
    shown = mlws("run", "show", "digits-1").out
    assert shown.startswith("✓ Completed · digits-1 base · ")
    facts, _, sections = shown.partition("parameters\n")
    assert "created     " in facts and "train.py --alpha 0.3" in facts and "attempt" not in facts
    assert sections.startswith("  lr    0.1\n  word  a b\ntags\n  stage  dev\nmetrics\n")
    assert "  loss    0.3333\n" in sections
    assert "outputs\n  outputs/model.txt  7 B\n" in sections


FAILS_ONCE = """
import os, pathlib, sys
tried = pathlib.Path(sys.argv[1])
tried.write_text(tried.read_text() + "x" if tried.exists() else "x")
sys.exit(tried.read_text() == "x")
"""


def test_a_failed_run_is_tried_again_and_show_counts(mlws, tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "flaky.py").write_text(FAILS_ONCE)
    words = ("--retries", "2", "--wait", "--json", "--", tmp_path / "tried")
    made = mlws("run", "submit", tmp_path / "code" / "flaky.py", *words).json
    assert (made["state"], made["attempt"], made["spec"]["retries"]) == ("Completed", 2, 2)
    shown = mlws("run", "show", made["id"]).out
    assert " · attempt 2 of 3" in shown.splitlines()[0]
    assert "attempts\n  1  exit code 1, " in shown and "\n  2  exit code 0, " in shown


def test_a_run_is_named_by_id_prefix_label_and_latest(mlws, run):
    shown = {ref: mlws("run", "show", ref, "--json") for ref in (run["id"], run["id"][:25])}
    assert {done.json["id"] for done in shown.values()} == {run["id"]}
    assert mlws("run", "show", "latest", "--json").code == 0


def test_wait_exits_0_only_for_a_completed_run(mlws, run):
    failed = mlws("run", "submit", "train.py", "--wait", "--", "--fail")
    assert failed.code == 1
    assert "Failed" in failed.err and failed.out.count("\n") == 1
    assert mlws("run", "wait", failed.out.strip()).code == 1
    assert mlws("run", "wait", "digits-1").code == 0


def test_follow_prints_the_log_and_nothing_of_it_is_lost(mlws):
    done = mlws("run", "submit", "train.py", "--follow", "--", "--beta")
    assert done.code == 0
    assert done.out.splitlines()[1:] == ["arguments ['--beta']"]


def test_follow_with_json_keeps_stdout_for_the_document(mlws):
    done = mlws("run", "submit", "train.py", "--follow", "--json")
    assert done.json["state"] == "Completed"
    assert "arguments []" in done.err


def test_logs(mlws, run):
    expected = "arguments ['--alpha', '0.3', '--lr', '0.1', '--word', 'a b']\n"
    assert mlws("run", "logs", "digits-1").out == expected
    assert mlws("run", "logs", "digits-1", "--json").json == {"log": expected}


def test_a_series_is_a_list_of_steps(mlws, run):
    points = mlws("run", "metrics", "digits-1", "loss", "--json").json
    assert [(p["step"], p["value"]) for p in points] == [(0, 1.0), (1, 0.5), (2, 1.0 / 3)]
    assert points[0].keys() == {"step", "value", "at"}


def test_all_series_are_an_object_of_lists(mlws, run):
    series = mlws("run", "metrics", "digits-1", "--json").json
    assert series.keys() == {"loss", "broken", "note", "row"}
    assert series["broken"][0]["value"] == "NaN"
    assert series["note"][0]["value"] == "fine"
    assert series["row"][0]["value"] == {"a": 1, "b": 2}


def test_a_table_in_a_pipe_is_never_cut(mlws, run):
    listed = mlws("run", "list", "--experiment", "digits").out
    assert run["id"] in listed and "digits-1" in listed and "loss 0.3333" in listed
    assert run["id"] in [one["id"] for one in mlws("run", "list", "--json").json]


def test_a_list_is_filtered_and_ordered_as_its_help_says(mlws, run):
    def labels(*words):
        return [f"{one['experiment']}-{one['number']}" for one in mlws("run", "list", *words).json]

    words = "metrics.loss < 0.5 and parameters.lr = 0.1 digits"
    assert labels("--json", "--filter", words, "-e", "digits")[-1] == "digits-1"
    assert mlws("run", "list", "--filter", "metric.loss>7").err == "mlws: No run matches.\n"
    assert mlws("run", "list", "-e", "none").err == "mlws: No run matches.\n"
    for order in ("metric.loss", "-metric.loss", "ended"):
        assert labels("--json", "-e", "digits", "--order", order)


def test_download_keeps_paths(mlws, run, tmp_path):
    written = mlws("run", "download", "digits-1", tmp_path, "--json").json
    assert written == [str(tmp_path / "outputs" / "model.txt")]
    assert (tmp_path / "outputs" / "model.txt").read_text() == "weights"


def test_again_keeps_the_snapshot_and_takes_other_arguments(mlws, run):
    again = mlws("run", "again", "digits-1", "--wait", "--json", "--", "--gamma").json
    assert again["snapshot"] == run["snapshot"]
    assert again["spec"]["arguments"] == ["--gamma"]
    assert again["parameters"] == run["parameters"]


def test_tag_archive_and_delete(mlws):
    made = mlws("run", "submit", "train.py", "--wait", "--json").json["id"]
    tagged = mlws("run", "tag", made, "a=1", "b=2", "--name", "second", "--json").json
    assert (tagged["tags"], tagged["name"]) == ({"a": "1", "b": "2"}, "second")
    assert mlws("run", "tag", made, "--remove", "a", "--json").json["tags"] == {"b": "2"}
    assert mlws("run", "archive", made, "--json").json["archived_at"] is not None
    assert mlws("run", "archive", made, "--undo", "--json").json["archived_at"] is None
    assert mlws("run", "delete", made).code == 0
    assert mlws("run", "show", made).code == 1


def test_cancel_and_the_exit_code_of_wait(mlws, tmp_path):
    (tmp_path / "sleep.py").write_text("import time; time.sleep(600)")
    made = mlws("run", "submit", tmp_path / "sleep.py").out.strip()
    cancelled = mlws("run", "cancel", made, "--wait", "--json").json
    assert cancelled["state"] == "Canceled"
    assert mlws("run", "wait", made).code == 1


def test_ctrl_c_detaches_and_the_run_goes_on(mlws, tmp_path):
    (tmp_path / "sleep.py").write_text("import time; print('up', flush=True); time.sleep(600)")
    words = mlws.command("run", "submit", tmp_path / "sleep.py", "--follow")
    with subprocess.Popen(
        words, cwd=mlws.folder, env=mlws.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        made = child.stdout.readline().decode().strip()
        assert child.stdout.readline() == b"up\n"
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
    assert child.returncode == 130
    assert b"goes on; `mlws run cancel" in said and b"Traceback" not in said
    assert mlws("run", "show", made, "--json").json["state"] in ("Starting", "Running")
    assert mlws("run", "cancel", made, "--wait").code == 0


def test_a_timeout_ends_it(mlws, tmp_path):
    (tmp_path / "sleep.py").write_text("import time; time.sleep(600)")
    done = mlws("run", "submit", tmp_path / "sleep.py", "--timeout", "0.5", "--wait", "--json")
    assert done.code == 1
    assert json.loads(done.out)["reason_code"] == "timeout"


def test_an_input_is_linked_and_recorded(mlws, tmp_path):
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "x.txt").write_text("data")
    code = tmp_path / "code"
    code.mkdir()
    (code / "read.py").write_text("print(open('data/x.txt').read())")
    words = ("--input", f"data={tmp_path / 'big'}", "--wait", "--json")
    run = mlws("run", "submit", code / "read.py", *words).json
    assert run["spec"]["inputs"] == {"data": str(tmp_path / "big")}
    assert mlws("run", "logs", run["id"]).out == "data\n"


@pytest.mark.parametrize("from_inside", [True, False])
def test_source_is_the_root_of_the_snapshot(mlws, tmp_path, from_inside):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "go.py").write_text("import os; print(sorted(os.listdir()))")
    (tmp_path / "data.csv").write_text("1")
    folder, script = (tmp_path / "pkg", "go.py") if from_inside else (mlws.folder, "pkg/go.py")
    words = ("--source", tmp_path, "--workspace", mlws.folder, "--wait")
    done = mlws("run", "submit", script, *words, folder=folder)
    assert done.code == 0, done.err
    assert "'data.csv'" in mlws("run", "logs", done.out.strip()).out


def test_a_notebook_is_executed_with_its_parameters(mlws, tmp_path):
    cell = {"cell_type": "code", "execution_count": None, "outputs": [], "id": "a"}
    given = cell | {"metadata": {"tags": ["parameters"]}, "source": "lr = 1.0"}
    then = cell | {"id": "b", "metadata": {}, "source": "print('rate', lr)"}
    document = {"cells": [given, then], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "nb.ipynb").write_text(json.dumps(document))
    words = ("--python", sys.executable, "-p", "lr=0.25", "--wait", "--json")
    run = mlws("run", "submit", tmp_path / "nb.ipynb", *words).json
    assert (run["kind"], run["parameters"]) == ("notebook", {"lr": 0.25})
    assert "rate 0.25" in mlws("run", "logs", run["id"]).out


def test_dry_run_lists_what_would_go_and_stores_nothing(mlws, run):
    before = len(mlws("run", "list", "--json", "--limit", "1000").json)
    would = mlws("run", "submit", "train.py", "--dry-run", "--json").json
    assert "train.py" in would["files"]
    assert would["launch"]["spec"]["command"][-1] == "train.py"
    assert "PATH" in would["launch"]["spec"]["environment"]  # names: the values are the owner's
    told = mlws("run", "submit", "train.py", "--dry-run", "--", "a b")
    assert told.code == 0 and "train.py" in told.out
    assert "start: " in told.err and told.err.strip().endswith("train.py 'a b'")
    assert len(mlws("run", "list", "--json", "--limit", "1000").json) == before


def test_uncommitted_changes_are_kept(mlws, tmp_path):
    for words in (
        ("init", "-q"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    (tmp_path / "go.py").write_text("print(1)\n")
    subprocess.run(["git", "add", "go.py"], cwd=tmp_path, check=True)
    words = ("--workspace", mlws.folder, "--wait", "--json")
    run = mlws("run", "submit", "go.py", *words, folder=tmp_path).json
    git = mlws("run", "show", run["id"], "--json").json["git"]
    assert git["azureml.git.dirty"] == "True"
    assert git["mlws.git.diff"].startswith("sha256:")
