"""A deployment's configuration: every problem at once, each with file, key and cure."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from b2bkit.core.config import DEVELOPMENT_SECRET, parse
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.load import choose, source_of
from b2bkit.core.extend.plugin import Plugin, PluginSettings

GOOD = """
[portal]
name = "Test"
base_url = "https://portal.example"
"""
SECRET = {"B2BKIT_SECRET_KEY": "x" * 40}


class ToySettings(PluginSettings):
    size: int = Field(3, description="How large.", ge=1, le=10)
    token: SecretStr = Field(SecretStr(""), description="A secret.")


class Toy(Plugin):
    name = "toy"
    version = "1.2.0"
    Settings = ToySettings


class Needy(Plugin):
    name = "needy"
    requires = ("toy",)


class Old(Plugin):
    name = "old"
    version = "0.3"
    core = "<0.1"


class SecretiveSettings(PluginSettings):
    key: SecretStr = Field(description="Needed.")


class Secretive(Plugin):
    name = "secretive"
    Settings = SecretiveSettings


KNOWN = {cls.name: source_of(cls) for cls in (Toy, Needy, Old, Secretive)}


def problems_of(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> list[ConfigProblem]:
    (tmp_path / "b2bkit.toml").write_text(text, "utf-8")
    parsed = parse(tmp_path, SECRET if environment is None else environment)
    problems = list(parsed.problems)
    choose(parsed, KNOWN, problems)
    return problems


def test_a_good_file_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, GOOD + "[plugins.toy]\nsize = 5\n") == []


def test_all_problems_come_in_one_message_each_with_file_key_and_cure(tmp_path: Path) -> None:
    text = '[portal]\nnane = "x"\nbase_url = 5\n[databse]\nurl = "x"\n[plugins.toyy]\n[plugins.needy]\n[plugins.old]\n[plugins.secretive]\n'
    found = {problem.key: problem for problem in problems_of(tmp_path, text, {})}
    assert found["portal.nane"].cure == "did you mean name?"
    assert found["portal.name"].what == "is missing"
    assert "[portal]" in found["portal.name"].cure
    assert found["portal.base_url"].cure == 'write text in quotes, "..."'
    assert found["databse"].cure == "did you mean database?"
    assert found["plugins.toyy"].what == "unknown plugin"
    assert found["plugins.toyy"].cure == "did you mean toy?"
    assert found["plugins.needy"].what == "requires toy, which is not chosen"
    assert "works with b2bkit <0.1" in found["plugins.old"].what
    assert found["B2BKIT_SECRETIVE_KEY"].file == "the environment"
    assert all(problem.file and problem.key and problem.what and problem.cure for problem in found.values())


def test_a_plugins_wrong_setting_names_its_key_and_what_is_allowed(tmp_path: Path) -> None:
    found = problems_of(tmp_path, GOOD + '[plugins.toy]\nsize = 50\ncolour = "red"\n')
    assert {problem.key for problem in found} == {"plugins.toy.size", "plugins.toy.colour"}
    by_key = {problem.key: problem for problem in found}
    assert "50" in by_key["plugins.toy.size"].what
    assert by_key["plugins.toy.size"].cure == "write a value of at most 10"
    assert by_key["plugins.toy.colour"].cure == "known here: size, token"


def test_a_secret_in_the_file_is_refused_and_its_variable_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD + '[plugins.toy]\ntoken = "hush"\n')
    assert problem.key == "plugins.toy.token"
    assert "B2BKIT_TOY_TOKEN" in problem.cure
    assert "hush" not in str(problem)


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "b2bkit.toml").write_text(GOOD + "[plugins.secretive]\n")
    parsed = parse(tmp_path, {**SECRET, "B2BKIT_SECRETIVE_KEY": "hush"})
    (plugin,) = choose(parsed, KNOWN, parsed.problems)
    assert isinstance(plugin.settings, SecretiveSettings)
    assert plugin.settings.key.get_secret_value() == "hush"
    assert parsed.problems == []


@pytest.mark.parametrize(
    ("secret", "what"),
    [("", "is missing"), (DEVELOPMENT_SECRET, "is the development secret, which everybody knows"), ("short", "has only 5 characters")],
)
def test_production_needs_a_real_secret(tmp_path: Path, secret: str, what: str) -> None:
    (problem,) = problems_of(tmp_path, GOOD, {"B2BKIT_SECRET_KEY": secret})
    assert (problem.key, problem.what) == ("B2BKIT_SECRET_KEY", what)


def test_development_needs_no_secret(tmp_path: Path) -> None:
    assert problems_of(tmp_path, GOOD + 'mode = "development"\n', {}) == []


def test_redis_as_broker_needs_its_address(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD + '[jobs]\nbroker = "redis"\n')
    assert problem.key == "B2BKIT_REDIS_URL"


def test_a_password_in_the_database_address_belongs_elsewhere(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD + '[database]\nurl = "postgresql://me:hush@db/portal"\n')
    assert (problem.key, "hush" in str(problem)) == ("database.url", False)


def test_plain_http_is_for_this_machine_only_in_production(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD.replace("https://portal.example", "http://portal.example"))
    assert problem.key == "portal.base_url"


@pytest.mark.parametrize("text", ["[portal", "name = \xff", ""])
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b2bkit.toml"
    path.write_bytes(text.encode("latin-1"))
    assert parse(path, SECRET).problems
    assert parse(tmp_path / "nowhere", SECRET).problems[0].what == "there is no such file"


def test_a_theme_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD + '[theme]\nlogo = "logo.svg"\n')
    assert problem.key == "theme.logo"


def test_unchosen_plugins_are_never_imported(tmp_path: Path) -> None:
    imported: list[str] = []

    def load() -> type[Plugin]:
        imported.append("toy")
        return Toy

    known = {"toy": source_of(Toy).__class__("toy", "test", load)}
    (tmp_path / "b2bkit.toml").write_text(GOOD)
    parsed = parse(tmp_path, SECRET)
    assert choose(parsed, known, parsed.problems) == []
    assert imported == []


def test_plugins_that_require_each_other_in_a_circle_are_named(tmp_path: Path) -> None:
    class Left(Plugin):
        name = "left"
        requires = ("right",)

    class Right(Plugin):
        name = "right"
        requires = ("left",)

    (tmp_path / "b2bkit.toml").write_text(GOOD + "[plugins.left]\n[plugins.right]\n")
    parsed = parse(tmp_path, SECRET)
    choose(parsed, {"left": source_of(Left), "right": source_of(Right)}, parsed.problems)
    assert "left" in parsed.problems[0].what
    assert "right" in parsed.problems[0].what


def test_plugins_stand_in_the_order_of_requires(tmp_path: Path) -> None:
    (tmp_path / "b2bkit.toml").write_text(GOOD + "[plugins.needy]\n[plugins.toy]\n")
    parsed = parse(tmp_path, SECRET)
    assert [plugin.name for plugin in choose(parsed, KNOWN, parsed.problems)] == ["toy", "needy"]
