"""Debian's packages of any release, fetched and unpacked beside the host, with nothing installed.

The lab's hypervisors, toolstacks and kernel all come from here. Each release gets apt lists and a cache of its own
under the lab's cache directory, so the host's apt state is read (for its mirror and keys) and never written.
"""
import glob
import os
import re
import shutil
import subprocess

CACHE = os.environ.get("DOMTOP_LAB_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "domtop-lab")


class LabError(Exception):
    """The lab itself cannot go on; says nothing about domtop."""


def output(*command, **options):
    """What a host command prints; its complaint becomes a LabError."""
    try:
        done = subprocess.run(command, text=True, capture_output=True, check=False, **options)
    except OSError as error:
        raise LabError(f"{command[0]} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise LabError(f"{' '.join(command)} failed with status {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def mirror():
    """The Debian mirror of the host's own apt; the other releases are taken from there too."""
    targets = output("apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT)", "Created-By: Packages")
    for line in targets.splitlines():
        uri, component = line.split()
        if component == "main" and uri.rstrip("/").endswith("/debian"):
            return uri
    raise LabError("the host's apt knows no Debian mirror: is it Debian, and has `apt-get update` run?")


def apt(suite, *command, cwd=None):
    """An apt command on one release, with state of its own."""
    home = f"{CACHE}/apt/{suite}"
    for place in ("lists/partial", "cache/archives/partial"):
        os.makedirs(f"{home}/{place}", exist_ok=True)
    with open(f"{home}/sources.list", "w", encoding="utf8") as sources:
        sources.write(f"deb {mirror()} {suite} main\n")
    options = {"Dir::Etc::sourcelist": f"{home}/sources.list", "Dir::Etc::sourceparts": "/dev/null",
               "Dir::State::Lists": f"{home}/lists", "Dir::Cache": f"{home}/cache",
               "Dir::State::status": "/dev/null", "Acquire::Check-Valid-Until": "false",
               "Acquire::Retries": "3", "APT::Sandbox::User": "root"}
    return output(command[0], *(f"-o{key}={value}" for key, value in options.items()), *command[1:], cwd=cwd)


def update(suite):
    """Brings the lists of one release; a stale list names packages the mirror no longer has."""
    apt(suite, "apt-get", "update")


def unpack(suite, packages, into):
    """Downloads packages of a release and unpacks their files into a directory."""
    archives = f"{into}.debs"
    os.makedirs(archives, exist_ok=True)
    apt(suite, "apt-get", "download", *packages, cwd=archives)
    for archive in glob.glob(f"{archives}/*.deb"):
        output("dpkg", "-x", archive, into)
    shutil.rmtree(archives)


def libraries(suite, roots):
    """`roots` and the packages of the libraries they need: the lib* part of the closure of their dependencies."""
    quiet = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    listing = apt(suite, "apt-cache", "depends", "--recurse", *(f"--no-{kind}" for kind in quiet), *roots)
    names = {line.strip() for line in listing.splitlines() if line[:1].isalnum()}
    unwanted = re.compile(r"lib(perl|python|gcc-\d)")
    return sorted(set(roots) | {name for name in names if re.match("lib|zlib", name) and not unwanted.match(name)})


def kernel_package(suite):
    """The package the release's `linux-image-amd64` stands for."""
    found = re.search(r"Depends: (linux-image-\S+)", apt(suite, "apt-cache", "depends", "linux-image-amd64"))
    if not found:
        raise LabError(f"Debian {suite} names no kernel image")
    return found.group(1)
