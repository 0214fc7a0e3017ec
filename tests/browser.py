"""A headless Chromium for tests, spoken to over its debugging pipe; nothing but the standard library is needed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
    "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe", "--force-color-profile=srgb",
)  # fmt: skip
WAIT = 30.0
KEYS = {"Escape": 27, "Enter": 13, "Tab": 9}


def chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page in one Chromium. Its protocol: https://chromedevtools.github.io/devtools-protocol."""

    def __init__(self, width: int = 1180, height: int = 900) -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="reconcile-browser-")
        command_in, self.out = os.pipe()
        self.back, command_out = os.pipe()
        line = f'exec "$@" 3<&{command_in} 4>&{command_out}'
        words = ["bash", "-c", line, "bash", str(chromium()), *FLAGS, f"--user-data-dir={self.profile.name}"]
        self.process = subprocess.Popen(
            words, pass_fds=(command_in, command_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(command_in)
        os.close(command_out)
        self.said = select.poll()  # select() takes no descriptor above 1023
        self.said.register(self.back, select.POLLIN)
        self.buffer = b""
        self.number = 0
        self.session = ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.size(width, height)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.back)
        for _ in range(20):  # its helpers may still be writing there
            try:
                self.profile.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    def _message(self, until: float) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            if not self.said.poll(1000 * max(0.0, until - time.monotonic())):
                raise TimeoutError("the browser does not answer")
            more = os.read(self.back, 1 << 20)
            if not more:
                raise ConnectionError("the browser is gone")
            self.buffer += more
        first, _, self.buffer = self.buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(first)
        return found

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result; events that come meanwhile are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session and not method.startswith("Target."):
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + WAIT
        while True:
            answer = self._message(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            if "method" in answer:
                self.events.append(answer)

    def _wait(self, event: str) -> None:
        until = time.monotonic() + WAIT
        while not any(e["method"] == event for e in self.events):
            message = self._message(until)
            if "method" in message:
                self.events.append(message)

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.loading(lambda: self.call("Page.navigate", url=address))

    def loading(self, act: Any) -> None:
        """Do what leads to another page, and wait until that is loaded."""
        self.events = [e for e in self.events if e["method"] != "Page.loadEventFired"]
        act()
        self._wait("Page.loadEventFired")

    def js(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")

    def press(self, keys: str, *, leads: bool = False) -> None:
        """Press a named key or type characters; with ``leads`` the last one leads to another page."""
        names = [keys] if keys in KEYS else list(keys)
        for name in names[:-1]:
            self._key(name)
        if leads:
            self.loading(lambda: self._key(names[-1]))
        else:
            self._key(names[-1])

    def _key(self, name: str) -> None:
        code = KEYS.get(name, 0)
        text = {"Enter": "\r"}.get(name, "" if code else name)
        common = {"key": name, "windowsVirtualKeyCode": code or ord(name.upper())}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def click(self, selector: str, *, leads: bool = False) -> None:
        """Click what a selector finds."""
        script = f"document.querySelector({json.dumps(selector)}).click()"
        if leads:
            self.loading(lambda: self.js(script))
        else:
            self.js(script)

    def text(self, selector: str = "body") -> str:
        """Return the words that a reader sees there; empty where there is nothing."""
        return str(self.js(f"(document.querySelector({json.dumps(selector)}) || {{innerText: ''}}).innerText"))

    def size(self, width: int, height: int = 900) -> None:
        """Make the page this wide and high, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name: str) -> None:
        """Prefer ``dark`` or ``light``."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def cookie(self, address: str, name: str, value: str) -> None:
        """Set a cookie for an address."""
        self.call("Network.setCookie", url=address, name=name, value=value)

    def forget(self) -> None:
        """Drop all cookies."""
        self.call("Network.clearBrowserCookies")

    def picture(self, where: Path, limit: int = 4000) -> None:
        """Write a picture of the whole page, cut at ``limit`` pixels."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], limit), "scale": 1}
        taken = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        where.write_bytes(base64.b64decode(taken["data"]))
