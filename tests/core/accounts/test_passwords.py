"""Stored passwords."""

from __future__ import annotations

from b2bkit.core.accounts import passwords


def test_an_address_without_an_account_costs_as_much_as_one_with_a_password() -> None:
    """The hash that stands in for the missing one has the same parameters; else the time of an answer would tell who has an account."""
    stand_in, stored = passwords._NOBODY, passwords.hash_password("a password of somebody")
    assert stand_in.split("$")[:4] == stored.split("$")[:4]
    assert not passwords.verify(None, "whatever")
