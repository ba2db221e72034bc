"""A workspace is found the same way by everyone, and made only on the first write."""

import json
import os
import stat

import pytest

from jupyter_mlws.client import known, mounts, workspace
from jupyter_mlws.errors import Invalid, NotFound


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    for name in ("MLWS_WORKSPACE", "MLWS_DEFAULT_WORKSPACE", "MLWS_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path):
    def make(name):
        path = tmp_path / name
        path.mkdir(parents=True)
        return path

    return make


def test_a_folder_without_one_is_none(folder):
    with pytest.raises(NotFound, match="mlws workspace create"):
        workspace.find(folder("a"))


def test_it_is_found_from_below(folder):
    made = workspace.create(folder("a"))
    below = folder("a/b/c")
    assert workspace.find(below) == made


def test_the_nearest_of_nested_ones_is_meant(folder):
    workspace.create(folder("a"))
    inner = workspace.create(folder("a/b"))
    assert workspace.find(folder("a/b/c")) == inner


def test_explicit_goes_before_variable_before_nearest_before_default(folder, monkeypatch):
    here, named, said, last = (workspace.create(folder(name)) for name in "abcd")
    elsewhere = folder("elsewhere")
    monkeypatch.setenv("MLWS_DEFAULT_WORKSPACE", str(last.root))
    assert workspace.find(here.root).root == here.root
    assert workspace.find(elsewhere).root == last.root
    monkeypatch.setenv("MLWS_WORKSPACE", str(named.root))
    assert workspace.find(here.root).root == named.root
    assert workspace.find(here.root, said.root).root == said.root


def test_a_named_folder_that_is_none_is_not_searched_around(folder):
    workspace.create(folder("a"))
    with pytest.raises(NotFound):
        workspace.find(folder("elsewhere"), folder("a/b"))


def test_azure_s_file_names_a_known_one(folder):
    made = workspace.create(folder("a"), "vision")
    project = folder("project/.azureml")
    (project / "config.json").write_text(json.dumps({"workspace_name": "vision"}))
    assert workspace.find(project.parent).root == made.root


@pytest.mark.parametrize("text", ["{", "[]", '{"workspace_name": "unknown"}', '{"a": 1}'])
def test_azure_s_file_that_names_none_of_ours_is_passed_over(folder, text):
    made = workspace.create(folder("a"))
    project = folder("a/project/.azureml")
    (project / "config.json").write_text(text)
    assert workspace.find(project.parent) == made


def test_azure_s_file_that_names_several_is_refused(folder):
    workspace.create(folder("a"), "vision")
    workspace.create(folder("b"), "vision")
    project = folder("project/.azureml")
    (project / "config.json").write_text('{"workspace_name": "vision"}')
    with pytest.raises(Invalid, match="several"):
        workspace.find(project.parent)


def test_made_twice_it_is_one(folder):
    root = folder("a")
    assert workspace.create(root, "first") == workspace.create(root, "second")


def test_it_keeps_its_state_from_others_and_from_git(folder):
    made = workspace.create(folder("a"))
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o700
    assert (made.root / ".mlws" / ".gitignore").read_text() == "state/\n"
    assert made.state == made.root / ".mlws" / "state"


def test_any_folder_s_name_is_a_name(folder):
    made = workspace.create(folder('my "odd" \\ n\nä'))
    assert made.name == 'my "odd" \\ n\nä'
    assert len(made.id) == 26


def test_the_state_may_lie_elsewhere(folder, monkeypatch):
    made = workspace.create(folder("a"))
    with (made.root / workspace.MARK).open("a") as stream:
        stream.write('state = "../fast"\n')
    assert workspace.load(made.root).state == made.root.parent / "fast"
    monkeypatch.setenv("MLWS_STATE", str(made.root.parent / "faster"))
    assert workspace.load(made.root).state == made.root.parent / "faster"


def test_two_workspaces_do_not_share_a_state(folder, monkeypatch):
    monkeypatch.setenv("MLWS_STATE", str(folder("state")))
    workspace.create(folder("a"))
    with pytest.raises(Invalid, match="another workspace"):
        workspace.create(folder("b"))


@pytest.mark.parametrize("text", ["id = 3", "id", 'name = "a"', 'id = "a"\nstate = 3', "\x00"])
def test_a_broken_file_is_said_with_its_name(folder, text):
    made = workspace.create(folder("a"))
    (made.root / workspace.MARK).write_text(text)
    with pytest.raises(Invalid, match=r"workspace\.toml cannot be read"):
        workspace.load(made.root)


def test_it_is_made_at_the_server_s_root_by_a_kernel_and_said(folder, monkeypatch):
    root, said = folder("server"), []
    monkeypatch.setenv("MLWS_DEFAULT_WORKSPACE", str(root))
    made = workspace.find_or_create(folder("server/notebooks"), say=said.append)
    assert made.root == root
    assert said == [f"Made a workspace in {root}."]
    assert workspace.find_or_create(root, say=said.append) == made
    assert len(said) == 1


def test_a_workspace_that_is_gone_is_no_longer_known(folder):
    made = workspace.create(folder("a"))
    assert [one.root for one in known.known()] == [str(made.root)]
    (made.root / workspace.MARK).unlink()
    assert known.known() == ()


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//nas/share /mnt/with\\040space cifs rw 0 0
me@host:/data /mnt/ssh fuse.sshfs rw 0 0
portal /mnt/portal fuse.portal rw 0 0
scratch /scratch lustre rw 0 0
server:/x /over nfs rw 0 0
tmpfs /over tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/x", None),
        ("/home/ada/project", "nfs4"),
        ("/home", "nfs4"),
        ("/homework", None),
        ("/home/local/ada", None),
        ("/mnt/with space/a", "cifs"),
        ("/mnt/ssh/a", "fuse.sshfs"),
        ("/mnt/portal/a", None),
        ("/scratch/ada", "lustre"),
        ("/over/a", None),
    ],
)
def test_a_network_file_system_is_known(place, kind):
    from pathlib import Path

    assert mounts.network(Path(place), MOUNTS) == kind


def test_on_a_network_file_system_the_state_moves_to_this_machine(folder, monkeypatch, tmp_path):
    mounted = tmp_path / "mounts"
    mounted.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/share nfs rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", mounted)
    said = []
    made = workspace.find_or_create(folder("share/a"), say=said.append)
    assert made.state == tmp_path / "data" / "mlws" / made.id
    assert not (made.root / ".mlws" / "state").exists()
    assert said[1] == made.note
    assert "nfs" in made.note and str(made.state) in made.note
    assert os.access(made.state, os.W_OK)
