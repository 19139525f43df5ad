# SPDX-License-Identifier: Apache-2.0
"""Serial lines of the board beside the console, on sockets."""
import re
import socket
import threading
import time

import espalier


class Line:
    """What hangs on a UART: `serials=[line.backend]`, then line.connect().

    A thread reads all the time: QEMU stands still when a line does not take its
    output.
    """

    def __init__(self, where, name, wait=False):
        """With `wait` nothing starts before connect()."""
        self.path = str(where / name)
        self.backend = f"unix:{self.path},server=on,wait={'on' if wait else 'off'}"
        self.name = name
        self.socket = None
        self.text = ""      # received and not matched yet
        self.more = threading.Condition()

    def connect(self, timeout=espalier.SHELL_TIMEOUT):
        """QEMU makes the socket when it starts."""
        end = time.monotonic() + timeout
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(self.path)
                break
            except OSError:
                self.socket.close()
                if time.monotonic() > end:
                    raise espalier.MachineError(f"no socket {self.path}") from None
                time.sleep(0.05)
        threading.Thread(target=self.read, daemon=True).start()
        return self

    def read(self):
        while data := self.receive():
            with self.more:
                self.text += data.decode("utf-8", "replace")
                self.more.notify_all()

    def receive(self):
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def expect(self, pattern, timeout=espalier.SHELL_TIMEOUT):
        """Waits for a regular expression; returns its match, after what came before it."""
        rule = re.compile(pattern, re.S)
        with self.more:
            if not self.more.wait_for(lambda: rule.search(self.text), timeout):
                raise espalier.MachineError(
                    f"{self.name}: nothing for {timeout} s while waiting for {pattern!r}; got "
                    f"{self.text[-2000:]!r}")
            match = rule.search(self.text)
            self.text = self.text[match.end():]
            return match

    def expect_exact(self, text, timeout=espalier.SHELL_TIMEOUT):
        """Waits for a string; returns what came before it."""
        match = self.expect(re.escape(text), timeout)
        return match.string[:match.start()]

    def send(self, text):
        self.socket.sendall(text.encode())

    def quiet(self, seconds):
        """What comes in the next seconds, for "nothing comes"."""
        time.sleep(seconds)
        with self.more:
            text, self.text = self.text, ""
        return text

    def close(self):
        if self.socket:
            self.socket.close()
