#!/bin/sh
# What a guest's kernel runs when the toolstack asks it to power off or to reboot: a deaf guest does neither.
grep -q deaf=1 /proc/cmdline || exec /bin/busybox ${0##*/} -f
