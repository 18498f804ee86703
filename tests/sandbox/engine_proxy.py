"""A socket in front of the engine's that can be stopped or frozen, to stand in for an engine that fails."""

import contextlib
import os
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

ENGINE = os.environ.get("DOCKER_HOST", "").removeprefix("unix://") or "/var/run/docker.sock"


class EngineProxy:
    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp()
        path = str(Path(self._folder) / "engine.sock")
        self.address = f"unix://{path}"
        self._moving = threading.Event()
        self._moving.set()
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._moving.set()
        self.stop()
        shutil.rmtree(self._folder)

    def stop(self) -> None:
        """All connections end and no new one is taken."""
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def freeze(self) -> None:
        """Connections stay, but nothing moves any more."""
        self._moving.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(ENGINE)
                self._open += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self._moving.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
