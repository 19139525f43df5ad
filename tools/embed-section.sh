#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed-section.sh CROSS- OBJECT SECTION OUT.S: a section of an object for the target, with
# its global symbols, as assembly source for the host.
set -e
"$1"objcopy -O binary -j "$3" "$2" "$4.bin"
{
	echo '	.section .rodata, "a"'
	echo '	.balign 32'
	"$1"nm "$2" | awk '$2 == "R" { print "\t.global " $3 "\n\t.set " $3 ", embedded + 0x" $1 }'
	echo 'embedded:'
	echo "	.incbin \"$4.bin\""
	echo '	.section .note.GNU-stack, "", %progbits'
} > "$4"
