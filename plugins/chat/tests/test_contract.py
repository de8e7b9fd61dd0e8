"""The contract that every plugin keeps."""

from b2bkit.testing.contract import contract_suite
from b2bkit_chat.plugin import ChatPlugin

TestContract = contract_suite(ChatPlugin)
