"""Which addresses may be asked: public ones, and those that a source's own file allows.

A name is looked up here and the socket opened to what was found, so what is checked is what is asked: redirects, odd
notations of an address and names that answer otherwise the second time come through the same door.
"""

import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Found = tuple[int, tuple[str, int] | tuple[str, int, int, int]]  # address family and socket address
NAT64 = ip_network("64:ff9b::/96")  # RFC 6052, section 2.1: the last four bytes are an IPv4 address


class RefusedAddressError(ValueError):
    """A host has no address that may be asked. No OSError, which the layers above would take for a broken network."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, by the IANA special-purpose registries as Python holds them.

    Private, loopback, link-local, shared (carrier-grade NAT), documentation, benchmark, multicast and reserved ranges
    are not; an IPv6 address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64) is as public as that one.
    """
    is_special = address.is_multicast or getattr(address, "is_site_local", False)
    return address.is_global and not is_special and all(is_public(inner) for inner in _carried(address))


def open_socket(host: str, port: int, until: float, allowed: Sequence[Network]) -> socket.socket:
    """A socket connected to one of the addresses of a host that may be asked, the first that answers.

    `until` is an instant of `time.monotonic`. Raises RefusedAddressError where none may be asked, TimeoutError, and
    OSError where no one answers.
    """
    found = look_up(host, port, until - time.monotonic())
    reachable = [(family, address) for family, address in found if _may_be_asked(address[0], allowed)]
    if not reachable:
        shown = ", ".join(sorted({str(address[0]) for _, address in found}))
        raise RefusedAddressError(
            f"{host!r} is at {shown}, not an address of the public internet; a source's allowed_networks may name it"
        )
    failure: OSError = OSError(f"{host!r} has no address")
    for family, address in reachable:
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(max(0.001, until - time.monotonic()))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.connect(address)
            return opened
        except OSError as error:
            opened.close()
            failure = error
    raise failure


def look_up(
    host: str, port: int, seconds: float, resolve: Callable[..., Sequence[tuple[object, ...]]] | None = None
) -> list[Found]:
    """The addresses of a host, in the system's order, each once; the system's own look-up knows no time limit.

    Raises OSError where the name is not known, UnicodeError where it can be none, TimeoutError.
    """
    answers: queue.Queue[Sequence[tuple[object, ...]] | Exception] = queue.Queue()

    def ask() -> None:
        try:
            answers.put((resolve or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.001, seconds))
    except queue.Empty:
        raise TimeoutError(f"no address of {host!r} was found in {seconds:.1f} s") from None
    if isinstance(answer, Exception):
        raise answer
    return list(dict.fromkeys((row[0], row[4]) for row in answer))  # type: ignore[misc]


def read_networks(networks: Sequence[str]) -> tuple[Network, ...]:
    """Networks as configuration writes them: "127.0.0.1", "10.1.0.0/16". Raises ValueError naming the odd one."""
    return tuple(ip_network(network) for network in networks)


def _may_be_asked(printed: str, allowed: Sequence[Network]) -> bool:
    address = ip_address(printed.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or address
    return is_public(address) or any(inner in network for network in allowed)


def _carried(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    carried: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        carried.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    with suppress(ValueError):  # "IPv4-compatible", given up by RFC 4291 and still read by some systems
        compatible = IPv4Address(int(address))
        carried.append(compatible if int(compatible) > 1 else None)
    return [inner for inner in carried if inner is not None]
