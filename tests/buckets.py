"""An S3 server on loopback that can be told to misbehave, and houses whose home is a bucket of it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow.parquet as pq
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from pyarrow import fs
from werkzeug.serving import WSGIRequestHandler, make_server

from etl import homes
from etl.buckets import listed
from etl.config import House
from etl.tables.schema import TABLES

BUCKET = "news"
Environ = dict[str, Any]
Rows = list[dict[str, Any]]
Refusal = tuple[str, str]  # an HTTP status line, and the code that S3 gives it
Refuse = Callable[[str, str], Refusal | None]  # of method and path with query
LOST = "503 Service Unavailable"
REFUSED = '<?xml version="1.0"?><Error><Code>{}</Code><Message>as the test tells it</Message></Error>'


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """No line for each request."""


class BucketServer:
    """A server with an empty bucket.

    `refuse` says of a request how it is refused; null lets it pass. `lose` says of one that was served whether its
    answer is lost. A page of a listing holds `page_keys`, if that is not 0.
    """

    def __init__(self) -> None:
        self.obey()
        self.requests: list[tuple[str, str]] = []
        self.ended: list[tuple[str, str]] = []
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Silent)
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> "BucketServer":
        self._thread.start()
        self.place().create_dir(BUCKET)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Answers a request, as WSGI has it; one whose client has gone ends in an error of its own."""
        asked = environ["REQUEST_METHOD"], f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.requests.append(asked)
        try:
            return self._answer(asked, environ, start)
        finally:
            self.ended.append(asked)

    def _answer(self, asked: tuple[str, str], environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        refusal = self.refuse(*asked)
        if refusal is not None:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(refusal[0], [("Content-Type", "application/xml")])
            return [] if asked[0] == "HEAD" else [REFUSED.format(refusal[1]).encode()]
        if self.page_keys and "list-type=2" in environ["QUERY_STRING"]:
            asked_for = environ["QUERY_STRING"].replace("max-keys=1000", "")
            environ["QUERY_STRING"] = f"{asked_for}&max-keys={self.page_keys}"
        answer = list(self._app(environ, start))
        if self.lose(*asked):
            start(LOST, [("Content-Length", "0")], True)
            return []
        return answer

    def obey(self) -> None:
        """Serves everything from now on."""
        self.refuse: Refuse = lambda *_: None
        self.lose: Callable[[str, str], bool] = lambda *_: False
        self.page_keys = 0

    @property
    def address(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self._server.port}"

    def url(self, prefix: str, bucket: str = BUCKET) -> str:
        """The address of a home in the bucket."""
        return f"s3://{bucket}/{prefix}?endpoint_override=127.0.0.1:{self._server.port}&scheme=http&region=us-east-1"

    def place(self) -> fs.S3FileSystem:
        """The server as pyarrow sees it."""
        where = f"127.0.0.1:{self._server.port}"
        return fs.S3FileSystem(endpoint_override=where, scheme="http", allow_bucket_creation=True, region="us-east-1")


def keys(house: House, prefix: str) -> list[str]:
    """What lies below a path of a house's bucket, in order."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    return list(listed(bucket, prefix))


def shown(house: House, table: str) -> Rows:
    """The rows of a table as a reader of the bucket's folder finds them, in order of its key."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    found: Rows = []
    for path in keys(house, f"tables/{table}"):
        found += pq.read_table(f"{bucket.root}/{path}", filesystem=bucket.place, partitioning=None).to_pylist()
    return sorted(found, key=lambda row: [str(row[name]) for name in TABLES[table].key])


def put_all(place: fs.FileSystem, folder: Path, root: str) -> None:
    """Copies a folder's files to below a path, as `aws s3 sync` does."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with place.open_output_stream(f"{root}/{path.relative_to(folder)}", compression=None) as stream:
                stream.write(path.read_bytes())
