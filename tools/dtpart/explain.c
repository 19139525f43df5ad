/* SPDX-License-Identifier: Apache-2.0 */
/* What each rule asks for, and why: `dtpart explain`, and docs/rules.md. */
#include <stdlib.h>
#include <string.h>

#include "dtpart.h"

static const struct {
	unsigned code;
	const char *text;
} texts[] = {
	{ 1, "The file is no flattened device tree, is cut off, or its header is damaged. Nothing "
	     "else of it is looked at." },
	{ 2, "A tree may have 16384 nodes, nested 32 deep, and a path 255 bytes." },
	{ 3, "A guest's name has 1 to 31 letters, digits, `-` and `_`: it becomes a part of names "
	     "such as `guest0/uart0`." },
	{ 4, "Guests are told apart by name: it may not be in use, and not twice in one set." },
	{ 5, "Two nodes below the same parent have the same name. A path would name both, and each "
	     "reader would find another one." },
	{ 6, "A phandle is the number by which nodes refer to each other. Two nodes with the same "
	     "one make every reference to it ambiguous." },
	{ 10, "Names that begin with `espalier,` are the VMM's. One that it does not know is a "
	      "mistake in spelling, whose effect would be missed silently; the nearest known name "
	      "is in the message." },
	{ 11, "The property exists, but has a meaning only in other nodes: `espalier,kernel` in "
	      "`/chosen`, `espalier,backing` in nodes of devices." },
	{ 12, "The value is of the wrong type, out of range, or no word that the property knows. "
	      "The nearest word is in the message." },
	{ 13, "`/chosen` has to name the file that the guest runs." },
	{ 14, "The property is right in itself but changes nothing where it stands: a backing for "
	      "a node without registers, or below a device; a host node of a device that is not "
	      "passed through." },
	{ 15,
	  "A node is used if it has no `status`, or `okay` (or `ok`). Any other word leaves it and"
	  " all below it out; this one is none of those that mean to: `disabled`, `reserved`, "
	  "`fail`,"
	  " `fail-...`." },
	{ 20, "A guest needs RAM: a node with `device_type = \"memory\"` that is enabled." },
	{ 21, "`reg` is missing, has the wrong number of cells, size 0, an address that a bus "
	      "above does not translate (`ranges`), or one above 4 GiB." },
	{ 22, "RAM and passed-through devices are mapped in pages of 4 KiB, so both address and "
	      "size have to be multiples of 0x1000." },
	{ 23,
	  "Each address of a guest leads to one thing. What else lies there is in the message." },
	{ 24, "Each range of RAM gets host memory in one piece, and so does what the VMM needs to "
	      "run the guest: shadow tables, the states of frames, patches, devices; some 3 MiB "
	      "for a guest of 1 MiB, 8 MiB for one of 128 MiB (`host ram` shows it). All guests "
	      "that are to be created are counted, in order, against what is free; `have` is what "
	      "is asked for, `want` what is left. dtpart counts the VMM's image and heap by their "
	      "configured sizes." },
	{ 25, "`/cpus` needs an enabled node with `device_type = \"cpu\"`." },
	{ 26, "The guest's tree has more enabled CPUs than vCPUs can be given." },
	{ 27, "Linux takes the children of `/reserved-memory` only if the node has the root's "
	      "`#address-cells` and `#size-cells`, and `ranges`. A child has `reg`, below 4 GiB "
	      "and not of size 0, or `size` where the kernel may choose the place; `no-map` and "
	      "`reusable` exclude each other." },
	{ 28,
	  "What a tree reserves, by `/reserved-memory` or `/memreserve/`, is memory that it has. "
	  "This range is not, or not whole, in the guest's RAM: it keeps nothing free there." },
	{ 29, "Two nodes of `/reserved-memory` have the same memory. Their drivers would write "
	      "over each other's data, and Linux leaves out the second one if it is `no-map`." },
	{ 30, "The node has registers at an address of the CPU, but the VMM emulates no device "
	      "with its `compatible` and the tree does not say what to do: nothing is guessed." },
	{ 31, "`espalier,backing = \"emulated\"` stands in a node that no emulated device is "
	      "compatible with." },
	{ 32, "A device has more `reg` entries or interrupts than can be emulated, or the guest "
	      "has more devices, ranges or interrupts than the VMM has room for." },
	{ 33, "A guest has one emulated interrupt controller, which all its interrupts go to." },
	{ 34, "`interrupts` is followed through `interrupt-parent` and `interrupt-map` to a "
	      "controller with the three cells of the GIC binding. It did not get there." },
	{ 35, "Within a guest an interrupt has one device, as its handler could not tell them "
	      "apart otherwise." },
	{ 36, "Nothing emulates this network device, and there is no switch between guests that it "
	      "could be joined to. A link that leads nowhere would look like a broken cable." },
	{ 37,
	  "The tree does not say what stands behind this UART, so it is emulated, while the"
	  " host's own of the same path belongs to nobody. If the guest was to have that one, it"
	  " would wait for input that never comes." },
	{ 40, "The path of `espalier,host-node`, or the node's own path, names nothing in the "
	      "host's tree: the device does not exist." },
	{ 41, "The host's node, or one above it, has a `status` other than `okay`. Whoever wrote "
	      "the host's tree says that it is not to be used." },
	{ 42, "The first `compatible` string of the guest's node is none of the host's node: the "
	      "guest would drive the device as something that it is not." },
	{ 43, "The guest's `reg` has another size than the same entry of the host's, or the host "
	      "has no such entry. The address may differ: it is the guest's own." },
	{ 44,
	  "The n-th interrupt of the guest's node stands for the n-th of the host's. Either that "
	  "one does not exist, or one of them is no SPI: private interrupts belong to the VMM." },
	{ 45, "Translation works in pages of 4 KiB. These registers share a page with others, "
	      "which would be given away as well, whoever has them. Of registers that do not fill "
	      "their pages, disabled nodes count as well: the firmware may have them." },
	{ 46,
	  "The device's registers lie in RAM of the host, where the VMM and other guests are." },
	{ 47,
	  "The VMM's console, interrupt controller, timers and system registers, and the parts of "
	  "the processor that guests get emulated, are its own: who controls them controls "
	  "everybody. A device that the VMM can do without is given away on purpose by "
	  "`espalier,hand-over` in its node of the *host's* tree; the VMM leaves it alone then." },
	{ 48, "A bus master reads and writes memory by physical address. This machine has no IOMMU "
	      "that would confine it, so a guest that programs it reaches the VMM and all other "
	      "guests. Devices that are known to do no DMA are listed in dts/BINDING.md; for all "
	      "others `espalier,allow-dma` in the guest's node says that the risk is taken." },
	{ 49, "`espalier,allow-dma` lets the guest have the device. Isolation from this guest ends "
	      "there: it can reach all memory through it." },
	{ 50, "A device, or a page of its registers, belongs to another node already: of another "
	      "guest, or of this one." },
	{ 51, "The host's interrupt belongs to somebody else: another guest, another device of "
	      "this guest, or a driver of the VMM. It could be delivered to one of them only." },
	{ 52,
	  "A channel is memory that two guests share, with a doorbell at each end "
	  "(docs/channels.md). Its node has two `reg` entries, shared memory and doorbell, one "
	  "interrupt or none, the channel's name of 1 to 31 bytes, and the number of its end." },
	{ 53, "Both guests map the same pages, so both trees have to give the first `reg` entry "
	      "the same size." },
	{ 54, "A channel has two ends, 0 and 1, each of one node of one guest. Nobody else can "
	      "have a part in it." },
	{ 55, "`espalier,peer` names a UART of another guest by that guest's name and the UART's, "
	      "which is `uart<n>` of its alias `serial<n>`, or else its label. The UART itself "
	      "needs such a name as well." },
	{ 56, "Two UARTs are wired if each one's `espalier,peer` names the other. Here one names a "
	      "UART that does not exist or that names somebody else. A peer whose guest does not "
	      "exist yet is no error: it is looked at when that is created." },
	{ 57, "Translation works in pages of 4 KiB, and these registers are less. Nothing else of "
	      "the host's tree lies in the pages, so the guest gets them whole, with whatever is "
	      "there that the tree does not tell." },
	{ 60, "A property holds a phandle that no node of the guest's tree has, as happens when "
	      "nodes are removed from a tree." },
	{ 61,
	  "A clock, regulator, reset, GPIO, DMA channel or interrupt controller that a device "
	  "needs is disabled or absent in the guest's tree, so that its driver would wait for it "
	  "or fail. Providers may be emulated, passed through, or fixed ones without registers." },
	{ 62, "The console that the kernel is told does not exist, is disabled, or is absent. The "
	      "guest would run without saying a word." },
	{ 63, "An alias is a short name for a path. This path does not exist." },
	{ 64, "The property has a meaning of its own in `/chosen`, and this value has not the "
	      "right form." },
	{ 65, "The host's node of a passed-through device refers to a clock, regulator or the "
	      "like, and the guest's does not. The driver may fail, or find the device off." },
	{ 70, "The kernel, initrd or tree that `/chosen` names is not in the disk image, is empty, "
	      "or is no file." },
	{ 71, "The kernel is damaged, or made for another machine." },
	{ 72, "Kernel, initrd and DTB have to lie in the guest's RAM; a zImage needs room to "
	      "unpack as well. What, how big and where is in the message." },
	{ 73, "Two of kernel, initrd and DTB would lie at the same address." },
	{ 74, "The guest would start at an address where it has no RAM." },
	{ 75, "`espalier,dtb` gives the kernel another tree than the one that the partition was "
	      "made from. What the partition is does not change: a device that only the kernel's "
	      "tree has is not there, and its driver gets a bus error. Each node that makes a "
	      "difference is told here and by `guest kick`, with both values." },
};

