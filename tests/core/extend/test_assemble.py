"""Hooks: each silence of pluggy is an error with a name; names, references and order are checked once, at start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from b2bkit import Fact, Figure, FigureValue, Level, NavItem, Permission, Plugin, PriceStep, Route, Subscriber, Widget, hookimpl
from b2bkit.core.config import Tables
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.assemble import assemble
from b2bkit.core.extend.kit import Kit
from b2bkit.core.extend.load import collect
from b2bkit.core.extend.plugin import NoSettings
from b2bkit.core.extend.things import Quote
from b2bkit.core.work import Work


class Page:
    def on_get(self, req: object, resp: object) -> None: ...


def same(work: Work, quote: Quote) -> Quote:
    return quote


def kit_of(*classes: type[Plugin], tables: Tables | None = None) -> tuple[Kit, list[ConfigProblem]]:
    problems: list[ConfigProblem] = []
    plugins = [cls(NoSettings()) for cls in classes]
    return assemble(plugins, collect(plugins, problems), tables, "b2bkit.toml", problems), problems


def only(problems: list[ConfigProblem]) -> str:
    assert len(problems) == 1, "\n".join(map(str, problems))
    return str(problems[0])


def test_a_hook_without_its_marker_is_an_error_that_names_it() -> None:
    class Shop(Plugin):
        name = "shop"

        def register_routes(self) -> Iterable[Route]:
            return ()

    assert "Shop.register_routes is not marked with @hookimpl" in only(kit_of(Shop)[1])


def test_a_misspelt_hook_is_an_error_with_the_name_that_was_meant() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_route(self) -> Iterable[Route]:
            return ()

    assert "did you mean register_routes?" in only(kit_of(Shop)[1])


def test_a_hook_with_a_wrong_signature_is_an_error() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_routes(self, app: object) -> Iterable[Route]:
            return ()

    assert "wrong signature" in only(kit_of(Shop)[1])


def test_an_exception_in_a_hook_names_plugin_and_hook() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_jobs(self) -> Iterable[object]:
            raise ZeroDivisionError("nothing to divide")

    message = only(kit_of(Shop)[1])
    assert "plugin shop" in message
    assert "register_jobs" in message
    assert "nothing to divide" in message


def test_a_hook_that_returns_nothing_is_an_error() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_jobs(self) -> None:
            return None

    assert "returned None" in only(kit_of(Shop)[1])


def test_things_act_in_the_order_of_their_number_and_name_not_of_registration() -> None:
    class One(Plugin):
        name = "one"

        @hookimpl
        def register_price_steps(self) -> Iterable[PriceStep]:
            yield PriceStep(name="one.late", order=900, label="", apply=same)
            yield PriceStep(name="one.b", order=100, label="", apply=same)

    class Two(Plugin):
        name = "two"

        @hookimpl
        def register_price_steps(self) -> Iterable[PriceStep]:
            yield PriceStep(name="two.a", order=100, label="", apply=same)

    for classes in ((One, Two), (Two, One)):
        kit, problems = kit_of(*classes)
        assert problems == []
        assert [step.name for step in kit.price_steps] == ["one.b", "two.a", "one.late"]


def test_a_name_outside_the_plugins_prefix_is_refused() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_permissions(self) -> Iterable[Permission]:
            yield Permission(name="ordering.place", label="", roles={})

    assert "'ordering.place' is no name of this plugin" in only(kit_of(Shop)[1])


def test_two_owners_of_one_path_are_both_named() -> None:
    def plugin(label: str) -> type[Plugin]:
        class Made(Plugin):
            name = label

            @hookimpl
            def register_routes(self) -> Iterable[Route]:
                yield Route(name=f"{label}.page", path="/things/{id:uuid}", resource=Page(), permission="SIGNED_IN-not")

            @hookimpl
            def register_permissions(self) -> Iterable[Permission]:
                return ()

        return Made

    found = [str(problem) for problem in kit_of(plugin("left"), plugin("right"))[1]]
    assert any("right.page" in line and "left.page" in line and "path" in line for line in found)


def test_a_route_needs_a_permission_that_somebody_registers() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_routes(self) -> Iterable[Route]:
            yield Route(name="shop.page", path="/shop", resource=Page(), permission="shop.sea")

        @hookimpl
        def register_permissions(self) -> Iterable[Permission]:
            yield Permission(name="shop.see", label="", roles={"buyer": Level.COMPANY})

    assert "did you mean shop.see?" in only(kit_of(Shop)[1])


def test_unknown_slots_routes_roles_and_facts_are_named() -> None:
    @dataclass(frozen=True)
    class Sold(Fact):
        thing: str

    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_permissions(self) -> Iterable[Permission]:
            yield Permission(name="shop.see", label="", roles={"byer": Level.COMPANY})

        @hookimpl
        def register_nav(self) -> Iterable[NavItem]:
            yield NavItem(name="shop.nav", area="portal", label="", route="shop.pag", icon="x", order=1, permission="shop.see")

        @hookimpl
        def register_widgets(self) -> Iterable[Widget]:
            yield Widget(name="shop.box", slot="dashbord", order=1, template="", load=lambda work, subject: None, permission="shop.see")

        @hookimpl
        def register_subscribers(self) -> Iterable[Subscriber]:
            yield Subscriber(name="shop.hear", event=Sold, handle=lambda work, event: None)

    text = "\n".join(map(str, kit_of(Shop)[1]))
    assert "did you mean buyer?" in text
    assert "leads to the route 'shop.pag'" in text
    assert "did you mean dashboard?" in text
    assert "Sold is a fact that no chosen plugin lists" in text


def test_two_lines_to_an_erp_are_a_conflict_that_names_both() -> None:
    def plugin(label: str) -> type[Plugin]:
        class Made(Plugin):
            name = label

            @hookimpl
            def register_erp_gateway(self) -> Iterable[object]:
                yield object()

        return Made

    assert "both left and right" in only(kit_of(plugin("left"), plugin("right"))[1])


def test_a_gateway_that_is_none_is_named_with_what_it_lacks() -> None:
    class Made(Plugin):
        name = "line"

        @hookimpl
        def register_erp_gateway(self) -> Iterable[object]:
            yield object()

    assert "is no ErpGateway" in only(kit_of(Made)[1])


def test_a_deployment_changes_what_roles_may_do_and_widgets_places() -> None:
    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_permissions(self) -> Iterable[Permission]:
            yield Permission(name="shop.see", label="", roles={"buyer": Level.COMPANY, "viewer": Level.COMPANY})

        @hookimpl
        def register_widgets(self) -> Iterable[Widget]:
            for number, letter in enumerate("abc"):
                yield Widget(
                    name=f"shop.{letter}",
                    slot="dashboard",
                    order=number,
                    template="",
                    load=lambda work, subject: None,
                    permission="shop.see",
                )

    raw = {
        "portal": {"name": "T", "base_url": "https://t.example"},
        "roles": {"buyer": {"shop.see": "own"}, "viewer": {"shop.see": "none"}},
        "widgets": {"hide": ["shop.b"], "order": {"shop.c": -1}},
    }
    kit, problems = kit_of(Shop, tables=Tables.model_validate(raw))
    assert problems == []
    assert kit.roles["buyer"].levels == {"shop.see": Level.OWN}
    assert kit.roles["viewer"].levels == {}
    assert [widget.name for widget in kit.widgets["dashboard"]] == ["shop.c", "shop.a"]


def test_wrong_roles_and_widgets_in_the_file_are_named() -> None:
    raw = {
        "portal": {"name": "T", "base_url": "https://t.example"},
        "roles": {"buier": {"x.y": "own"}, "buyer": {"x.y": "own"}},
        "widgets": {"hide": ["nobody.box"]},
    }
    text = "\n".join(map(str, kit_of(tables=Tables.model_validate(raw))[1]))
    assert "did you mean buyer?" in text
    assert "roles.buyer.x.y: unknown permission" in text
    assert "there is no widget 'nobody.box'" in text


def test_figures_stand_in_their_order_and_one_behind_an_unknown_permission_is_an_error() -> None:
    def some(work: Work, since: object, until: object) -> FigureValue:
        return FigureValue(1, "1")

    class Shop(Plugin):
        name = "shop"

        @hookimpl
        def register_permissions(self) -> Iterable[Permission]:
            yield Permission(name="shop.see", label="See", roles={"manager": Level.ASSIGNED})

        @hookimpl
        def register_figures(self) -> Iterable[Figure]:
            yield Figure(name="shop.second", order=20, label="Second", permission="shop.see", load=some)
            yield Figure(name="shop.first", order=10, label="First", permission="shop.se", load=some)

    kit, problems = kit_of(Shop)
    assert [figure.name for figure in kit.figures] == ["shop.first", "shop.second"]
    assert "unknown permission 'shop.se'" in only(problems)
