"""The browser's files: hashed, small, complete, made once."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from b2bkit.core import assets, assets_icons, assets_tabler
from b2bkit.core.web.statics import TYPES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of this checkout in a folder of its own."""
    folder = tmp_path_factory.mktemp("build")
    assets.build(ROOT, folder)
    return folder


def test_files_carry_a_hash_of_their_content_and_are_of_served_types(built: Path) -> None:
    loaded = assets.Assets.load(built)
    assert re.fullmatch(r"/static/build/portal\.[0-9a-f]{10}\.css", loaded.url("portal.css"))
    for name in loaded.names.values():
        assert (built / name).stat().st_size > 0
        assert Path(name).suffix in TYPES


def test_everything_that_layouts_and_the_api_viewer_name_is_built(built: Path) -> None:
    templates = ROOT / "src/b2bkit/core/templates"
    named = {name for path in templates.rglob("*.html") for name in re.findall(r"""asset\(["']([^"']+)["']\)""", path.read_text())}
    assert {"portal.css", "portal.js", "htmx.js", "icons.svg", "swagger-ui.css"} <= named
    for name in named:
        assets.Assets.load(built).url(name)


def test_a_second_build_takes_no_time_and_touches_nothing(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.iterdir()}
    began = time.perf_counter()
    assets.build(ROOT, built)
    assert time.perf_counter() - began < 1.0
    assert {path: path.stat().st_mtime_ns for path in built.iterdir()} == before


def test_a_build_repairs_a_missing_file_and_removes_what_is_left_of_older_ones(built: Path) -> None:
    name = assets.Assets.load(built).names["portal.js"]
    (built / name).unlink()
    (built / "portal.0123456789.js").write_text("old")
    assets.build(ROOT, built)
    assert (built / name).is_file()
    assert not (built / "portal.0123456789.js").exists()


def test_a_first_page_stays_far_below_300_kilobytes(built: Path) -> None:
    assert assets.first_page_bytes(built) < 150_000


def test_style_sheets_fetch_only_built_fonts_and_pictures_in_place(built: Path) -> None:
    loaded = assets.Assets.load(built)
    css = (built / loaded.names["portal.css"]).read_text()
    addresses = {url.strip("\"'") for url in re.findall(r"url\(\s*(\"[^\"]*\"|'[^']*'|[^)]*)\)", css)}
    fonts = {url for url in addresses if not url.startswith("data:")}
    assert fonts == {loaded.names[f"golos-text-{subset}.woff2"] for subset in assets.FONT_SUBSETS}
    assert "@import" not in css


def test_the_sprite_holds_the_icons_in_use_and_the_reserve_for_plugins(built: Path) -> None:
    sprite = (built / assets.Assets.load(built).names["icons.svg"]).read_text()
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    assert {"check", "plug-connected-x", "shopping-cart", "menu-2"} <= drawn
    assert "abacus" not in drawn
    assert len(sprite) < 120_000


def test_an_unknown_icon_is_an_error_that_names_file_and_near_names() -> None:
    files = {
        Path("pages/a.html"): """{{ ui.icon("shoping-cart") }} {{ ui.button("x", "check") }} {% set icon_name='truk' %}""",
        Path("b.py"): 'NavItem(icon="hom")',
    }
    with pytest.raises(assets_icons.UnknownIcon) as caught:
        assets_icons.find_used(files, ["shopping-cart", "truck", "home", "check"])
    told = str(caught.value)
    assert "pages/a.html: there is no icon 'shoping-cart'; near: shopping-cart" in told
    assert "pages/a.html: there is no icon 'truk'; near: truck" in told
    assert "b.py: there is no icon 'hom'; near: home" in told


def test_icons_are_found_in_macros_calls_and_python_however_they_are_passed() -> None:
    known = ["truck", "home", "check", "clock", "ban", "user", "arrows-exchange", "lock"]
    files = {
        Path("a.html"): """<i>user</i>{{ ui.chip("On the way", "ok", "truck") }}{% call ui.card(icon_name="clock") %}""",
        Path("b.py"): 'icon: str = "home"\nlook = {"icon": "ban"}\nword = "user"\nlink("Exchange", "arrows-exchange")',
        Path("plugin.py"): 'link("Rights", "lock")',
    }
    assert assets_icons.find_used(files, known) == {"truck", "clock", "home", "ban", "arrows-exchange", "lock"}


def test_tabler_is_cut_to_elements_chosen_classes_and_the_variables_they_read() -> None:
    css = (
        "@charset 'utf-8';:root{--tblr-a:1px;--tblr-b:2px;--tblr-c:var(--tblr-a)}[data-theme=dark] .btn{color:red}"
        '.btn{padding:var(--tblr-c);background:url("data:a;b{}")}.btn,.modal{margin:0}'
        ".modal .btn{top:0}p{margin:0}@media print{p{color:red}}"
        "@media (min-width:1px){.card{margin:0}.nav{margin:0}}@keyframes x{from{top:0}}"
    )
    assert assets_tabler.cut(css, "") == (
        ':root{--tblr-a:1px;--tblr-c:var(--tblr-a)}.btn{padding:var(--tblr-c);background:url("data:a;b{}")}.btn{margin:0}p{margin:0}'
        "@media (min-width:1px){.card{margin:0}}"
    )
    assert "--tblr-b" in assets_tabler.cut(css, "a { left: var(--tblr-b) }")


def test_unknown_names_and_a_missing_build_say_what_to_do(built: Path, tmp_path: Path) -> None:
    with pytest.raises(assets.AssetsMissing, match=r"no built file 'portal\.scss'; there are .*portal\.css"):
        assets.Assets.load(built).url("portal.scss")
    with pytest.raises(assets.AssetsMissing, match="make setup"):
        assets.Assets.load(tmp_path)
    with pytest.raises(assets.BuildFailed, match=r"package-lock\.json is missing"):
        assets._install(tmp_path)


def test_packages_are_pinned_and_the_lock_names_no_place_to_fetch_them_from() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    for version in {**wanted["dependencies"], **wanted["devDependencies"]}.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in package and (not name or "integrity" in package) for name, package in packages.items())