static const char *text_of(unsigned code)
{
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].code == code)
			return texts[i].text;
	return NULL;
}

/* Every rule has to be explained. */
static const char *must_have(const struct part_rule *r)
{
	const char *s = text_of(r->code);

	if (!s)
		die("P%03u is not explained", r->code);
	return s;
}

static const char *severity(const struct part_rule *r)
{
	return r->severity == PART_WARNING ? "warning" : "error";
}

/* Breaks lines at 90 columns. */
static void wrapped(const char *s)
{
	unsigned column = 0;

	while (*s) {
		unsigned n = (unsigned)strcspn(s, " ");

		if (column && column + n + 1 > 90) {
			putchar('\n');
			column = 0;
		}
		column += (unsigned)printf("%s%.*s", column ? " " : "", (int)n, s);
		s += n + (s[n] == ' ');
	}
	putchar('\n');
}

static void markdown(void)
{
	printf("<!-- SPDX-License-Identifier: Apache-2.0 -->\n<!-- Made by `build/dtpart explain "
	       "--markdown`; a test compares the two. -->\n# Rules of a partition\n\n`guest "
	       "create`, `guest check` and `build/dtpart check` apply these rules to the\nhost's "
	       "tree and the trees of all guests. Each message ends with the code of its\nrule, "
	       "which keeps its meaning. Errors keep guests from being created; warnings\ndo not. "
	       "The properties are defined in [BINDING.md](../dts/BINDING.md).\n");
	for (unsigned i = 0; i < nr_part_rules; i++) {
		const struct part_rule *r = &part_rules[i];

		printf("\n## P%03u: %s\n\n", r->code, r->title);
		if (r->severity == PART_WARNING)
			printf("A warning.\n");
		wrapped(must_have(r));
		printf("\n*Hint:* %s.\n", r->hint);
	}
}

static void all(void)
{
	for (unsigned i = 0; i < nr_part_rules; i++)
		printf("P%03u  %-8s %s\n", part_rules[i].code, severity(&part_rules[i]),
		       part_rules[i].title);
}

int cmd_explain(const struct args *a)
{
	unsigned long code;

	if (!a->what) {
		if (a->markdown)
			markdown();
		else
			all();
		return 0;
	}
	code = strtoul(a->what + (a->what[0] == 'P' || a->what[0] == 'p'), NULL, 10);
	for (unsigned i = 0; i < nr_part_rules; i++) {
		const struct part_rule *r = &part_rules[i];

		if (r->code != code)
			continue;
		printf("P%03u, %s: %s\n\n", r->code, severity(r), r->title);
		wrapped(must_have(r));
		printf("\nHint: %s.\n", r->hint);
		return 0;
	}
	die("%s: no such rule; `dtpart explain` lists them", a->what);
}
