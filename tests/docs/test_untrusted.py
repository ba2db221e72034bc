"""What runs and models bring with them has no power over who looks at it."""

import os
import pickle

import pytest

from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.sdk import register as registry

PAGE = "<script>fetch('/api/contents')</script>"
FILES = ("page.html", "picture.svg", "script.js", "unknown.bin")


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture(scope="module")
def run(served):
    """A run that has left files, and ended."""
    text = (
        f"import os\nfor n in {FILES!r}: open('outputs/' + n, 'w').write({PAGE!r})\nprint({PAGE!r})"
    )
    begun = served.client.submit(NewRun(spec=RunSpec(command=("python3", "-c", text))))
    done = served.client.wait(begun.id)
    assert done.state.value == "Completed", done.reason
    return done


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["", "?download=true"], ids=["shown", "downloaded"])
def test_a_file_of_a_run_opens_in_a_sandbox(served, run, name, how):
    status, headers, body = served.ask("GET", f"runs/{run.id}/files/outputs/{name}{how}")
    assert (status, body.decode()) == (200, PAGE)
    policy = headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_log_opens_in_a_sandbox(served, run):
    status, headers, body = served.ask("GET", f"runs/{run.id}/log")
    assert (status, body.decode()) == (200, f"{PAGE}\n")
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_server_does_not_unpickle_a_model(served, tmp_path):
    mark, path = tmp_path / "unpickled", tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(Touch(mark)))
    made = registry.send(
        served.client, "trap", registry.local(path), NewVersion(framework="scikit-learn")
    )
    assert served.client.version("trap", made.version).size_bytes == path.stat().st_size
    assert [model.name for model in served.client.models()] == ["trap"]
    (got,) = served.client.download_version("trap", made.version, tmp_path / "got")
    assert served.ask("GET", f"models/trap/versions/{made.version}/content")[0] == 200
    assert not mark.exists()
    with open(got, "rb") as stream:
        pickle.load(stream).close()  # it is a trap
    assert mark.exists() and os.path.getsize(mark) == 0
