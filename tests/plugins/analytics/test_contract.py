"""The contract that every plugin keeps."""

from b2bkit.plugins.analytics.plugin import AnalyticsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(AnalyticsPlugin)
