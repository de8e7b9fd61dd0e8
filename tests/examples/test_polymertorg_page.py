"""docs/portals/polymertorg.md tells the whole of the example, and nothing that is not there."""

from __future__ import annotations

import re
import tomllib

from b2bkit.core.extend.load import known_plugins
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "portals" / "polymertorg.md").read_text("utf-8")
CHOSEN = tomllib.loads((ROOT / "examples" / "polymertorg" / "b2bkit.toml").read_text("utf-8"))["plugins"]


def test_the_page_says_what_each_chosen_plugin_is_for() -> None:
    assert {name for name in CHOSEN if not re.search(rf"`{name}`|\[plugins\.{name}[\].]", PAGE)} == set()


def test_every_table_that_the_page_names_belongs_to_a_plugin() -> None:
    named = set(re.findall(r"\[plugins\.(\w+)", PAGE))
    assert named - set(known_plugins()) == set()


def test_every_setting_that_the_page_names_is_one() -> None:
    wrong = []
    for plugin, keys in re.findall(r"`\[plugins\.(\w+)\]`((?: `\w+`,?)*)", PAGE.replace("]` `", "]` `")):
        settings = known_plugins()[plugin].load().Settings
        wrong += [f"{plugin}: {key}" for key in re.findall(r"`(\w+)`", keys) if key not in settings.model_fields]
    assert wrong == []
