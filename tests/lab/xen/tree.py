"""The file trees of dom0 and its guests, packed as initramfs: busybox, Xen's tools, and every library they need."""
import contextlib
import glob
import gzip
import os
import re
import shutil
import subprocess
import tempfile

from . import images
from .debian import LabError, output

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = "xl xenstored xenconsoled xenconsole xen-init-dom0 xentop libxl-save-helper xenpm".split()
# What the tools need, the backends of disks and interfaces, and disks of memory for them.
MODULES = "xen-privcmd xenfs xen-evtchn xen-gntdev xen-gntalloc xen-blkback xen-netback brd".split()
GUEST_MODULES = "xen-blkfront xen-netfront".split()
# What Debian's scripts of these names come to for a device of memory and an interface of no bridge.
HOTPLUG = ("block", "vif-bridge")
HOST_LIBRARIES = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64"]
# These come from one libc together, the newest of the host's and the release's: it serves older programs too.
LIBC = re.compile(r"(ld-linux-x86-64|libc|libm|libpthread|libdl|librt|libresolv|libgcc_s)\.so")
PASSWD = "root:x:0:0:root:/root:/bin/sh\noperator:x:1000:1000::/tmp:/bin/sh\n"
GROUP = "root:x:0:\noperator:x:1000:\n"


def dom0(version, programs, image):
    """Packs a dom0 of a release, with these host programs in /usr/local/bin, into an initramfs."""
    with scratch() as tree:
        busybox(tree)
        os.symlink("usr/lib", f"{tree}/lib")
        os.symlink("usr/lib64", f"{tree}/lib64")
        place_libraries(version, place_programs(version, programs, tree), tree)
        for name in MODULES:
            place(images.module(name), f"{tree}/modules")
        etc(tree)
        for name in HOTPLUG:
            write_program(f"{tree}/etc/xen/scripts/{name}", source(f"hotplug-{name}.sh"))
        guest(f"{tree}/guest")
        write_program(f"{tree}/init", source("dom0-init.sh").replace("VERSION", version)
                      .replace("MODULES", " ".join(MODULES)))
        pack(tree, image)


def guest(into):
    """The one kernel and the one initramfs every guest boots from, and the kernel that waits for ever."""
    place(images.kernel(), into)
    os.rename(f"{into}/{os.path.basename(images.kernel())}", f"{into}/vmlinuz")
    output("gcc", "-nostdlib", "-static", "-Wl,-N,-Ttext=0,--section-start=.note.Xen=0x2000,--build-id=none",
           f"{HERE}/tiny.S", "-o", f"{into}/tiny")
    with scratch() as tree:
        busybox(tree)
        for name in GUEST_MODULES:
            place(images.module(name), f"{tree}/modules")
        write_program(f"{tree}/init", source("guest-init.sh").replace("MODULES", " ".join(GUEST_MODULES)))
        os.mkdir(f"{tree}/sbin")
        for verb in ("poweroff", "reboot"):
            write_program(f"{tree}/sbin/{verb}", source("guest-end.sh"))
        pack(tree, f"{into}/initrd")


def empty_program(version, into):
    """The program that makes empty domains, compiled for one release."""
    program = f"{into}/lab-empty"
    linked = [images.only(f"{images.root(version)}/usr/lib/x86_64-linux-gnu/{name}.so*")
              for name in ("libxenctrl", "libxenstore")]
    output("gcc", "-O2", f"-I{images.headers(version)}", f"{HERE}/empty.c", "-o", program, *linked,
           "-Wl,--unresolved-symbols=ignore-in-shared-libs")
    return program


def place_programs(version, programs, tree):
    root = images.root(version)
    tools = [f"{root}/usr/lib/xen-{version}/bin/{tool}" for tool in TOOLS]
    placed = [place(tool, f"{tree}/usr/lib/xen-{version}/bin") for tool in tools if os.path.exists(tool)]
    # Debian links some to a wrapper that looks for the running Xen: of no use here.
    clients = [tool for tool in glob.glob(f"{root}/usr/*bin/xenstore*") if not os.path.islink(tool)]
    placed += [place(tool, f"{tree}/usr/bin") for tool in clients]
    return placed + [place(program, f"{tree}/usr/local/bin") for program in programs]


