"""A session that says who it is, opens its own connections and can have them shut: what `http` asks with."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any

import requests
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from etl.web.reach import Network, open_socket

ACCEPT_ENCODING = "gzip, deflate, br, zstd"


@dataclass(slots=True)
class Client:
    """A session with the connections it has opened; used by one thread at a time.

    `until` is the instant of `time.monotonic` by which the request at hand must have its connection, `allowed` the
    networks that it may ask besides the public internet.
    """

    session: requests.Session
    user_agent: str
    blank: requests.PreparedRequest
    connections: list[HTTPConnection] = field(default_factory=list)
    until: float = 0.0
    allowed: tuple[Network, ...] = ()

    def prepare(self, until: float, allowed: tuple[Network, ...]) -> None:
        """Makes ready for the next request; connections that were opened under other rules are closed."""
        self.until = until
        if self.allowed != allowed:
            self.allowed = allowed
            self.session.close()

    def request(self, url: str, headers: Mapping[str, str]) -> requests.PreparedRequest:
        """A GET of an address as `Session.prepare_request` would make it, with the session's cookies.

        What all requests have in common is prepared once: to do it each time costs more than to copy it.
        """
        request = self.blank.copy()
        request.prepare_url(url, None)
        request.headers.update(headers)
        if "@" in url:
            request.prepare_auth(None)  # a name and a password before the host
        if next(iter(self.session.cookies), None) is not None:
            request.prepare_cookies(self.session.cookies)
        return request


def open_client(contact: str) -> Client:
    """A client that says who it is: product, version and how to reach the operator."""
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"User-Agent": user_agent(contact), "Accept-Encoding": ACCEPT_ENCODING})
    blank = session.prepare_request(requests.Request("GET", "http://localhost/"))
    client = Client(session, user_agent(contact), blank)
    for scheme, pool, connection in (
        ("http", HTTPConnectionPool, HTTPConnection),
        ("https", HTTPSConnectionPool, HTTPSConnection),
    ):
        adapter = session.get_adapter(f"{scheme}://")
        assert isinstance(adapter, requests.adapters.HTTPAdapter)
        adapter.poolmanager.pool_classes_by_scheme = {scheme: _guarded(pool, connection, client)}
    return client


def user_agent(contact: str) -> str:
    """What is sent as User-Agent."""
    return f"Dateline/{version('dateline')} (news archive; contact: {contact})"


def _guarded(pool: Any, connection: Any, client: Client) -> Any:
    """A pool whose connections ask only addresses that may be asked, and stand in the client as long as they live."""

    def connect(opened: HTTPConnection) -> socket.socket:
        until = client.until if opened.timeout is None else min(client.until, time.monotonic() + opened.timeout)
        return open_socket(opened.host.strip("[]"), opened.port, until, client.allowed)

    def open_connection(*args: Any, **kwargs: Any) -> HTTPConnection:
        opened: HTTPConnection = connection(*args, **kwargs)
        opened._new_conn = partial(connect, opened)  # type: ignore[method-assign]  # where urllib3 looks names up
        client.connections[:] = [old for old in client.connections if old.sock is not None] + [opened]
        return opened

    def open_pool(*args: Any, **kwargs: Any) -> Any:
        opened = pool(*args, **kwargs)
        opened.ConnectionCls = open_connection
        return opened

    return open_pool
