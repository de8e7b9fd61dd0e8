"""`b2bkit.toml` plus the environment. Every problem of a deployment is found at once, with its file, key and cure."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from b2bkit.core.errors import ConfigError, ConfigProblem
from b2bkit.core.placeholders import Unfilled, filled

DEVELOPMENT_SECRET = "only-for-development-never-in-production"  # noqa: S105  (refused in production by name)
CONFIG_NAME = "b2bkit.toml"
ENVIRONMENT = "the environment"

Reach = Annotated[str, Field(pattern="^(own|company|network|assigned|all|none)$")]


class Section(BaseModel):
    """Base of a table of `b2bkit.toml`: frozen, unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PortalSection(Section):
    """`[portal]`: what this portal is."""

    name: str = Field(description="Name of the portal, as people read it.", min_length=1, max_length=60)
    mode: Literal["production", "development"] = Field(
        "production", description="development relaxes cookies and secrets for a local machine."
    )
    base_url: str = Field(
        description="The portal's own address; links in mails and all redirects are built from it.", pattern=r"^https?://[^/\s]+$"
    )
    languages: tuple[str, ...] = Field(("ru", "en"), description="Languages people can choose, the first is the default.", min_length=1)
    time_zone: str = Field("Europe/Moscow", description="The business zone in which due dates and days are counted.")
    currency: str = Field("RUB", description="Currency of contracts for which the ERP names none (ISO 4217).", pattern=r"^[A-Z]{3}$")
    data: str = Field("var", description="Folder for files that the portal keeps, relative to b2bkit.toml; B2BKIT_DATA_DIR wins.")
    order_prefix: str = Field("П-", description="Start of order numbers; 1C keeps 11 characters of a number.", max_length=4)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError("is no time zone of the IANA database, e.g. Europe/Minsk") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.time_zone)


class DatabaseSection(Section):
    """`[database]`: where the data live."""

    url: str = Field(
        "sqlite:///var/portal.db",
        description="sqlite:///FILE (relative to b2bkit.toml) or postgresql://USER@HOST/NAME; a password belongs into B2BKIT_DATABASE_URL.",
        pattern=r"^(sqlite:///.+|postgresql(\+psycopg)?://.+)$",
    )
    pool: int = Field(10, description="Connections kept per process (PostgreSQL); at least as many as web threads.", ge=1, le=200)
    statement_timeout: float = Field(
        10,
        description="Seconds that the database may take for a web request before it is ended; jobs and migrations have no limit.",
        ge=0.1,
        le=600,
    )


class JobsSection(Section):
    """`[jobs]`: who wakes the workers. Either way the database is the queue of record."""

    broker: Literal["in-process", "redis"] = Field("in-process", description="redis needs B2BKIT_REDIS_URL and `b2bkit worker` processes.")
    threads: int = Field(2, description="Jobs that one process runs at a time.", ge=1, le=64)


class WebSection(Section):
    """`[web]`: the HTTP side."""

    allowed_hosts: tuple[str, ...] = Field((), description="Host names besides the one of base_url under which the portal may be asked.")
    trusted_proxies: int = Field(
        0, description="How many proxies in front are yours; their X-Forwarded-For is believed that far.", ge=0, le=5
    )
    threads: int = Field(8, description="Handlers that run at a time in one process.", ge=1, le=64)
    session_idle_hours: int = Field(24 * 14, description="A session ends after this long without a visit.", ge=1)
    session_days: int = Field(30, description="A session ends after this long in any case.", ge=1)


class AccountsSection(Section):
    """`[accounts]`: how people prove who they are, and who may ask for access."""

    second_factor: tuple[str, ...] = Field(
        (), description="Roles whose people sign in with a second step, an authenticator app or a passkey, e.g. admin; others may have it."
    )
    registration: bool = Field(False, description="Strangers may ask for access for their company; letters must go out ([mail] host).")
    countries: tuple[Literal["RU", "BY", "KZ"], ...] = Field(
        ("RU", "BY", "KZ"), description="Countries of companies that may register, the usual one first; tax numbers are checked by country."
    )


