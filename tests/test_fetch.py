"""Web addresses: what is fetched and how politely, what is refused, on a server of the test's own; no network."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from reconcile.errors import InputError
from reconcile.read.fetch import Fetcher, FetchRules, is_public, user_agent
from reconcile.read.identity import shown_url
from reconcile.read.ingest import read
from reconcile.read.place import Limits

BODY = "The harbour board of Calder Bay voted on Monday to close the old ferry pier for two years."
MORE = "Repairs will cost 14 million dollars, said board chair Nadia Brandt, who called it a hard choice."
PAGE = f"""<html lang="en"><head><title>Pier to close</title><link rel="canonical" href="/pier">
<meta property="article:published_time" content="2025-10-21T09:30:00+02:00"></head><body><article><h1>Pier to close</h1>
<p>{BODY}</p><p>{MORE}</p></article></body></html>"""
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Reply:
    """One answer of the test's server."""

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    drip: bool = False


@dataclass
class Site:
    """A server on this machine: its answers by path, and the requests it got."""

    port: int
    replies: dict[str, Reply] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.seen.append((self.path, dict(self.headers.items())))
            reply = here.replies.get(self.path, Reply(status=404))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers and not reply.drip:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            try:
                self.wfile.write(reply.body)
                while reply.drip and not here.stop.wait(0.05):
                    self.wfile.write(b" ")
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here = Site(server.server_address[1])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield here
    here.stop.set()
    server.shutdown()
    thread.join()
    server.server_close()


def at_home(host: str, port: int, **_: Any) -> list[Any]:
    """Stands for DNS: every name is this machine, a number is itself."""
    address = host if host.replace(".", "").isdigit() else "127.0.0.1"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def fetcher(*hosts: str, limits: Limits | None = None, **rules: Any) -> tuple[Fetcher, list[float]]:
    """Return a fetcher that may speak to the hosts, and the list of its pauses."""
    pauses: list[float] = []
    given = FetchRules(tuple(hosts or ("127.0.0.1",)), **{"timeout": 5.0, **rules})
    return Fetcher(given, limits or Limits(), pause=pauses.append, resolve=at_home), pauses


def refusal(agent: Fetcher, url: str) -> str:
    with pytest.raises(InputError) as caught:
        agent.get(url)
    message, _, advice = str(caught.value).partition("; ")
    assert message
    assert advice
    return str(caught.value)


# -- what is read ----------------------------------------------------------------------------------------

