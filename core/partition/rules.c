/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules, in order of enum rule.  A code is never given a new meaning: numbers
 * of rules that go are left out.  docs/rules.md says more about each.
 */
#include "partition_int.h"

#define E PART_ERROR
#define W PART_WARNING

const struct part_rule part_rules[] = {
	{ 1, E, EINVAL, "not a device tree", "compile it with dtc, and copy the whole file" },
	{ 2, E, EINVAL, "a tree too big: nested too deep, too many nodes, a path too long",
	  "leave out what the guest does not need" },
	{ 3, E, EINVAL, "bad name of a guest", "use letters, digits, - and _" },
	{ 4, E, EEXIST, "two guests of one name",
	  "choose another name, or destroy the other guest" },
	{ 5, E, EEXIST, "two nodes of one name", "merge them, or give each its unit address" },
	{ 6, E, EEXIST, "two nodes with one phandle", "let dtc number the phandles" },

	{ 10, E, EINVAL, "unknown espalier, property",
	  "dts/BINDING.md lists those that there are" },
	{ 11, E, EINVAL, "property in a node that it is not for",
	  "move it to where dts/BINDING.md puts it" },
	{ 12, E, EINVAL, "wrong value of a property", "dts/BINDING.md lists the values" },
	{ 13, E, EINVAL, "no kernel",
	  "set espalier,kernel in /chosen to a file of the disk image" },
	{ 14, E, EINVAL, "property without effect", "remove it, or make the node a device" },
	{ 15, W, 0, "unknown status",
	  "write \"okay\", or \"disabled\" if the node is to be left out" },

	{ 20, E, EINVAL, "no memory", "add a node with device_type = \"memory\" and reg" },
	{ 21, E, EINVAL, "reg cannot be read",
	  "compare it with #address-cells, #size-cells and ranges of its bus" },
	{ 22, E, EINVAL, "not whole pages", "use multiples of 0x1000" },
	{ 23, E, EEXIST, "regions of the guest overlap",
	  "move or shrink one of them, or disable its node" },
	{ 24, E, ENOMEM, "memory does not fit",
	  "ask for less, split it into ranges, or destroy another guest" },
	{ 25, E, EINVAL, "no CPU", "add a node with device_type = \"cpu\" to /cpus" },
	{ 26, E, ENOTSUP, "too many CPUs", "set status = \"fail\" in the nodes of those beyond" },
	{ 27, E, EINVAL, "reserved memory that is not well described",
	  "give /reserved-memory the root's cells and empty ranges, each child reg or size" },
	{ 28, W, 0, "reserved memory outside of the guest's RAM",
	  "move it into a memory node of the guest, or remove it" },
	{ 29, E, EEXIST, "reserved memory with two owners", "move or shrink one of the two" },

	{ 30, E, ENODEV, "nothing stands behind a device",
	  "set espalier,backing, or status = \"disabled\"" },
	{ 31, E, ENODEV, "no such device is emulated", "use \"passthrough\" or \"absent\"" },
	{ 32, E, ENOSPC, "too many of something", "disable what the guest can do without" },
	{ 33, E, EEXIST, "second interrupt controller", "disable one of them" },
	{ 34, E, EINVAL, "interrupts cannot be read",
	  "the controller needs interrupt-controller and #interrupt-cells = <3>" },
	{ 35, E, EEXIST, "an interrupt of two devices", "give each device of the guest its own" },
	{ 36, E, ENODEV, "network device without a switch",
	  "pass a device of the host through, or make it \"absent\"" },
	{ 37, W, 0, "emulated, although the host's own is free",
	  "set espalier,backing = \"passthrough\", or \"emulated\" if that is meant" },

	{ 40, E, ENODEV, "the host has no such node",
	  "set espalier,host-node; devtree ls shows what there is" },
	{ 41, E, ENODEV, "the host's node is disabled",
	  "enable it in the host's tree, or choose another" },
	{ 42, E, EINVAL, "compatible differs from the host's", "copy the host's compatible" },
	{ 43, E, EINVAL, "reg differs from the host's", "copy the sizes of the host's reg" },
	{ 44, E, EINVAL, "interrupts differ from the host's",
	  "list no more than the host's node has; only SPIs can be passed" },
	{ 45, E, EINVAL, "a page is shared with something else",
	  "emulate it; less than 4 KiB cannot be given away" },
	{ 46, E, EINVAL, "memory of the host as a device", "RAM comes from memory nodes only" },
	{ 47, E, EBUSY, "a device of the VMM",
	  "emulate it; espalier,hand-over in the host's tree gives some away" },
	{ 48, E, ENOTSUP, "device that may do DMA",
	  "set espalier,allow-dma if this guest may reach all memory" },
	{ 49, W, 0, "device with unconfined DMA", "trust this guest as much as the VMM" },

	{ 50, E, EBUSY, "a device with two owners", "give it to one guest only" },
	{ 51, E, EBUSY, "an interrupt with two owners",
	  "leave the interrupt out of one of the trees" },
	{ 52, E, EINVAL, "channel that is not complete",
	  "it has two reg entries, one interrupt, espalier,channel and espalier,end" },
	{ 53, E, EINVAL, "sizes of a channel differ", "give both trees the same size" },
	{ 54, E, EEXIST, "an end of a channel with two owners",
	  "take the other end, or a channel of another name" },
	{ 55, E, EINVAL, "peer that is no UART of another guest", "name it as \"guest1/uart1\"" },
	{ 56, E, EINVAL, "UARTs that are not wired to each other",
	  "let both trees name each other" },
	{ 57, W, 0, "pages of a device that it does not fill",
	  "make sure that nothing else is there that the host's tree does not tell" },

	{ 60, E, EINVAL, "phandle of nothing",
	  "add the node that is meant, or remove the property" },
	{ 61, E, EINVAL, "reference out of the partition",
	  "enable what it refers to, or replace it by a fixed one" },
	{ 62, E, EINVAL, "stdout-path names no device of the guest",
	  "name an enabled UART, by path or alias" },
	{ 63, E, EINVAL, "alias of nothing", "remove the alias, or add the node" },
	{ 64, E, EINVAL, "bad value in /chosen",
	  "write what the Devicetree Specification 3.6 asks for" },
	{ 65, W, 0, "reference of the host's node is missing",
	  "copy the property, and give it a node of the guest's tree" },

	{ 70, E, ENOENT, "file cannot be read", "vfs ls shows what the disk image has" },
	{ 71, E, EINVAL, "not a kernel that can be run",
	  "use a zImage, an ELF file for ARM or a flat image" },
	{ 72, E, ENOSPC, "does not fit into the guest's memory",
	  "give the guest more memory, or another address" },
	{ 73, E, ENOSPC, "two things at one address",
	  "move one with espalier,kernel-address, or give more memory" },
	{ 74, E, EINVAL, "entry outside of memory", "correct espalier,entry" },
	{ 75, W, 0, "the kernel's tree is not the partition's",
	  "remove espalier,dtb: the kernel gets the partition's tree then" },
};

const unsigned nr_part_rules = ARRAY_SIZE(part_rules);

_Static_assert(ARRAY_SIZE(part_rules) == RULES, "a row for each rule");
