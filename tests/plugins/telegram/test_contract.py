"""The contract that every plugin keeps."""

from b2bkit.plugins.telegram.plugin import TelegramPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(
    TelegramPlugin, {"bot": "PortalTestBot"}, environment={"B2BKIT_TELEGRAM_TOKEN": "123456789:only-for-this-test"}
)
