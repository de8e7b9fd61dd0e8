"""Two messages leaf by leaf, and one made readable, whatever it holds."""

from __future__ import annotations

import pytest

from b2bkit_onec.archive.compare import MOST_SHOWN, compare, readable


def told(before: str, after: str) -> dict[str, tuple[str | None, str | None]]:
    return {leaf.path: (leaf.before, leaf.after) for leaf in compare(before.encode(), after.encode())}


def test_json_is_compared_by_keys_of_its_lines_and_not_by_their_places() -> None:
    before = '{"Number": "1", "Товары": [{"LineNumber": "1", "Цена": 4.620}, {"LineNumber": "2", "Цена": 5}], "Posted": false}'
    after = (
        '{"Товары": [{"LineNumber": "2", "Цена": 5}, {"LineNumber": "1", "Цена": 4.62}, {"LineNumber": "3", "Цена": 1}], "Posted": true}'
    )
    assert told(before, after) == {
        "Товары[LineNumber=1].Цена": ("4.620", "4.62"),
        "Товары[LineNumber=3].LineNumber": (None, "3"),
        "Товары[LineNumber=3].Цена": (None, "1"),
        "Posted": ("false", "true"),
        "Number": ("1", None),
    }


def test_xml_is_compared_by_ids_without_namespaces() -> None:
    before = '<a xmlns="urn:1"><Товар><Ид>p-1</Ид><Цена>5</Цена></Товар><Товар><Ид>p-2</Ид><Цена>6</Цена></Товар></a>'
    goods = "<n:Товар><n:Ид>{}</n:Ид><n:Цена>{}</n:Цена></n:Товар>"
    after = f'<n:a xmlns:n="urn:2" версия="2">{goods.format("p-2", 7)}{goods.format("p-1", 5)}</n:a>'
    assert told(before, after) == {"a@версия": (None, "2"), "a/Товар[p-2]/Цена": ("6", "7")}


def test_two_lines_of_one_product_stay_two() -> None:
    line = "<Товар><Ид>p</Ид><Сумма>{}</Сумма></Товар>"
    before, after = (f"<a>{line.format(1)}{line.format(last)}</a>" for last in (2, 3))
    assert told(before, after) == {"a/Товар[p]/Сумма (2)": ("2", "3")}


def test_text_is_compared_line_by_line() -> None:
    assert told("success\nодин", "failure\nодин") == {"1": ("success", "failure")}


def test_a_flood_of_differences_ends_one_after_the_most_that_is_shown() -> None:
    many = "{" + ", ".join(f'"k{number}": {number}' for number in range(3000)) + "}"
    assert len(compare(b"{}", many.encode())) == MOST_SHOWN + 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'\xef\xbb\xbf{"a": 1}', "json"),
        ("<?xml version='1.0' encoding='windows-1251'?><a>Да</a>".encode("cp1251"), "xml"),
        (b"success\nabc", "text"),
        ("успех".encode("cp1251"), "text"),
        (b"PK\x03\x04...", "binary"),
        (b"{not json", "text"),
        (b"<not xml", "text"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "text"),
        (b"<a>" * 5000, "text"),
        (b"[" * 100_000, "text"),
    ],
)
def test_a_body_is_shown_as_what_it_is_and_a_hostile_one_as_text(body: bytes, kind: str) -> None:
    shown, found = readable(body)
    assert found == kind
    assert compare(body, body) == []
    assert "c</a>" not in shown


def test_readable_json_keeps_figures_letter_by_letter() -> None:
    assert '"Сумма": 1234567890123456789.10' in readable('{"Сумма": 1234567890123456789.10}'.encode())[0]
