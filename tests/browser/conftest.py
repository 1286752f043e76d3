"""A chromium; a JupyterLab and the site, on this machine's loopback, for it to open."""

import http.server
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial
from pathlib import Path

import nbformat
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("GANLIB_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
ARTEFACTS = ROOT / "build" / "browser"


def notebook(path, *cells):
    """Write a notebook of code cells that names its kernel, or JupyterLab would ask for one."""
    book = nbformat.v4.new_notebook()
    book.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, path)


def until(condition, seconds=20.0):
    """Wait for a condition, at most so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


class Server:
    """JupyterLab with a token of its own, on a free port of 127.0.0.1."""

    def __init__(self, folder):
        self.folder, self.token = folder, secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        home = folder / ".home"
        settings = home / "lab/user-settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        env = os.environ | {
            "PYTHONPATH": str(ROOT),
            "JUPYTER_CONFIG_DIR": str(home),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "lab/user-settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "lab/workspaces"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTER_TOKEN": self.token,  # not an argument: those, other users of the machine can read
        }
        self.log = (folder / "lab.log").open("w")
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--ServerApp.{key}" for key in (f"port={self.port}", "ip=127.0.0.1")]
        command += [f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"]  # no other door
        self.process = subprocess.Popen(command, env=env, stdout=self.log, stderr=subprocess.STDOUT)

    def api(self, what, method="GET"):
        """Ask the server's own interface."""
        address = f"http://127.0.0.1:{self.port}/api/{what}"
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(address, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer) if method == "GET" else None

    def end_kernels(self):
        """Shut every kernel down, so that the next test has the machine to itself."""
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")

    def kernels(self):
        """Return the process ids of the kernels that run below this server."""
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def wait(self):
        """Wait until it answers."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self.api("status")
            except OSError:
                time.sleep(0.5)
        raise RuntimeError((self.folder / "lab.log").read_text()[-2000:])

    def page(self, name):
        """Return the address of one notebook."""
        space = name.partition(".")[0].replace(
            "/", "-"
        )  # of its own, or the tabs of the last test would come back
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{space}/tree/{name}?token={self.token}"

    def close(self):
        """End the server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install '.[lab]'")
    running = Server(tmp_path_factory.mktemp("lab"))
    try:
        running.wait()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip(f"no chromium on this machine: looked for {', '.join(NAMES)} and GANLIB_CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(server, chromium, artefacts):
    """Return a function that opens a notebook and waits for its cells."""
    contexts = []

    def opened(name, zoom=1, width=900, height=1000):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=zoom
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(server.page(name))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.get_by_text("| Idle").wait_for()  # a run before the kernel is there opens a dialog
        page.keyboard.press("Control+b")  # the list of files leaves the page to the notebook
        return page

    yield opened
    for number, context in enumerate(contexts):
        context.pages[0].screenshot(
            path=artefacts / f"last-{number}.png"
        )  # says what a failure looked like
        context.close()
    server.end_kernels()


@pytest.fixture(scope="session")
def artefacts():
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the site with its solutions, serve it on the loopback, return its address and folder."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, ROOT / "tools" / "make" / "website.py", "--solutions", "--out", folder]
    subprocess.run(command, check=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def from_disk(chromium, site, artefacts):
    """Return a function that yields a page of the site, on a phone and on a dark desktop, from the disk.

    After the caller's turn with each, nothing has been asked of another place or complained of, axe finds
    nothing, and nothing is wider than the screen.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

    def opened(name):
        for width, scheme in ((390, "light"), (1366, "dark")):
            size, wrong = {"width": width, "height": 800}, []
            context = chromium.new_context(viewport=size, has_touch=True, color_scheme=scheme)
            page = context.new_page()
            page.on("console", lambda message, wrong=wrong: wrong.append(message.text))
            page.on("pageerror", lambda error, wrong=wrong: wrong.append(str(error)))
            page.on(
                "request", lambda one, wrong=wrong: one.url.startswith("file:") or wrong.append(one.url)
            )
            page.goto(f"file://{site[1]}/{name}.html", wait_until="load")
            yield page
            assert not wrong  # before axe, which fetches the style sheet
            results = axe.Axe().run(page).response
            assert [(found["id"], found["nodes"][0]["html"]) for found in results["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=artefacts / f"{name}-{width}-{scheme}.png", full_page=True)
            context.close()

    return opened
