"""Which driver a change goes to, by what it says and by what xl was really called with."""
import contextlib

from checks.lab import equal, expect, parsed

from .lab import DEAF, FRESH, by
from .life import gone, told_every_driver

LOG, SHIM = "/tmp/xl.log", "/usr/local/bin/xl"
HIDDEN = "/root/xl"
FAILS = "libxl: error: the device model does not answer"


@contextlib.contextmanager
def noted(lab, then):
    """A script before xl in the search path that notes what it is called with, and `then` goes on."""
    lab.machine.must(f"""rm -f {LOG}; cat >{SHIM} <<'END'
#!/bin/sh
echo "$@" >>{LOG}
{then}
END
chmod +x {SHIM}""")
    try:
        yield lambda: lab.machine.run(f"cat {LOG} 2>/dev/null")[1].splitlines()
    finally:
        lab.machine.must(f"rm -f {SHIM}")


@contextlib.contextmanager
def without_xl(lab):
    """No xl where domtop looks for one; ours is elsewhere."""
    real = lab.xl
    lab.machine.must(f"mv {real} {HIDDEN}")
    lab.xl = HIDDEN
    try:
        yield
    finally:
        lab.machine.must(f"mv {HIDDEN} {real}")
        lab.xl = real


def destroy_goes_to_xl_and_not_to_the_hypervisor(lab):
    """While xl answers; it is xl itself that was called, and Xen that has no such domain afterwards."""
    old = lab.up(FRESH)
    with noted(lab, f'exec {lab.xl} "$@"') as calls:
        said = lab.done(f"destroy {FRESH.name}")
        called = calls()
    expect(f"destroy {old}" in called, f"xl was called with {called}")
    equal("who was asked", [step["driver"] for step in said["steps"] if step["driver"] == "hypervisor"], [])
    equal("who did it", by(said), ["xl"])
    expect(FRESH.name not in lab.listed(), f"xl has it still: {lab.listed()}")
    gone(lab, old)


def an_xl_that_fails_ends_a_destroy(lab):
    """What xl said is told, the hypervisor is not asked behind its back, and the domain runs on."""
    number = lab.up(DEAF)
    script = f'case $1 in destroy) echo "{FAILS}" >&2; exit 1;; esac; exec {lab.xl} "$@"'
    with noted(lab, script) as calls:
        done = lab.run(f"domtop destroy {DEAF.name} --yes")
        called = calls()
    equal("exit status", done.status, 1)
    expect("the device model does not answer" in done.err, f"xl's own words are not told: {done.err!r}")
    expect(f"destroy {number}" in called, f"xl was called with {called}")
    equal("id of the domain", lab.id(DEAF.name), number)
    expect("hypervisor" not in done.err, f"the hypervisor was asked: {done.err!r}")


def shutdown_tells_every_driver(lab):
    """The hypervisor and the store, whatever the first of them said; xl has no part of its own in it."""
    lab.up(DEAF)
    with noted(lab, f'exec {lab.xl} "$@"') as calls:
        told_every_driver(parsed(lab.run(f"domtop shutdown {DEAF.name} --yes --no-wait --format json")))
        called = calls()
    equal("what the guest is asked", lab.of(DEAF.name, "control/shutdown"), "poweroff")
    expect(not any(call.startswith("shutdown") for call in called), f"xl was called with {called}")


def without_xl_the_hypervisor_destroys_and_the_store_is_cleaned(lab):
    """Nothing is left of the domain in xenstore either."""
    old = lab.up(DEAF)
    uuid = lab.uuid(DEAF.name)
    with without_xl(lab):
        said = lab.done(f"destroy {DEAF.name}")
        equal("who did it", by(said), ["hypervisor"])
        expect(DEAF.name not in lab.listed(), f"xl has it still: {lab.listed()}")
        gone(lab, old)
    equal("what is left under /vm", lab.store(f"/vm/{uuid}"), None)


CHECKS = [shutdown_tells_every_driver, destroy_goes_to_xl_and_not_to_the_hypervisor, an_xl_that_fails_ends_a_destroy,
          without_xl_the_hypervisor_destroys_and_the_store_is_cleaned]
