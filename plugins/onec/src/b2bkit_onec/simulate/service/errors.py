"""Refusals of the service, as the contract words them."""

from __future__ import annotations


class ServiceProblem(Exception):
    """Answered with this status as the contract's Problem."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


def absent(words: str) -> ServiceProblem:
    """1C has no such object."""
    return ServiceProblem(404, "absent", words)
