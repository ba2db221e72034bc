"""A model has no power over the server that keeps it."""

import os
import pickle

from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.sdk import register as registry


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


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