RSS = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Calder Feed</title><item><title>Pier</title>
<link>/news/1</link><description>&lt;p&gt;{BODY}&lt;/p&gt;</description></item></channel></rss>"""
FORMS = [
    ("/pier?utm_source=x", PAGE.encode(), "text/html; charset=utf-8", f"{BODY}\n\n{MORE}"),
    ("/feed", RSS.encode(), "application/rss+xml", BODY),
    ("/feed.xml", RSS.encode(), "text/xml", BODY),
    ("/a.txt", BODY.encode(), "text/plain", BODY),
    ("/notes.md", f"# Pier\n\n**{BODY}**".encode(), "text/plain", BODY),
    ("/api", json.dumps([{"text": BODY}]).encode(), "application/json", BODY),
    ("/rows", f"id,text\n1,{BODY}".encode(), "text/csv; charset=utf-8", BODY),
    ("/lines.jsonl", (json.dumps({"text": BODY}) + "\n").encode(), "application/octet-stream", BODY),
    ("/none", PAGE.encode(), "", f"{BODY}\n\n{MORE}"),
    ("/packed.txt.gz", gzip.compress(BODY.encode()), "application/gzip", BODY),
    ("/latin", f"<p>{BODY} Café.</p>".encode("cp1252"), "text/html; charset=windows-1252", f"{BODY} Café."),
    ("/cyrillic.txt", "Порт закрыт на два года, сказал мэр.".encode("koi8-r"), "text/plain; charset=koi8-r",
     "Порт закрыт на два года, сказал мэр."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "kind", "text"), FORMS, ids=[form[0] for form in FORMS])
def test_form_is_told_by_the_server_the_name_or_the_bytes(
    site: Site, path: str, body: bytes, kind: str, text: str
) -> None:
    site.replies[path] = Reply(body, {"Content-Type": kind} if kind else {})
    articles, problems = read([site.url(path)], rules=FetchRules(("127.0.0.1",)))
    assert problems == ()
    assert [a.text for a in articles] == [text]
    assert articles[0].path == site.url(path)


def test_page_is_known_by_its_canonical_address_and_kept_raw(site: Site) -> None:
    page = PAGE.replace("/pier", site.url("/pier"))
    site.replies["/pier?utm_source=x"] = Reply(page.encode(), HTML)
    (article,), _ = read([site.url("/pier?utm_source=x")], rules=FetchRules(("127.0.0.1",)))
    assert article.url == site.url("/pier")
    assert (article.raw, article.title, article.published) == (page, "Pier to close", "2025-10-21T07:30:00Z")


def test_relative_links_of_a_feed_are_resolved(site: Site) -> None:
    site.replies["/feed"] = Reply(RSS.encode(), {"Content-Type": "application/rss+xml"})
    (article,), _ = read([site.url("/feed")], rules=FetchRules(("127.0.0.1",)))
    assert article.url == site.url("/news/1")


def test_packed_answers_are_unpacked(site: Site) -> None:
    site.replies["/p"] = Reply(gzip.compress(PAGE.encode()), {**HTML, "Content-Encoding": "gzip"})
    (article,), _ = read([site.url("/p")], rules=FetchRules(("127.0.0.1",)))
    assert article.text.startswith(BODY)


def test_request_names_the_program_and_sends_nothing_else(site: Site) -> None:
    site.replies["/p"] = Reply(b"x", HTML)
    fetcher("calder.example")[0].get(site.url("/p?a=b c", "calder.example").replace("?a=b c", ""))
    _, headers = site.seen[-1]
    assert headers["User-Agent"] == user_agent()
    assert user_agent().startswith("reconcile/")
    assert headers["Host"] == f"calder.example:{site.port}"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


# -- redirects -------------------------------------------------------------------------------------------


def test_redirects_are_followed_and_the_last_address_is_kept(site: Site) -> None:
    site.replies["/old"] = Reply(status=301, headers={"Location": "/new"})
    site.replies["/new"] = Reply(PAGE.encode(), HTML)
    assert fetcher()[0].get(site.url("/old")).url == site.url("/new")


REDIRECTS = [
    ("/loop", "more than 5 redirects"),
    ("", "redirects to nowhere"),
    ("ftp://calder.example/x", "not an http(s) address"),
    ("file:///etc/passwd", "not an http(s) address"),
    ("http://user:secret@calder.example/", "user name or password"),
    ("http://10.0.0.8/", "private or reserved address 10.0.0.8"),
    ("http://169.254.169.254/latest/meta-data", "private or reserved address 169.254.169.254"),
    ("//other.example/", "private or reserved address 127.0.0.1"),
    ("http://calder.example:25/", "port 25"),
]


@pytest.mark.parametrize(("location", "message"), REDIRECTS, ids=[location or "none" for location, _ in REDIRECTS])
def test_redirect_is_refused(site: Site, location: str, message: str) -> None:
    site.replies["/loop"] = Reply(status=302, headers={"Location": location} if location else {})
    assert message in refusal(fetcher()[0], site.url("/loop"))


# -- addresses -------------------------------------------------------------------------------------------

ADDRESSES = [
    ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("127.0.0.1", False), ("0.0.0.0", False),
    ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("100.64.0.1", False), ("169.254.1.1", False),
    ("224.0.0.1", False), ("240.0.0.1", False), ("255.255.255.255", False), ("192.0.2.1", False), ("::1", False),
    ("::", False), ("fe80::1%eth0", False), ("fc00::1", False), ("::ffff:127.0.0.1", False), ("::ffff:8.8.8.8", True),
    ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("ff02::1", False), ("not an address", False),
    ("::ffff:169.254.169.254", False), ("::ffff:10.0.0.1", False), ("::127.0.0.1", False), ("::ffff:0:7f00:1", False),
    ("64:ff9b::8.8.8.8", True), ("64:ff9b:1::7f00:1", False), ("fec0::1", False), ("fd00:ec2::254", False),
    ("2001:db8::1", False), ("3fff::1", False), ("100::1", False), ("0.1.2.3", False), ("169.254.169.254", False),
    ("168.63.129.16", False), ("192.0.0.192", False), ("192.88.99.1", False), ("198.18.0.1", False), ("", False),
]  # fmt: skip


@pytest.mark.parametrize(("address", "public"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_public_address(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://0/",
        "http://0.0.0.0/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0x7f000001/",
        "http://127.0.0.1./",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:ffff:169.254.169.254]/",
        "http://[fe80::1%25lo]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://127\u30020\u30020\u30021/",
        "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
    ],
)
def test_this_machine_is_refused_however_it_is_written(url: str) -> None:
    (problem,) = read([url])[1]
    expected = ("private or reserved address", "is not known", "not a web address")
    assert any(words in problem.message for words in expected), problem.message
    assert problem.advice


def test_name_with_one_private_address_among_public_ones_is_refused() -> None:
    rows = [(2, 1, 6, "", ("93.184.215.14", 80)), (2, 1, 6, "", ("192.168.0.5", 80))]
    agent = Fetcher(resolve=lambda *_, **__: rows)
    assert "192.168.0.5" in refusal(agent, "http://calder.example/")


def test_connection_goes_to_the_address_that_was_checked(site: Site) -> None:
    """A name that changes between check and use is checked again, and what is connected to is what was checked."""
    site.replies["/p"] = Reply(PAGE.encode(), HTML)
    agent, _ = fetcher("calder.example")
    assert agent.get(site.url("/p", "calder.example")).body == PAGE.encode()
    later = replace(agent, rules=FetchRules())
    assert "127.0.0.1" in refusal(later, site.url("/p", "calder.example"))
    assert site.paths == ["/robots.txt", "/p"]


@pytest.mark.parametrize("good", [0, 1])
def test_name_that_changes_between_check_and_connection_is_not_connected_to(site: Site, good: int) -> None:
    """The first answer of DNS is public and the next is this machine: each is checked before it is used."""
    site.replies["/p"] = Reply(PAGE.encode(), HTML)
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "93.184.215.14" if len(asked) <= good else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    assert "private or reserved address 127.0.0.1" in refusal(
        Fetcher(resolve=resolve), site.url("/p", "calder.example")
    )
    assert len(asked) == good + 1
    assert site.paths == []


ALLOWED = [
    ("wiki.intra.example", True), ("WIKI.intra.example", True), ("*.intra.example", True),
    ("wiki.intra.example:{port}", True), ("*.intra.example:{port}", True), ("wiki.intra.example:1", False),
    ("intra.example", False), ("*.example.intra", False), ("*", False), ("", False),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "allowed"), ALLOWED, ids=[entry or "empty" for entry, _ in ALLOWED])
def test_allow_hosts(site: Site, entry: str, allowed: bool) -> None:
    site.replies["/p"] = Reply(PAGE.encode(), HTML)
    agent, _ = fetcher(entry.replace("{port}", str(site.port)))
    url = site.url("/p", "wiki.intra.example")
    if allowed:
        assert agent.get(url).url == url
    else:
        assert "allow_hosts" in refusal(agent, url)


BAD = [
    ("ftp://calder.example/a", "not an http(s) address (ftp)"),
    ("http://", "not an http(s) address"),
    ("http://[bad", "not a web address"),
    ("http://calder.example:99999/", "not a web address"),
    ("http://calder.example:22/", "port 22 is not one of web pages"),
    ("https://ann:hunter2@calder.example/a", "user name or password"),
    ("http://no-such-host.invalid/", "is not known"),
    ("http://" + "a" * 300 + ".example/", "not"),
]


@pytest.mark.parametrize(("url", "message"), BAD, ids=[url[:40] for url, _ in BAD])
def test_bad_address_is_a_problem_without_secrets(url: str, message: str) -> None:
    articles, (problem,) = read([url])
    assert articles == ()
    assert message in problem.message
    assert problem.advice
    assert "hunter2" not in repr(problem)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:x@a.example/p?q=1#top", "https://a.example/p?q=1"),
        ("http://[bad@x", "http://x"),
        ("https://a.example", "https://a.example"),
        ("https://a.example/p?token=abc&id=3", "https://a.example/p?id=3"),
        ("https://a.example/p?id=3&X-Amz-Signature=1&X-Amz-Credential=2", "https://a.example/p?id=3"),
        ("https://a.example/p?access%5Ftoken=3&b=%20", "https://a.example/p?b=%20"),
        ("https://a.example/p#access_token=zz", "https://a.example/p"),
        ("https://a.example/p?key=AIzaSyD3kslEEi38fjsl_d", "https://a.example/p"),
        (
            "https://a.example/p?key=harbour-2024&monkey=1&design=2&author=3",
            "https://a.example/p?key=harbour-2024&monkey=1&design=2&author=3",
        ),
        ("ftp://ann:x@a.example/p", "ftp://a.example/p"),
        ("ann:x@a.example/p?token=1", "a.example/p"),
    ],
)
def test_shown_url(url: str, shown: str) -> None:
    assert shown_url(url) == shown


# -- robots.txt and pace ---------------------------------------------------------------------------------

ROBOTS: list[tuple[str, Reply, str, str]] = [
    ("missing", Reply(status=404), "/p", ""),
    ("forbidden file", Reply(status=403), "/p", ""),
    ("empty", Reply(b""), "/p", ""),
    ("all", Reply(b"User-agent: *\nDisallow: /"), "/p", "does not allow"),
    ("other folder", Reply(b"User-agent: *\nDisallow: /private/"), "/p", ""),
    ("this folder", Reply(b"User-agent: *\nDisallow: /private/"), "/private/a", "does not allow"),
    ("longest match", Reply(b"User-agent: *\nDisallow: /a\nAllow: /a/b"), "/a/b/c", ""),
    ("wildcard", Reply(b"User-agent: *\nDisallow: /*.php$"), "/x.php", "does not allow"),
    ("by name", Reply(b"User-agent: reconcile\nDisallow: /\n\nUser-agent: *\nAllow: /"), "/p", "does not allow"),
    ("other robots", Reply(b"User-agent: otherbot\nDisallow: /"), "/p", ""),
    ("own group wins", Reply(b"User-agent: *\nDisallow: /\n\nUser-agent: reconcile\nAllow: /"), "/p", ""),
    ("server error", Reply(status=503), "/p", "cannot be read (answers 503)"),
    ("too many requests", Reply(status=429), "/p", "cannot be read (answers 429)"),
    ("redirected", Reply(status=301, headers={"Location": "/r2"}), "/p", "does not allow"),
    ("endless redirects", Reply(status=301, headers={"Location": "/robots.txt"}), "/p", ""),
    ("redirected inside", Reply(status=301, headers={"Location": "http://10.0.0.1/"}), "/p", "private or reserved"),
    ("rubbish", Reply(bytes(range(256)) * 100), "/p", ""),
    ("bomb", Reply(gzip.compress(b"#" * 20_000_000), {"Content-Encoding": "gzip"}), "/p", ""),
]


@pytest.mark.parametrize(("reply", "path", "message"), [r[1:] for r in ROBOTS], ids=[r[0] for r in ROBOTS])
def test_robots(site: Site, reply: Reply, path: str, message: str) -> None:
    site.replies["/robots.txt"] = reply
    site.replies["/r2"] = Reply(b"User-agent: *\nDisallow: /")
    site.replies[path] = Reply(PAGE.encode(), HTML)
    agent, _ = fetcher()
    if message:
        assert message in refusal(agent, site.url(path))
        assert path not in site.paths
    else:
        assert agent.get(site.url(path)).body == PAGE.encode()


def test_robots_of_a_host_are_read_once_and_of_every_host_on_the_way(site: Site) -> None:
    site.replies |= {f"/{n}": Reply(PAGE.encode(), HTML) for n in range(3)}
    site.replies["/go"] = Reply(status=302, headers={"Location": site.url("/0", "other.example")})
    agent, _ = fetcher("127.0.0.1", "other.example")
    for n in range(3):
        agent.get(site.url(f"/{n}"))
    agent.get(site.url("/go"))
    assert site.paths == ["/robots.txt", "/0", "/1", "/2", "/go", "/robots.txt", "/0"]


@pytest.mark.parametrize(
    ("robots", "delay", "least", "most"),
    [
        (b"", 1.0, 0.5, 1.0),
        (b"User-agent: *\nCrawl-delay: 7", 1.0, 6.0, 7.0),
        (b"User-agent: *\nCrawl-delay: 9999", 1.0, 29.0, 30.0),
        (b"User-agent: *\nCrawl-delay: x", 2.0, 1.5, 2.0),
    ],
    ids=["own delay", "crawl delay", "bounded", "unreadable"],
)
def test_requests_to_one_host_are_spaced(site: Site, robots: bytes, delay: float, least: float, most: float) -> None:
    site.replies |= {"/robots.txt": Reply(robots), "/a": Reply(b"a", HTML), "/b": Reply(b"b", HTML)}
    agent, pauses = fetcher(delay=delay)
    agent.get(site.url("/a"))
    assert pauses == []
    agent.get(site.url("/b"))
    assert len(pauses) == 1
    assert least < pauses[0] <= most


# -- limits and failures ---------------------------------------------------------------------------------

SMALL = Limits(max_bytes=20_000, max_page_bytes=20_000)
FAILURES: list[tuple[str, Reply, str]] = [
    ("404", Reply(status=404), "answers 404; check the address"),
    ("403", Reply(status=403), "answers 403; it refuses programs"),
    ("401", Reply(status=401), "answers 401; it wants a login"),
    ("500", Reply(status=500), "answers 500; try later"),
    ("304", Reply(status=304), "answers 304"),
    ("too large", Reply(b"x" * 30_000, HTML), "larger than the limit of 20,000 bytes"),
    ("too large unsaid", Reply(b"x" * 30_000, {**HTML, "Content-Length": "30000"}), "larger than the limit"),
    ("cut off", Reply(b"x" * 10, {**HTML, "Content-Length": "500"}), "broke off"),
    ("coding", Reply(b"x", {**HTML, "Content-Encoding": "br"}), "a coding that is not read (br)"),
    ("endless", Reply(b"x", HTML, drip=True), "takes longer than allowed"),
]


@pytest.mark.parametrize(("reply", "message"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES])
def test_failure_says_what_and_what_to_do(site: Site, reply: Reply, message: str) -> None:
    site.replies["/p"] = reply
    agent, _ = fetcher(limits=replace(SMALL, max_seconds=1))
    assert message in refusal(agent, site.url("/p"))


def test_silence_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        agent, _ = fetcher(timeout=0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/p"
        assert "does not answer in time" in refusal(agent, url)


def test_closed_port_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "refuses the connection" in refusal(fetcher()[0], f"http://127.0.0.1:{port}/p")


def test_server_that_speaks_no_tls_is_a_failure(site: Site) -> None:
    assert "no secure connection" in refusal(fetcher()[0], f"https://127.0.0.1:{site.port}/p")


REFUSED = [
    (Reply(gzip.compress(b"x" * 3_000_000), {**HTML, "Content-Encoding": "gzip"}), "larger than the limit"),
    (Reply(b"\x89PNG....", {"Content-Type": "image/png"}), "image/png is not read"),
    (Reply(b"\x89PNG....", HTML), "an image is not read"),
    (Reply(b"", HTML), "no main text"),
    (Reply(b"<urlset></urlset>", {"Content-Type": "text/xml"}), "neither a feed nor a web page"),
    (Reply(b"{bad", {"Content-Type": "application/json"}), "not valid JSON"),
    (Reply(b"%PDF-1.7\n", {"Content-Type": "application/pdf"}), "the PDF is damaged"),
]


@pytest.mark.parametrize(("reply", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_read_is_a_problem(site: Site, reply: Reply, message: str) -> None:
    site.replies["/p"] = reply
    rules = FetchRules(("127.0.0.1",))
    articles, (problem,) = read([site.url("/p")], limits=Limits(max_bytes=100_000, max_page_bytes=50_000), rules=rules)
    assert articles == ()
    assert message in problem.message
    assert (problem.path, bool(problem.advice)) == (site.url("/p"), True)


def test_one_bad_address_does_not_stop_the_others(site: Site) -> None:
    site.replies["/good"] = Reply(PAGE.encode(), HTML)
    urls = [site.url("/missing"), site.url("/good"), "ftp://a.example/"]
    articles, problems = read(urls, rules=FetchRules(("127.0.0.1",), delay=0.0))
    assert len(articles) == 1
    assert [p.message for p in problems] == [
        "not an http(s) address (ftp)" if p.path.startswith("ftp") else f"127.0.0.1:{site.port} answers 404"
        for p in problems
    ]
