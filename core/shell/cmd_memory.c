/* SPDX-License-Identifier: Apache-2.0 */
/* memory: what is in the host's RAM */
#include <errno.h>

#include <espalier/arch.h>
#include <espalier/page.h>

#include "shell_int.h"

#define ROW         16u
#define LEN_DEFAULT 128u
#define LEN_MAX     (64u << 10)

static void dump_row(uint32_t addr, const uint8_t *p, uint32_t n)
{
	char text[ROW + 1];

	shell_printf("%08x ", (unsigned)addr);
	for (unsigned i = 0; i < ROW; i++) {
		if (i < n)
			shell_printf("%s%02x", i % 4 ? "" : " ", p[i]);
		else
			shell_printf("%s", i % 4 ? "  " : "   ");
		text[i] = i < n && p[i] >= ' ' && p[i] < 0x7f ? p[i] : '.';
	}
	text[n] = '\0';
	shell_printf("  %s\n", text);
}

static int memory_dump(int argc, char **argv)
{
	uint32_t addr, len = LEN_DEFAULT;

	if (shell_number(argv[0], 16, &addr) || (argc > 1 && shell_number(argv[1], 10, &len)))
		return -EINVAL;
	if (len == 0 || len > LEN_MAX) {
		shell_printf("memory dump: length %u: not 1 to %u\n", (unsigned)len, LEN_MAX);
		return -EINVAL;
	}
	/* Reading a device can change it, or abort: RAM only. */
	if (addr + (len - 1) < addr || !page_is_ram(HPA(addr), len) ||
	    !arch_host_mapped(HPA(addr), len)) {
		shell_printf("memory dump: %08x-%08x: not all of it is RAM that the VMM maps\n",
			     (unsigned)addr, (unsigned)(addr + (len - 1)));
		return -EFAULT;
	}
	for (uint32_t i = 0; i < len; i += ROW) {
		if (shell_interrupted())
			return -EINTR;
		dump_row(addr + i, hpa_ptr(HPA(addr + i)), MIN(ROW, len - i));
	}
	return 0;
}

/* clang-format off */
static const struct shell_sub subs[] = {
	{ "dump", "<hex address> [<bytes>]", "print RAM at a host address", 1, 2, { ARG_TEXT },
	  memory_dump },
};
/* clang-format on */
SHELL_CMD(memory, "memory", "look into the host's RAM", subs);
