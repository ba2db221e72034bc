"""``mlws workspace``, ``compute``, ``doctor`` and ``--version`` against a real owner."""

import os
import subprocess

import pytest

from jupyter_mlws.client import workspace
from jupyter_mlws.testing.served import end


def test_create_makes_one_once(mlws, tmp_path):
    made = mlws("workspace", "create", tmp_path, "--name", "mine", "--json").json
    assert (made["name"], made["root"]) == ("mine", str(tmp_path))
    assert mlws("workspace", "create", tmp_path, "--json").json == made


def test_show_says_who_owns_it(mlws):
    shown = mlws("workspace", "show", "--json").json
    assert (shown["root"], shown["owner"]) == (str(mlws.folder), "serve")
    assert f"process {shown['pid']}" in mlws("workspace", "show").out


def test_prune_says_what_would_go_and_what_went(mlws, run):
    made = mlws("run", "submit", "train.py", "--wait", "--json").json["id"]
    would = mlws("workspace", "prune", "--older-than", "0s", "--dry-run", "--json").json
    assert would["dry_run"] and made in would["runs"]
    assert mlws("run", "show", made).code == 0
    told = mlws("workspace", "prune", "--older-than", "0s", "--dry-run")
    assert "digits-1 base · Completed" in told.err and "would free" in told.out
    words = ("workspace", "prune", "--older-than", "365d")
    for more in ((), ("--json",)):
        refused = mlws(*words, *more)
        assert (refused.code, refused.out) == (1, "") and "add --yes" in refused.err
    assert mlws(*words, "--yes", "--json").json["runs"] == []
    assert mlws(*words, "--yes").out == "0 runs: freed 0 B.\n"


@pytest.mark.parametrize(("answer", "code", "left"), [("n", 1, True), ("y", 0, False)])
def test_prune_asks_where_somebody_sits(mlws, tmp_path, answer, code, left):
    (tmp_path / "go.py").write_text("print(1)")
    home = ("--workspace", tmp_path)
    made = mlws("run", "submit", tmp_path / "go.py", *home, "--wait").out.strip()
    near, far = os.openpty()
    os.write(near, f"{answer}\n".encode())
    words = mlws.command("workspace", "prune", "--older-than", "0s", *home)
    done = subprocess.run(words, env=mlws.env, stdin=far, capture_output=True, timeout=60)
    os.close(near), os.close(far)
    assert done.returncode == code and b"Delete them? [y/N]" in done.stderr
    assert (mlws("run", "show", made, *home).code == 0) == left
    end(workspace.load(tmp_path))


def test_compute(mlws):
    (local,) = mlws("compute", "list", "--json").json
    assert (local["name"], local["default"]) == ("local", True)
    assert mlws("compute", "show", "local", "--json").json["slots"] == local["slots"]
    assert "local *" in mlws("compute", "list").out


def test_doctor_finds_nothing_broken_here(mlws):
    checks = {check["name"]: check for check in mlws("doctor", "--json").json}
    assert checks["workspace"]["verdict"] == checks["store"]["verdict"] == "ok"
    assert "target local" in checks
    assert "✓  workspace" in mlws("doctor").out


def test_doctor_warns_of_git_clean(mlws, tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    mlws("workspace", "create", tmp_path)
    done = mlws("doctor", "--workspace", tmp_path / "nope", folder=tmp_path)
    assert done.code == 1 and "is no workspace" in done.out
    said = mlws("doctor", folder=tmp_path)
    assert "`git clean -fdx` would remove the runs" in said.out


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_what_needs_no_workspace(mlws, tmp_path, word):
    done = mlws(word, folder=tmp_path)
    assert done.code == 0 and done.out.strip()
    assert not (tmp_path / ".mlws").exists()
