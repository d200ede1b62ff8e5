"""What writes a guest to a file and brings it back, by command line."""
from checks.lab import equal, expect

from .lab import DEAF, MORTAL, by

CORE, SAVED = "/tmp/core", "/tmp/saved"


def a_dump_is_a_core_of_all_its_memory(lab):
    """An ELF file, and the guest goes on."""
    number = lab.up(MORTAL)
    said = lab.done(f"dump {MORTAL.name} {CORE}")
    equal("what wrote it", by(said), ["xl"])
    is_a_core(lab)
    equal("id of the domain that was dumped", lab.id(MORTAL.name), number)
    expect("p" not in lab.listed()[MORTAL.name].state, "the domain that was dumped is left paused")


def is_a_core(lab):
    """The file is an ELF core as large as the guest; it is removed."""
    equal("the first bytes", lab.machine.must(f"head -c 4 {CORE} | od -An -tx1").split(), "7f 45 4c 46".split())
    size = int(lab.machine.must(f"stat -c %s {CORE}"))
    expect(size > MORTAL.memory << 19, f"the core has {size} bytes")
    lab.machine.must(f"rm {CORE}")


def a_file_that_is_there_is_not_written_over(lab):
    """Nor is the guest saved, which would end it."""
    number = lab.up(DEAF)
    lab.machine.must(f"echo mine >{SAVED}")
    for verb in ("save", "dump"):
        lab.refused(f"{verb} {DEAF.name} {SAVED} --yes", 3, SAVED)
    equal("the file", lab.machine.must(f"cat {SAVED}"), "mine\n")
    equal("id of the domain", lab.id(DEAF.name), number)
    lab.machine.must(f"rm {SAVED}")


def a_saved_domain_comes_back(lab):
    """It ends with its memory in a file, and is there again with its name and uuid."""
    old = lab.up(MORTAL)
    uuid = lab.uuid(MORTAL.name)
    said = lab.done(f"save {MORTAL.name} {SAVED}")
    equal("what saved it", by(said), ["xl"])
    expect(MORTAL.name not in lab.listed(), f"it runs still: {lab.listed()}")
    size = int(lab.machine.must(f"stat -c %s {SAVED}"))
    expect(size > MORTAL.memory << 19, f"what was saved has {size} bytes")
    said = lab.done(f"restore {SAVED}")
    equal("what brought it back", by(said), ["xl"])
    equal("its uuid", lab.uuid(MORTAL.name), uuid)
    expect(lab.id(MORTAL.name) != old, "it has the id of the domain that ended")
    expect("p" not in lab.listed()[MORTAL.name].state, f"it is left paused: {lab.listed()}")
    forget(lab)


def forget(lab):
    """Ends a guest that was restored: it is up already, and will not say so again."""
    lab.machine.must(f"rm {SAVED}; {lab.xl} destroy {MORTAL.name}")


CHECKS = [a_dump_is_a_core_of_all_its_memory, a_file_that_is_there_is_not_written_over, a_saved_domain_comes_back]
