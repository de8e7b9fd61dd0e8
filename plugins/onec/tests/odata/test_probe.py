"""`b2bkit onec probe`: with a base, and with a saved $metadata."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from b2bkit_onec.odata.probe_command import VARIABLE, probe
from plugins.onec.tests.odata import ut
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said, refused

REAL = "odata-onecdc-trade-demo/msg001_metadata.xml"


@pytest.fixture
def onec(onec: FakeOneC) -> FakeOneC:
    ut.fill(onec)
    onec.tables = {f"{path}/{name}": [] for path, name in ut.FUNCTIONS}

    def serve(asked: Asked) -> Said:
        if asked.path.endswith("/$metadata"):
            return Said(200, ut.edmx(), {"Content-Type": "application/xml"})
        return onec.serve(asked)

    onec.answer = serve
    return onec


def run(*arguments: str, password: str = "secret") -> Result:
    return CliRunner().invoke(probe, [*arguments], env={VARIABLE: password, "B2BKIT_ONEC_PASSWORD": "only-for-this-test"})


def pasted(output: str) -> dict[str, object]:
    return tomllib.loads(output.partition("For b2bkit.toml:")[2])


def test_a_whole_base_can_do_everything(onec: FakeOneC) -> None:
    result = run("--url", onec.url)
    assert result.exit_code == 0, result.output
    assert "looks like Trade Management 11.5" in result.output
    assert "MISSING" not in result.output
    flows = pasted(result.output)["plugins"]["onec"]["flows"]  # type: ignore[index]
    assert flows["orders"] == {"way": "odata"}
    assert "live" not in flows
    assert not [one for one in onec.asked if one.method != "GET"]


def test_rights_that_the_user_lacks_are_named_by_object(onec: FakeOneC) -> None:
    serve = onec.answer

    def refuse(asked: Asked) -> Said:
        return refused(403, "20", "Нарушение прав доступа") if "Catalog_ДоговорыКонтрагентов" in asked.path else serve(asked)

    onec.answer = refuse
    result = run("--url", onec.url)
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if line.startswith("NO RIGHT")]
    assert "contract" in line
    assert "Нарушение прав доступа" in line


def test_a_register_is_tried_without_counting_it(onec: FakeOneC) -> None:
    run("--url", onec.url)
    balances = [one.path for one in onec.asked if "/Balance(" in one.path]
    assert len(balances) == 4
    assert all("guid''00000000-0000-0000-0000-000000000000''" in path for path in balances)


def test_a_saved_file_is_enough(data: Path) -> None:
    result = run("--metadata", str(data / REAL))
    assert result.exit_code == 1
    assert "38 sets; looks like Trade Management 11.5 or ERP 2.5" in result.output
    missing = {line.split()[1]: line for line in result.output.splitlines() if line.startswith("MISSING")}
    assert {"orders", "settlements", "contracts"} <= missing.keys()
    assert "AccumulationRegister_РасчетыСКлиентами/Balance" in missing["settlements"]
    assert "Состав.Добавить(Метаданные.РегистрыНакопления.РасчетыСКлиентами);" in result.output
    names = pasted(result.output)["plugins"]["onec"]["odata"]["names"]  # type: ignore[index]
    assert names == {"stock": "AccumulationRegister_ТоварыНаСкладах"}


def test_a_wrong_password_is_told_with_its_cure(onec: FakeOneC) -> None:
    onec.answer = lambda asked: refused(401, "20", "Идентификация пользователя не выполнена")
    result = run("--url", onec.url)
    assert result.exit_code == 2
    assert "Идентификация пользователя не выполнена" in result.output
    assert "password" in result.output


@pytest.mark.parametrize("answer", [Said(200, b"<html><title>Sign in</title></html>", {"Content-Type": "text/html"}), Said(hang_up=True)])
def test_a_page_or_nothing_in_place_of_1c_is_told(onec: FakeOneC, answer: Said) -> None:
    onec.answer = lambda asked: answer
    result = run("--url", onec.url)
    assert result.exit_code == 2
    assert result.output.startswith("WRONG    connection")


def test_the_base_of_the_deployment_is_looked_at(onec: FakeOneC, tmp_path: Path) -> None:
    (tmp_path / "b2bkit.toml").write_text(f'[portal]\nname = "T"\n[plugins.onec.odata]\nurl = "{onec.url}"\nlogin = "портал"\n', "utf-8")
    result = run("--config", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert onec.url in result.output


def test_without_a_password_or_a_base_the_cure_is_named(tmp_path: Path) -> None:
    assert VARIABLE in run("--url", "http://127.0.0.1:9/ut", password="").output
    (tmp_path / "b2bkit.toml").write_text('[portal]\nname = "T"\n[plugins.onec]\n', "utf-8")
    assert "[plugins.onec.odata]" in run("--config", str(tmp_path)).output


def test_a_name_that_is_nearly_right_is_proposed(tmp_path: Path) -> None:
    changed = {name.replace("Catalog_ДоговорыКонтрагентов", "Catalog_ДоговорКонтрагента"): given for name, given in ut.SETS.items()}
    (tmp_path / "metadata.xml").write_bytes(ut.edmx(changed))
    result = run("--metadata", str(tmp_path / "metadata.xml"))
    assert '# contract = "Catalog_ДоговорКонтрагента"  # perhaps' in result.output
