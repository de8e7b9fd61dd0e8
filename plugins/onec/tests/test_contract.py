"""The contract that every plugin keeps."""

from b2bkit.testing.contract import contract_suite
from b2bkit_onec.plugin import OneCPlugin

TestContract = contract_suite(OneCPlugin, environment={"B2BKIT_ONEC_PASSWORD": "only-for-this-test"})
