"""The contract that every plugin keeps."""

from b2bkit.plugins.tickets.plugin import TicketsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(TicketsPlugin)
