"""Figures for Prometheus: requests by route and status, their time, and gauges that others register."""

from __future__ import annotations

import threading
from collections.abc import Callable

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def _quoted(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


class Metrics:
    """Counts in memory; `text()` is the exposition format 0.0.4. Labels are route names, never paths: their number is bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[float]] = {}  # route -> one count per bound, then all, then the sum of seconds
        self._gauges: dict[str, tuple[str, Callable[[], float]]] = {}

    def gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Registers a figure that is read at each scrape, e.g. `b2bkit_outbox_waiting`; the last registration of a name wins."""
        self._gauges[name] = (description, read)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """One answered request."""
        key = (route, method, status)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1
            times = self._times.get(route)
            if times is None:
                times = self._times[route] = [0.0] * (len(BOUNDS) + 2)
            for place, bound in enumerate(BOUNDS):
                if seconds <= bound:
                    times[place] += 1
                    break
            times[-2] += 1
            times[-1] += seconds

    def text(self) -> str:
        """Everything, as Prometheus reads it. A gauge that cannot be read is left out."""
        with self._lock:
            counts = sorted(self._counts.items())
            times = sorted((route, list(values)) for route, values in self._times.items())
        lines = ["# HELP b2bkit_requests_total Answered requests.", "# TYPE b2bkit_requests_total counter"]
        lines += [
            f'b2bkit_requests_total{{route="{_quoted(route)}",method="{_quoted(method)}",status="{status}"}} {number}'
            for (route, method, status), number in counts
        ]
        lines += ["# HELP b2bkit_request_seconds Time to answer.", "# TYPE b2bkit_request_seconds histogram"]
        for route, values in times:
            lines += _histogram(route, values)
        for name, (description, read) in sorted(self._gauges.items()):
            try:
                figure = read()
            except Exception:  # noqa: S112  (one broken gauge must not hide the others; Prometheus shows the gap)
                continue
            lines += [f"# HELP {name} {description}", f"# TYPE {name} gauge", f"{name} {figure:g}"]
        return "\n".join(lines) + "\n"


def _histogram(route: str, values: list[float]) -> list[str]:
    label = _quoted(route)
    lines, total = [], 0.0
    for place, bound in enumerate(BOUNDS):
        total += values[place]
        lines.append(f'b2bkit_request_seconds_bucket{{route="{label}",le="{bound:g}"}} {total:g}')
    lines.append(f'b2bkit_request_seconds_bucket{{route="{label}",le="+Inf"}} {values[-2]:g}')
    lines.append(f'b2bkit_request_seconds_sum{{route="{label}"}} {values[-1]:.6f}')
    lines.append(f'b2bkit_request_seconds_count{{route="{label}"}} {values[-2]:g}')
    return lines
