# A kernel for the lab's guests: writes to all of its memory, then looks 18 times a second whether all is there as it was written,
# until the power button is pressed, and switches off. It measures how long it stood still: the longest time between two
# strides while it looks.
#
#   as --32 -o tiny.o tiny.s && ld -m elf_i386 -N -Ttext 0x100000 -o tiny tiny.o
#
# QEMU loads it as a Multiboot kernel: 32-bit, flat, without paging, EBX at the information that has the size of the memory. The
# write to every 64 KiB is what makes its memory appear in numa_maps of the process that emulates it. The other vCPUs stay where
# the firmware left them.
        .intel_syntax noprefix
        .set MAGIC, 0x1badb002
        .set WANTED, 2                  # the size of the memory
        .set STRIDE, 0x10000
        .set ROUNDS, 0x8000             # how often it has looked
        .set FAULTS, 0x8004             # and how many strides were not as written
        .set COUNT, 0x8008
        .set GAP, 0x800c                # the longest time between two strides, in 1024 ticks of the time stamp counter
        .set LAST, 0x8010               # the counter at the last stride, 64 bits
        .set POWER, 0x600               # where SeaBIOS puts the ACPI registers: status, enable at 2, control at 4


        .text
        .globl _start
        .long MAGIC, WANTED, -(MAGIC + WANTED)
_start: mov esp, offset stack
        mov ecx, [ebx + 8]              # KiB above 1 MiB
        shr ecx, 6                      # strides above 1 MiB
        mov edi, 0x110000               # above this code
        dec ecx
        mov [COUNT], ecx
        mov dword ptr [ROUNDS], 0
        mov dword ptr [FAULTS], 0
        mov dword ptr [GAP], 0
write:  mov [edi], edi
        add edi, STRIDE
        loop write

        # The BIOS's timer, interrupt 0 at vector 8, wakes the processor 18 times a second; all others are masked.
        mov eax, offset tick
        mov word ptr [gate], ax
        shr eax, 16
        mov word ptr [gate + 6], ax
        mov word ptr [gate + 2], cs
        lidt [table]
        mov al, 0xfe
        out 0x21, al
        mov al, 0xff
        out 0xa1, al
        mov dx, POWER + 2
        mov ax, 0x100
        out dx, ax                      # the button is to be noticed
        sti
wait:   hlt
        rdtsc                           # the rest does not count
        mov [LAST], eax
        mov [LAST + 4], edx
        mov edi, 0x110000
        mov ecx, [COUNT]
look:   cmp [edi], edi
        je right
        inc dword ptr [FAULTS]
right:  rdtsc
        mov ebx, eax
        mov ebp, edx
        sub eax, [LAST]
        sbb edx, [LAST + 4]
        shrd eax, edx, 10
        cmp eax, [GAP]
        jbe short_
        mov [GAP], eax
short_: mov [LAST], ebx
        mov [LAST + 4], ebp
        add edi, STRIDE
        loop look
        inc dword ptr [ROUNDS]
        mov dx, POWER
        in ax, dx
        cmp ax, 0xffff
        je wait                         # no ACPI: nothing to notice
        test ax, 0x100
        jz wait
        mov dx, POWER + 4
        mov ax, 0x2000
        out dx, ax                      # sleep state 5: off
        jmp wait

tick:   push eax
        mov al, 0x20
        out 0x20, al
        pop eax
        iretd

        .align 8
table:  .word gate + 8 - vectors - 1
        .long vectors
        .align 8
vectors: .fill 64, 1, 0
gate:   .word 0, 0, 0x8e00, 0
        .fill 256, 1, 0
stack:
