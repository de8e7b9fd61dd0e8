"""The contract that every plugin keeps."""

from b2bkit.plugins.discount_requests.plugin import DiscountRequestsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(DiscountRequestsPlugin)
