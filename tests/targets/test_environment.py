"""What a run inherits, and what it must not."""

import pytest

from jupyter_mlws.targets.environment import inherited, withheld


@pytest.mark.parametrize(
    "name",
    [
        *("JPY_SESSION_NAME", "JUPYTERHUB_API_URL", "JUPYTER_TOKEN", "MLWS_STATE", "MLFLOW_RUN_ID"),
        *("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "my_token"),
    ],
)
def test_what_gives_power_is_withheld(name):
    assert withheld(name)
    assert inherited({name: "x"}) == {}


@pytest.mark.parametrize("name", ["PATH", "HOME", "CUDA_VISIBLE_DEVICES", "TOKENIZERS_PARALLELISM"])
def test_the_rest_passes(name):
    assert inherited({name: "x"}) == {name: "x"}


def test_what_json_cannot_say_does_not_pass():
    odd = b"\xff".decode(errors="surrogateescape")
    assert inherited({"A": odd, odd: "b", "C": "ä"}) == {"C": "ä"}
