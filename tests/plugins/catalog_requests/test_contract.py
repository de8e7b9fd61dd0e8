"""The contract that every plugin keeps."""

from b2bkit.plugins.catalog_requests.plugin import CatalogRequestsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(CatalogRequestsPlugin)