class MailSection(Section):
    """`[mail]`: the SMTP server that takes the portal's mail. The password is B2BKIT_MAIL_PASSWORD."""

    host: str = Field("", description="Host of the SMTP server; empty: no mail is sent and the channel is off.")
    port: int = Field(587, ge=1, le=65535)
    user: str = ""
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="none only for a server on this machine.")
    sender: str = Field("", description="Address in From, e.g. portal@example.com.")


class ErpSection(Section):
    """`[erp]`: what is expected of the line to the ERP."""

    period: int = Field(60, description="Seconds between two signs of life when all is well; slow after 2, down after 5 periods.", ge=1)


class ThemeSection(Section):
    """`[theme]`: the client's brand. Everything else is computed from the brand colour so that contrast holds."""

    brand: str = Field("#0d6078", pattern=r"^#[0-9a-fA-F]{6}$", description="Brand colour.")
    accent: str = Field("#e0591b", pattern=r"^#[0-9a-fA-F]{6}$", description="Decoration, never text.")
    radius: int = Field(10, ge=0, le=24, description="Corner radius in pixels.")
    logo: str = Field("", description="An SVG or PNG file, relative to b2bkit.toml.")
    font: str = Field("", description="Name of a font family; empty: Golos Text.", pattern=r"^[\w \-]*$")
    templates: str = Field("", description="Folder with templates that win over those of plugins and core, relative to b2bkit.toml.")


class WidgetsSection(Section):
    """`[widgets]`: which sections of pages are shown, and in which order."""

    hide: tuple[str, ...] = ()
    order: dict[str, int] = Field(default_factory=dict, description="Widget name -> its place; smaller comes first.")


class ProfileSection(Section):
    """`[profiles.<name>]`: one kind of account."""

    label: str = Field("", description="What people read; a profile of the core has its own words.", max_length=60)
    only: tuple[str, ...] = Field((), description="The only permissions that anybody of this kind can have; empty: all of the role's.")
    rights: dict[str, Reach] = Field(
        default_factory=dict,
        description="Permission -> how far it reaches for the roles that have it, or none: nobody of this kind has it.",
    )
    without_pages: tuple[str, ...] = Field((), description="Routes that are not there for this kind.")
    without_fields: tuple[str, ...] = Field((), description="Fields that are not shown to and not asked of this kind.")


class CheckoutSection(Section):
    """`[checkout]`: which steps the checkout has, and in which order."""

    hide: tuple[str, ...] = Field((), description="Names of steps that are left out, e.g. ordering.delivery.")
    order: dict[str, int] = Field(default_factory=dict, description="Step -> its place; smaller comes first.")


class Tables(Section):
    """The whole file."""

    portal: PortalSection
    database: DatabaseSection = DatabaseSection()
    jobs: JobsSection = JobsSection()
    web: WebSection = WebSection()
    accounts: AccountsSection = AccountsSection()
    mail: MailSection = MailSection()
    erp: ErpSection = ErpSection()
    theme: ThemeSection = ThemeSection()
    widgets: WidgetsSection = WidgetsSection()
    checkout: CheckoutSection = CheckoutSection()
    roles: dict[str, dict[str, Reach]] = Field(default_factory=dict)
    profiles: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,29}$")], ProfileSection] = Field(default_factory=dict)
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """A valid deployment. `folder` is where `b2bkit.toml` stands; relative paths in it start there."""

    file: Path
    tables: Tables
    secret_key: SecretStr
    redis_url: SecretStr = SecretStr("")
    mail_password: SecretStr = SecretStr("")
    database_url: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def data(self) -> Path:
        """Where the portal keeps files; never inside a folder that is served."""
        return Path(self.environment.get("B2BKIT_DATA_DIR") or self.folder / self.tables.portal.data)

    @property
    def portal(self) -> PortalSection:
        return self.tables.portal

    @property
    def production(self) -> bool:
        return self.tables.portal.mode == "production"


@dataclass
class Parsed:
    """What reading a deployment found: tables when they could be built, and every problem so far."""

    file: Path
    raw: Mapping[str, Any]
    config: Config | None
    problems: list[ConfigProblem]
    environment: Mapping[str, str]


