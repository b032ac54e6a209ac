"""Real servers for the tests of language models; nothing here leaves this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from .servers import Misbehaving

ROOT = Path(__file__).resolve().parents[4]
MODEL = ROOT / "models" / "llm"


@pytest.fixture(scope="package", autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads wait for each other longer than they work for so small a model."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model() -> str:
    """Heed's tiny language model."""
    return str(MODEL)


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[str]:
    """Base URL of ``transformers serve`` with that model."""
    for package in ("fastapi", "uvicorn", "accelerate"):
        pytest.importorskip(package, reason=f"transformers serve needs {package}: pip install 'heed[serve]'")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    command = [str(Path(sys.executable).with_name("transformers")), "serve", model, "--host", "127.0.0.1"]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--device", "cpu", "--dtype", "float32"],
            stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **offline},
        )  # fmt: skip
    try:
        await_health(process, port, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def await_health(process: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 120) -> None:
    """Waits until the server says that it is well; fails with its log where it ends or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as talk:
                talk.sendall(b"GET /health HTTP/1.0\r\n\r\n")
                if b"200" in talk.recv(64):
                    return
        except OSError:
            pass
        try:
            process.wait(timeout=0.1)  # comes back early where the server has died
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"transformers serve did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def misbehaving() -> Iterator[Misbehaving]:
    """A server that behaves badly."""
    server = Misbehaving()
    yield server
    server.kill()


@pytest.fixture
def doomed() -> Iterator[Misbehaving]:
    """Another one, to be killed."""
    server = Misbehaving()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def stubborn(serving: str) -> Iterator[Misbehaving]:
    """One that passes good requests on to the real server."""
    server = Misbehaving(serving)
    yield server
    server.kill()
