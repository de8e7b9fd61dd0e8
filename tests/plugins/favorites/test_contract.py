"""The contract that every plugin keeps."""

from b2bkit.plugins.favorites.plugin import FavoritesPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(FavoritesPlugin)
