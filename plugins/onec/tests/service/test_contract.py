"""The contract's file, and the 1C module that serves it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema_rs
import schemathesis
from click.testing import CliRunner

from b2bkit_onec.service.command import contract
from b2bkit_onec.service.openapi import FILE, document, text

PLACE = files("b2bkit_onec.service")


def module() -> str:
    return PLACE.joinpath("module.bsl").read_text(encoding="utf-8")


def bare_code() -> str:
    """The module without comments, queries and texts."""
    lines = (line.split("//")[0] for line in module().splitlines() if not line.strip().startswith("|"))
    return re.sub(r'"(?:[^"\n]|"")*"', '""', "\n".join(lines))


def test_the_shipped_contract_is_made_of_the_models() -> None:
    assert PLACE.joinpath(FILE).read_text(encoding="utf-8") == text(), "keep what `b2bkit onec contract` writes"


def test_a_command_writes_both_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(contract, ["--out", str(tmp_path / "to-1c")])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "to-1c" / FILE).read_text("utf-8")) == document()
    assert (tmp_path / "to-1c" / "module.bsl").read_bytes().startswith(b"\xef\xbb\xbf// HTTP")


def test_the_contract_is_openapi() -> None:
    """An independent reader finds all operations in it, and its schemas are JSON Schema 2020-12."""
    contract = document()
    operations = [one.ok().label for one in schemathesis.openapi.from_dict(contract).get_all_operations()]
    assert len(operations) == 8
    for name, schema in contract["components"]["schemas"].items():
        jsonschema_rs.validator_for({**schema, "components": contract["components"]}, validate_formats=True)
        assert schema["type"] == "object", name


def test_the_module_serves_every_operation_of_the_contract() -> None:
    """Each path and verb stands in the module's head, with a function that exists."""
    paths = {(path, verb.upper()) for path, verbs in document()["paths"].items() for verb in verbs}
    served = set()
    for line in module().splitlines():
        found = re.match(r"//\s+\w+\s+(/v1/\S+)\s+(.+)$", line)
        for verb, function in re.findall(r"(GET|PUT|POST)\s+(\w+)", found[2]) if found else ():
            served.add((found[1], verb) if found else ("", ""))
            assert re.search(rf"^Функция {function}\(Запрос\)", module(), re.MULTILINE), function
    assert served == paths


def test_every_function_of_the_service_checks_the_signature_first() -> None:
    """Nothing is read or done for a request that is not signed."""
    service = module().split("#Область Сервис")[1].split("#КонецОбласти")[0]
    functions = re.split(r"^Функция ", service, flags=re.MULTILINE)[1:]
    assert len(functions) == 8
    for function in functions:
        first = next(line.strip() for line in function.splitlines()[1:] if line.strip())
        assert first == "Отказ = Проверить(Запрос);", function.splitlines()[0]


def test_blocks_of_the_module_are_closed() -> None:
    """A module that 1C would not compile for a missing end is found here; the platform itself is not at hand."""
    code = bare_code()
    for opens, ends in (("Функция", "КонецФункции"), ("Процедура", "КонецПроцедуры"), ("Если", "КонецЕсли"), ("Попытка", "КонецПопытки")):
        begun = len(re.findall(rf"(?<!\w){opens}(?!\w)", code))
        assert begun == len(re.findall(rf"(?<!\w){ends}(?!\w)", code)), opens
    assert len(re.findall(r"(?<!\w)(?:Для|Пока)(?!\w)", code)) == len(re.findall(r"(?<!\w)КонецЦикла(?!\w)", code))
    assert code.count("#Область") == code.count("#КонецОбласти")


def test_functions_that_the_module_calls_are_there_or_the_platforms() -> None:
    """A slip of a name shows: own functions are defined, of the rest only the platform's and БСП's known ones are called."""
    code = re.sub(
        r'"(?:[^"\n]|"")*"', '""', "\n".join(line.split("//")[0] for line in module().splitlines() if not line.strip().startswith("|"))
    )
    own = set(re.findall(r"^(?:Функция|Процедура) (\w+)\(", code, re.MULTILINE))
    called = set(re.findall(r"(?<![\w.])([А-ЯA-Z][\w]+)\(", code)) - own
    assert called <= PLATFORM, called - PLATFORM
    unused = {name for name in own if len(re.findall(rf"(?<!\w){name}(?!\w)", code)) == 1}
    handlers = set(re.findall(r"\b(?:GET|PUT|POST)\s+(\w+)", module())) | {"ПриЗаписиЗадачи"}
    assert unused <= handlers, unused - handlers


PLATFORM = {
    "БуферДвоичныхДанных", "ЗаписатьJSON", "ЗаписьЖурналаРегистрации", "ЗафиксироватьТранзакцию", "ЗаполнитьЗначенияСвойств",
    "ЗначениеЗаполнено", "Запрос", "ИнформацияОбОшибке", "КонецДня", "Лев", "МестноеВремя", "НачатьТранзакцию", "НРег",
    "ОтменитьТранзакцию", "ПобитовоеИсключительноеИли", "ПолучитьБуферДвоичныхДанныхИзДвоичныхДанных",
    "ПолучитьДвоичныеДанныеИзБуфераДвоичныхДанных", "ПолучитьДвоичныеДанныеИзСтроки", "ПолучитьHexСтрокуИзДвоичныхДанных",
    "ПрочитатьJSON", "ПрочитатьДатуJSON", "СтрДлина", "СтрРазделить", "СтрСоединить", "Строка", "Структура", "ТекущаяДатаСеанса",
    "ТекущаяУниверсальнаяДата", "Тип", "ТипЗнч", "УникальныйИдентификатор", "УниверсальноеВремя", "Формат", "ХешированиеДанных", "Число",
    "HTTPСервисОтвет",
}  # fmt: skip