def parse(path: Path, environment: Mapping[str, str] | None = None) -> Parsed:
    """Reads and checks `path` (a b2bkit.toml or its folder) and the environment; never raises for what a person wrote."""
    environment = os.environ if environment is None else environment
    file = path / CONFIG_NAME if path.is_dir() else path
    problems: list[ConfigProblem] = []
    raw = _read(file, problems)
    if raw is not None:
        raw = filled(str(file), raw, environment, problems)
    tables = _tables(file, raw, problems) if raw is not None else None
    config = _with_environment(file, tables, environment, problems) if tables is not None else None
    return Parsed(file, raw or {}, config, problems, environment)


def _read(file: Path, problems: list[ConfigProblem]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        problems.append(ConfigProblem(str(file), "file", "there is no such file", "name the folder of a portal, or start from an example"))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(ConfigProblem(str(file), "file", f"cannot be read: {error}", "make it readable UTF-8 text"))
    except tomllib.TOMLDecodeError as error:
        problems.append(ConfigProblem(str(file), "file", f"is not valid TOML: {error}", "mend the line that is named"))
    return None


def _tables(file: Path, raw: Mapping[str, Any], problems: list[ConfigProblem]) -> Tables | None:
    try:
        return Tables.model_validate(raw)
    except ValidationError as error:
        problems += explain(str(file), Tables, "", error)
        return None


def explain(file: str, model: type[BaseModel], prefix: str, error: ValidationError) -> list[ConfigProblem]:
    """Pydantic's findings as problems with keys as written in the file, and cures: known keys, did you mean, what is expected."""
    found = []
    for item in error.errors():
        if isinstance(item["input"], Unfilled):
            continue
        path = [str(part) for part in item["loc"]]
        key = ".".join([prefix, *path] if prefix else path)
        if item["type"] == "extra_forbidden":
            known = _fields_at(model, path[:-1])
            found.append(ConfigProblem(file, key, "unknown key", did_you_mean(path[-1], known)))
        elif item["type"] == "missing":
            found.append(ConfigProblem(file, key, "is missing", f"add {path[-1]} to {_table_name(prefix, path[:-1])}"))
        else:
            what = item["msg"].removeprefix("Value error, ")
            shown = "" if isinstance(item["input"], dict | list) or _is_secret(model, path) else f" (found {item['input']!r})"
            found.append(ConfigProblem(file, key, what[0].lower() + what[1:] + shown, _expected(item["type"], item.get("ctx", {}))))
    return found


def _is_secret(model: type[BaseModel], path: Sequence[str]) -> bool:
    """Whether a value may never be shown: its field's type says so, here or in a table below."""
    field = model.model_fields.get(path[0]) if path else None
    if field is None:
        return False
    if "SecretStr" in str(field.annotation):
        return True
    below = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type) and issubclass(one, BaseModel)]
    return any(_is_secret(one, path[1:]) for one in below)


def _expected(kind: str, context: Mapping[str, Any]) -> str:
    if "expected" in context:
        return f"write one of {context['expected']}"
    if "pattern" in context:
        return f"write a value that matches {context['pattern']}"
    for limit, words in (
        ("ge", "at least"),
        ("le", "at most"),
        ("gt", "more than"),
        ("lt", "less than"),
        ("min_length", "at least this long:"),
    ):
        if limit in context:
            return f"write a value of {words} {context[limit]}"
    names = {
        "int": "a whole number",
        "string": 'text in quotes, "..."',
        "bool": "true or false",
        "dict": "a table",
        "tuple": "a list, [...]",
        "decimal": "a number",
    }
    return f"write {names.get(kind.split('_')[0], 'a value of the right kind')}"


def _table_name(prefix: str, path: Sequence[str]) -> str:
    name = ".".join([*([prefix] if prefix else []), *path])
    return f"[{name}]" if name else "the top of the file"


