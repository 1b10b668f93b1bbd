#!/usr/bin/env python3
"""vmlinux.py BZIMAGE OUT: unpacks the kernel in a bzImage of x86, so that QEMU may enter it at once.

A kernel unpacks itself in 7 s under emulation and in one on the machine that emulates. The format is that of the kernel's
Documentation/arch/x86/boot.rst: setup sectors, then the payload at an offset that the header tells.
"""

import lzma
import struct
import subprocess
import sys
import zlib


def payload(image):
    if image[0x202:0x206] != b"HdrS":
        sys.exit("vmlinux.py: this is no bzImage")
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    return image[start : start + length]


def piped(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def unpacked(data):
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(data)
    if data.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(31).decompress(data)
    # The kernel's build appends the size, which these programs do not expect.
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        return piped(["zstd", "-dc"], data[:-4])
    if data.startswith(b"\x02\x21\x4c\x18"):
        return piped(["lz4", "-dc"], data[:-4])
    sys.exit(f"vmlinux.py: this kernel is packed in a way not known here: {data[:6]!r}")


def main():
    with open(sys.argv[1], "rb") as source:
        kernel = unpacked(payload(source.read()))
    if not kernel.startswith(b"\x7fELF"):
        sys.exit("vmlinux.py: what was packed is no ELF file")
    with open(sys.argv[2], "wb") as target:
        target.write(kernel)


main()
