"""One page, one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.addresses import host_of, normal_url, robots_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("http://example.org/a#part", "http://example.org/a"),
        ("http://example.org/%7euser/%c3%a9", "http://example.org/%7Euser/%C3%A9"),
        ("http://example.org/é b", "http://example.org/%C3%A9%20b"),
        ("http://example.org/خبر/۱", "http://example.org/%D8%AE%D8%A8%D8%B1/%DB%B1"),
        ("http://example.org/a?utm_source=rss&id=7&fbclid=x", "http://example.org/a?id=7"),
        ("http://example.org/a?utm_source=rss", "http://example.org/a"),
        ("http://example.org/a?b=2&a=1&b=3", "http://example.org/a?b=2&a=1&b=3"),
        ("http://user:secret@example.org/a", "http://example.org/a"),
        ("http://example.org./a", "http://example.org/a"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        (" http://example.org/a \n", "http://example.org/a"),
        ("http://example.org/a//b/", "http://example.org/a//b/"),
    ],
)
def test_the_normal_form(url: str, normal: str) -> None:
    """Scheme, host, port, escapes and trackers have one form (RFC 3986, section 6); path and query keep their order."""
    assert normal_url(url) == normal
    assert normal_url(normal) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a",
        "example.org/a",
        "ftp://example.org/",
        "mailto:a@example.org",
        "javascript:void(0)",
        "http://",
        "http:///a",
        "http://exa mple.org/",
        "http://example.org:port/",
        "http://[::1/",
        "urn:uuid:1",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    """An address without http(s), without a host or with a broken one has no normal form."""
    assert normal_url(url) is None


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.]{1,9}/[^\s]{0,30}", fullmatch=True))
def test_normal_twice_is_normal_once(url: str) -> None:
    """No text makes it raise, and the normal form is its own normal form."""
    normal = normal_url(url)
    assert normal is None or normal_url(normal) == normal


def test_hosts_and_robots() -> None:
    """The host keeps its own port and loses the user; robots.txt lies at the root of the host."""
    assert host_of("https://user@News.example.org:8443/a") == "news.example.org:8443"
    assert host_of("no address") == ""
    assert robots_url("https://example.org/a/b?c") == "https://example.org/robots.txt"
