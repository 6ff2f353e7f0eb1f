"""A real Chromium with the few moves that the tests make.

One browser serves the whole run. Every page is loaded with an empty cache, so that what the server
was asked for is what a first visit loads.
"""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.serving import Recording

AXE = Path(__file__).with_name("axe.min.js")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--no-default-browser-check",
    "--no-first-run",
)
# Asked by the browser itself, whatever page is open; a page that asks them is seen in its own log.
CHROMIUMS_OWN = {
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "clientservices.googleapis.com",
    "content-autofill.googleapis.com",
    "edgedl.me.gvt1.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "safebrowsing.googleapis.com",
    "start.duckduckgo.com",
    "update.googleapis.com",
    "www.google.com",
}
OF_THE_PAGE = {"Network.requestWillBeSent", "Network.webSocketCreated"}
READY = """
const done = arguments[0]
document.fonts.ready.then(() => requestAnimationFrame(() => setTimeout(done, 30)))
"""
# Formulas further down wait until the page has come to rest, unless it is to be printed.
SET_FORMULAS = "dispatchEvent(new Event('beforeprint'))"
IS_RENDERED = """
return document.readyState === "complete"
  && [...document.querySelectorAll(".arithmatex")].every(formula => formula.querySelector(".katex"))
"""
RUN_AXE = """
const [options, done] = arguments
const sheet = document.createElement("style") // as if the reader had scrolled past everything
sheet.textContent = "* { content-visibility: visible !important }"
document.head.append(sheet)
const frame = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
frame().then(frame).then(() => axe.run(document, { resultTypes: ["violations"], ...options })).then(
  result => done(result.violations.map(one => ({
    id: one.id, impact: one.impact, help: one.help,
    nodes: one.nodes.map(node => node.target.flat().join(" ") + " " + (node.any[0]?.message ?? "")),
  }))), error => done([{ id: "axe", impact: "critical", help: String(error), nodes: [] }]))
"""


class Chromium:
    """A browser, the site it looks at, and the world it must not talk to."""

    def __init__(self, driver: webdriver.Chrome, site: Recording, world: Recording) -> None:
        self.driver = driver
        self.site = site
        self.world = world
        self.driver.set_script_timeout(60)
        self.cdp("Network.enable", {})
        self.cdp("Network.setCacheDisabled", {"cacheDisabled": True})

    def cdp(self, command: str, arguments: dict) -> dict:
        """Send a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script on the page; `return` gives its value."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        """The first element that a CSS selector names."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def open(self, path: str) -> None:
        """Load a page as on a first visit and wait until nothing moves any more."""
        self.driver.get("about:blank")
        self.errors()
        self.others()
        self.site.asked.clear()
        self.driver.get(f"{self.site.address}/{path.removesuffix('index.html')}")
        self.run(SET_FORMULAS)
        self.wait(lambda: self.run(IS_RENDERED), f"{path} is loaded and its formulas are set")
        self.settle()

    def settle(self) -> None:
        """Wait for fonts and for one painted frame."""
        self.driver.execute_async_script(READY)

    def wait(self, condition: Callable[[], Any], what: str, *, seconds: float = 10) -> Any:
        """What the condition gives as soon as it holds."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < end, f"after {seconds} s it is not so that {what}"
            time.sleep(0.03)
        return value

    def errors(self) -> list[str]:
        """What the console reported as an error since the page was opened."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def others(self) -> list[str]:
        """Other hosts that were asked for anything since the last call.

        The page's own log holds its requests, the proxy also those of its workers.
        """
        events = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        sent = [
            one["message"]["params"] for one in events if one["message"]["method"] in OF_THE_PAGE
        ]
        urls = [urlsplit(one.get("request", one)["url"]) for one in sent]
        hosts = [url.hostname for url in urls if url.scheme in ("http", "https", "ws", "wss")]
        refused = [
            urlsplit(one if "://" in one else f"//{one}").hostname for one in self.world.asked
        ]
        self.world.asked.clear()
        seen = {host for host in hosts if host} - {"127.0.0.1"}
        return sorted(seen | {host for host in refused if host and host not in CHROMIUMS_OWN})

    def resize(self, width: int) -> None:
        """Be a phone (below 600 pixels) or a desktop."""
        height = 844 if width < 600 else 900
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.cdp("Emulation.setDeviceMetricsOverride", size)
        self.settle()

    def prefer(self, scheme: str, *, media: str = "") -> None:
        """Set the system's preference, "light" or "dark", and optionally print to paper."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.cdp("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def forget(self) -> None:
        """Forget every choice a reader made."""
        self.driver.get("about:blank")  # an open page would store its paper again
        stored = {"origin": self.site.address, "storageTypes": "local_storage"}
        self.cdp("Storage.clearDataForOrigin", stored)

    @property
    def scheme(self) -> str:
        """Which paper the page shows."""
        names = {"default": "light", "slate": "dark"}
        return names[self.run("return document.body.dataset.mdColorScheme")]

    def choose(self, scheme: str) -> None:
        """Click the toggle if the page shows the other paper."""
        if self.scheme != scheme:
            self.run("document.querySelector('.mn-paper').click()")
        self.wait(lambda: self.scheme == scheme, f"the toggle leads to {scheme} paper")
        self.settle()

    def axe(self, **options: object) -> list[str]:
        """Serious and critical violations that axe-core finds, one line each."""
        if not self.run("return 'axe' in window"):
            self.run(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(RUN_AXE, options)
        bad = [one for one in found if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {one['help']}: {'; '.join(one['nodes'][:3])}" for one in bad]

    def photograph(self, *, whole: bool = False) -> bytes:
        """A screenshot, as PNG, of what is in view or of the whole page."""
        options: dict = {"format": "png"}
        if whole:
            size = self.cdp("Page.getLayoutMetrics", {})["cssContentSize"]
            box = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000)}
            options |= {"captureBeyondViewport": True, "clip": box | {"scale": 1}}
        return base64.b64decode(self.cdp("Page.captureScreenshot", options)["data"])


def start(profile: Path, *, binary: str, driver: str, proxy: str) -> webdriver.Chrome:
    """Start a Chromium that sends every request for another host to a proxy."""
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--proxy-server={proxy}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    only_network = {"enableNetwork": True, "enablePage": False}
    options.add_experimental_option("perfLoggingPrefs", only_network)
    service = webdriver.ChromeService(executable_path=driver)
    return webdriver.Chrome(options=options, service=service)
