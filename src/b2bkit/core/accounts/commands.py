"""Commands: the first administrator, and a link for a person who lost the password."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import select

from b2bkit.core.accounts import passwords, second_factor, sign_in
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.extend.things import Command
from b2bkit.core.work import Work


def commands() -> Iterable[Command]:
    """The commands of accounts."""
    yield Command(name="accounts.add_staff", command=add_staff)
    yield Command(name="accounts.set_password", command=set_password)
    yield Command(name="accounts.reset_second_factor", command=reset_second_factor)


def make_staff(work: Work, *, email: str, name: str, role: str, password: str) -> User:
    """Adds one of the supplier's own people, or changes role and password of the one with this address."""
    user = work.session.scalars(select(User).where(User.email == email.lower())).one_or_none()
    user = user or User(id=new_id(), email=email.lower(), name=name, created_at=work.now)
    user.name, user.staff_role, user.password_hash = name, role, passwords.hash_password(password)
    work.session.add(user)
    work.session.flush()
    record(work, action="accounts.staff_added", entity="user", entity_id=user.id, details={"role": role})
    return user


def _new_password(email: str, password: str) -> str:
    problems = passwords.weakness(password, email=email)
    if problems:
        raise click.ClickException(" ".join(problem.message for problem in problems))
    return password


@click.command("add-staff")
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--role", type=click.Choice(["manager", "admin", "editor"]), default="manager", show_default=True)
@click.option(
    "--config", "config", type=click.Path(path_type=Path), default=Path(), show_default="this folder", help="Folder of the portal."
)
@click.password_option(help="Asked for when not given.")
def add_staff(email: str, name: str, role: str, config: Path, password: str) -> None:
    """Add one of your own people, who sign in to the manager's workspace."""
    from b2bkit.core.app import create_app

    _new_password(email, password)
    app = create_app(config)
    with app.work() as work:
        make_staff(work, email=email, name=name, role=role, password=password)
    app.close()
    click.echo(f"{email} can sign in as {role}.")


@click.command("set-password")
@click.argument("email")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), default=Path(), show_default="this folder", help="Folder of the portal."
)
@click.password_option(help="Asked for when not given.")
def set_password(email: str, config: Path, password: str) -> None:
    """Give a person a new password; ends that person's open sessions."""
    from b2bkit.core.app import create_app

    _new_password(email, password)
    app = create_app(config)
    with app.work() as work:
        user = work.session.scalars(select(User).where(User.email == email.lower())).one_or_none()
        if user is None:
            raise click.ClickException(f"nobody has the address {email}")
        user.password_hash = passwords.hash_password(password)
        sign_in.end_sessions(work, user_id=user.id)
        record(work, action="accounts.password_set", entity="user", entity_id=user.id)
    app.close()
    click.echo(f"{email} has a new password.")


@click.command("reset-second-factor")
@click.argument("email")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), default=Path(), show_default="this folder", help="Folder of the portal."
)
def reset_second_factor(email: str, config: Path) -> None:
    """Take the second step from a person who lost phone and recovery codes; ends open sessions and tells the person."""
    from b2bkit.core.app import create_app

    app = create_app(config)
    try:
        with app.work() as work:
            user = work.session.scalars(select(User).where(User.email == email.lower())).one_or_none()
            if user is None:
                raise click.ClickException(f"nobody has the address {email}")
            if not second_factor.reset(work, user.id):
                raise click.ClickException(f"{email} has no second step")
    finally:
        app.close()
    click.echo(f"{email} signs in with the password alone until the second step is set up anew.")
