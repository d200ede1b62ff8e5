# A paravirtual kernel that waits for ever: it is made, paused, renamed, dumped and destroyed like any other, in a
# tenth of the time, and is deaf to whatever it is asked. (xen/include/public/elfnote.h, sched.h)

        .macro note type:req, value:vararg
        .pushsection .note.Xen, "a", @note
        .balign 4
        .long 4, 2f - 1f, \type
        .asciz "Xen"
1:      \value
2:      .balign 4
        .popsection
        .endm

        note 1, .quad _start            # XEN_ELFNOTE_ENTRY
        note 2, .quad hypercalls        # XEN_ELFNOTE_HYPERCALL_PAGE
        note 3, .quad 0                 # XEN_ELFNOTE_VIRT_BASE
        note 4, .quad 0                 # XEN_ELFNOTE_PADDR_OFFSET
        note 5, .asciz "xen-3.0"        # XEN_ELFNOTE_XEN_VERSION
        note 6, .asciz "tiny"           # XEN_ELFNOTE_GUEST_OS
        note 8, .asciz "generic"        # XEN_ELFNOTE_LOADER

        .text
        .globl _start
_start: mov $3, %edi                    # SCHEDOP_poll
        lea nothing(%rip), %rsi         # no ports, no timeout
        call hypercalls + 29 * 32       # __HYPERVISOR_sched_op
        jmp _start

        .balign 8
nothing: .quad 0, 0, 0

        .balign 4096
hypercalls: .skip 4096
