"""An OpenTelemetry collector on loopback, which adds up what it is sent."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


@dataclass(frozen=True, slots=True)
class Collected:
    """The collector's address, the sum of each counter over all who sent it, and the last value of each gauge."""

    url: str
    counts: Counter[str] = field(default_factory=Counter)
    gauges: dict[str, float] = field(default_factory=dict)


@contextmanager
def collecting() -> Iterator[Collected]:
    """A collector on the air; counters are to be sent as deltas."""

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                    found.counts.update({metric.name: sum(_value(point) for point in metric.sum.data_points)})
                    found.gauges.update((metric.name, _value(point)) for point in metric.gauge.data_points)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        found = Collected(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def _value(point: object) -> float:
    return point.as_int or point.as_double  # type: ignore[attr-defined,no-any-return]
