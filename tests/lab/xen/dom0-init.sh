#!/bin/sh
# dom0's first process: mounts, modules, the daemons of the toolstack, then a shell on each of the two lines.
export PATH=/usr/local/bin:/usr/lib/xen-VERSION/bin:/usr/bin:/usr/sbin:/bin:/sbin TERM=xterm-256color HOME=/root
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/pts /root; mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /tmp
for module in MODULES; do insmod /modules/$module.ko; done
mount -t xenfs xenfs /proc/xen
mkdir -p /run/xenstored /run/xen /run/lock /var/lib/xen/dump /var/log/xen/console
ln -sfn /run /var/run; ln -sfn /run/lock /var/lock
xenstored --pid-file /run/xenstored.pid
for i in 1 2 3 4 5 6 7 8 9 10; do [ -S /run/xenstored/socket ] && break; sleep 0.2; done
xen-init-dom0 >/dev/null 2>&1; xenconsoled --pid-file=/run/xenconsoled.pid --log=guest --log-dir=/var/log/xen/console
export PS1= PS2=
# The second line is dom0's own: commands go over it while a full-screen program has the console.
setsid sh -c 'exec </dev/ttyS1 >/dev/ttyS1 2>&1; stty -echo 115200 cols 160 rows 48; echo LAB-READY
    while :; do sh; done' &
stty -echo cols 120 rows 34
echo LAB-READY
# Not exec: busybox's shell takes the death of a child while it reads for the end of its input, and process 1 is the
# parent of every orphan (as each guest's `xl create` is).
while :; do setsid cttyhack sh; done
