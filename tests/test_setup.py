"""The set-up ends every failure in one plain sentence; notebooks are tested with no network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell script")


def checkout(folder, *bins):
    """Copy what the set-up needs; put fake programs before the real ones on the path."""
    (folder / "tools").mkdir()
    for name in ("tools/setup.sh", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "bin").mkdir()
    for name, script in bins:
        path = folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return folder


def setup(folder, path=None, **environment):
    path = f"{folder}/bin:{path or os.environ['PATH']}"
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    environment = {**keep, "PATH": path, "PIP_CONFIG_FILE": os.devnull, **environment}
    return subprocess.run(
        ["sh", "tools/setup.sh"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_no_python_is_one_sentence(tmp_path):
    names = ("python3", "python3.13", "python3.12", "python3.11", "python")
    done = setup(checkout(tmp_path, *[(name, "exit 127") for name in names]))
    assert done.returncode == 1
    assert done.stderr.startswith("This course needs Python 3.11, 3.12 or 3.13 and found no python3")
    assert done.stderr.count("\n") == 1


def test_an_old_python_is_one_sentence(tmp_path):
    old = 'case "$1" in --version) echo "Python 3.8.1";; *) exit 1;; esac'
    names = ("python3", "python3.13", "python3.12", "python3.11", "python")
    done = setup(checkout(tmp_path, *[(name, old) for name in names]))
    assert done.returncode == 1
    assert "found Python 3.8.1: install one of them" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_registry_out_of_reach_is_one_sentence(tmp_path):
    nowhere = "http://127.0.0.1:9/"
    done = setup(
        checkout(tmp_path),
        PYTHON=sys.executable,
        PIP_INDEX_URL=nowhere,
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
        PIP_DEFAULT_TIMEOUT="2",
        no_proxy="127.0.0.1",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The package registry could not be reached: check the network")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".venv" / ".installed").exists()


@pytest.mark.parametrize(
    "said",
    [
        "The user requested (constraint) soupsieve==4.1.2",
        "(from versions: 1.0)\nNo matching distribution found for bleach==7.0",
    ],
)
def test_a_version_that_was_withdrawn_is_one_sentence(said, tmp_path):
    pip = tmp_path / "pip"
    pip.write_text(f"#!/bin/sh\n[ \"$1\" = -c ] && exit 0\ncat <<'END'\n{said}\nEND\nexit 1\n")
    pip.chmod(0o755)
    venv = f'if [ "$2" = venv ]; then mkdir -p .venv/bin && cp {pip} .venv/bin/python; fi'
    done = setup(checkout(tmp_path, ("fake", venv)), PYTHON="fake")
    assert done.returncode == 1
    assert done.stderr.startswith("The registry does not have a version that constraints.txt names")
    assert "make lab NEWEST=1" in done.stderr and done.stderr.count("\n") == 1


def gone(folder):
    """The Python below it was renewed, as a package manager does it."""
    (folder / ".venv/bin/python").unlink()
    (folder / ".venv/bin/python").symlink_to(folder / "nowhere")


def moved(folder):
    """What is installed names the folder in which it was."""
    stamp = folder / ".venv/.installed"
    stamp.write_text(stamp.read_text().replace(str(folder), "/elsewhere"))


def changed(folder):
    """Another version is wanted."""
    (folder / "constraints.txt").write_text("numpy==2.0\n")


def test_a_python_in_a_folder_with_a_space_is_found_and_its_error_told(tmp_path):
    full = 'case "$1" in -c) ;; *) echo "[Errno 28] No space left on device" >&2; exit 1;; esac'
    folder = checkout(tmp_path, ("python3", "exit 127"))
    (folder / "bin").rename(folder / "b in")
    fake = folder / "b in/python3"
    fake.write_text(f"#!/bin/sh\n{full}\n")
    done = setup(folder, PYTHON=str(fake))
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr and "python3-venv" not in done.stderr
    done = setup(folder, PYTHON=str(folder / "b in/python9"))
    assert f"found no {folder}/b in/python9: install one" in done.stderr


def test_what_is_installed_is_not_installed_again(tmp_path):
    folder = checkout(tmp_path, *[(name, "exit 1") for name in ("python3", "python")])
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    wanted = subprocess.run(
        'echo "$(cat pyproject.toml constraints.txt | cksum) $PWD"',
        shell=True,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (folder / ".venv" / ".installed").write_text(wanted)
    done = setup(folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for spoil in (gone, moved, changed):
        spoil(folder)
        assert setup(folder, PYTHON="python").returncode == 1  # it wants to install, and cannot
        (folder / ".venv/bin/python").unlink()
        (folder / ".venv/bin/python").symlink_to(sys.executable)
        (folder / ".venv/.installed").write_text(wanted)
        shutil.copy(ROOT / "constraints.txt", folder)
        assert (
            setup(folder, PYTHON="python").returncode == 0
        )  # else the next of them would be one too many


@pytest.mark.parametrize(
    ("newest", "said"),
    [({}, "--constraint constraints.txt"), ({"NEWEST": "1"}, "--upgrade --upgrade-strategy eager")],
)
def test_versions_are_the_pinned_ones_or_the_newest(tmp_path, newest, said):
    note = 'echo "$*" >>.venv/told'
    make = f'mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$0" .venv/bin/jupyter; {note}'
    python = f'case "$1" in -c) ;; -m) case "$2" in venv) {make};; *) {note};; esac;; esac'
    folder = checkout(tmp_path, ("python3", python))
    for _ in range(2):  # the second time there is nothing to do
        done = setup(folder, PYTHON="python3", **newest)
        assert done.returncode == 0, done.stderr
    (install,) = [line for line in (folder / ".venv/told").read_text().splitlines() if "install" in line]
    assert f"{said} --editable .[cpu,lab,site,test]" in install
    assert ("constraints.txt" in install) == (not newest)


OFFLINE = """
import socket, threading, urllib.request
for way in (
    lambda: urllib.request.urlopen("http://example.org"),
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=2),
    lambda: socket.socket().connect(("192.0.2.1", 80)),
):
    try:
        way()
    except OSError as error:
        assert "no network in this test" in str(error), error
    else:
        raise SystemExit("the network was reached")
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
"""


def test_notebooks_are_tested_without_a_network():
    """The Makefile blocks it, the block blocks, and loopback, which kernels need, is open."""
    recipe = (ROOT / "Makefile").read_text().split("test-notebooks: setup")[1].split("\n\n")[0]
    assert 'PYTHONPATH="$(CURDIR)/tests/offline" $(PY) -m pytest --nbval-lax' in recipe
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests/offline")}
    subprocess.run([sys.executable, "-c", OFFLINE], env=environment, check=True)
