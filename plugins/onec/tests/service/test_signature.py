"""Requests of the HTTP service are signed: nobody between the portal and 1C makes one, changes one or says one twice."""

from __future__ import annotations

import pytest

from b2bkit_onec.service.signature import LEEWAY, Verifier, signed

KEY = "k" * 32
NOW = 1_800_000_000


def header(**changed: object) -> str:
    values: dict[str, object] = {"method": "PUT", "path": "/v1/tasks/1", "parameters": {}, "body": b"{}", "at": NOW, "nonce": "n" * 20}
    values |= changed
    key = str(values.pop("key", KEY))
    return signed(key, **values)  # type: ignore[arg-type]


def problem(given: str, *, now: int = NOW, verifier: Verifier | None = None, parameters: dict[str, str] | None = None) -> str:
    return (verifier or Verifier(KEY)).problem(given, "PUT", "/v1/tasks/1", parameters or {}, b"{}", now=now)


def test_a_signature_is_good_once() -> None:
    verifier = Verifier(KEY)
    assert [problem(header(), verifier=verifier) for _ in range(2)] == ["", "repeated"]
    assert problem(header(nonce="m" * 20), verifier=verifier) == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path": "/v1/tasks/2"},
        {"body": b"{} "},
        {"parameters": {"after": "1"}},
        {"key": "x" * 32},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_is_changed_breaks_it(changed: dict[str, object]) -> None:
    assert problem(header(**changed)) == "signature"


def test_its_time_and_its_word_are_signed_too() -> None:
    version, at, nonce, digest = header().split(" ")
    assert problem(f"{version} {int(at) + 1} {nonce} {digest}") == "signature"
    assert problem(f"{version} {at} {'m' * 20} {digest}") == "signature"


@pytest.mark.parametrize(("late", "expected"), [(LEEWAY, ""), (-LEEWAY, ""), (LEEWAY + 1, "clock"), (-LEEWAY - 1, "clock")])
def test_it_holds_for_five_minutes(late: int, expected: str) -> None:
    assert problem(header(), now=NOW + late) == expected


@pytest.mark.parametrize(
    "given", ["", "v1", "v2 1 nnnnnnnnnnnnnnnnnnnn " + "0" * 64, "v1 1 n " + "0" * 64, "v1 1 nnnnnnnnnnnnnnnnnnnn " + "G" * 64]
)
def test_anything_else_is_unsigned(given: str) -> None:
    assert problem(given) == "unsigned"


def test_parameters_count_in_any_order() -> None:
    given = header(parameters={"b": "2", "a": "я ж"})
    assert problem(given, parameters={"a": "я ж", "b": "2"}) == ""
