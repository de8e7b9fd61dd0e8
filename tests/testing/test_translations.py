"""The check of translations finds what would show English to a Russian reader."""

from pathlib import Path

import pytest

from b2bkit.testing.translations import among, check

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
COMPLETE = """
msgid "Order"
msgstr "Заказ"

msgid "Hello, %(name)s"
msgstr "Здравствуйте, %(name)s"

msgid "{count} bag"
msgid_plural "{count} bags"
msgstr[0] "{count} мешок"
msgstr[1] "{count} мешка"
msgstr[2] "{count} мешков"

msgctxt "verb"
msgid "Order"
msgstr "Заказать"
"""


def owner(folder: Path, catalogue: str) -> Path:
    (folder / "templates").mkdir()
    (folder / "locale/ru").mkdir(parents=True)
    (folder / "pages.py").write_text('label = N_("Order")\n')
    (folder / "templates/page.html").write_text(
        '{{ _("Hello, %(name)s") }}\n{{ ngettext("{count} bag", "{count} bags", 3) }}\n{{ pgettext("verb", "Order") }}\n'
    )
    (folder / "locale/ru/shop.po").write_text(HEADER + catalogue)
    return folder


def test_a_complete_translation_has_no_problems(tmp_path: Path) -> None:
    assert check(owner(tmp_path, COMPLETE)) == []


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ('msgid "Order"\nmsgstr "Заказ"\n\n', "", 'pages.py:1: "Order" has no Russian'),
        ('"Заказ"', '""', '"Order" is not translated'),
        ('msgid "Order"\nmsgstr "Заказ"', '#, fuzzy\nmsgid "Order"\nmsgstr "Заказ"', '"Order" is marked fuzzy'),
        ('msgstr "Здравствуйте, %(name)s"', 'msgstr "Здравствуйте, %(nane)s"', "has the placeholders ['%(nane)s']"),
        ('msgstr[2] "{count} мешков"\n', "", "lacks a plural form"),
        ('msgstr[2] "{count} мешков"', 'msgstr[2] "мешков"', "has the placeholders []"),
        ('msgctxt "verb"', 'msgctxt "noun"', 'page.html:3: "Order" has no Russian'),
        ('msgstr "Здравствуйте, %(name)s"', 'msgstr "Здравствуйте, %(name)s, 5 %"', "has a percent sign"),
        ("\nmsgctxt", '\nmsgid "Cart"\nmsgstr "Корзина"\n\nmsgctxt', '"Cart" is used nowhere'),
    ],
)
def test_each_gap_is_named_with_its_place(tmp_path: Path, was: str, becomes: str, problem: str) -> None:
    assert was in COMPLETE
    found = check(owner(tmp_path, COMPLETE.replace(was, becomes, 1)))
    assert any(problem in line for line in found), found


def test_a_template_that_does_not_parse_is_a_problem_with_its_line(tmp_path: Path) -> None:
    broken = owner(tmp_path, COMPLETE)
    (broken / "templates/broken.html").write_text("\n{% if %}")
    assert any("broken.html:2:" in line for line in check(broken))


def test_one_text_has_one_translation_among_all_who_come_into_a_portal(tmp_path: Path) -> None:
    for name in ("core", "news", "examples"):
        (tmp_path / name).mkdir()
    (tmp_path / "examples/shop").mkdir()
    core, news = owner(tmp_path / "core", COMPLETE), owner(tmp_path / "news", COMPLETE)
    assert among([core, news]) == []
    catalogue = news / "locale/ru/shop.po"
    catalogue.write_text(catalogue.read_text().replace('Заказ"', 'Приказ"', 1))
    (problem,) = among([core, news])
    assert '"Order" is translated otherwise in' in problem
    assert among([core, owner(tmp_path / "examples/shop", COMPLETE.replace('Заказ"', 'Приказ"', 1))]) == []
