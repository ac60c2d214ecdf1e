"""What `/schema` holds: every operation, shape and refusal, explained and with examples that fit."""

import json
from typing import Any

import jsonschema
import pytest
from django.test import Client

from conftest import App
from perform.models import Performance, Routine
from perform.routines import BadValue, tidy
from thoughtvoice.api import NewestFirst
from thoughtvoice.refusals import OF
from thoughtvoice.tests.refusing import members

served = Client(SERVER_NAME="localhost").get("/schema", headers={"accept": "application/json"})
document: dict[str, Any] = json.loads(served.content)
shapes = {name: shape for name, shape in document["components"]["schemas"].items() if "properties" in shape}
operations = {
    f"{method.upper()} {path}": operation
    for path, methods in document["paths"].items()
    for method, operation in methods.items()
}


@pytest.mark.parametrize("name", sorted(set(shapes) - {"Problem"}))
def test_every_shape_has_an_example_that_fits(name: str) -> None:
    jsonschema.validate(shapes[name]["example"], {**shapes[name], "components": document["components"]})


@pytest.mark.parametrize("name", sorted(operations))
def test_every_operation_names_its_request_and_explains_itself(name: str) -> None:
    operation = operations[name]
    assert operation["description"]
    for status, response in operation["responses"].items():
        assert response["headers"]["X-Request-ID"], status
        assert response["description"], status
        assert int(status) < 400 or response["content"]["application/problem+json"]["examples"]


def test_every_refusal_belongs_to_an_operation() -> None:
    assert set(OF) <= set(operations)


def test_a_problem_carries_nothing_that_is_not_documented() -> None:
    given = set(members())
    assert {("resets_at", "quota.py"), ("reasons", "rejection.py"), ("recordings", "samples.py")} <= given
    said = document["components"]["schemas"]["Problem"]["properties"]
    assert {(name, path) for name, path in given if name not in said} == set()


@pytest.mark.parametrize("name", sorted(OF))
def test_the_example_of_every_refusal_fits_and_has_nothing_else(name: str) -> None:
    problem = {**document["components"]["schemas"]["Problem"], "additionalProperties": False}
    for status, response in operations[name]["responses"].items():
        if int(status) >= 400:
            for example in response["content"]["application/problem+json"]["examples"].values():
                jsonschema.validate(example["value"], {**problem, "components": document["components"]})


def test_what_erases_the_account_is_told_with_the_password_that_it_takes() -> None:
    [body] = operations["DELETE /user/me"]["requestBody"]["content"].values()
    assert body["schema"] == {"$ref": "#/components/schemas/FarewellInputRequest"}


@pytest.mark.parametrize("shape", ["PerformInputRequest", "ThoughtInputRequest"])
def test_a_value_is_told_to_be_as_long_as_it_may_be(shape: str, db: None) -> None:
    longest = shapes[shape]["properties"]["value"]["maxLength"]
    routine = Routine(value_pattern="")
    assert tidy(routine, "x" * longest)
    with pytest.raises(BadValue):
        tidy(routine, "x" * (longest + 1))


def test_a_page_is_told_to_be_as_long_as_it_may_be(as_alice: App, alice: Any) -> None:
    [limit] = [one for one in operations["GET /performances"]["parameters"] if one["name"] == "limit"]
    bounds = limit["schema"]
    assert (bounds["minimum"], bounds["maximum"]) == (1, NewestFirst.max_page_size)
    Performance.objects.bulk_create(Performance(user=alice) for _ in range(bounds["maximum"] + 1))
    for asked, told in ((1, 1), (bounds["maximum"] + 1, bounds["maximum"]), ("", bounds["default"])):
        assert len(as_alice.get(f"/performances?limit={asked}").json()["results"]) == told
