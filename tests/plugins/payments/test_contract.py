"""The contract that every plugin keeps."""

from b2bkit.plugins.payments.plugin import PaymentsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(PaymentsPlugin)
