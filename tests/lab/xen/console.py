"""One serial line of the machine: bytes out, bytes in, and waiting for what they show."""
import re
import select
import socket
import time

from .debian import LabError


class Console:
    """A line, with all that came over it and was not yet taken."""

    def __init__(self, path):
        self.path = path
        self.pending = b""
        self.commands = 0
        self.socket = socket.socket(socket.AF_UNIX)

    def connect(self, seconds):
        """Connects once QEMU listens."""
        end = time.monotonic() + seconds
        while self.socket.connect_ex(self.path):
            if time.monotonic() > end:
                raise LabError(f"QEMU did not open {self.path}: did it start?")
            time.sleep(0.05)

    def send(self, data):
        """Sends bytes as if typed."""
        self.socket.sendall(data)

    def read(self, seconds):
        """What comes within a time; empty when nothing did."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return b""
        data = self.socket.recv(65536)
        if not data:
            raise LabError(f"the machine is gone; its line ended with:\n{self.tail()}")
        return data

    def until(self, pattern, seconds):
        """Takes all up to the end of what matches; a LabError with the line's end when it does not come."""
        end = time.monotonic() + seconds
        while not (hit := re.search(pattern, self.pending)):
            if time.monotonic() > end:
                raise LabError(f"no {pattern!r} within {seconds} s; the line ends with:\n{self.tail()}")
            self.pending += self.read(1)
        before, self.pending = self.pending[:hit.start()], self.pending[hit.end():]
        return before, hit

    def run(self, script, seconds=600):
        """Runs shell lines there; their exit status and what they printed."""
        self.commands += 1
        # In two parts, so that the line that asks for the mark cannot be taken for it.
        self.send(f'{script}\necho "LAB-""END-{self.commands} $?"\n'.encode())
        out, hit = self.until(rb"LAB-END-%d (\d+)\r*\n" % self.commands, seconds)
        return int(hit.group(1)), out.decode("utf8", "replace").replace("\r", "")

    def tail(self):
        """The end of what came and was not taken."""
        return self.pending[-3000:].decode("utf8", "replace")

    def take(self, seconds):
        """Takes what is pending or comes within a time."""
        data, self.pending = self.pending + self.read(seconds), b""
        return data
