"""The tables below [plugins.onec]: what is absent changes nothing, what is wrong is named with its cure."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from b2bkit.core.config import explain, parse
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.load import choose, source_of
from b2bkit_onec.plugin import OneCPlugin
from b2bkit_onec.settings import OneCSettings, allowed

PORTAL = '[portal]\nname = "Test"\nbase_url = "https://portal.example"\n[plugins.onec]\n'
SECRETS = {"B2BKIT_SECRET_KEY": "x" * 40, "B2BKIT_ONEC_PASSWORD": "only-for-this-test"}
ODATA = '[plugins.onec.odata]\nurl = "https://1c.example/ut"\n'


def found(tmp_path: Path, text: str, **secrets: str) -> list[ConfigProblem]:
    (tmp_path / "b2bkit.toml").write_text(PORTAL + text, "utf-8")
    environment = SECRETS | {f"B2BKIT_ONEC_{name}".upper(): value for name, value in secrets.items()}
    parsed = parse(tmp_path, environment)
    problems = list(parsed.problems)
    choose(parsed, {"onec": source_of(OneCPlugin)}, problems)
    return problems


def test_without_tables_everything_is_as_it_was(tmp_path: Path) -> None:
    assert found(tmp_path, "") == []
    settings = OneCSettings.model_validate({"password": "only-for-this-test"})
    assert (settings.odata, settings.service, dict(settings.flows), settings.hosts()) == (None, None, {}, frozenset())


def test_a_base_is_described_by_its_address_and_a_password_from_the_environment(tmp_path: Path) -> None:
    assert found(tmp_path, ODATA, odata_password="пароль") == []


@pytest.mark.parametrize(
    ("text", "secrets", "key", "words"),
    [
        (ODATA, {}, "plugins.onec.odata_password", "set B2BKIT_ONEC_ODATA_PASSWORD"),
        ('[plugins.onec.odata]\nurl = "1c.example/ut"\n', {"odata_password": "x"}, "plugins.onec.odata.url", ""),
        ('[plugins.onec.odata]\nurl = "https://u:p@1c.example/ut"\n', {"odata_password": "x"}, "plugins.onec.odata.url", ""),
        (ODATA + "paralel = 2\n", {"odata_password": "x"}, "plugins.onec.odata.paralel", "unknown key"),
        (ODATA + "parallel = 0\n", {"odata_password": "x"}, "plugins.onec.odata.parallel", ""),
        (ODATA + 'plan = "Для ODATA"\n', {"odata_password": "x"}, "plugins.onec.odata.plan", "ДляODATA"),
        (ODATA + 'names = { order = "Document Заказ" }\n', {"odata_password": "x"}, "plugins.onec.odata.names", "$metadata"),
        ('[plugins.onec.flows.stok]\nway = "site"\n', {}, "plugins.onec.flows", "did you mean stock?"),
        ('[plugins.onec.flows.stock]\nway = "mail"\n', {}, "plugins.onec.flows.stock.way", ""),
        ('[plugins.onec.flows.stock]\nway = "odata"\n', {}, "plugins.onec.flows", "[plugins.onec.odata]"),
        ('[plugins.onec.line]\nkey = "portal.key"\n', {}, "plugins.onec.line.key", "add certificate"),
        ('[plugins.onec.line]\nhosts = ["https://1c"]\n', {}, "plugins.onec.line.hosts", "HOST:PORT"),
        (ODATA + '[plugins.onec.line]\nhosts = ["other.example"]\n', {"odata_password": "x"}, "plugins.onec.line", "1c.example"),
        ('[plugins.onec.service]\nurl = "https://1c/ut"\n', {"service_password": "x"}, "plugins.onec.service_key", "SERVICE_KEY"),
    ],
)
def test_what_is_wrong_is_named_by_its_field_with_a_cure(tmp_path: Path, text: str, secrets: dict[str, str], key: str, words: str) -> None:
    named = {problem.key: problem for problem in found(tmp_path, text, **secrets)}
    assert key in named
    assert words in named[key].what + " " + named[key].cure


def test_an_address_may_be_given_with_its_odata_root(tmp_path: Path) -> None:
    made = OneCSettings.model_validate(
        {"password": "12345678", "odata": {"url": "http://1c:8080/ut/odata/standard.odata/"}, "odata_password": "x"}
    )
    assert made.odata is not None
    assert made.odata.url == "http://1c:8080/ut"
    assert made.hosts() == {"1c:8080"}


@pytest.mark.parametrize(
    ("url", "hosts", "good"),
    [
        ("https://1c.example/ut", {"1c.example"}, True),
        ("https://1C.Example:443/ut", {"1c.example:443"}, True),
        ("http://1c.example:8080/ut", {"1c.example"}, True),
        ("http://1c.example:8080/ut", {"1c.example:80"}, False),
        ("https://1c.example@evil.example/", {"1c.example"}, False),
        ("https://evil.example/1c.example", {"1c.example"}, False),
        ("https://[::1]:99999/", {"::1"}, False),
        ("file:///etc/passwd", {""}, False),
    ],
)
def test_only_hosts_of_the_list_are_allowed(url: str, hosts: set[str], good: bool) -> None:
    assert allowed(url, hosts) is good


def test_a_secret_that_is_refused_is_not_shown() -> None:
    """What `b2bkit check` prints goes into tickets and terminals."""
    with pytest.raises(ValidationError) as error:
        OneCSettings.model_validate({"password": "short"})
    told = [str(problem) for problem in explain("b2bkit.toml", OneCSettings, "plugins.onec", error.value)]
    assert told
    assert not any("short" in words for words in told)
