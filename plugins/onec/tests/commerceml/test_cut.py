"""Items of a shape that was seen before are read in a shorter way: the records, their lines and every error are those of the long way."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.cut import CutItem, Cutter
from b2bkit_onec.commerceml.reader import _is_item, read_stream, read_unknown
from b2bkit_onec.commerceml.records import Item, Offer, Refused
from b2bkit_onec.commerceml.tree import Known, events

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08">\n'
TAIL = "</КоммерческаяИнформация>\n"
ODD_TEXTS = (
    "Труба", "Труба &amp; муфта", "Труба &nbsp;", "<![CDATA[Труба <1>]]>", "Тру<!-- нет -->ба", "Труба\n  ПНД\n", 'Труба "ПНД" > 5', "]]>",
    "Тру\x01ба", "Тру\uffffба", "", " \n ", "Тру\rба", "<Товар/>", "</Предложение>", "Труба<Ид>2</Ид>хвост",
)  # fmt: skip
ODD_VALUES = ("12,5", "1 200.00", "много", "", " 7 ", "-3", "1&lt;2", "5\n", "5|6", "5'6")


def offer(number: int, name: str = "Труба", stock: str = "5", price: str = "10.50", extra: str = "") -> str:
    return f"""\t<Предложение>
\t\t<Ид>{number}-a</Ид><Наименование>{name}</Наименование>{extra}
\t\t<Цены>
		<Цена>
\t\t\t<ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена><Цена><ИдТипаЦены>u</ИдТипаЦены>
\t\t\t<ЦенаЗаЕдиницу>7</ЦенаЗаЕдиницу></Цена></Цены>
\t\t<Склад ИдСклада="s" КоличествоНаСкладе="{stock}"/>
\t</Предложение>
"""


def package(offers: str) -> str:
    return f"{HEAD}<ПакетПредложений><Ид>п</Ид><Предложения>\n{offers}</Предложения></ПакетПредложений>{TAIL}"


class Drip(io.BytesIO):
    """A stream that gives at most so many bytes at once."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.most)


def told(data: bytes, *, cutting: bool, most: int = 1 << 16) -> tuple[list[Item], tuple[str, int, int] | None]:
    found: list[Item] = []
    try:
        found.extend(read_stream(Drip(data, most), "f.xml", Cutter if cutting else None))
    except BrokenFile as broken:
        return [], (broken.code, broken.line, broken.column)
    return found, None


def same(text: str, most: int = 1 << 16) -> list[Item]:
    data = text.encode()
    short, long = told(data, cutting=True, most=most), told(data, cutting=False)
    assert short == long
    return short[0]


def cut_items(text: str) -> int:
    return sum(isinstance(one, CutItem) for one in events(io.BytesIO(text.encode()), "f.xml", _is_item, Cutter))


def test_all_items_of_a_shape_but_the_first_are_cut_out_and_read_the_same() -> None:
    text = package("".join(offer(number, name=f"Труба {number}", stock=str(number)) for number in range(50)))
    assert cut_items(text) == 49
    found = [one for one in same(text) if isinstance(one, Offer)]
    assert [(one.id, one.line, [price.line for price in one.prices]) for one in found[7:9]] == [
        ("7-a", 60, [63, 64]),
        ("8-a", 68, [71, 72]),
    ]


@pytest.mark.parametrize("most", [300, 301, 997])
def test_where_a_chunk_ends_makes_no_difference(most: int) -> None:
    assert len(same(package("".join(offer(number, stock="много" if number % 9 == 5 else "3") for number in range(40))), most)) > 40


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_unusual_text_is_read_or_refused_as_by_the_long_way(text: str) -> None:
    same(package("".join(offer(number, name=text if number == 5 else "Труба") for number in range(9))))
    same(package(offer(1) + text + offer(2) + offer(3)))


@pytest.mark.parametrize("value", ODD_VALUES)
def test_unusual_value_is_read_or_refused_as_by_the_long_way(value: str) -> None:
    found = same(
        package("".join(offer(number, stock=value if number == 5 else "1", price=value if number == 6 else "2") for number in range(9)))
    )
    assert len([one for one in found if isinstance(one, Offer)]) == 9 or value in ("",)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_are_counted_however_they_end(end: str) -> None:
    same(package("".join(offer(number, stock="много" if number == 7 else "1") for number in range(9))).replace("\n", end))


@pytest.mark.parametrize("broken", ["</Ид>", "<Цена>", 'КоличествоНаСкладе="5"', "</Предложение>", "</Предложения>", "<Предложения>"])
def test_error_stands_at_the_same_line_and_column(broken: str) -> None:
    whole = package("".join(map(offer, range(9))))
    for place in (whole.find(broken), whole.rfind(broken)):
        for changed in (whole[:place] + whole[place + len(broken) :], whole[: place + 2], whole[:place] + "<x" + whole[place:]):
            same(changed)


def test_a_namespace_a_prefix_or_another_encoding_is_left_to_the_long_way() -> None:
    text = package("".join(map(offer, range(5))))
    same(text.replace("<Предложение>", '<Предложение xmlns:a="urn:a" a:b="1">'))
    same(text.replace("<КоммерческаяИнформация", '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2"'))
    data = text.replace("UTF-8", "windows-1251").encode("cp1251")
    assert told(data, cutting=True) == told(data, cutting=False)


def test_refused_parts_keep_the_lines_of_the_file() -> None:
    found = same(package("".join(offer(number, price="много" if number == 5 else "1") for number in range(9))))
    assert [(one.code, one.line) for one in found if isinstance(one, Refused)] == [("bad-number", 48)]


def test_whatever_is_put_together_is_read_the_same() -> None:
    chance = random.Random(7)
    for _turn in range(60):
        offers = [
            offer(
                number,
                name=chance.choice(ODD_TEXTS[:7]) if chance.random() < 0.2 else "Труба",
                stock=chance.choice(ODD_VALUES) if chance.random() < 0.2 else "3",
                extra=chance.choice(("", "", "<Артикул/>", "<Артикул>7</Артикул>", "<!-- -->", "<x a='1'/>")),
            )
            for number in range(12)
        ]
        text = package("".join(offers))
        same(text, chance.randrange(250, 3000))
        place = chance.randrange(300, len(text))
        same(text[:place] + chance.choice('<>/&"x \n') + text[place + chance.randrange(3) :])


def test_a_known_text_is_not_read_but_only_where_it_stood_and_lines_go_on(tmp_path: Path) -> None:
    text = package("".join(map(offer, range(9))))
    digests = {one.digest: str(one.line).encode() for one in same(text) if isinstance(one, Offer)}
    assert len(digests) == 9
    del digests[next(iter(digests))]
    for place, known in (("ПакетПредложений", 8), ("ИзмененияПакетаПредложений", 0)):
        file = tmp_path / "f.xml"
        file.write_text(text.replace("ПакетПредложений", place).replace("</Предложения>", offer(9, price="много") + "</Предложения>"))
        found = list(read_unknown(file, "f.xml", digests))
        assert [int(one.told) for one in found if isinstance(one, Known)] == [12, 20, 28, 36, 44, 52, 60, 68][:known]
        assert [one.line for one in found if isinstance(one, Refused)] == [80]
