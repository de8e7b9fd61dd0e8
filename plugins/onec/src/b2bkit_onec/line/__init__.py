"""The way from the portal to 1C: allowed hosts, certificates, limits, breaker, ping; what goes over it is `odata/` and `service/`."""

from b2bkit_onec.line.errors import Barred, LineError, LineOpen, OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.line.line import Line, open_line
from b2bkit_onec.line.ping import Ping

__all__ = ["Barred", "Line", "LineError", "LineOpen", "OneCBroken", "OneCRefused", "OneCSilent", "Ping", "open_line"]
