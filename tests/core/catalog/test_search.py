"""Products are found as people type them: forms of words, slips, Latin letters for Russian ones, the other layout, look-alike letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from b2bkit.core.catalog.listing import ListQuery, list_found
from b2bkit.core.catalog.models import CatalogMark, CatalogWord, Product
from b2bkit.core.catalog.search import asked, search_text
from b2bkit.core.catalog.words.learn import learn_words
from b2bkit.core.catalog.words.meaning import Found, search
from b2bkit.core.catalog.words.spelling import folded, other_layout, sound, stem
from b2bkit.core.catalog.words.vocabulary import distance
from tests.core.catalog.desk import STAFF, Actor, Desk, buyer, counted_statements, make

GOODS = (
    ("ПЭВД 15803-020", "PE.158/03", "Полиэтилен высокого давления, гранулы", "Полимир"),
    ("ПЭВД 10803-020", "РЕ.108/03", "Полиэтилен высокого давления, гранулы", "Полимир"),  # its article is in Cyrillic letters
    ("ПЭНД 276-73", "HDPE-276", "Полиэтилен низкого давления, гранулы", "Казаньоргсинтез"),
    ("ПП 21030", "PP 210 30", "Полипропилен, гранулы", "Томскнефтехим"),
    ("ПС 525", "PS-525", "Полистирол общего назначения", "Нижнекамскнефтехим"),
    ("ПК-010", "PC-010", "Поликарбонат литьевой", "Казаньоргсинтез"),
    ("Плёнка ПВД 100 мкм", "FILM-100", "Плёнка полиэтиленовая, рукав", ""),
    ("Мешок полипропиленовый", "BAG-50", "Мешки тканые для гранул", ""),
    ("LDPE LF2047", "LF2047", "Low density polyethylene pellets", "Заволжьеполимер"),
    ("Краситель 21030", "C-1", "", ""),
)
ALL = {good[0] for good in GOODS}


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    with desk.work() as work:
        for name, article, full_name, producer in GOODS:
            make.product(work, name=name, article=article, full_name=full_name, producer=producer)
        learn_words(work)
    return desk


def listed(desk: Desk, typed: str, actor: Actor = STAFF, *, exact: bool = False) -> tuple[list[str], Found]:
    with desk.reading(actor) as work:
        found = search(work, typed, exact=exact)
        if found.words is None:
            return [], found
        page = list_found(work, ListQuery(sort="best"), found.words, None)
        assert found.tree.matching == len(page.goods)
        return [good.row.name for good in page.goods], found


POLYETHYLENE = {"ПЭВД 15803-020", "ПЭВД 10803-020", "ПЭНД 276-73", "Плёнка ПВД 100 мкм"}
GRANULES = {"ПЭВД 15803-020", "ПЭВД 10803-020", "ПЭНД 276-73", "ПП 21030", "Мешок полипропиленовый"}


FORMS = (
    ("полиэтилен", POLYETHYLENE),
    ("полиэтилена", POLYETHYLENE),
    ("полиэтиленом высоким давлением", {"ПЭВД 15803-020", "ПЭВД 10803-020"}),
    ("плёнки", {"Плёнка ПВД 100 мкм"}),
    ("пленками", {"Плёнка ПВД 100 мкм"}),
    ("ПЛЁНКУ 100", {"Плёнка ПВД 100 мкм"}),
    ("гранула", GRANULES),
    ("гранулами", GRANULES),
    ("тканый мешок", {"Мешок полипропиленовый"}),
    ("поликарбонаты литьевые", {"ПК-010"}),
    ("pellet", {"LDPE LF2047"}),
    ("densities", {"LDPE LF2047"}),
    ("нижнекамскнефтехима", {"ПС 525"}),
)
ARTICLES = (
    ("PE.158/03", {"ПЭВД 15803-020"}),
    ("pe15803", {"ПЭВД 15803-020"}),
    ("ре 15803", {"ПЭВД 15803-020"}),
    ("РЕ15803", {"ПЭВД 15803-020"}),  # Cyrillic letters for Latin ones
    ("pe10803", {"ПЭВД 10803-020"}),  # Latin letters for Cyrillic ones
    ("PЕ-108 03", {"ПЭВД 10803-020"}),  # one of each
    ("lf2047", {"LDPE LF2047"}),
    ("рр21030", {"ПП 21030"}),
    ("Р-С 010", {"ПК-010"}),
    ("рс010", {"ПК-010"}),
    ("нdре276", {"ПЭНД 276-73"}),
    ("2763", set()),
    ("27673", {"ПЭНД 276-73"}),
    ("276 73", {"ПЭНД 276-73"}),
)
MEANT = (
    ("gjkb'nbkty", POLYETHYLENE, "полиэтилен"),
    ("GJKBGHJGBKTY", {"ПП 21030", "Мешок полипропиленовый"}, "полипропилен"),
    ("gktyrf 100", {"Плёнка ПВД 100 мкм"}, "пленка 100"),
    ("g'yl 276-73", {"ПЭНД 276-73"}, "пэнд 27673"),
    ("дазу", {"LDPE LF2047"}, "ldpe"),
    ("дв3 ДАЗУ", set(), ""),
    ("polietilen", POLYETHYLENE, "полиэтилен"),
    ("polipropilen", {"ПП 21030", "Мешок полипропиленовый"}, "полипропилен"),
    ("polikarbonat", {"ПК-010"}, "поликарбонат"),
    ("polycarbonat", {"ПК-010"}, "поликарбонат"),
    ("plyonka", {"Плёнка ПВД 100 мкм"}, "пленка"),
    ("plenka", {"Плёнка ПВД 100 мкм"}, "пленка"),
    ("meshok", {"Мешок полипропиленовый"}, "мешок"),
    ("granuli", GRANULES, "гранулы"),
    ("лдпе", {"LDPE LF2047"}, "ldpe"),
    ("полителен", POLYETHYLENE, "полиэтилен"),
    ("полиетилен", POLYETHYLENE, "полиэтилен"),
    ("полэитилен", POLYETHYLENE, "полиэтилен"),
    ("палипрапилен", {"ПП 21030", "Мешок полипропиленовый"}, "полипропилен"),
    ("полистерол", {"ПС 525"}, "полистирол"),
    ("пленнка", {"Плёнка ПВД 100 мкм"}, "пленка"),
    ("гранлы", GRANULES, "гранулы"),
    ("мешокк 50", {"Мешок полипропиленовый"}, "мешок 50"),
    ("gjkbntkty", POLYETHYLENE, "полиэтилен"),  # the other layout and a slip
    ("polyetylene pelets", {"LDPE LF2047"}, "polyethylene pellets"),
    ("палимир 15803", {"ПЭВД 15803-020"}, "полимир 15803"),
    ("абракадабра", set(), ""),
    ("zzzzzz", set(), ""),
)


def test_every_form_of_a_word_is_found_as_typed(shelf: Desk) -> None:
    answers = {typed: listed(shelf, typed) for typed, _found in FORMS}
    assert {typed: (set(names), answer.said) for typed, (names, answer) in answers.items()} == {
        typed: (found, "") for typed, found in FORMS
    }


def test_an_article_is_found_with_and_without_separators_and_in_letters_that_look_alike(shelf: Desk) -> None:
    assert {typed: set(listed(shelf, typed, exact=True)[0]) for typed, _found in ARTICLES} == dict(ARTICLES)


def test_words_that_find_nothing_are_taken_for_what_is_meant_and_the_answer_says_so(shelf: Desk) -> None:
    answers = {typed: listed(shelf, typed) for typed, _found, _said in MEANT}
    assert {typed: (set(names), answer.said) for typed, (names, answer) in answers.items()} == {
        typed: (found, said) for typed, found, said in MEANT
    }
    assert [typed for typed, _found, _said in MEANT if listed(shelf, typed, exact=True)[0]] == []


def test_the_article_comes_first_then_names_that_begin_so_then_the_rest(shelf: Desk) -> None:
    assert listed(shelf, "pp 210-30")[0] == ["ПП 21030"]
    with shelf.work() as work:
        make.product(work, name="Добавка", article="21030")
        make.product(work, name="21030 остаток", article="Z-9")
    assert listed(shelf, "21030")[0] == ["Добавка", "21030 остаток", "Краситель 21030", "ПП 21030"]
    assert listed(shelf, "мешок")[0] == ["Мешок полипропиленовый"]


def test_pages_of_the_best_first_hold_every_product_once_forwards_and_backwards(desk: Desk) -> None:
    with desk.work() as work:
        for number in range(17):
            make.product(work, name=f"{'Плёнка' if number % 3 else 'Рукав плёнка'} {number % 4}", article=f"F{number}")
        make.product(work, name="Ящик", article="плёнка")
    words = asked("пленка")
    assert words is not None
    ahead, back, cursor = [], [], None
    with desk.reading(STAFF) as work:
        while True:
            page = list_found(work, ListQuery(sort="best", limit=5, cursor=cursor), words, None)
            ahead.append([good.id for good in page.goods])
            if page.next is None:
                break
            cursor = page.next
        while page.previous is not None:
            page = list_found(work, ListQuery(sort="best", limit=5, cursor=page.previous), words, None)
            back.append([good.id for good in page.goods])
    assert [len(ids) for ids in ahead] == [5, 5, 5, 3]
    assert len({id_ for ids in ahead for id_ in ids}) == 18
    assert list(reversed(back)) == ahead[:-1]


# what is hidden


def test_what_a_buyer_may_not_see_is_never_meant_and_never_in_the_way(desk: Desk) -> None:
    with desk.work() as work:
        open_group, closed = make.category(work), make.category(work)
        make.product(work, category=open_group, name="Полиэтилен", article="A-1")
        mine = make.contract(work, company=make.company(work), categories=(open_group,))
        theirs = make.contract(work, company=make.company(work), categories=(closed,))
        learn_words(work)
    asked_for = ("полиэтиленн", "polietilen", "gjkb'nbkty", "канарейка", "rfyfhtqrf", "kanareika", "полиэтилек", "канарейк 1", "A-2")
    before = [listed(desk, typed, buyer(mine)) for typed in asked_for]
    with desk.work() as work:
        for name in ("Канарейка", "Полиэтилек", "Полиэтиленн", "Канарейкой", "Канарейчатый"):
            make.product(work, category=closed, name=name, article="A-2")
        learn_words(work)
    assert [listed(desk, typed, buyer(mine)) for typed in asked_for] == before
    assert listed(desk, "kanareika", buyer(theirs))[1].said == "канарейка"
    assert listed(desk, "полиэтиленн", buyer(theirs))[0] == ["Полиэтиленн"]


def test_a_search_that_finds_takes_one_statement_and_one_that_does_not_a_bounded_number(shelf: Desk) -> None:
    with shelf.work() as work:
        make.category(work)
    with shelf.reading(STAFF) as work:
        search(work, "разогрев")
        for typed, most in (("полиэтилен", 1), ("gjkb'nbkty", 8), ("абракадабра", 4), ("полителен высокава давлений", 12)):
            with counted_statements() as statements:
                search(work, typed)
            assert len(statements) <= most, (typed, len(statements))


# the vocabulary


def test_the_words_follow_the_products_and_old_texts_are_spelled_anew(desk: Desk) -> None:
    with desk.work() as work:
        product = make.product(work, name="Сэвилен 11104-030", article="EVA-1")
        product.search_text = " spelled as it was once"
        learn_words(work)
    with desk.work() as work:
        assert work.session.get_one(Product, product.id).search_text == search_text(article="EVA-1", name="Сэвилен 11104-030")
        assert set(work.session.scalars(select(CatalogWord.word))) == {"сэвилен", "eva"}
        version = work.session.get_one(CatalogMark, "words").version
        learn_words(work)
        assert work.session.get_one(CatalogMark, "words").version == version
        make.product(work, name="Капролон", article="1")
        learn_words(work)
        assert work.session.get_one(CatalogMark, "words").version != version
        assert "капролон" in set(work.session.scalars(select(CatalogWord.word)))


# single spellings


def test_a_stem_is_a_beginning_of_its_word_long_enough_to_tell_it_from_others() -> None:
    assert [stem(word) for word in ("пленками", "литье", "тара", "гранулы", "15803020", "densities")] == [
        "пленк", "лить", "тар", "гранул", "15803020", "densit",
    ]  # fmt: skip


@given(some.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20))
@settings(max_examples=200, deadline=None)
def test_stems_are_beginnings_and_folding_twice_is_folding_once(word: str) -> None:
    assert word.startswith(stem(word))
    assert stem(word)
    assert folded(folded(word)) == folded(word)
    assert sound(word) == sound(word)


def test_the_other_layout_is_tried_for_one_script_only() -> None:
    assert other_layout("Gjkb'nbkty 15803-020") == "полиэтилен 15803-020"
    assert other_layout("дв3") == "ld3"
    assert other_layout("LDPE плёнка") is None
    assert other_layout("15803-020") is None


@pytest.mark.parametrize(
    ("typed", "there", "slips"),
    [
        ("abcd", "abcd", 0),
        ("abcd", "abdc", 1),
        ("abcd", "abd", 1),
        ("abcd", "xbyd", 2),
        ("abcd", "wxyz", None),
        ("polieti", "polietilen", 0),
    ],
)
def test_slips_are_counted(typed: str, there: str, slips: int | None) -> None:
    assert distance(typed, there, 2) == slips
