#!/bin/sh
# A guest's first process: burns as many vCPUs as its command line says and idles for the rest.
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in MODULES; do insmod /modules/$module.ko; done
word() { tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p"; }
# The kernel only lists a vCPU that was plugged in: to use it is for user space, elsewhere a rule of udev.
plug() {
    while sleep 1; do
        for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do
            read -r online <$cpu && [ $online = 0 ] && echo 1 >$cpu
        done 2>/dev/null
    done
}
[ "$(word plug)" = 1 ] && plug &
burn=$(word burn)
i=0
while [ $i -lt ${burn:-0} ]; do
    (while :; do :; done) &
    i=$((i + 1))
done
echo GUEST-READY
while :; do setsid sh -c 'exec sh </dev/hvc0 >/dev/hvc0 2>&1'; sleep 1; done
