"""What a portal knows of a language is what CLDR says of it, and Babel is not there when it is known already."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from b2bkit.core.languages import facts

DAYS = [date(2026, 1, 5), date(2026, 11, 22), date(2031, 12, 30)]


@pytest.mark.parametrize("lang", ["ru", "en", "be", "kk", "uz", "de", "fr", "zh", "en_GB"])
def test_dates_and_numbers_are_those_of_cldr(lang: str) -> None:
    known = facts(lang)
    for day in DAYS:
        assert known.in_figures(day) == format_skeleton("yMd", day, locale=lang)
        assert known.months[day.month - 1] == format_date(day, "MMMM", locale=lang)
        assert known.weekdays[day.weekday()] == format_date(day, "EEEE", locale=lang)
    assert format_decimal(1234567.5, locale=lang) == f"1{known.group}234{known.group}567{known.point}5"


def test_a_portal_that_knows_its_languages_does_not_load_babel() -> None:
    program = (
        "import sys; from b2bkit.core.languages import facts; import b2bkit.core.shell, b2bkit.core.app\n"
        "facts('ru'), facts('en'); print('babel.core' in sys.modules)"
    )
    for loaded in (None, "False"):  # the first process may have to make them
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PATH": ""})
        assert loaded is None or done.stdout.strip() == loaded
