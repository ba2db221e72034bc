"""Records to JSON and back: nothing is guessed, and what is wrong is named."""

import json
import math

import pytest

from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import Invocation
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.number import heard, spoken
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.records.snapshot import Manifest

DEEP = b'{"data": ' + b"[" * 100_000


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"data": NaN}', DEEP, b'"\\ud800"'])
def test_what_is_no_json_is_malformed(body):
    with pytest.raises(Malformed, match="not JSON"):
        codec.demand(body, Invocation)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"spec": {"script": "a.py"}, "colour": 1}, "colour"),
        ({"spec": {"script": "a.py", "scirpt": "b.py"}}, "spec.scirpt"),
        ({"spec": {"script": "a.py", "resources": {"cpu": 1}}}, "spec.resources.cpu"),
        ({"spec": {"script": 3}}, "spec.script"),
        ({"spec": {"script": "a.py", "arguments": ["a", 1]}}, "spec.arguments[1]"),
        ({"spec": {"script": "a.py", "experiment": "a/b"}}, "spec.experiment"),
        ({"spec": {}}, "spec"),
        ({"spec": {"script": "a.py", "command": ["a"]}}, "spec"),
        ({"spec": {"command": []}}, "spec"),
        ({"spec": {"script": "a.py"}, "id": "SHOUTED"}, "id"),
        ([], None),
    ],
)
def test_a_wrong_field_is_named(body, field):
    with pytest.raises(Invalid) as caught:
        codec.demand(json.dumps(body).encode(), NewRun)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"entries": [{"path": "a"}, {"path": "b", "colour": 1}]}, "entries.1.colour"),
        ({"entries": [{"path": "a", "kind": "file", "executable": False, "target": None}]}, None),
        ({"entries": [], "more": {}}, "more"),
    ],
)
def test_a_wrong_field_of_one_of_many_is_named(body, field):
    """What is the default may be said."""
    try:
        codec.demand(json.dumps(body).encode(), Manifest)
    except Invalid as error:
        assert error.field == field
    else:
        assert field is None


def test_an_answer_may_hold_more_than_we_know():
    new = codec.decode(b'{"spec": {"script": "a.py", "later": 1}}', NewRun)
    assert new.spec == RunSpec(script="a.py")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e308, 0.1])
def test_every_float_survives_the_wire(value):
    back = heard(json.loads(codec.encode(spoken(value)), parse_constant=pytest.fail))
    assert back == value or (math.isnan(back) and math.isnan(value))
    assert math.copysign(1, back) == math.copysign(1, value) or math.isnan(value)


def test_a_moment_is_written_with_three_digits_and_z():
    at = Instant(1_893_456_000_123_456)
    assert codec.encode(at) == b'"2030-01-01T00:00:00.123Z"'
    assert Instant.parse("2030-01-01T02:00:00.123+02:00").rfc3339() == at.rfc3339()


@pytest.mark.parametrize("text", ["2030-01-01T00:00:00", "soon", ""])
def test_a_moment_without_its_offset_is_none(text):
    with pytest.raises(ValueError, match=r"offset|isoformat"):
        Instant.parse(text)
