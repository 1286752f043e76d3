"""On PYTHONPATH, this keeps a Python process and its children off every network but loopback.

`make test-notebooks` puts it there: each lesson is run without a network, as on a train.
"""

import socket

LOCAL = ("127.0.0.1", "::1", "localhost", "", None)
connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo


def checked_connect(self, address):
    """Connect to this machine only."""
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in LOCAL:
        raise OSError(f"no network in this test: {address[0]}")
    return connect(self, address)


def checked_getaddrinfo(host, *args, **kwargs):
    """Look up this machine only."""
    if host not in LOCAL:
        raise OSError(f"no network in this test: {host}")
    return getaddrinfo(host, *args, **kwargs)


socket.socket.connect, socket.getaddrinfo = checked_connect, checked_getaddrinfo
