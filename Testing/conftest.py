"""What every test stands on: no network, no display, the same arithmetic on every machine."""

from __future__ import annotations

import os
import socket
import sys

import numpy as np
import pytest

# Before anything imports them: no model hub, no window, and a picture that needs no display.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if sys.platform == "linux":
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

_LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine(monkeypatch):
    """Nothing is downloaded or sent without a click: a connection to another host is an error."""
    connect = socket.socket.connect

    def connect_locally(self, address):
        if isinstance(address, tuple) and address[0] not in _LOCAL_HOSTS:
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture
def rng():
    """A generator of random numbers, the same in every run."""
    return np.random.default_rng(20240501)
