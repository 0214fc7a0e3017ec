"""Around every page of ours, errors too: a bound on what is posted, and the headers that keep a browser in check.

It stands outside Datasette's own check of forms, which reads the whole body first.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from reconcile.publish.desk.render import HEADERS

if TYPE_CHECKING:
    from datasette.app import Datasette

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MAX_BODY = 65_536  # bytes of a form: a note of 2,000 characters, each of twelve bytes when encoded, fits twice
OURS = "/-/reconcile"


def keep_quiet() -> None:
    """Keep Datasette from printing every local variable, cookies among them, whenever a page is not found.

    It does so where the library rich is installed, and fails on an address that no route matches.
    """
    from datasette import handle_exception

    if hasattr(handle_exception, "rich"):
        handle_exception.rich = None


def guarded(app: App, datasette: Datasette) -> App:
    """Return the application with what we post and send guarded; other pages pass through as they are."""
    below = datasette.setting("base_url").rstrip("/") + OURS

    async def inner(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith((OURS, below)):
            await app(scope, receive, send)
            return
        strict = _with_headers(send)
        body = await _body(scope, receive)
        if body is None:
            await _refuse(strict)
        else:
            await app(scope, _replayed(body, receive), strict)

    return inner


def _with_headers(send: Send) -> Send:
    """Add our headers to a response that lacks them, as Datasette's own error pages do."""

    async def inner(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers") or [])
            names = {bytes(name).lower() for name, _ in given}
            more = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": given + [pair for pair in more if pair[0] not in names]}
        await send(message)

    return inner


async def _body(scope: MutableMapping[str, Any], receive: Receive) -> bytes | None:
    """Return the whole body of a request, or None where it is larger than MAX_BODY."""
    if scope.get("method") in ("GET", "HEAD"):
        return b""
    stated = dict(scope.get("headers") or ()).get(b"content-length", b"0")
    if not stated.isdigit() or len(stated) > len(str(MAX_BODY)) or int(stated) > MAX_BODY:
        return None
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already, then whatever comes next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def inner() -> Message:
        return waiting.pop() if waiting else await receive()

    return inner


async def _refuse(send: Send) -> None:
    said = json.dumps({"ok": False, "error": f"More than {MAX_BODY:,} bytes were sent."}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": said})
