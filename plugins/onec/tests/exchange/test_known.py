"""A full exchange that repeats itself: the child is told which texts it need not read, and nothing else comes of that than of reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import delete, update

from b2bkit.core.catalog.models import Packaging, Product, Stock
from b2bkit.core.pricing.models import Price
from b2bkit.core.work import Work
from b2bkit.testing.portal import Portal
from b2bkit_onec import missing, staging
from b2bkit_onec.apply.known import known_texts
from b2bkit_onec.models import Mentioned, Upload
from b2bkit_onec.plugin import OneCPlugin
from b2bkit_onec.reading import reading
from plugins.onec.tests.exchange.applying import rows
from plugins.onec.tests.exchange.onec import OneC, upload

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08">'
COUNT = 30
NAMES = ("import0_1.xml", "offers0_1.xml")


def good(number: int, name: str = "Плёнка &amp; рукав") -> str:
    more = "<ЗначенияСвойств><ЗначенияСвойства><Ид>colour</Ид><Значение>w</Значение></ЗначенияСвойства></ЗначенияСвойств>"
    unit = '<БазоваяЕдиница Код="166">кг</БазоваяЕдиница>'
    return f"<Товар><Ид>p-{number}</Ид><Наименование>{name} {number}</Наименование>{unit}{more}</Товар>\n"


def offer(number: int, price: str = "4.62") -> str:
    prices = f"<Цены><Цена><ИдТипаЦены>opt</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><Валюта>BYN</Валюта></Цена></Цены>"
    held = '<Склад ИдСклада="minsk" КоличествоНаСкладе="7"/>'
    return f"<Предложение><Ид>p-{number}</Ид>{prices}<Количество>7</Количество>{held}</Предложение>\n"


def catalogue(goods: str = "", colour: str = "белый", more: str = "") -> bytes:
    book = f"<ВариантыЗначений><Справочник><ИдЗначения>w</ИдЗначения><Значение>{colour}</Значение></Справочник></ВариантыЗначений>"
    about = f"<Ид>colour</Ид><Наименование>Цвет</Наименование><ТипЗначений>Справочник</ТипЗначений>{book}"
    declared = f"<Классификатор><Ид>c</Ид><Свойства><Свойство>{about}</Свойство></Свойства></Классификатор>"
    goods = goods or "".join(good(number) for number in range(COUNT))
    whole = f"<Каталог {more}><Ид>catalogue</Ид><Товары>\n{goods}</Товары></Каталог>"
    return f"{HEAD}{declared}{whole}</КоммерческаяИнформация>".encode()


def offers(some: str = "", section: str = "ПакетПредложений") -> bytes:
    types = "<ТипыЦен><ТипЦены><Ид>opt</Ид><Наименование>Оптовая</Наименование><Валюта>BYN</Валюта></ТипЦены></ТипыЦен>"
    places = "<Склады><Склад><Ид>minsk</Ид><Наименование>Минск</Наименование></Склад></Склады>"
    some = some or "".join(offer(number) for number in range(COUNT))
    whole = f"<{section}><Ид>package</Ид>{types}{places}<Предложения>\n{some}</Предложения></{section}>"
    return f"{HEAD}{whole}</КоммерческаяИнформация>".encode()


FILES = dict(zip(NAMES, (catalogue(), offers()), strict=True))


def give(onec: OneC, files: dict[str, bytes]) -> None:
    assert [said.split("\n")[0] for said in onec.give(files)] == ["success"] * len(files)


def told(portal: Portal, name: str, tmp_path: Path, body: bytes | None = None, **other: Any) -> list[bytes]:
    """What the child says of a file now, but for declarations and sections."""
    settings = cast(OneCPlugin, portal.app.kit.plugins["onec"]).own.model_copy(update=other)
    file, texts = tmp_path / name, tmp_path / "known"
    file.write_bytes(body or FILES[name])
    texts.unlink(missing_ok=True)
    staging.forget_staged(file)
    with portal.work(write=False) as work:
        known = known_texts(work, settings, path=file, name=name, into=texts)
    with reading(file, name, settings, known) as child:
        assert child is not None
        lines = list(child.lines())
    return [line for line in lines if line.startswith((b'["Product"', b'["Offer"', b'["Same"', b'["Refused"'))]


def everything(portal: Portal) -> dict[str, Any]:
    """Without moments and ids, which a row that is set right has of its own."""
    own = ("as_of", "updated_at", "id")
    found = {entity.__name__: rows(portal, entity) for entity in (Product, Price, Stock, Packaging)}
    return {kind: [{n: v for n, v in row.items() if n not in own} for row in some] for kind, some in found.items()}


def knows(portal: Portal) -> bool:
    return portal.app.db.engine.dialect.name == "postgresql"


def test_a_full_exchange_that_repeats_itself_is_counted_and_not_read(portal: Portal, onec: OneC, tmp_path: Path) -> None:
    give(onec, FILES)
    first, before = [upload(portal, name).counts for name in NAMES], everything(portal)
    for name in NAMES if knows(portal) else ():
        (line,) = told(portal, name, tmp_path)
        assert line.startswith(b'["Same"')
        assert all(b'"p-%d"' % number in line for number in range(COUNT))
    give(onec, FILES)
    second = [upload(portal, name) for name in NAMES]
    assert [{kind: row["told"] for kind, row in one.counts.items()} for one in second] == [
        {kind: row["told"] for kind, row in counts.items()} for counts in first
    ]
    assert not any(row["new"] or row["changed"] for one in second for row in one.counts.values())
    assert (everything(portal), [one.attempts for one in second]) == (before, [1, 1])
    assert [row["count"] for row in rows(portal, Mentioned)] == [COUNT, COUNT]


def test_only_what_says_something_else_is_read_and_taken(portal: Portal, onec: OneC, tmp_path: Path) -> None:
    give(onec, FILES)
    other = catalogue("".join(good(number, "Пакет" if number == 4 else "Плёнка &amp; рукав") for number in range(COUNT)))
    if knows(portal):
        kinds = [line[: line.index(b",")] for line in told(portal, NAMES[0], tmp_path, other)]
        assert kinds == [b'["Same"', b'["Product"', b'["Same"']
    give(onec, {NAMES[0]: other})
    (before, after) = (upload(portal, NAMES[0]).counts, [row["name"] for row in rows(portal, Product)])
    assert (before["products"]["told"], before["products"]["changed"]) == (COUNT, 1)
    assert {"Пакет 4", "Плёнка & рукав 5"} < set(after)


MEANWHILE: dict[str, tuple[str, Callable[[Work], object]]] = {
    "another price": (NAMES[1], lambda work: work.session.execute(update(Price).values(value=1))),
    "no stock": (NAMES[1], lambda work: work.session.execute(delete(Stock))),
    "another name": (NAMES[0], lambda work: work.session.execute(update(Product).values(description="Чужое"))),
    "put away": (NAMES[0], lambda work: missing.hide(work, [f"p-{number}" for number in range(COUNT)])),
    "packagings": (
        NAMES[0],
        lambda work: work.session.add_all(
            Packaging(product_id=one.id, name="мешок", factor=25) for one in work.session.query(Product).all()
        ),
    ),
}


@pytest.mark.parametrize("happened", MEANWHILE)
def test_what_somebody_touched_is_read_again_and_set_right(portal: Portal, onec: OneC, tmp_path: Path, happened: str) -> None:
    name, act = MEANWHILE[happened]
    give(onec, FILES)
    before = everything(portal)
    with portal.work() as work:
        act(work)
    assert len([line for line in told(portal, name, tmp_path) if not line.startswith(b'["Same"')]) == COUNT
    give(onec, FILES)
    assert everything(portal) == before


def test_a_word_of_the_reference_book_that_changes_has_everything_read(portal: Portal, onec: OneC) -> None:
    give(onec, FILES)
    give(onec, {NAMES[0]: catalogue(colour="молочный")})
    assert {row["attributes"]["Цвет"] for row in rows(portal, Product)} == {"молочный"}
    assert upload(portal, NAMES[0]).attempts == (2 if knows(portal) else 1)


def test_of_one_that_comes_twice_the_later_holds_though_it_is_known(portal: Portal, onec: OneC) -> None:
    give(onec, FILES)
    goods = "".join(good(number) for number in range(COUNT))
    for text, name in ((good(7, "Пакет") + goods, "Плёнка & рукав 7"), (goods + good(7, "Пакет"), "Пакет 7")):
        give(onec, {NAMES[0]: catalogue(text)})
        assert len([row for row in rows(portal, Product) if row["name"] == name]) == 1


def test_other_settings_another_place_and_files_of_changes_have_everything_read(portal: Portal, onec: OneC, tmp_path: Path) -> None:
    give(onec, FILES)
    assert len(told(portal, NAMES[1], tmp_path, unit="пог. м")) == COUNT
    assert len(told(portal, NAMES[1], tmp_path, offers(section="ИзмененияПакетаПредложений"))) == COUNT
    assert len(told(portal, NAMES[0], tmp_path, catalogue(more='СодержитТолькоИзменения="true"'))) == COUNT


def test_a_file_that_was_broken_off_changes_nothing_though_most_of_it_is_known(portal: Portal, onec: OneC) -> None:
    give(onec, FILES)
    before = everything(portal)
    body = catalogue("".join(good(number) for number in range(COUNT)) + good(COUNT, "Новый"))
    said = onec.give({NAMES[0]: body[: len(body) - 20]})
    assert said[0].startswith("failure")
    assert everything(portal) == before
    with portal.work(write=False) as work:
        assert work.session.query(Upload).filter_by(state="failed").count() == 1
