"""Commands: a new key."""

from __future__ import annotations

from collections.abc import Iterable

import click

from b2bkit import Command
from b2bkit.plugins.webpush.keys import new_private_key


def commands() -> Iterable[Command]:
    """The commands of web push."""
    yield Command(name="webpush.keys", command=keys)


@click.command()
def keys() -> None:
    """Makes the key by which push services know this portal. A new key ends all subscriptions made with the old one."""
    click.echo("Put this into the portal's environment and keep it:\n")
    click.echo(f"B2BKIT_WEBPUSH_PRIVATE_KEY={new_private_key()}")
