"""Settings: the table `[plugins.onec]` and those below it. Without these the exchange is CommerceML alone, which 1C starts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from b2bkit import PluginSettings

Way = Literal["site", "odata", "service", "off"]
FLOWS: Final = (
    "catalog", "prices", "stock", "parties", "contracts", "contacts", "orders", "order_status", "settlements", "schedule", "papers",
    "changes", "live", "prints", "reconciliation", "tasks",
)  # fmt: skip
_FIELD = re.compile(r"^[a-z_]+(\.[a-z_]+)?$")
_NAME_1C = re.compile(r"^[A-Za-zА-Яа-яЁё_][A-Za-zА-Яа-яЁё0-9_]*$")
_GUID = r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"
Address = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$", max_length=500)]
Login = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^:]+$")]


def allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether the portal may call `url`: its host with its port stands in the list, or its host alone, which allows every port."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    return bool(host) and not {parts.netloc.lower(), f"{host}:{port}", host}.isdisjoint(hosts)


class Table(BaseModel):
    """A table below `[plugins.onec]`; an unknown key stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ODataSettings(Table):
    """`[plugins.onec.odata]`: 1C's standard OData interface, which the portal calls. The password is B2BKIT_ONEC_ODATA_PASSWORD."""

    url: Address = Field(description="Address of the publication up to the base's name: https://HOST/BASE; its OData root does as well.")
    login: Login = Field("portal", description="User of 1C that the portal signs in as; Russian names work.")
    parallel: int = Field(1, description="Calls at a time from one process of the portal; each may take a licence of 1C.", ge=1, le=8)
    timeout_seconds: int = Field(120, description="Seconds one call may take in all; balances of a large base take long.", ge=1, le=900)
    page: int = Field(500, description="Rows that are asked for in one call.", ge=10, le=10_000)
    plan: str = Field("", description="Exchange plan that registers changes for the portal, e.g. ДляODATA; empty: none.", max_length=100)
    node: str = Field("", description="Code of the portal's node in that plan; empty: its only node besides this base.", max_length=100)
    names: dict[str, str] = Field(default_factory=dict, description="Our name of an object or field -> 1C's; `b2bkit onec probe` proposes.")

    client: Literal["counterparty", "partner"] = Field(
        "counterparty", description="What a client of the portal is: each Контрагент, or each Партнер with all his legal entities."
    )
    organization: str = Field("", description="GUID of the selling organisation for orders whose contract names none.", pattern=_GUID)
    store: str = Field("", description="GUID of the warehouse for orders whose agreement names none.", pattern=_GUID)
    order_status: str = Field("НеСогласован", description="Status of a new order in 1C.", max_length=50)
    post: bool = Field(True, description="Post new orders in 1C; false leaves that to 1C's people.")

    @field_validator("url")
    @classmethod
    def _root(cls, value: str) -> str:
        return value.rstrip("/").removesuffix("/odata/standard.odata")

    @field_validator("plan")
    @classmethod
    def _bare_plan(cls, value: str) -> str:
        bare = value.removeprefix("ExchangePlan_")
        if bare and not _NAME_1C.fullmatch(bare):
            raise ValueError("is no name of an exchange plan; write it as 1C's configurator shows it, e.g. ДляODATA")
        return bare

    @field_validator("names")
    @classmethod
    def _names(cls, value: dict[str, str]) -> dict[str, str]:
        for ours, theirs in value.items():
            if not _FIELD.fullmatch(ours):
                raise ValueError(f"{ours!r} is none of our names; write OBJECT or OBJECT.FIELD, as `b2bkit onec probe` does")
            if theirs and not _NAME_1C.fullmatch(theirs):
                raise ValueError(f"{theirs!r} (for {ours}) is no name of 1C; write it as $metadata does, e.g. Document_ЗаказКлиента")
        return value


class ServiceSettings(Table):
    """`[plugins.onec.service]`: the HTTP service of the portal's module in 1C.

    Secrets: B2BKIT_ONEC_SERVICE_PASSWORD (1C's user) and B2BKIT_ONEC_SERVICE_KEY (signs every request).
    """

    url: Address = Field(description="Address of the publication up to the base's name, as for OData.")
    login: Login = Field("portal", description="User of 1C that the portal signs in as.")
    timeout_seconds: int = Field(60, description="Seconds that one call may take in all.", ge=1, le=600)

    @field_validator("url")
    @classmethod
    def _root(cls, value: str) -> str:
        return value.rstrip("/")


class LineSettings(Table):
    """`[plugins.onec.line]`: the way to 1C. Files are relative to b2bkit.toml and read again when they change."""

    ca: str = Field("", description="PEM file of the authority that signed 1C's certificate; empty: the machine's own list.")
    certificate: str = Field("", description="PEM file of the portal's client certificate (with its chain), where 1C's side demands one.")
    key: str = Field("", description="PEM file of that certificate's key; empty: it is in the certificate's file.")
    hosts: tuple[str, ...] = Field((), description="Hosts (HOST or HOST:PORT) the portal may call; empty: those of the urls above.")
    ping_seconds: int = Field(60, description="Seconds between two questions whether 1C is there.", ge=5, le=3600)
    max_mb: int = Field(64, description="Megabytes that one answer of 1C may have.", ge=1, le=2048)

    @field_validator("hosts")
    @classmethod
    def _bare_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if "/" in host or "@" in host or not host or " " in host:
                raise ValueError(f"{host!r} is no host; write HOST or HOST:PORT without a scheme and a path")
        return tuple(host.lower() for host in value)

    @field_validator("key")
    @classmethod
    def _key_needs_certificate(cls, value: str, info: ValidationInfo) -> str:
        if value and not info.data.get("certificate"):
            raise ValueError("names a key without a certificate; add certificate to [plugins.onec.line]")
        return value


