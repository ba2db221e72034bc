"""A workspace with a real owner, through the SDK."""

import pytest

from jupyter_mlws.sdk.workspace import Workspace
from jupyter_mlws.testing.served import environment, served


@pytest.fixture(scope="session")
def ws(tmp_path_factory):
    env = environment(tmp_path_factory.mktemp("home"))
    root = tmp_path_factory.mktemp("workspace")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "JUPYTER_RUNTIME_DIR", "PYTHONPATH"):
            patch.setenv(name, env[name])
        with served(root):
            yield Workspace.get(root)
