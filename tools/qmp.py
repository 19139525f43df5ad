# SPDX-License-Identifier: Apache-2.0
"""A client of QEMU's machine protocol: `with Qmp() as q: ... extra=q.args ... q.connect()`."""
import json
import os
import shutil
import socket
import tempfile
import time


class Qmp:
    """args are what QEMU has to be started with; connect() when it runs."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="qmp-")
        self.path = os.path.join(self.dir, "socket")
        self.args = ["-qmp", f"unix:{self.path},server=on,wait=off"]
        self.file = self.socket = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.file:
            self.file.close()
        if self.socket:
            self.socket.close()
        shutil.rmtree(self.dir)

    def connect(self, timeout=20):
        until = time.monotonic() + timeout
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        while True:
            try:
                self.socket.connect(self.path)
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """Returns its answer; events that come in between are of no interest."""
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise ConnectionError(f"QEMU ended before it answered `{name}`")
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']['desc']}")

    def monitor(self, line):
        """What a command of the human monitor prints."""
        return self.command("human-monitor-command", **{"command-line": line})
