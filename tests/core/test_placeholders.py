"""`${B2BKIT_NAME}` in b2bkit.toml: filled from the environment, and told plainly where it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from b2bkit.core.config import Parsed, parse
from b2bkit.core.extend.load import choose, source_of
from b2bkit.core.extend.plugin import Plugin, PluginSettings

PORTAL = '[portal]\nname = "Test"\nbase_url = "https://portal.example"\n'
SECRET = {"B2BKIT_SECRET_KEY": "x" * 40}


class LineSettings(PluginSettings):
    url: str = Field("", pattern=r"^https?://[^\s/]+$")
    hosts: tuple[str, ...] = ()
    every: int = 60
    password: SecretStr = SecretStr("")


class LinePlugin(Plugin):
    name = "line"
    Settings = LineSettings


def settings_of(folder: Path, table: str, **environment: str) -> tuple[LineSettings | None, Parsed]:
    (folder / "b2bkit.toml").write_text(PORTAL + "[plugins.line]\n" + table, "utf-8")
    parsed = parse(folder, SECRET | environment)
    chosen = choose(parsed, {"line": source_of(LinePlugin)}, parsed.problems)
    own = chosen[0].settings if chosen else None
    assert own is None or isinstance(own, LineSettings)
    return own, parsed


def test_an_address_comes_from_the_environment_in_texts_lists_and_numbers(tmp_path: Path) -> None:
    table = 'url = "http://${B2BKIT_HOST}:${B2BKIT_BOX_PORT}"\nhosts = ["${B2BKIT_HOST}"]\nevery = "${B2BKIT_EVERY:-5}"\n'
    own, parsed = settings_of(tmp_path, table, B2BKIT_HOST="one.example", B2BKIT_BOX_PORT="81")
    assert parsed.problems == []
    assert own is not None
    assert (own.url, own.hosts, own.every) == ("http://one.example:81", ("one.example",), 5)


@pytest.mark.parametrize("environment", [{}, {"B2BKIT_ADDRESS": ""}])
def test_without_the_variable_the_usual_value_holds(tmp_path: Path, environment: dict[str, str]) -> None:
    own, parsed = settings_of(tmp_path, 'url = "${B2BKIT_ADDRESS:-http://127.0.0.1:8001}"\n', **environment)
    assert parsed.problems == []
    assert own is not None
    assert own.url == "http://127.0.0.1:8001"


def test_a_variable_that_is_not_set_is_one_problem_with_key_and_cure(tmp_path: Path) -> None:
    _own, parsed = settings_of(tmp_path, 'url = "${B2BKIT_ADDRESS}"\nevery = "${B2BKIT_EVERY}"\n')
    assert [(one.key, one.what) for one in parsed.problems] == [
        ("plugins.line.url", "needs B2BKIT_ADDRESS, which the environment does not set"),
        ("plugins.line.every", "needs B2BKIT_EVERY, which the environment does not set"),
    ]
    assert "set B2BKIT_ADDRESS" in parsed.problems[0].cure


def test_a_filled_value_is_checked_like_any_other(tmp_path: Path) -> None:
    _own, parsed = settings_of(tmp_path, 'url = "${B2BKIT_ADDRESS}"\n', B2BKIT_ADDRESS="no address")
    (problem,) = parsed.problems
    assert problem.key == "plugins.line.url"
    assert "no address" in problem.what


@pytest.mark.parametrize("name", ["B2BKIT_ONEC_PASSWORD", "B2BKIT_SECRET_KEY", "B2BKIT_METRICS_TOKEN", "B2BKIT_DATABASE_URL"])
def test_a_secret_is_never_put_into_a_value(tmp_path: Path, name: str) -> None:
    _own, parsed = settings_of(tmp_path, f'url = "http://${{{name}}}"\n', **{name: "hush-hush-hush-hush-hush-hush-hush-hush"})
    assert parsed.problems
    assert "hush" not in " ".join(str(one) for one in parsed.problems)


@pytest.mark.parametrize("inside", ["HOME", "b2bkit_x", "", "B2BKIT_X-y", "PATH:-x"])
def test_other_variables_of_the_machine_are_not_read(tmp_path: Path, inside: str) -> None:
    _own, parsed = settings_of(tmp_path, f'url = "${{{inside}}}"\n')
    (problem,) = parsed.problems
    assert "names no variable that the portal reads" in problem.what


def test_two_dollars_stand_for_the_text_itself(tmp_path: Path) -> None:
    own, parsed = settings_of(tmp_path, 'hosts = ["$${B2BKIT_HOST}", "5 $"]\n')
    assert parsed.problems == []
    assert own is not None
    assert own.hosts == ("${B2BKIT_HOST}", "5 $")


def test_the_portals_own_tables_are_filled_too(tmp_path: Path) -> None:
    (tmp_path / "b2bkit.toml").write_text('[portal]\nname = "Test"\nbase_url = "https://${B2BKIT_PORTAL_HOST}"\n', "utf-8")
    parsed = parse(tmp_path, SECRET | {"B2BKIT_PORTAL_HOST": "b2b.example"})
    assert parsed.config is not None
    assert parsed.config.portal.base_url == "https://b2b.example"
    assert [one.key for one in parse(tmp_path, SECRET).problems] == ["portal.base_url"]
