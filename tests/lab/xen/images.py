"""The images of one Xen release: its hypervisor, its toolstack unpacked, and a kernel for dom0 and guests."""
import contextlib
import fcntl
import glob
import gzip
import os
import shutil

from . import debian
from .debian import CACHE, LabError

# Xen release → the Debian release that carries it: two years apart each, with three different interfaces.
RELEASES = {"4.14": "bullseye", "4.17": "bookworm", "4.20": "trixie"}
# One kernel for every dom0 and guest: it speaks to all three, and what differs between the labs is Xen alone.
KERNEL_SUITE = "bookworm"


def build(version):
    """Makes the images of a release unless they are there; about a minute. One builder at a time."""
    os.makedirs(CACHE, exist_ok=True)
    with locked(f"{CACHE}/lock"):
        once(f"{CACHE}/{version}", lambda into: build_xen(version, into))
        once(f"{CACHE}/kernel", build_kernel)


def root(version):
    """Where the release's packages are unpacked."""
    return f"{CACHE}/{version}/root"


def hypervisor(version):
    """The hypervisor's image, unpacked: QEMU boots an ELF, not Debian's gzip."""
    return f"{CACHE}/{version}/xen"


def kernel():
    """The kernel image of dom0 and of every guest."""
    return only(f"{CACHE}/kernel/boot/vmlinuz-*")


def module(name):
    """One of the kernel's modules."""
    return only(f"{CACHE}/kernel/lib/modules/*/kernel/**/{name}.ko")


def headers(version):
    """The release's own C headers: the layouts of domctls differ from release to release."""
    with locked(f"{CACHE}/lock"):
        once(f"{CACHE}/{version}-dev", lambda into: debian.unpack(RELEASES[version], ["libxen-dev"], into))
    return f"{CACHE}/{version}-dev/usr/include"


def build_xen(version, into):
    suite = RELEASES[version]
    debian.update(suite)
    tools = debian.libraries(suite, [f"xen-utils-{version}", "xenstore-utils"])
    debian.unpack(suite, tools + [f"xen-hypervisor-{version}-amd64"], f"{into}/root")
    packed = only(f"{into}/root/boot/xen-{version}-amd64.gz")
    with gzip.open(packed) as source, open(f"{into}/xen", "wb") as image:
        shutil.copyfileobj(source, image)


def build_kernel(into):
    debian.update(KERNEL_SUITE)
    debian.unpack(KERNEL_SUITE, [debian.kernel_package(KERNEL_SUITE)], into)


def once(place, make):
    """Makes a directory whole or not at all: an interrupted build leaves nothing that looks finished."""
    if os.path.exists(place):
        return
    partial = f"{place}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(partial)
    make(partial)
    os.rename(partial, place)


@contextlib.contextmanager
def locked(path):
    with open(path, "w", encoding="utf8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def only(pattern):
    found = glob.glob(pattern, recursive=True)
    if not found:
        raise LabError(f"no file {pattern}: remove {CACHE} and build again")
    return found[0]
