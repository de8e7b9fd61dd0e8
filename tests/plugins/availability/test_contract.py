"""The contract that every plugin keeps."""

from b2bkit.plugins.availability.plugin import AvailabilityPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(AvailabilityPlugin)
