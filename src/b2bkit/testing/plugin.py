"""The pytest plugin `b2bkit`: its fixtures are there in every test run that has b2bkit installed."""

pytest_plugins = ["b2bkit.testing.services.fixtures", "b2bkit.testing.databases", "b2bkit.testing.portal", "b2bkit.testing.templates"]
