"""What a contract opens is there; everything else is not, in lists, counts, search, and by its address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import ColumnElement, and_, false, select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.catalog.facets.reading import read_index
from b2bkit.core.catalog.models import Category, Product
from b2bkit.core.catalog.service import ListQuery, category_tree, list_products, matching_tree, product_details, visible, visible_goods
from b2bkit.core.catalog.visibility import alive
from b2bkit.core.errors import ConfigProblem, NotFound
from b2bkit.core.extend.openings import folded
from b2bkit.core.extend.plugin import NoSettings, Plugin, hookimpl
from b2bkit.core.extend.things import CatalogFilter, OpenedGroups
from b2bkit.core.work import ANONYMOUS, Actor, Work
from tests.core.catalog.desk import STAFF, Desk, buyer, kit_of, make


class Shop:
    """Two groups, one with a group below, a product in each and one in none; one company with a contract for the first group."""

    def __init__(self, desk: Desk) -> None:
        with desk.work() as work:
            self.films = make.category(work, name="Плёнка")
            self.thin = make.category(work, name="Тонкая", parent=self.films)
            self.pipes = make.category(work, name="Трубы")
            self.film = make.product(work, category=self.films, name="Плёночный ПЭВД 15803")
            self.foil = make.product(work, category=self.thin, name="Тонкий ПЭВД 10803")
            self.pipe = make.product(work, category=self.pipes, name="Трубный ПЭНД 273")
            self.loose = make.product(work, name="Без группы ПП")
            self.company = make.company(work)
            self.contract = make.contract(work, company=self.company, categories=(self.films,))


@pytest.fixture
def shop(desk: Desk) -> Shop:
    return Shop(desk)


def seen(desk: Desk, actor: Actor, q: str = "") -> set[str]:
    """Names that the actor finds, the same in every way of looking."""
    with desk.reading(actor) as work:
        page = list_products(work, ListQuery(q=q))
        names = {good.row.name for good in page.goods}
        tree = matching_tree(work, q)
        assert tree.matching == len(names)
        by_criterion = set(work.session.scalars(select(Product.name).where(visible(work))))
        assert names <= by_criterion
        everything = list(work.session.scalars(select(Product.id)))
        assert {good.row.name for good in visible_goods(work, everything).values()} == by_criterion
        for product_id in everything:
            try:
                found = product_details(work, product_id=product_id).good.row.name
            except NotFound:
                continue
            assert found in by_criterion
        return names


def test_a_contract_opens_its_groups_with_everything_below(desk: Desk, shop: Shop) -> None:
    assert seen(desk, buyer(shop.contract)) == {shop.film.name, shop.foil.name}


def test_a_contract_for_the_whole_catalogue_opens_products_without_a_group_too(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        whole = make.contract(work, company=shop.company, whole_catalogue=True)
    assert len(seen(desk, buyer(whole))) == 4


def test_without_a_contract_there_is_nothing(desk: Desk, shop: Shop) -> None:
    assert seen(desk, buyer(None, shop.company.id)) == set()
    assert seen(desk, ANONYMOUS) == set()


def test_an_inactive_contract_opens_nothing(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        whole = make.contract(work, company=shop.company, whole_catalogue=True, active=False)
        grouped = make.contract(work, company=shop.company, categories=(shop.films,), active=False)
    for over in (whole, grouped):
        assert seen(desk, buyer(over)) == set()


def test_another_companys_contract_opens_nothing(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        stranger = make.company(work)
        foreign = make.contract(work, company=stranger, whole_catalogue=True)
    thief = Actor(kind="client", user_id=buyer(shop.contract).user_id, company_id=shop.company.id, contract_id=foreign.id)
    assert seen(desk, thief) == set()
    with desk.reading(thief) as work:
        assert list_products(work, ListQuery()).terms is None


def test_inactive_products_and_those_below_an_inactive_group_do_not_exist_for_buyers(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        work.session.get_one(Product, shop.foil.id).active = False
    assert seen(desk, buyer(shop.contract)) == {shop.film.name}
    with desk.work() as work:
        work.session.get_one(Product, shop.foil.id).active = True
        work.session.get_one(Category, shop.films.id).active = False
    assert seen(desk, buyer(shop.contract)) == set()


def test_staff_see_everything_inactive_products_too(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        work.session.get_one(Product, shop.pipe.id).active = False
    assert len(seen(desk, STAFF)) == 4


def test_search_does_not_find_what_is_not_open(desk: Desk, shop: Shop) -> None:
    assert seen(desk, buyer(shop.contract), "трубный") == set()
    assert seen(desk, buyer(shop.contract), "пэвд") == {shop.film.name, shop.foil.name}


def test_the_tree_shows_open_groups_only_and_counts_what_is_open(desk: Desk, shop: Shop) -> None:
    with desk.reading(buyer(shop.contract)) as work:
        tree = category_tree(work)
    assert [(group.name, group.depth, group.total) for group in tree.groups] == [("Плёнка", 0, 2), ("Тонкая", 1, 1)]
    assert tree.total == 2


def test_a_foreign_category_and_one_that_does_not_exist_give_the_same_empty_list(desk: Desk, shop: Shop) -> None:
    with desk.reading(buyer(shop.contract)) as work:
        foreign = list_products(work, ListQuery(category=shop.pipes.id))
        absent = list_products(work, ListQuery(category=shop.company.id))
    assert foreign == absent
    assert foreign.goods == ()


class Parity(Plugin):
    """A filter of a plugin: only products in kilograms."""

    name = "parity"

    @hookimpl
    def register_catalog_filters(self) -> Iterator[CatalogFilter]:
        yield CatalogFilter(name="parity.kilograms", order=500, criterion=lambda _work: Product.unit == "кг")


def test_a_plugins_filter_narrows_every_way_of_looking(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        make.product(work, category=shop.films, name="Плёнка рулонами", unit="рулон", packagings=())
    assert len(seen(desk, buyer(shop.contract))) == 3
    narrowed = Desk(desk.database, kit_of(Parity))
    assert seen(narrowed, buyer(shop.contract)) == {shop.film.name, shop.foil.name}


class Granted(Plugin):
    """A filter that opens the pipes to clients, beside what their contracts open."""

    name = "granted"
    widens = "catalog.contract_groups"

    @hookimpl
    def register_catalog_filters(self) -> Iterator[CatalogFilter]:
        def criterion(work: Work) -> ColumnElement[bool]:
            return and_(Product.name.like("Трубный%"), alive) if work.actor.kind == "client" else false()

        yield CatalogFilter(name="granted.pipes", order=500, criterion=criterion, widens=self.widens)


class GrantedNothing(Granted):
    widens = "catalog.groups_of_contract"


def test_a_filter_that_widens_another_opens_more_and_all_others_still_apply(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        make.product(work, category=shop.pipes, name="Трубный рулонами", unit="рулон", packagings=())
    widened = Desk(desk.database, kit_of(Granted))
    assert seen(widened, buyer(shop.contract)) == {shop.film.name, shop.foil.name, shop.pipe.name, "Трубный рулонами"}
    narrowed = Desk(desk.database, kit_of(Granted, Parity))
    assert seen(narrowed, buyer(shop.contract)) == {shop.film.name, shop.foil.name, shop.pipe.name}
    assert seen(widened, ANONYMOUS) == set()
    with desk.work() as work:
        work.session.merge(shop.pipes).active = False
    assert seen(widened, buyer(shop.contract)) == {shop.film.name, shop.foil.name}


def test_a_filter_that_widens_what_is_not_there_stops_the_start() -> None:
    problems: list[ConfigProblem] = []
    folded([*GrantedNothing(NoSettings()).register_catalog_filters()], problems)
    assert [one.what for one in problems] == ["there is no filter 'catalog.groups_of_contract' to widen"]


class Moving(Plugin):
    """A filter whose value changes from work to work."""

    name = "moving"
    article = ""

    @hookimpl
    def register_catalog_filters(self) -> Iterator[CatalogFilter]:
        def criterion(_work: Work) -> ColumnElement[bool]:
            return Product.article == Moving.article

        yield CatalogFilter(name="moving.article", order=500, criterion=criterion)


def test_two_actors_share_a_statement_but_never_its_values(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        other = make.contract(work, company=make.company(work), categories=(shop.pipes,))
    moving = Desk(desk.database, kit_of(Moving))
    for contract, product in ((shop.contract, shop.film), (other, shop.pipe), (shop.contract, shop.foil)):
        Moving.article = product.article
        assert seen(moving, buyer(contract)) == {product.name}
        Moving.article = shop.loose.article
        assert seen(moving, buyer(contract)) == set()


def contract_ids(work: Work) -> list[object]:
    return list(work.session.scalars(select(Contract.id)))


def test_the_catalogue_leaves_the_scope_of_other_tables_as_it_is(desk: Desk, shop: Shop) -> None:
    with desk.reading(buyer(shop.contract)) as work:
        list_products(work, ListQuery())
        assert contract_ids(work) == [shop.contract.id]


def test_the_index_opens_single_products_beside_groups(desk: Desk, shop: Shop) -> None:
    with desk.reading() as work:
        index = read_index(work)
    groups = frozenset({shop.films.id})
    assert len(index.visible([OpenedGroups(groups, live=True)])) == 2
    assert len(index.visible([OpenedGroups(groups, True, frozenset({shop.pipe.id, shop.company.id}))])) == 3
    assert len(index.visible([OpenedGroups(frozenset(), True, frozenset({shop.pipe.id}))])) == 1
