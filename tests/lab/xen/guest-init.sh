#!/bin/sh
# A guest's first process: burns as many vCPUs as its command line says and idles for the rest.
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
burn=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^burn=//p')
i=0
while [ $i -lt ${burn:-0} ]; do
    (while :; do :; done) &
    i=$((i + 1))
done
echo GUEST-READY
while :; do setsid sh -c 'exec sh </dev/hvc0 >/dev/hvc0 2>&1'; sleep 1; done