def place_libraries(version, programs, tree):
    """Copies what the programs are linked with, and what those libraries are linked with."""
    queue, seen = list(programs), set()
    for path in queue:
        for name in needed(path) + ["libgcc_s.so.1"]:
            if name not in seen:
                seen.add(name)
                queue.append(place(library(version, name), f"{tree}/usr/lib/x86_64-linux-gnu", name))
    place(library(version, "ld-linux-x86-64.so.2"), f"{tree}/usr/lib64", "ld-linux-x86-64.so.2")


def needed(path):
    with open(path, "rb") as program:
        if program.read(4) != b"\x7fELF":
            return []
    return re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", path))


def library(version, name):
    root = images.root(version)
    release = [f"{root}/{place}" for place in ("lib", "usr/lib", "lib64", "usr/lib64")]
    host_first = LIBC.match(name) and host_libc_is_newer(release)
    for place_ in HOST_LIBRARIES + release if host_first else release + HOST_LIBRARIES:
        for hit in glob.glob(f"{place_}/**/{name}", recursive=True):
            real = os.path.realpath(hit)
            # An absolute link inside the release's tree points into the host's: bring it back.
            if place_.startswith(root) and not real.startswith(root):
                real = root + real
            if os.path.exists(real):
                return real
    raise LabError(f"no library {name} in Debian {images.RELEASES[version]} nor on the host")


def host_libc_is_newer(release):
    return libc_level(HOST_LIBRARIES) > libc_level(release)


def libc_level(places):
    """The newest symbol version a libc provides, as in GLIBC_2.36."""
    found = [hit for place_ in places for hit in glob.glob(f"{place_}/**/libc.so.6", recursive=True)]
    if not found:
        return (0, 0)
    text = output("objdump", "-p", found[0])
    return max(tuple(map(int, hit)) for hit in re.findall(r"GLIBC_(\d+)\.(\d+)", text))


def busybox(tree):
    os.makedirs(f"{tree}/bin")
    shutil.copy("/bin/busybox", f"{tree}/bin/busybox")
    for applet in output("/bin/busybox", "--list").split():
        if applet not in ("busybox", "init", "linuxrc"):
            os.symlink("busybox", f"{tree}/bin/{applet}")
    for directory in "proc sys dev run tmp etc".split():
        os.makedirs(f"{tree}/{directory}", exist_ok=True)


def etc(tree):
    for directory in ("etc/xen/scripts", "var/lib/xen", "var/log"):
        os.makedirs(f"{tree}/{directory}", exist_ok=True)
    for name, text in (("passwd", PASSWD), ("group", GROUP), ("xen/xl.conf", "")):
        with open(f"{tree}/etc/{name}", "w", encoding="utf8") as file:
            file.write(text)


def place(path, directory, name=None):
    os.makedirs(directory, exist_ok=True)
    return shutil.copy(path, f"{directory}/{name}" if name else directory)


def source(name):
    with open(f"{HERE}/{name}", encoding="utf8") as file:
        return file.read()


def write_program(path, text):
    with open(path, "w", encoding="utf8") as file:
        file.write(text)
    os.chmod(path, 0o755)


def pack(tree, image):
    find = subprocess.Popen(["find", "."], cwd=tree, stdout=subprocess.PIPE)
    cpio = subprocess.Popen(["cpio", "-o", "-H", "newc", "--quiet"], cwd=tree, stdin=find.stdout,
                            stdout=subprocess.PIPE)
    with gzip.open(image, "wb", compresslevel=1) as packed:
        shutil.copyfileobj(cpio.stdout, packed)
    if find.wait() or cpio.wait():
        raise LabError(f"cpio could not pack {tree}")


@contextlib.contextmanager
def scratch():
    """A directory that becomes a file system's root: the others in it must be able to enter."""
    with tempfile.TemporaryDirectory(prefix="domtop-lab-") as tree:
        os.chmod(tree, 0o755)
        yield tree
