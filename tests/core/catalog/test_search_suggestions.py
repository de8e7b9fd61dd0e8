"""Suggestions while somebody types: products and groups that the person sees, and nothing of what is hidden."""

from __future__ import annotations

from b2bkit.core.catalog.words.learn import learn_words
from b2bkit.core.catalog.words.suggest import Suggested, suggest
from tests.core.catalog.desk import Actor, Desk, buyer, counted_statements, make


def suggested(desk: Desk, typed: str, actor: Actor) -> Suggested:
    with desk.reading(actor) as work:
        return suggest(work, typed)


def test_products_and_groups_are_suggested_the_article_first_and_never_what_another_company_buys(desk: Desk) -> None:
    with desk.work() as work:
        mine, theirs = make.category(work, name="Плёнка"), make.category(work, name="Канарейки")
        contract = make.contract(work, company=make.company(work), categories=(mine,))
        other = make.contract(work, company=make.company(work), categories=(theirs,))
        make.product(work, category=mine, name="Плёнка 100", article="F-1")
        make.product(work, category=mine, name="Рукав", article="100")
        for number in range(9):
            make.product(work, category=theirs, name=f"Плёнка 100 канареечная {number}", article=f"100-{number}")
        learn_words(work)
    found = suggested(desk, "100", buyer(contract))
    assert [row.name for row in found.products] == ["Рукав", "Плёнка 100"]
    assert ([group.name for group in found.groups], found.matching, found.instead) == (["Плёнка"], 2, "")
    assert suggested(desk, "gktyrf", buyer(contract)).instead == "пленка"
    assert suggested(desk, "канареечн", buyer(contract)) == suggested(desk, "rfyfhttxy", buyer(contract)) == Suggested()
    assert suggested(desk, "канареечн", buyer(other)).matching == 9
    assert suggested(desk, "1", buyer(contract)) == suggested(desk, "--", buyer(contract)) == Suggested()
    with desk.reading(buyer(contract)) as work, counted_statements() as statements:
        suggest(work, "пленка")
    assert len(statements) == 3


def test_a_group_is_found_by_its_name_although_its_products_are_called_by_their_marks(desk: Desk) -> None:
    with desk.work() as work:
        plastic, secret = make.category(work, name="Полиэтилен"), make.category(work, name="Полиэтилен тайный")
        contract = make.contract(work, company=make.company(work), categories=(plastic,))
        make.product(work, category=plastic, name="ПЭВД 15803-020")
        make.product(work, category=secret, name="ПЭВД 10803-020")
        learn_words(work)
    for typed in ("полиэтилен", "полиэтилена", "полиэтелен", "gjkb'nbkty", "polietilen", "полиэт"):
        assert [group.name for group in suggested(desk, typed, buyer(contract)).named] == ["Полиэтилен"], typed
    for typed in ("полипропилен", "тайный", "по", "полиэтилен 15803", "--"):
        assert suggested(desk, typed, buyer(contract)).named == (), typed
