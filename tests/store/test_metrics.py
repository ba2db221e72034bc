"""Series: nothing logged is lost, whatever it is; a curve keeps its spikes."""

import json
import math

import pytest

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.store import metrics, runs
from jupyter_mlws.store.metrics import Logged

NAN, INF = math.nan, math.inf
NAMES = ["<img onerror=alert(1)>", "a/b c", "ünï", "x" * 255, "'; DROP TABLE metrics; --", "\0"]


@pytest.fixture
def run_id(store, t0):
    with store.write() as tx:
        new = NewRun(id=new_id(t0), spec=RunSpec(script="a.py"))
        return runs.create(tx, new, at=t0, by="ada").id


@pytest.fixture
def log(store, run_id, t0):
    """Logs values, each call as one collected part."""

    def log(*values, name="loss", kind=None, steps=None):
        logged = [
            Logged(
                kind or ("scalar" if isinstance(v, float) else "text"),
                v,
                None if steps is None else steps[i],
                t0.after(i),
            )
            for i, v in enumerate(values)
        ]
        with store.write() as tx:
            metrics.append(tx, run_id, name, logged)

    return log


@pytest.fixture
def series(store, run_id):
    def series(name="loss"):
        with store.read() as tx:
            return metrics.get(tx, run_id, name)

    return series


@pytest.fixture
def chart(store, run_id):
    def chart(buckets, name="loss"):
        with store.read() as tx:
            return metrics.chart(tx, run_id, name, buckets)

    return chart


def values(series):
    return [point.value for point in series.points]


def strict(record):
    """As JSON that any parser takes."""
    return json.loads(codec.encode(record), parse_constant=pytest.fail)


def test_points_stay_in_order_over_several_parts(log, series):
    log(1.0, 2.0)
    log(3.0)
    found = series()
    assert values(found) == [1.0, 2.0, 3.0]
    assert [point.step for point in found.points] == [0, 1, 2]
    assert (found.n, found.last, found.min, found.max, found.last_step) == (3, 3.0, 1.0, 3.0, 2)


def test_steps_are_kept_as_they_were_said(log, series):
    log(1.0, 2.0, 3.0, 4.0, steps=[10, 5, 5, -1])
    assert [point.step for point in series().points] == [10, 5, 5, -1]


@pytest.mark.parametrize(
    ("logged", "low", "high", "last"),
    [
        ([NAN], None, None, "NaN"),
        ([NAN, 1.0, NAN], 1.0, 1.0, "NaN"),
        ([1.0, INF, -INF], "-Infinity", "Infinity", "-Infinity"),
        ([INF, 2.0], 2.0, "Infinity", 2.0),
        ([5e-324, 1e308], 5e-324, 1e308, 1e308),
    ],
)
def test_what_json_cannot_say_is_said_in_words(log, series, logged, low, high, last):
    log(*logged)
    told = strict(series())
    assert (told["min"], told["max"], told["last"]) == (low, high, last)
    back = [float(point["value"]) for point in told["points"]]
    assert [str(v) for v in back] == [str(v) for v in logged]


def test_the_list_s_row_is_strict_json_too(store, run_id, log, t0):
    log(1.0, INF, NAN, name="acc")
    with store.write() as tx:
        told = strict(runs.changed(tx, run_id, at=t0))
    assert told["metrics"] == {"acc": "NaN"}
    assert told["curve"]["points"] == [1.0, "Infinity", "NaN"]


def test_numbers_and_texts_in_one_series_all_stay(log, series):
    log(1.0, NAN)
    log("diverged", 3.0)
    log(4.0)
    found = series()
    assert found.kind == "text"
    assert values(found) == [1.0, "NaN", "diverged", 3.0, 4.0]
    assert (found.n, found.last, found.min) == (5, 4.0, None)


def test_rows_and_tables_are_kept_as_they_are(log, series):
    log({"a": 1, "b": "x"}, {"a": 2}, kind="row")
    assert series().kind == "row"
    assert values(series()) == [{"a": 1, "b": "x"}, {"a": 2}]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(log, series, chart, name):
    log(1.0, name=name)
    assert series(name).name == name
    assert chart(10, name).name == name


@pytest.mark.parametrize("n", [1, 2, 499, 500, 501, 1_000, 100_000])
def test_a_curve_keeps_its_spikes_and_its_end(store, log, chart, n):
    log(5000.0, -5000.0, name="other")
    spike = n // 3
    log(*(1000.0 if i == spike else -1000.0 if i == spike + 1 else 1.0 for i in range(n)))
    drawn = chart(500)
    assert drawn.n == n
    assert 0 < len(drawn.values) <= 500
    assert len({len(a) for a in (drawn.steps, drawn.at, drawn.values, drawn.low, drawn.high)}) == 1
    assert max(drawn.high) == 1000.0
    assert min(drawn.low) == (-1000.0 if n > spike + 1 else 1000.0)
    assert drawn.steps[-1] == n - 1
    if n <= 500:
        assert drawn.values == drawn.low == drawn.high


def test_a_curve_has_gaps_and_ends_where_there_are_no_numbers(log, chart):
    log(1.0, NAN, NAN, INF, 2.0, 3.0)
    told = strict(chart(3))
    assert told["low"] == [1.0, "Infinity", 2.0]
    assert told["values"] == ["NaN", "Infinity", 3.0]
    log(NAN, name="empty")
    assert strict(chart(3, "empty"))["high"] == ["NaN"]


def test_texts_cannot_be_drawn(log, chart):
    log("a")
    with pytest.raises(NotFound, match="cannot be drawn"):
        chart(10)


def test_a_metric_that_is_not_there_names_those_that_are(log, series):
    with pytest.raises(NotFound, match="it has logged none"):
        series("acc")
    log(1.0)
    with pytest.raises(NotFound, match="there is loss"):
        series("acc")


def test_all_series_come_with_as_many_points_as_asked(store, run_id, log):
    log(*(float(i) for i in range(1_000)))
    log("a", "b", name="words")
    with store.read() as tx:
        plain = metrics.listed(tx, run_id)
        few = metrics.listed(tx, run_id, buckets=5)
        whole = metrics.listed(tx, run_id, points=True)
    assert [len(one.points) for one in plain] == [0, 0]
    assert values(few[0]) == [0.0, 250.0, 500.0, 749.0, 999.0]
    assert [len(one.points) for one in whole] == [1_000, 2]
    assert [one.last for one in plain] == [999.0, "b"]
