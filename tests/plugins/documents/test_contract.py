"""The contract that every plugin keeps."""

from b2bkit.plugins.documents.plugin import DocumentsPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(DocumentsPlugin)
