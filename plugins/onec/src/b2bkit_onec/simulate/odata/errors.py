"""Refusals of the OData interface, with 1C's own numbers."""

from __future__ import annotations

from typing import Final

HANDLER: Final = "-1"
ADDRESS: Final = "6"
NO_TYPE: Final = "8"
NOT_FOUND: Final = "9"
OPTION: Final = "14"
EXISTS: Final = "15"
ACCESS: Final = "20"
FUNCTION: Final = "21"


class ODataError(Exception):
    """1C understood and refuses: HTTP status, number of the error, words for a person."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


def bad_address(words: str) -> ODataError:
    """The address or the method does not fit."""
    return ODataError(400, ADDRESS, words)


def no_type(name: str) -> ODataError:
    """Nothing of that name is published."""
    return ODataError(404, NO_TYPE, f"Тип сущности '{name}' не найден")


def not_found(what: str) -> ODataError:
    """The type is there, the object is not."""
    return ODataError(404, NOT_FOUND, f"Экземпляр сущности '{what}' не найден")


def bad_option(option: str, words: str) -> ODataError:
    """A query option cannot be read."""
    return ODataError(400, OPTION, f"Ошибка при разборе опции запроса {option}: {words}")


def handler_failed(words: str) -> ODataError:
    """1C's own code raised an exception."""
    return ODataError(500, HANDLER, words)
