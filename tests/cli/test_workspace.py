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
        assert (refused.code, refused.out) == (2, "") and "add --yes" in refused.err
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


def test_targets_are_attached_changed_and_detached(mlws, tmp_path):
    (tmp_path / "go.py").write_text("import time; time.sleep(600)")
    home = ("--workspace", tmp_path)
    mlws("workspace", "create", tmp_path)
    mark = tmp_path / ".mlws" / "workspace.toml"
    mark.write_text(mark.read_text() + "\n[targets.local]\nslots = 3\n[targets.big]\nslots = 7\n")
    listed = mlws("compute", "list", *home, "--json").json
    assert {one["name"]: one["slots"] for one in listed} == {"local": 3, "big": 7}
    assert (
        mlws("compute", "attach", "local", "--slots", "4", *home).out == "local · local · 4 slots\n"
    )
    made = mlws("compute", "attach", "few", "--kind", "local", "--slots", "1", *home, "--json").json
    assert (made["slots"], made["config"]) == (1, {"slots": 1})
    assert mlws("compute", "attach", "few", *home, "--json").json["slots"] == 1
    assert mlws("compute", "check", "few", *home).out == "few can be used.\n"
    run = mlws("run", "submit", tmp_path / "go.py", "-t", "few", *home).out.strip()
    held = mlws("compute", "detach", "few", *home)
    assert held.code == 1 and "few stays: default-1 would be left without it" in held.err
    mlws("run", "cancel", run, *home, "--wait")
    assert mlws("compute", "detach", "few", *home).out == "Detached few.\n"
    assert mlws("compute", "detach", "few", *home).code == 1
    assert "local is this machine" in mlws("compute", "detach", "local", *home).err
    assert mlws("run", "submit", tmp_path / "go.py", "-t", "few", *home).code == 2
    end(workspace.load(tmp_path))
    listed = mlws("compute", "list", *home, "--json").json
    assert {one["name"]: one["slots"] for one in listed} == {"local": 4, "big": 7}
    end(workspace.load(tmp_path))


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
