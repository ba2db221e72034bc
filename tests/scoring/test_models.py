"""Models without an entry script."""

import pickle

import numpy as np
import pytest

from tests.scoring.conftest import wait_until


@pytest.fixture
def serve(make, tmp_path):
    """Serve a model object without a script."""

    def _serve(model, **settings):
        (tmp_path / "made").mkdir()
        with open(tmp_path / "made" / "model.pkl", "wb") as stream:
            pickle.dump(model, stream)
        return make(model_dir=str(tmp_path / "made"), **settings)

    return _serve


def test_rows_may_be_named_where_the_model_knows_the_names(serve):
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(np.eye(2), [1, 10])
    model.feature_names_in_ = np.array(["one", "ten"], dtype=object)
    endpoint = serve(model).up()
    told = endpoint.ask({"data": [{"ten": 1, "one": 0}, {"ten": 0, "one": 1}]})[2]
    assert told["predict"] == pytest.approx([10, 1])
    table = {"columns": ["ten", "one"], "index": [0], "data": [[1, 0]]}
    assert endpoint.ask({"input_data": table})[2]["predict"] == pytest.approx([10])
    status, _, told = endpoint.ask({"data": [{"one": 1}]})
    assert (status, told["message"]) == (400, "Row 0 lacks 'ten'.")
    ragged = {"columns": ["ten", "one"], "data": [[1]]}
    assert endpoint.ask({"input_data": ragged})[0] == 400


def test_a_pipeline_takes_texts(serve):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(["good", "bad"], [1, 0])
    endpoint = serve(model).up()
    assert endpoint.ask({"data": ["bad", "good good"]})[2]["predict"] == [0, 1]


def test_columns_of_words_arrive_as_words(serve):
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    x = np.array([["red", 1], ["blue", 2]], dtype=object)
    endpoint = serve(make_pipeline(OneHotEncoder(), LinearRegression()).fit(x, [3, 7])).up()
    assert endpoint.ask({"data": [["blue", 2]]})[2]["predict"] == pytest.approx([7])
    assert endpoint.ask({"data": [["green", 2]]})[0] == 400  # the model's own ValueError


def test_what_is_no_model_says_so(serve):
    endpoint = serve({"not": "a model"}).start()
    wait_until(lambda: endpoint.state() == "Failed")
    assert "A dict has no predict()" in endpoint.status()["reason"]


def test_an_interpreter_that_lacks_the_models_package_says_which(make):
    from tests.scoring.test_life import old_python

    endpoint = make(python=old_python()).start()
    wait_until(lambda: endpoint.state() == "Failed")
    assert "No module named" in endpoint.status()["reason"]


def test_an_interpreter_that_is_not_there_says_so(make):
    endpoint = make(python="/nowhere/python").start()
    wait_until(lambda: endpoint.state() == "Failed")
    assert "/nowhere/python could not be started" in endpoint.status()["reason"]
