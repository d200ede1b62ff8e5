"""One serial line of the machine: bytes out, bytes in, and waiting for what they show.

A thread takes what comes at once: a line nobody reads fills up after some 250 bytes (QEMU writes them one by one, and
each takes a buffer of its own), and then Xen spins in its serial driver with interrupts off, and the machine stands.
"""
import re
import socket
import threading
import time

from .debian import LabError


# No mark that is waited for is longer.
LONGEST_MARK = 256


class Console:
    """A line, with all that came over it and was not yet taken."""

    def __init__(self, path):
        self.path = path
        self.pending = bytearray()
        self.gone = False
        self.commands = 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.came = threading.Condition()

    def connect(self, seconds):
        """Connects once QEMU listens."""
        end = time.monotonic() + seconds
        while self.socket.connect_ex(self.path):
            if time.monotonic() > end:
                raise LabError(f"QEMU did not open {self.path}: did it start?")
            time.sleep(0.05)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        """Takes what comes until the line is closed."""
        while data := self.receive():
            with self.came:
                self.pending += data
                self.came.notify_all()
        with self.came:
            self.gone = True
            self.came.notify_all()

    def receive(self):
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def close(self):
        """Leaves the line to others."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def send(self, data):
        """Sends bytes as if typed."""
        self.socket.sendall(data)

    def until(self, pattern, seconds):
        """Takes all up to the end of what matches; a LabError with the line's end when it does not come."""
        end = time.monotonic() + seconds
        with self.came:
            # What was searched is not searched again: a long answer comes in very many small parts.
            marks, seen = re.compile(pattern), 0
            while not (hit := marks.search(self.pending, seen)):
                seen = max(0, len(self.pending) - LONGEST_MARK)
                left = end - time.monotonic()
                if self.gone or left <= 0:
                    problem = "the machine is gone" if self.gone else f"no {pattern!r} within {seconds} s"
                    raise LabError(f"{problem}; the line ends with:\n{self.tail()}")
                self.came.wait(left)
            before, self.pending = bytes(self.pending[:hit.start()]), self.pending[hit.end():]
        return before, hit

    def run(self, script, seconds=600):
        """Runs shell lines there; their exit status and what they printed."""
        self.commands += 1
        # In two parts, so that the line that asks for the mark cannot be taken for it.
        self.send(f'{script}\necho "LAB-""END-{self.commands} $?"\n'.encode())
        out, hit = self.until(rb"LAB-END-%d (\d+)\r*\n" % self.commands, seconds)
        return int(hit.group(1)), out.decode("utf8", "replace").replace("\r", "")

    def take(self, seconds):
        """Takes what is pending or comes within a time; empty when nothing did."""
        with self.came:
            self.came.wait_for(lambda: self.pending or self.gone, seconds)
            data, self.pending = bytes(self.pending), bytearray()
        return data

    def tail(self):
        """The end of what came and was not taken."""
        return self.pending[-3000:].decode("utf8", "replace")