class FlowSettings(Table):
    """`[plugins.onec.flows.<kind>]`: which way one kind of data goes, and how often.

    way, every   None: as the table of flows says for what is connected
    """

    way: Way | None = Field(None, description="site: CommerceML, 1C starts it; odata; service; off.")
    every: int | None = Field(None, description="Seconds between two runs.", ge=10, le=7 * 86_400)
    paused: bool = Field(False, description="The flow is paused until staff start it on the page of the exchange.")


class OneCSettings(PluginSettings):
    """How 1C reaches this portal and the portal reaches 1C, and how its data are understood."""

    login: str = Field(
        "1c", description="User name that 1C sends (its exchange node's setting).", min_length=1, max_length=100, pattern=r"^[^:]+$"
    )
    password: SecretStr = Field(description="Password that 1C sends: B2BKIT_ONEC_PASSWORD.", min_length=8)
    zip: bool = Field(True, description="Let 1C pack what it sends.")
    file_limit: int = Field(10_000_000, description="Bytes of one part of a file; 1C splits what is larger.", ge=100_000, le=100_000_000)
    encoding: Literal["utf-8", "windows-1251"] = Field("utf-8", description="Encoding of orders for 1C.")
    exchange_limit: int = Field(
        2_000_000_000, description="Bytes that one exchange may send, and that its archives may unpack to.", ge=1_000_000
    )
    batch: int = Field(200, description="Orders given to 1C in one exchange.", ge=1, le=5000)
    session_minutes: int = Field(60, description="An exchange ends after this long without a request.", ge=1, le=1440)
    warehouse: str = Field("Склад", description="Name of the warehouse for stock that 1C gives without one.", min_length=1, max_length=100)
    unit: str = Field("шт", description="Base unit of products for which 1C names none.", min_length=1, max_length=50)
    memory_mb: int = Field(1024, description="Memory that reading a file may take, in a process of its own.", ge=128)
    read_seconds: int = Field(900, description="Seconds that reading a file may take.", ge=10)
    missing: Literal["keep", "hide"] = Field(
        "keep", description="Goods that a full export does not name any more: keep them, or hide them from clients."
    )
    missing_share: int = Field(10, description="Per cent of a catalogue that may be hidden so at once.", ge=1, le=100)
    missing_minutes: int = Field(60, description="A full export is over after so long without another file of it.", ge=5, le=1440)
    messages_days: int = Field(30, description="Days that messages between 1C and the portal are kept.", ge=1, le=3650)
    messages_mb: int = Field(
        5000,
        description="Megabytes of disk that kept files of more than 256 KB may take, packed; over it the oldest go before their days.",
        ge=10,
        le=10_000_000,
    )

    odata: ODataSettings | None = Field(None, description="1C's OData interface; absent: the portal does not call it.")
    service: ServiceSettings | None = Field(None, description="The HTTP service of the portal's module in 1C; absent: not there.")
    line: LineSettings = Field(LineSettings(), description="Certificates, allowed hosts and the ping of the way to 1C.")
    flows: dict[str, FlowSettings] = Field(default_factory=dict, description="Kind of data -> its way, schedule and pause.")
    odata_password: SecretStr | None = Field(None, validate_default=True, description="B2BKIT_ONEC_ODATA_PASSWORD.")
    service_password: SecretStr | None = Field(None, validate_default=True, description="B2BKIT_ONEC_SERVICE_PASSWORD.")
    service_key: SecretStr | None = Field(None, validate_default=True, description="B2BKIT_ONEC_SERVICE_KEY: 32 characters or more.")

    @field_validator("line")
    @classmethod
    def _urls_are_allowed(cls, value: LineSettings, info: ValidationInfo) -> LineSettings:
        for table in ("odata", "service"):
            part = info.data.get(table)
            if value.hosts and part is not None and not allowed(part.url, value.hosts):
                raise ValueError(f"hosts leaves out {urlsplit(part.url).netloc}, the host of {table}.url; add it to hosts or mend the url")
        return value

    @field_validator("flows")
    @classmethod
    def _flows(cls, value: dict[str, FlowSettings], info: ValidationInfo) -> dict[str, FlowSettings]:
        for kind, flow in value.items():
            if kind not in FLOWS:
                near = difflib.get_close_matches(kind, FLOWS, 1)
                raise ValueError(f"{kind} is no flow; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(FLOWS)}"))
            if flow.way in ("odata", "service") and flow.way in info.data and info.data[flow.way] is None:
                raise ValueError(f"{kind}.way is {flow.way}, but there is no table [plugins.onec.{flow.way}]; add it or choose another way")
        return value

    @field_validator("odata_password", "service_password", "service_key")
    @classmethod
    def _secrets(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        name = info.field_name or ""
        table = name.partition("_")[0]
        if info.data.get(table) is not None and not (value and value.get_secret_value()):
            raise ValueError(f"is missing, but [plugins.onec.{table}] is there; set B2BKIT_ONEC_{name.upper()} in the environment")
        if name == "service_key" and value and len(value.get_secret_value()) < 32:
            raise ValueError("has fewer than 32 characters; set B2BKIT_ONEC_SERVICE_KEY to 32 or more random ones")
        return value

    def hosts(self) -> frozenset[str]:
        """Hosts that the portal may call, each as HOST or HOST:PORT in lower case."""
        urls = [part.url for part in (self.odata, self.service) if part is not None]
        return frozenset(self.line.hosts or (urlsplit(url).netloc.lower() for url in urls))

    def flow(self, kind: str) -> FlowSettings:
        """What the settings say of one kind; nothing by default."""
        return self.flows.get(kind, FlowSettings())
