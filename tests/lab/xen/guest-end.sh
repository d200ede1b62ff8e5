#!/bin/sh
# What a guest's kernel runs when the toolstack asks it to power off or to reboot.
exec /bin/busybox ${0##*/} -f
