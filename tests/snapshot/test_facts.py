"""What git says of a folder: Azure's names, no credentials, no more than asked."""

import os
import subprocess

import pytest

from jupyter_mlws.snapshot import facts as asking
from jupyter_mlws.snapshot.facts import ask, facts, without_credentials


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in [n for n in os.environ if n.startswith(("AZUREML_GIT", "BUILD_", "GIT_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def git(root):
    def git(*words):
        mail = ["-c", "user.name=n", "-c", "user.email=e@x"]
        return subprocess.check_output(["git", *mail, *words], cwd=root, text=True).strip()

    git("init", "-q", "-b", "topic/one")
    return git


@pytest.fixture
def committed(git, write):
    write("src/train.py", "one\n")
    write("docs/a.md", "a\n")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    return git


def test_a_clean_work_tree(root, committed):
    committed("remote", "add", "origin", "https://me:s3cret@example.org/x/y.git?token=s3cret")
    found = facts(root / "src")
    head = committed("rev-parse", "HEAD")
    assert found.properties == {
        "azureml.git.repository_uri": "https://example.org/x/y.git",
        "azureml.git.branch": "topic/one",
        "azureml.git.commit": head,
        "azureml.git.dirty": "False",
        "mlflow.source.git.repoURL": "https://example.org/x/y.git",
        "mlflow.source.git.branch": "topic/one",
        "mlflow.source.git.commit": head,
    }
    assert found.diff == b""


def test_dirty_is_the_source_folder_alone(root, committed, write):
    write("docs/a.md", "b\n")
    assert facts(root / "src").properties["azureml.git.dirty"] == "False"
    assert facts(root).properties["azureml.git.dirty"] == "True"
    write("src/new.py")
    assert facts(root / "src").properties["azureml.git.dirty"] == "True"


def test_the_diff_applies(root, committed, write, tmp_path):
    write("src/train.py", "two\n")
    write("src/blob.bin", bytes(range(256)))
    write("docs/a.md", "b\n")
    committed("add", "src/blob.bin")
    diff = facts(root / "src").diff
    assert b"docs" not in diff
    subprocess.run(["git", "clone", "-q", root, tmp_path / "again"], check=True)
    subprocess.run(["git", "apply"], input=diff, cwd=tmp_path / "again", check=True)
    assert (tmp_path / "again/src/train.py").read_text() == "two\n"
    assert (tmp_path / "again/src/blob.bin").read_bytes() == bytes(range(256))


def test_no_secret_is_in_the_diff(root, committed, write):
    for path in (".env", "src/.ssh/config", "src/x.pem"):
        write(path, "canary\n")
        committed("add", "-f", path)
    assert facts(root).diff == b""
    write("src/train.py", "two\n")
    diff = facts(root).diff
    assert b"canary" not in diff and b"+two" in diff


def test_a_diff_that_is_too_large_is_left_out(root, committed, write, monkeypatch):
    monkeypatch.setattr(asking, "MOST_DIFF_BYTES", 100)
    write("src/train.py", "two\n" * 100)
    found = facts(root)
    assert found.diff == b"" and found.properties["azureml.git.dirty"] == "True"


def test_a_detached_head_has_no_branch(root, committed):
    committed("checkout", "-q", "--detach")
    found = facts(root).properties
    assert "azureml.git.branch" not in found and "azureml.git.commit" in found


def test_before_the_first_commit(root, git, write):
    write("a.py")
    assert facts(root).properties == {
        "azureml.git.branch": "topic/one",
        "azureml.git.dirty": "True",
        "mlflow.source.git.branch": "topic/one",
    }


def test_outside_a_work_tree_there_is_nothing_to_say(tmp_path):
    assert facts(tmp_path) == asking.GitFacts()


def test_without_git_there_is_nothing_to_say(root, committed, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert facts(root) == asking.GitFacts()


def test_the_environment_stands_first(root, committed, monkeypatch):
    monkeypatch.setenv("AZUREML_GIT_BRANCH", "release")
    monkeypatch.setenv("AZUREML_GIT_REPOSITORY_URI", "https://t0ken@example.org/x")
    monkeypatch.setenv("BUILD_BUILDID", "17")
    found = facts(root).properties
    assert found["azureml.git.branch"] == found["mlflow.source.git.branch"] == "release"
    assert found["azureml.git.repository_uri"] == "https://example.org/x"
    assert found["azureml.git.build_id"] == "17"


def test_a_git_that_does_not_answer(root, committed, tmp_path, monkeypatch):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 5\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=":")
    assert ask(root, within_s=0.2)().properties == {"incomplete": "timeout"}


def test_a_broken_repository(root, committed):
    (root / ".git/HEAD").write_text("nonsense")
    assert facts(root).properties.keys() == {"incomplete"}


@pytest.mark.parametrize(
    "url, shown",
    [
        ("https://u:p@host:8443/a.git", "https://host:8443/a.git"),
        ("https://token@host/a", "https://host/a"),
        ("ssh://git:p@host/a", "ssh://git@host/a"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("/srv/git/a", "/srv/git/a"),
    ],
)
def test_no_credentials_are_shown(url, shown):
    assert without_credentials(url) == shown
