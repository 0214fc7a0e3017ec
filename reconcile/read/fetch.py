"""Web addresses -> bytes, politely and safely: the only place that opens a connection.

Every address is resolved once, refused unless it is public (or its host is allowed), and the connection goes to the
address that was checked, on every redirect too. robots.txt is obeyed (RFC 9309), requests to one host are spaced out,
and size, time and redirects are bounded. No cookies, no credentials, no proxy.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from reconcile.errors import InputError
from reconcile.read.place import DEFAULT_LIMITS, Limits, content_type

AGENT: Final = "reconcile"
ACCEPT: Final = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,*/*;q=0.5"
PORTS: Final = {"http": 80, "https": 443}
LOWEST_OTHER_PORT: Final = 1024
MAX_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAX_DELAY: Final = 30.0
MAX_ROBOTS_BYTES: Final = 512_000
CHUNK: Final = 65_536
CODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip"})
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# What Python counts as global although no web page stands there: site-local, documentation, protocol assignments with
# the metadata service of one cloud, 6to4 relays, and the address under which another cloud's machines ask their host.
NEVER_PUBLIC: Final = tuple(
    map(ipaddress.ip_network, ("fec0::/10", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"))
)
PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class FetchRules:
    """How to behave on the network.

    ``allow_hosts``: hosts that may have a private address ("wiki.intra.example", "*.intra.example", with ":port" or
    without). ``delay``: seconds between two requests to one host; a longer Crawl-delay is kept up to 30 s.
    ``timeout``: seconds without a byte.
    """

    allow_hosts: tuple[str, ...] = ()
    delay: float = 1.0
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: the last address after redirects, the media type and charset it stated, the bytes."""

    url: str
    media_type: str
    charset: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def site(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == PORTS[self.scheme] else f"{shown}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.site}{self.path}"


@dataclass(slots=True)
class _Clock:
    """The time that is left for one address; waiting out of politeness does not count."""

    stop: float

    def left(self) -> float:
        left = self.stop - time.monotonic()
        if left <= 0:
            raise InputError("the download takes longer than allowed; raise limits.max_seconds or try later")
        return left


@dataclass(slots=True)
class Fetcher:
    """Fetches addresses one after the other; robots.txt is kept for as long as the fetcher lives.

    ``pause`` and ``resolve`` stand for `time.sleep` and `socket.getaddrinfo`.
    """

    rules: FetchRules = field(default_factory=FetchRules)
    limits: Limits = DEFAULT_LIMITS
    pause: Callable[[float], None] = time.sleep
    resolve: Callable[..., list[Any]] = socket.getaddrinfo
    _robots: dict[str, Any] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def get(self, url: str) -> Answer:
        """Return what stands at an http(s) address.

        Raises InputError ("what; what to do"): a bad or refused address, forbidden by robots.txt, a status other
        than 200, broken off, or over a limit.
        """
        clock = _Clock(time.monotonic() + self.limits.max_seconds)
        target = _target(url)
        for _ in range(MAX_REDIRECTS + 1):
            self._obey_robots(target, clock)
            with self._response(target, clock) as response:
                if response.status not in REDIRECTS:
                    return self._answer(target, response, clock)
                target = _redirected(target, response)
        raise InputError(f"more than {MAX_REDIRECTS} redirects; pass the page's own address")

    def _answer(self, target: _Target, response: Any, clock: _Clock) -> Answer:
        if response.status != http.client.OK:
            raise InputError(f"{target.site} answers {response.status}; {_advice(response.status)}")
        coding = response.headers.get("Content-Encoding", "").strip().lower()
        if coding not in CODINGS:
            raise InputError(f"{target.site} sends a coding that is not read ({coding[:20]}); download the page")
        body = b"".join(self._chunks(response, self.limits.max_bytes, clock))
        media_type, charset = content_type(response.headers.get("Content-Type", ""))
        return Answer(target.url, media_type, charset, body)

    def _chunks(self, response: Any, limit: int, clock: _Clock) -> Iterator[bytes]:
        left = limit
        while chunk := response.read1(CHUNK, decode_content=False):
            left -= len(chunk)
            if left < 0:
                raise InputError(f"larger than the limit of {limit:,} bytes; pass a smaller document")
            clock.left()
            yield chunk
        clock.left()  # where time ran out the end of the data is only where it was cut

    # -- one request ---------------------------------------------------------------------------------------

    @contextmanager
    def _response(self, target: _Target, clock: _Clock) -> Iterator[Any]:
        """Open a connection to the checked address, ask, and close it again whatever happens."""
        import urllib3

        connection = self._connection(target, self._address(target), clock)
        # The timeouts of a socket start anew with every byte; this ends a server that sends one a second.
        opened: list[socket.socket] = []
        watchdog = threading.Timer(clock.left(), _cut, (connection, opened))
        watchdog.daemon = True
        watchdog.start()
        try:
            headers = {
                "Host": target.site, "User-Agent": user_agent(), "Accept": ACCEPT, "Accept-Encoding": "gzip",
                "Connection": "close",
            }  # fmt: skip
            connection.connect()
            opened.append(connection.sock)  # which the connection forgets once the answer has begun
            connection.request("GET", target.path, headers=headers, preload_content=False, decode_content=False)
            yield connection.getresponse()
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message
            raise InputError(f"the certificate of {target.site} is not trusted ({why}); check the address") from error
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            clock.left()
            raise InputError(f"{_failure(target.site, error)}; check the address or try later") from error
        finally:
            watchdog.cancel()
            connection.close()

    def _connection(self, target: _Target, address: str, clock: _Clock) -> Any:
        from urllib3 import Timeout
        from urllib3.connection import HTTPConnection, HTTPSConnection

        timeout = Timeout(connect=min(self.rules.timeout, clock.left()), read=self.rules.timeout)
        seconds = timeout.connect_timeout
        if target.scheme == "http":
            return HTTPConnection(address, target.port, timeout=seconds)
        return HTTPSConnection(
            address, target.port, timeout=seconds, ssl_context=_trust(), server_hostname=target.host,
            assert_hostname=target.host,
        )  # fmt: skip

    def _address(self, target: _Target) -> str:
        """Resolve the host and return the address to connect to; raise unless all its addresses are public."""
        try:
            found = self.resolve(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise InputError(f"the host {target.host} is not known; check the address and the network") from error
        addresses = [str(row[4][0]) for row in found]
        allowed = _is_allowed(target, self.rules.allow_hosts)
        for address in addresses:
            if not allowed and not is_public(address):
                advice = "name the host in [fetch] allow_hosts if it is yours"
                raise InputError(f"{target.host} has the private or reserved address {address}; {advice}")
        if not addresses:
            raise InputError(f"the host {target.host} has no address; check it")
        return min(addresses, key=lambda address: ":" in address)

    # -- politeness ----------------------------------------------------------------------------------------

    def _obey_robots(self, target: _Target, clock: _Clock) -> None:
        rules = self._robots.get(target.scheme + target.site)
        if rules is None:
            self._address(target)  # its own error says more than "robots.txt cannot be reached"
            rules = self._robots[target.scheme + target.site] = self._read_robots(target, clock)
        if isinstance(rules, str):
            raise InputError(rules)
        if not rules.can_fetch(target.url, AGENT):
            raise InputError(f"robots.txt of {target.site} does not allow it; ask the publisher for the text")
        delay = max(self.rules.delay, min(float(rules.crawl_delay(AGENT) or 0.0), MAX_DELAY))
        wait = self._last.get(target.host, -delay) + delay - time.monotonic()
        if target.host in self._last and wait > 0:
            self.pause(wait)
            clock.stop += wait
        self._last[target.host] = time.monotonic()

    def _read_robots(self, target: _Target, clock: _Clock) -> Any:
        """Return the parsed rules, or the reason why nothing may be fetched. A missing file (4xx) allows all."""
        from protego import Protego

        at = _Target(target.scheme, target.host, target.port, "/robots.txt")
        try:
            for _ in range(MAX_REDIRECTS + 1):
                with self._response(at, clock) as response:
                    status = int(response.status)
                    if status in REDIRECTS:
                        at = _redirected(at, response)
                        continue
                    if 200 <= status < 300:
                        body = b"".join(self._upto(response, MAX_ROBOTS_BYTES, clock))
                        return Protego.parse(body.decode("utf-8-sig", "replace"))
                    if 400 <= status < 500 and status != http.client.TOO_MANY_REQUESTS:
                        return Protego.parse("")
                    reason = f"answers {status}"
                    break
            else:
                return Protego.parse("")  # RFC 9309, 2.3.1.2: after five redirects it may count as missing
        except InputError as error:
            reason = str(error).partition("; ")[0]
        return f"robots.txt of {target.site} cannot be read ({reason}), so nothing is fetched there; try later"

    def _upto(self, response: Any, limit: int, clock: _Clock) -> Iterator[bytes]:
        """Yield the first ``limit`` bytes of an answer, unpacked if it is packed."""
        left = limit
        while left > 0 and (chunk := response.read(min(CHUNK, left), decode_content=True)):
            left -= len(chunk)
            clock.left()
            yield chunk


def user_agent() -> str:
    """Return how reconcile names itself to servers: its name and version."""
    from reconcile import __version__

    return f"{AGENT}/{__version__} (article comparison; run by a person)"


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet: not private, loopback, link-local or reserved."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in network for network in NEVER_PUBLIC):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        host = host if ":" in host else host.rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError) as error:
        raise InputError("not a web address; check it") from error
    if scheme not in PORTS or not host:
        raise InputError(f"not an http(s) address ({scheme or 'no scheme'}); only web pages are fetched")
    if "@" in parts.netloc:
        raise InputError("the address holds a user name or password; download the page and pass the file")
    port = PORTS[scheme] if port is None else port
    if port not in PORTS.values() and port < LOWEST_OTHER_PORT:
        raise InputError(f"port {port} is not one of web pages; check the address")
    query = "?" + quote(parts.query, safe=PATH_SAFE + "?") if parts.query else ""
    return _Target(scheme, host, port, quote(parts.path or "/", safe=PATH_SAFE) + query)


def _redirected(target: _Target, response: Any) -> _Target:
    location = response.headers.get("Location", "")
    if not location:
        raise InputError(f"{target.site} redirects to nowhere; check the address")
    return _target(urljoin(target.url, location))


def _is_allowed(target: _Target, hosts: tuple[str, ...]) -> bool:
    for entry in hosts:
        name = entry.strip().lower()
        if name.removesuffix(f":{target.port}") == target.host or name == target.host:
            return True
        if name.startswith("*.") and target.host.endswith(name[1:].removesuffix(f":{target.port}")):
            return True
    return False


def _trust() -> ssl.SSLContext:
    """Trust the system's certificates and those of certifi, so that an empty system store does no harm."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _cut(connection: Any, opened: list[socket.socket]) -> None:
    for sock in opened or [connection.sock]:
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _failure(site: str, error: Exception) -> str:
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return f"{site} does not answer in time"
    if isinstance(error, ConnectionRefusedError) or "NewConnection" in name:
        return f"{site} refuses the connection"
    if name == "CertificateError":
        return f"the certificate of {site} is for another name"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection to {site} ({error.reason or name})"
    return f"the connection to {site} broke off ({name})"


def _advice(status: int) -> str:
    return {
        401: "it wants a login: download the page and pass the file",
        402: "it wants payment: download the page and pass the file",
        403: "it refuses programs: download the page and pass the file",
        404: "check the address",
        410: "the page was taken down",
        429: "it wants fewer requests: raise [fetch] delay or try later",
    }.get(status, "try later" if status >= 500 else "check the address")
