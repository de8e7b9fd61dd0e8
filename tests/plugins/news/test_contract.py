"""The contract that every plugin keeps."""

from b2bkit.plugins.news.plugin import NewsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(NewsPlugin)
