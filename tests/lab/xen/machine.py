"""A booted machine: Xen, a dom0 with xenstored and xl, and two lines into it.

    host                         emulated machine
    ┌──────────┐  unix socket   ┌────────────────────────────────────┐
    │ terminal │◄──────────────►│ com1  Xen's console → dom0's hvc0  │  a terminal: full-screen programs run here
    │ shell    │◄──────────────►│ com2  dom0's ttyS1                 │  a shell: commands and what they print
    └──────────┘                └────────────────────────────────────┘

What was learned: the CPU model must be Nehalem or qemu64 (with `max` dom0 dies early in its boot). Only
paravirtual guests run (emulation has no VMX). Clocks inside run at the pace of the host's, work does not: figures of
time are far above real hardware's, so compare inside one boot and quote ratios. Xen drops console output above
its buffer (16 KiB by default, less than a screenful), hence `serial_tx_buffer`; and input beyond 128 bytes that
dom0 has not read, hence no commands over the console.
"""
import os
import shutil
import subprocess
import sys
import tempfile

from . import images, tree
from .console import Console
from .debian import LabError

HOST_PACKAGES = "qemu-system-x86 busybox-static cpio binutils gcc libc6-dev"
XEN_OPTIONS = ("dom0_mem=1024M,max:1024M console=com1 com1=115200,8n1 serial_tx_buffer=1M conring_size=1M"
               " loglvl=error guest_loglvl=none noreboot")
LINUX_OPTIONS = "console=hvc0 quiet loglevel=3 rdinit=/init"
# An idle core needs 20 s; a shared one many times that.
BOOT_SECONDS = 300
GUEST_SECONDS = 300


class Machine:
    """A running machine; `stop` it, or use it as a context."""

    def __init__(self, version, programs=(), memory=4096, cpus=2, empty=0):
        images.build(version)
        self.version, self.memory, self.cpus = version, memory, cpus
        self.directory = tempfile.mkdtemp(prefix="domtop-lab-")
        self.qemu = None
        try:
            programs = list(programs) + ([tree.empty_program(version, self.directory)] if empty else [])
            self.image = f"{self.directory}/dom0.img"
            tree.dom0(version, programs, self.image)
            self.boot_twice()
            if empty:
                self.must(f"lab-empty {empty}")
        except BaseException:
            self.stop()
            raise

    def boot_twice(self):
        """Boots; once more where the first try failed, for a stalled host can break a kernel's early boot."""
        try:
            self.boot()
        except LabError as error:
            print(f"the machine did not boot, trying once more: {error}", file=sys.stderr)
            self.kill()
            self.boot()

    def boot(self):
        """Starts QEMU and waits for both shells."""
        self.terminal, self.shell = (Console(f"{self.directory}/{name}") for name in ("terminal", "shell"))
        self.qemu = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL)
        for line in (self.terminal, self.shell):
            line.connect(30)
        for line in (self.terminal, self.shell):
            line.until(rb"LAB-READY\s", BOOT_SECONDS)
            # Without job control, what runs in the background is never stopped for touching its line.
            line.run("PS1=; PS2=; set +m", 60)

    def command(self):
        """QEMU's command line."""
        lines = []
        for line in (self.terminal, self.shell):
            name = os.path.basename(line.path)
            lines += ["-chardev", f"socket,id={name},path={line.path},server=on,wait=off",
                      "-serial", f"chardev:{name}"]
        return ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", str(self.cpus),
                "-m", str(self.memory), "-display", "none", "-no-reboot", "-monitor", "none", "-nic", "none",
                "-kernel", images.hypervisor(self.version), "-append", XEN_OPTIONS,
                "-initrd", f"{images.kernel()} {LINUX_OPTIONS},{self.image}", *lines]

    def run(self, script, seconds=600):
        """Runs shell lines in dom0; their exit status and what they printed."""
        try:
            return self.shell.run(script, seconds)
        except LabError as error:
            # Where Xen or dom0 crashed, the console says so.
            raise LabError(f"{error}\nthe console: {self.terminal.tail()}") from error

    def must(self, script, seconds=600):
        """Runs what the lab itself needs to succeed; what it printed."""
        status, out = self.run(script, seconds)
        if status:
            raise LabError(f"in dom0, with status {status}: {script}\n{out}")
        return out

    def start(self, guest):
        """Starts a guest."""
        self.must(guest.create(), GUEST_SECONDS)

    def kill(self):
        """Ends QEMU, in whatever state the machine is."""
        if self.qemu:
            self.qemu.kill()
            self.qemu.wait()
            self.qemu = None

    def stop(self):
        """Ends QEMU and leaves nothing behind."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
