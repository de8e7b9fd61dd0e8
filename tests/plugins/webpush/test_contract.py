"""The contract that every plugin keeps."""

from b2bkit.plugins.webpush.keys import new_private_key
from b2bkit.plugins.webpush.plugin import WebPushPlugin
from b2bkit.testing.contract import contract_suite

TestContract = contract_suite(
    WebPushPlugin, {"contact": "mailto:it@portal.example"}, environment={"B2BKIT_WEBPUSH_PRIVATE_KEY": new_private_key()}
)
