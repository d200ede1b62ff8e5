"""The shapes of paravirtual guests the lab starts; there are no others, for emulation has no VMX."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Guest:
    """One guest: as `xl create` needs it, and as the checks know it."""
    name: str
    vcpus: int = 1
    #: vCPUs it could have, for a guest that runs with fewer; 0 is `vcpus`.
    max_vcpus: int = 0
    #: MiB; the kernel does not boot in less than about 90.
    memory: int = 96
    #: MiB it could have, for a guest that can grow; 0 is `memory`.
    max_memory: int = 0
    #: How many vCPUs it burns; it idles on the others.
    burn: int = 0
    #: Hard affinity as xl writes it; empty for any pCPU.
    cpus: str = ""
    paused: bool = False
    #: Whether it runs the kernel that waits for ever and is deaf, for which 8 MiB do.
    tiny: bool = False
    #: Whether it uses vCPUs that are plugged in while it runs, for which it looks every second.
    plugs: bool = False

    @property
    def path(self):
        """Its configuration in dom0."""
        return f"/etc/xen/{self.name}.cfg"

    def config(self):
        """Its configuration for xl, a line an entry."""
        image = ['kernel="/guest/tiny"'] if self.tiny else ['kernel="/guest/vmlinuz"', 'ramdisk="/guest/initrd"']
        lines = [f'name="{self.name}"', *image,
                 f"memory={self.memory}", f"maxmem={self.max_memory or self.memory}",
                 f"vcpus={self.vcpus}", f"maxvcpus={self.max_vcpus or self.vcpus}",
                 f'extra="console=hvc0 quiet burn={self.burn} plug={int(self.plugs)}"']
        return "\n".join(lines + [f'cpus="{self.cpus}"'] * bool(self.cpus))

    def written(self):
        """The shell lines that write its configuration."""
        return f"cat >{self.path} <<'END'\n{self.config()}\nEND"

    def create(self):
        """The shell lines that write the configuration and start it."""
        paused = "-p " if self.paused else ""
        return f"{self.written()}\nxl create -q {paused}{self.path}"
