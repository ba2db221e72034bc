"""From the kind of a target to its class."""

from importlib.metadata import EntryPoint

import pytest

from jupyter_mlws.errors import Invalid
from jupyter_mlws.targets import registry
from jupyter_mlws.targets.local import LocalTarget


def test_the_local_target_is_always_there(tmp_path):
    assert registry.load("local") is LocalTarget
    assert registry.build("local", tmp_path, {}, {"slots": 2}).slots == 2
    assert "local" in registry.kinds()


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(Invalid, match="'moon'; there are .*local"):
        registry.load("moon")


@pytest.mark.parametrize(
    "kind, says", [("docker", r"jupyter_mlws\[docker\]"), ("moon", "install no_such_library")]
)
def test_a_missing_library_says_what_to_install(monkeypatch, kind, says):
    entry = EntryPoint(kind, "no_such_library:Target", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_: [entry])
    with pytest.raises(Invalid, match=says):
        registry.load(kind)


def test_what_is_no_target_is_refused(monkeypatch):
    entry = EntryPoint("odd", "pathlib:Path", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_: [entry])
    with pytest.raises(Invalid, match="not a target"):
        registry.load("odd")
