"""``mlws workspace``, ``compute``, ``doctor`` and ``--version`` against a real owner."""

import subprocess

import pytest


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
    assert mlws("workspace", "prune", "--older-than", "365d", "--json").json["runs"] == []


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
