# SPDX-License-Identifier: Apache-2.0
# Bare-metal guests of our own.  Included by the top Makefile, or by itself:
#   make -f guests/guests.mk            build/guests/<name>.{elf,bin,dtb}
#   make -f guests/guests.mk guest-run NAME=mmu    one of them natively in QEMU

GUEST_BUILD ?= build/guests
GUEST_CC ?= arm-none-eabi-gcc
GUEST_OBJCOPY ?= arm-none-eabi-objcopy
GUEST_QEMU ?= qemu-system-arm

# Those built on guests/lib; each is a directory of sources.
GUEST_NAMES := abort armthumb console cp15 ldst mmu selfmod timer usermode vfp

GUEST_CFLAGS := -std=gnu11 -mcpu=cortex-a9 -marm -mfloat-abi=soft -O2 -g -ffreestanding \
	-ffunction-sections -fdata-sections -fno-common -fno-tree-loop-distribute-patterns \
	-fno-builtin -mno-unaligned-access -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wundef -Iguests/lib -MMD -MP
GUEST_ASFLAGS := -mcpu=cortex-a9 -g -Iguests/lib -MMD -MP
GUEST_LDFLAGS := -mcpu=cortex-a9 -nostdlib -static -Wl,--gc-sections \
	-Wl,-T,guests/lib/bare.ld -Wl,--build-id=none -Wl,-z,max-page-size=4096

guest_objs = $(patsubst guests/%,$(GUEST_BUILD)/obj/%.o,$(wildcard guests/$(1)/*.c guests/$(1)/*.S))
GUEST_LIB_OBJS := $(call guest_objs,lib)

guests: $(foreach n,$(GUEST_NAMES),$(GUEST_BUILD)/$(n).elf $(GUEST_BUILD)/$(n).bin)

$(GUEST_BUILD)/obj/%.c.o: guests/%.c guests/guests.mk
	@mkdir -p $(@D)
	$(GUEST_CC) $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_BUILD)/obj/%.S.o: guests/%.S guests/guests.mk
	@mkdir -p $(@D)
	$(GUEST_CC) $(GUEST_ASFLAGS) -c -o $@ $<

define guest_rules
$(GUEST_BUILD)/$(1).elf: $(call guest_objs,$(1)) $(GUEST_LIB_OBJS) guests/lib/bare.ld
	$(GUEST_CC) $(GUEST_LDFLAGS) -Wl,-Map,$$(@:.elf=.map) -o $$@ $$(filter %.o,$$^) -lgcc
endef
$(foreach n,$(GUEST_NAMES),$(eval $(call guest_rules,$(n))))

$(GUEST_BUILD)/%.bin: $(GUEST_BUILD)/%.elf
	$(GUEST_OBJCOPY) -O binary $< $@

guest-run: $(GUEST_BUILD)/$(NAME).elf
	$(GUEST_QEMU) -M vexpress-a9 -m 64M -display none -monitor none -serial stdio -kernel $<

.PHONY: guests guest-run
.SECONDARY:

-include $(foreach n,lib $(GUEST_NAMES),$(patsubst %.o,%.d,$(call guest_objs,$(n))))
