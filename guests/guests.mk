# SPDX-License-Identifier: Apache-2.0
# Bare-metal guests of our own, build/guests/<name>.{elf,bin,dtb}.  Included by the
# top Makefile; also works by itself:
#   make -f guests/guests.mk                       all of them
#   make -f guests/guests.mk guest-run NAME=mmu    one of them natively in QEMU

# Those built on guests/lib; each is a directory of sources.  The first row runs
# natively as well; the others need a VMM around them.
GUEST_NATIVE := abort armthumb console cp15 hostile_code hostile_dict hostile_pl0 hostile_wx \
	ldst level mmu selfmod timer usermode vfp
GUEST_NAMES := $(GUEST_NATIVE) bad hole tick residue hostile_irq hostile_mem hostile_residue \
	hostile_shim hostile_time hostile_vbar hostile_walk late poke hostile_channel printer \
	client hostile_hoard hostile_log hostile_reboot watchdog

B ?= build
CROSS ?= arm-none-eabi-
QEMU ?= qemu-system-arm
GUEST_BUILD := $(B)/guests

GUEST_CFLAGS := -std=gnu11 -mcpu=cortex-a9 -marm -mfloat-abi=soft -O2 -g -ffreestanding \
	-ffunction-sections -fdata-sections -fno-common -fno-tree-loop-distribute-patterns \
	-fno-builtin -mno-unaligned-access -Wall -Wextra -Wno-unused-parameter -Werror \
	-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Iguests/lib -MMD -MP
GUEST_ASFLAGS := -mcpu=cortex-a9 -g -Iguests/lib -Wa,--fatal-warnings -MMD -MP
GUEST_LDFLAGS := -mcpu=cortex-a9 -nostdlib -static -Wl,--gc-sections \
	-Wl,-T,guests/lib/bare.ld -Wl,--build-id=none -Wl,-z,max-page-size=4096

guest_objs = $(patsubst guests/%,$(GUEST_BUILD)/obj/%.o,$(wildcard guests/$(1)/*.c guests/$(1)/*.S))
GUEST_LIB_OBJS := $(call guest_objs,lib)

guests: $(foreach n,$(GUEST_NAMES),$(addprefix $(GUEST_BUILD)/$(n).,elf bin dtb))

$(GUEST_BUILD)/obj/%.c.o: guests/%.c guests/guests.mk
	$(call say,CC)mkdir -p $(@D) && $(CROSS)gcc $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_BUILD)/obj/%.S.o: guests/%.S guests/guests.mk
	$(call say,AS)mkdir -p $(@D) && $(CROSS)gcc $(GUEST_ASFLAGS) -c -o $@ $<

define guest_rules
$(GUEST_BUILD)/$(1).elf: $(call guest_objs,$(1)) $(GUEST_LIB_OBJS) guests/lib/bare.ld
	$$(call say,LD)$(CROSS)gcc $(GUEST_LDFLAGS) -Wl,-Map,$$(@:.elf=.map) -o $$@ $$(filter %.o,$$^) -lgcc
endef
$(foreach n,$(GUEST_NAMES),$(eval $(call guest_rules,$(n))))

$(GUEST_BUILD)/%.bin: $(GUEST_BUILD)/%.elf
	$(call say,BIN)$(CROSS)objcopy -O binary $< $@

# Their trees differ in the kernel's path, and in what is in <name>/tree.dtsi.
GUEST_DTS = /dts-v1/;\n/include/ "bare.dtsi"\n/ { model = "Espalier guest $*";\n\
	chosen { espalier,kernel = "/guests/$*.elf"; }; };\n\
	$(if $(wildcard guests/$*/tree.dtsi),/include/ "$*/tree.dtsi"\n)
guest_tree = $(wildcard guests/$(1)/tree.dtsi)
$(foreach n,$(GUEST_NAMES),$(eval $(GUEST_BUILD)/$(n).dtb: $(call guest_tree,$(n))))
$(foreach n,$(GUEST_NAMES),$(GUEST_BUILD)/$(n).dtb): $(GUEST_BUILD)/%.dtb: guests/lib/bare.dtsi \
		guests/guests.mk
	$(call say,DTC)mkdir -p $(@D) && printf '$(GUEST_DTS)' | dtc -i guests/lib -i guests -O dtb -o $@ -

guest-run: $(GUEST_BUILD)/$(NAME).elf
	$(QEMU) -M vexpress-a9 -m 64M -display none -monitor none -serial stdio -kernel $<

.PHONY: guests guest-run

-include $(foreach n,lib $(GUEST_NAMES),$(patsubst %.o,%.d,$(call guest_objs,$(n))))
