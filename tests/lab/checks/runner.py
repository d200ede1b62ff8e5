"""One boot of one release, checks one after the other, a line each: what every program of the lab that checks does."""
import argparse
import os
import signal
import sys
import time

from xen import images
from xen.debian import LabError
from xen.machine import Machine


def main(doc, make, checks):
    """Runs the checks over what `make` makes of the machine; ends the process with how they went."""
    args = arguments(doc)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(0 if ran(args, make, checks) else 1)
    except LabError as error:
        print(f"{os.path.basename(sys.argv[0])}: the lab cannot go on: {error}", file=sys.stderr)
        sys.exit(2)


def arguments(doc):
    """The release, the program, and which checks."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", choices=list(images.RELEASES))
    parser.add_argument("--binary", required=True, help="the domtop to hold to it")
    parser.add_argument("--only", nargs="+", default=[""], metavar="WORD",
                        help="only the checks with one of these in their names or their part's")
    return parser.parse_args()


def ran(args, make, checks):
    """Whether all of at least one check passed."""
    start = time.monotonic()
    with Machine(args.version, [args.binary]) as machine:
        lab = made(make, machine)
        print(f"Xen {args.version}: {lab.described()} ({time.monotonic() - start:.0f} s)", flush=True)
        results = [passes(check, lab) for check in checks if wanted(check, args.only)]
    print(f"Xen {args.version}: {results.count(True)} passed, {results.count(False)} failed "
          f"in {(time.monotonic() - start) / 60:.1f} min", flush=True)
    return bool(results) and all(results)


def wanted(check, words):
    """Whether one of the words stands in a check's name or in that of its part."""
    return any(word in f"{check.__module__}.{check.__name__}" for word in words)


def made(make, machine):
    """The lab; what is not as it must be before the first check says nothing about domtop."""
    try:
        return make(machine)
    except AssertionError as problem:
        raise LabError(str(problem)) from problem


def passes(check, lab):
    """Runs one check and says how it went."""
    start, name = time.monotonic(), check.__name__.replace("_", " ")
    try:
        check(lab)
    except (AssertionError, KeyError, TypeError, ValueError) as problem:
        print(f"FAILED  {name} ({time.monotonic() - start:.0f} s)\n        {describe(problem)}", flush=True)
        return False
    print(f"ok      {name} ({time.monotonic() - start:.0f} s)", flush=True)
    return True


def describe(problem):
    """What was wrong: a claim in words, or an answer of a shape nobody expected."""
    if isinstance(problem, AssertionError):
        return problem
    line = problem.__traceback__
    while line.tb_next:
        line = line.tb_next
    return f"{type(problem).__name__} {problem} in {line.tb_frame.f_code.co_name}, line {line.tb_lineno}"