def _fields_at(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    for part in path:
        info = model.model_fields.get(part)
        inner = info.annotation if info else None
        if get_origin(inner) is not None:
            inner = next((arg for arg in get_args(inner) if isinstance(arg, type) and issubclass(arg, BaseModel)), None)
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A cure for a misspelt name: the nearest known one, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(names)}" if names else "remove it"


def _with_environment(file: Path, tables: Tables, environment: Mapping[str, str], problems: list[ConfigProblem]) -> Config | None:
    secret = environment.get("B2BKIT_SECRET_KEY", "")
    production = tables.portal.mode == "production"
    before = len(problems)
    cure = 'set it to 32 or more random characters: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
    if not secret and production:
        problems.append(ConfigProblem(ENVIRONMENT, "B2BKIT_SECRET_KEY", "is missing", cure))
    elif production and secret == DEVELOPMENT_SECRET:
        problems.append(ConfigProblem(ENVIRONMENT, "B2BKIT_SECRET_KEY", "is the development secret, which everybody knows", cure))
    elif production and len(secret) < 32:
        problems.append(ConfigProblem(ENVIRONMENT, "B2BKIT_SECRET_KEY", f"has only {len(secret)} characters", cure))
    broker = environment.get("B2BKIT_JOBS_BROKER", "")
    if broker in ("in-process", "redis"):
        tables = tables.model_copy(update={"jobs": tables.jobs.model_copy(update={"broker": broker})})
    elif broker:
        problems.append(ConfigProblem(ENVIRONMENT, "B2BKIT_JOBS_BROKER", f"is {broker!r}", "write in-process or redis, or unset it"))
    port = environment.get("B2BKIT_PORT", "")
    if port.isdecimal():  # the same deployment on another port of this machine
        address = re.sub(r":\d+$", "", tables.portal.base_url) + f":{port}"
        tables = tables.model_copy(update={"portal": tables.portal.model_copy(update={"base_url": address})})
    redis_url = environment.get("B2BKIT_REDIS_URL", "")
    if tables.jobs.broker == "redis" and not re.match(r"^(redis|rediss|unix)://", redis_url):
        problems.append(
            ConfigProblem(
                ENVIRONMENT, "B2BKIT_REDIS_URL", "is missing" if not redis_url else "is no Redis address", "set it to redis://HOST:PORT/0"
            )
        )
    url = environment.get("B2BKIT_DATABASE_URL", "") or tables.database.url
    if re.match(r"^postgresql(\+psycopg)?://[^/@:]+:[^@]+@", tables.database.url):
        problems.append(ConfigProblem(str(file), "database.url", "holds a password", "move the whole address into B2BKIT_DATABASE_URL"))
    if (
        production
        and tables.portal.base_url.startswith("http://")
        and not re.match(r"^http://(127\.0\.0\.1|localhost)(:|$)", tables.portal.base_url)
    ):
        problems.append(
            ConfigProblem(str(file), "portal.base_url", "is not https", 'give the https address, or mode = "development" on your machine')
        )
    for key, name in (("logo", tables.theme.logo), ("templates", tables.theme.templates)):
        if name and not (file.parent / name).exists():
            problems.append(
                ConfigProblem(
                    str(file), f"theme.{key}", f"there is no {name} beside b2bkit.toml", "name an existing path or remove the key"
                )
            )
    if len(problems) > before:
        return None
    return Config(
        file=file.resolve(),
        tables=tables,
        secret_key=SecretStr(secret or DEVELOPMENT_SECRET),
        redis_url=SecretStr(redis_url),
        mail_password=SecretStr(environment.get("B2BKIT_MAIL_PASSWORD", "")),
        database_url=_database_url(url, file.resolve().parent),
        environment={key: value for key, value in environment.items() if key.startswith("B2BKIT_")},
    )


def _database_url(url: str, folder: Path) -> str:
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        return f"sqlite:///{path if path.is_absolute() else folder / path}"
    return re.sub(r"^postgresql://", "postgresql+psycopg://", url)


def load(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The deployment at `path` without its plugins; raises ConfigError with every problem."""
    parsed = parse(path, environment)
    if parsed.config is None:
        raise ConfigError(parsed.problems)
    return parsed.config
