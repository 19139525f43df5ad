# SPDX-License-Identifier: Apache-2.0
# make          build everything        make run    boot it (a tour without a terminal)
# make check    all tests               make help   the rest

CROSS ?= arm-none-eabi-
HOSTCC ?= clang-14
PYTHON := /usr/bin/python3
QEMU ?= qemu-system-arm
FUZZ_SECONDS ?= 5

B := build
# Downloads stay over `make clean`.
DL := $(B)/dl

export LC_ALL := C.UTF-8

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(patsubst $(B)/%,%,$@);
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
# No built-in rules: they only slow down a make that has nothing to do.
MAKEFLAGS += --no-builtin-rules --no-builtin-variables

PRODUCTS := $(B)/espalier.elf $(B)/espalier.bin $(B)/vexpress-v2p-ca9.dtb $(B)/guest0.dtb \
	$(B)/guest-uarts.dtb $(B)/guest-vexpress.dtb $(B)/disk.img $(B)/dtpart
all: $(PRODUCTS)

# --- what it is built with ---------------------------------------------------

HOST_STAMP := $(DL)/host-packages
LIBFDT := $(DL)/libfdt
KERNEL := $(DL)/linux
BUSYBOX := $(DL)/busybox

deps: $(HOST_STAMP) $(LIBFDT).name $(KERNEL).name $(BUSYBOX).name

$(HOST_STAMP): tools/deps.sh tools/packages.txt
	$(Q)mkdir -p $(@D)
	$(Q)tools/deps.sh tools/packages.txt
	$(Q)touch $@

# fetch ARCHITECTURE, PACKAGE: into the directory $(@:.name=)
fetch = $(call say,FETCH)mkdir -p $(@D) && tools/fetch-package.sh $(1) $(2) $(@:.name=)
$(LIBFDT).name: tools/fetch-package.sh
	$(call fetch,armel,libfdt-dev)
$(KERNEL).name: tools/fetch-package.sh
	$(call fetch,armhf,linux-image-armmp)
$(BUSYBOX).name: tools/fetch-package.sh
	$(call fetch,armhf,busybox-static)

# --- configuration -------------------------------------------------------------

# note FILE, TEXT: a file that changes when TEXT does, so that targets can depend on it.
define note
ifneq ($$(wildcard $(1))$$(file <$(1)),$(1)$(2))
$$(shell mkdir -p $(dir $(1)))
$$(file >$(1),$(2))
endif
endef

# Without a .config the defaults hold.
CONFIG_FROM := $(wildcard .config)
$(eval $(call note,$(B)/gen/config-from,$(CONFIG_FROM)))

$(B)/config.h: Kconfig tools/genconfig.py $(CONFIG_FROM) $(B)/gen/config-from | $(HOST_STAMP)
	$(call say,CONFIG)$(PYTHON) tools/genconfig.py Kconfig .config $@

menuconfig: $(HOST_STAMP)
	$(Q)$(PYTHON) -m menuconfig Kconfig
defconfig: $(HOST_STAMP)
	$(Q)$(PYTHON) -m alldefconfig Kconfig

# --- the VMM -------------------------------------------------------------------

SRCS := $(sort $(wildcard core/*.c core/*/*.c drivers/*.c \
	$(filter-out arch/arm/asm-offsets.c,$(wildcard arch/arm/*.c)) \
	arch/arm/*/*.c arch/arm/*.S))
OBJS := $(SRCS:%=$(B)/obj/%.o)

INCLUDES := -Icore/include -Icore -Iarch/arm/include -Iarch/arm -Idrivers -I$(B)/gen
WARNINGS := -Wall -Wextra -Wno-unused-parameter -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wundef
TARGET := -mcpu=cortex-a9 -mthumb -mfloat-abi=soft
CPPFLAGS := $(INCLUDES) -isystem $(LIBFDT)/usr/include -include $(B)/config.h -MMD -MP
CFLAGS := -std=gnu11 $(TARGET) -O2 -g -ffunction-sections -fdata-sections -fno-common \
	-funwind-tables -fstack-protector-strong --specs=nano.specs $(WARNINGS)
LDFLAGS := $(TARGET) -nostartfiles --specs=nano.specs -Wl,--gc-sections -Wl,--build-id=none \
	-Wl,--fatal-warnings -Wl,-z,noexecstack -Wl,--no-enum-size-warning -Wl,-z,max-page-size=4096

# What is made by programs: register accessors, and offsets for assembly.
GENERATED := $(if $(wildcard arch/arm/cp15.txt),$(B)/gen/cp15_encodings.h)
ifneq ($(wildcard arch/arm/asm-offsets.c),)
$(filter %.S.o,$(OBJS)): $(B)/gen/asm-offsets.h
endif

$(B)/gen/cp15_encodings.h: arch/arm/cp15.txt tools/gen-cp15.py | $(HOST_STAMP)
	$(call say,GEN)mkdir -p $(@D) && $(PYTHON) tools/gen-cp15.py arch/arm/cp15.txt > $@

# asm-offsets.c compiles to lines `@@NAME #VALUE`, which become #defines.
$(B)/gen/asm-offsets.h: arch/arm/asm-offsets.c Makefile $(B)/config.h $(GENERATED) | $(LIBFDT).name
	$(call say,GEN)mkdir -p $(@D) && \
	$(CROSS)gcc $(CPPFLAGS) -MT $@ -MF $@.d $(CFLAGS) -S -o $@.s $<
	$(Q)sed -n 's/.*@@\([A-Za-z_][A-Za-z0-9_]*\) [#$$]*\(-*[0-9][0-9]*\).*/#define \1 \2/p' \
		$@.s > $@

# What no hot exit of a guest runs through is made small instead of fast.
SMALL := arch/arm/exit/shim arch/arm/insn/exc_return arch/arm/insn/pc% arch/arm/host/% \
	arch/arm/vcpu/vcpu drivers/% core/boot core/main core/irq core/sched core/panic core/log \
	core/device core/syscalls core/timer core/wire core/emul/sp80% core/emul/pl0% \
	core/emul/twd core/emul/gtimer core/emul/scu core/emul/downcount core/emul/l2c310 \
	core/emul/syscfg core/emul/doorbell core/emul/gic core/console/% core/fs/% core/lib/% \
	core/partition/% core/shell/% $(filter-out core/guest/traptab core/guest/pass_irq,\
	$(patsubst %.c,%,$(wildcard core/guest/*.c)))
small = $(if $(filter $(SMALL),$(1)),-Os)

$(B)/obj/%.c.o: %.c Makefile | $(B)/config.h $(GENERATED) $(LIBFDT).name
	$(call say,CC)mkdir -p $(@D) && $(CROSS)gcc $(CPPFLAGS) $(CFLAGS) $(call small,$*) $(CFLAGS_$*) -c -o $@ $<

$(B)/obj/%.S.o: %.S Makefile | $(B)/config.h $(GENERATED) $(LIBFDT).name
	$(call say,AS)mkdir -p $(@D) && \
	$(CROSS)gcc $(CPPFLAGS) $(TARGET) -g -Wa,--fatal-warnings -c -o $@ $<

# What `version` says.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
$(eval $(call note,$(B)/gen/version,$(VERSION)))
CFLAGS_core/version := -DVERSION='"$(VERSION)"'
$(B)/obj/core/version.c.o: $(B)/gen/version

$(B)/gen/espalier.ld: arch/arm/espalier.ld Makefile | $(B)/config.h
	$(call say,LD)mkdir -p $(@D) && \
	$(CROSS)gcc $(CPPFLAGS) -MT $@ -MF $@.d -E -P -x assembler-with-cpp -o $@ $<

# A source that was added or removed changes this list, and so the image.
SRC_LIST := $(B)/gen/sources
$(eval $(call note,$(SRC_LIST),$(SRCS)))

$(B)/espalier.elf: $(OBJS) $(B)/gen/espalier.ld $(SRC_LIST)
	$(call say,LD)$(CROSS)gcc $(LDFLAGS) -Wl,-T,$(B)/gen/espalier.ld -Wl,-Map,$@.map -o $@ \
		$(OBJS) $(LIBFDT)/usr/lib/arm-linux-gnueabi/libfdt.a

$(B)/espalier.bin: $(B)/espalier.elf
	$(call say,BIN)$(CROSS)objcopy -O binary $< $@

size: $(B)/espalier.elf
	$(Q)$(CROSS)size $<

-include $(OBJS:.o=.d) $(B)/gen/asm-offsets.h.d $(B)/gen/espalier.ld.d

# --- device trees ----------------------------------------------------------------

# dtc's warnings are errors.
$(B)/%.dtb: dts/%.dts Makefile | $(HOST_STAMP)
	$(call say,DTC)mkdir -p $(@D) && dtc -I dts -O dtb -d $@.d -o $@ $< 2>$@.log; \
	status=$$?; cat $@.log >&2; test $$status = 0 && test ! -s $@.log

-include $(wildcard $(B)/*.dtb.d)

# --- guests and the disk image -----------------------------------------------------

-include guests/guests.mk
ifneq ($(GUEST_NAMES),)
$(foreach n,lib $(GUEST_NAMES),$(call guest_objs,$(n))): | $(HOST_STAMP)
endif

GUEST0 := $(B)/guests/guest0

$(GUEST0)/vmlinuz: $(KERNEL).name
	$(call say,CP)mkdir -p $(@D) && cp $(KERNEL)/boot/vmlinuz-* $@

$(GUEST0)/initrd.img: tools/mkinitramfs.py guests/debian/initramfs.txt guests/debian/init \
		$(BUSYBOX).name | $(HOST_STAMP)
	$(call say,CPIO)mkdir -p $(@D) && \
	$(PYTHON) tools/mkinitramfs.py guests/debian/initramfs.txt $@ busybox=$(BUSYBOX)/bin/busybox

# The vendor's tree with our overlay, as a guest.
VENDOR_DTB = $(firstword $(wildcard $(KERNEL)/usr/lib/linux-image-*/vexpress-v2p-ca9.dtb))
$(B)/guest-vexpress.dtb: dts/vexpress-guest.dtso $(KERNEL).name Makefile | $(HOST_STAMP)
	$(call say,OVERLAY)dtc -q -@ -I dts -O dtb -o $@.dtbo $< && \
	fdtoverlay -i $(VENDOR_DTB) -o $@ $@.dtbo

DISK_FILES := /boot.espalier=guests/debian/boot.espalier \
	/system/banner.txt=guests/debian/banner.txt \
	/guests/guest0/vmlinuz=$(GUEST0)/vmlinuz \
	/guests/guest0/initrd.img=$(GUEST0)/initrd.img \
	/guests/guest0/guest0.dtb=$(B)/guest0.dtb \
	/guests/guest0/vexpress.dtb=$(B)/guest-vexpress.dtb \
	/guests/guest0/guest-uarts.dtb=$(B)/guest-uarts.dtb \
	/guests/guest0/mismatch.dtb=$(B)/mismatch.dtb \
	$(foreach f,printer.elf printer.dtb client.elf client.dtb,/guests/$(f)=$(GUEST_BUILD)/$(f))

$(B)/disk.img: $(foreach f,$(DISK_FILES),$(lastword $(subst =, ,$(f)))) tools/mkdisk.py Makefile \
		| $(HOST_STAMP)
	$(call say,EXT2)$(PYTHON) tools/mkdisk.py $@ $(DISK_FILES)

# --- dtpart: the partition checker as a host program -----------------------------------

DTPART_SRCS := $(wildcard tools/dtpart/*.c core/partition/*.c) core/lib/dt.c core/lib/dt_irq.c \
	core/lib/dt_index.c core/lib/dt_refs.c core/lib/nearest.c
# Drivers and emulated devices are linked in for their tables alone. What they call is
# not there: weak symbols may stay undefined.
TABLE_SRCS := $(wildcard drivers/*.c core/emul/*.c)
DTPART_CFLAGS := -std=gnu11 -O1 -g -fPIE $(WARNINGS) $(INCLUDES) \
	-include $(B)/config.h -MMD -MP

$(B)/host/dtpart/%.o: %.c Makefile | $(B)/config.h $(GENERATED) $(HOST_STAMP)
	$(call say,HOSTCC)mkdir -p $(@D) && $(HOSTCC) $(DTPART_CFLAGS) -c -o $@ $<

$(B)/host/dtpart/tables.o: $(TABLE_SRCS:%.c=$(B)/host/dtpart/%.o)
	$(call say,HOSTLD)$(HOSTCC) -r -nostdlib -o $@.tmp $^ && objcopy --weaken $@.tmp $@

$(B)/dtpart: $(DTPART_SRCS:%.c=$(B)/host/dtpart/%.o) $(B)/host/dtpart/tables.o
	$(call say,HOSTLD)$(HOSTCC) -pie -o $@ $^ -lfdt

-include $(patsubst %.c,$(B)/host/dtpart/%.d,$(DTPART_SRCS) $(TABLE_SRCS))

# --- running -------------------------------------------------------------------------

# Without a sound card QEMU would complain about what it cannot open.
QEMU_BOARD := -M vexpress-a9 -display none -audiodev none,id=none -global pl041.audiodev=none

QEMU_RUN := $(QEMU) $(QEMU_BOARD) -m 512M -kernel $(B)/espalier.bin \
	-dtb $(B)/vexpress-v2p-ca9.dtb -initrd $(B)/disk.img

run: all
	$(Q)if [ -t 0 ]; then exec $(QEMU_RUN) -serial mon:stdio; \
	else exec $(PYTHON) tools/tour.py; fi

# The guest of the tour on the bare machine, for comparison.
native: $(GUEST0)/vmlinuz $(GUEST0)/initrd.img $(B)/guest0.dtb
	$(Q)exec $(QEMU) $(QEMU_BOARD) -m 128M -serial mon:stdio \
		-kernel $(GUEST0)/vmlinuz -initrd $(GUEST0)/initrd.img -dtb $(B)/guest0.dtb \
		-append "console=ttyAMA0"

# --- tests -----------------------------------------------------------------------------

TEST_SRCS := $(filter-out tests/host/model/%,$(wildcard tests/host/test_*.c tests/host/*/test_*.c))
FUZZ_SRCS := $(wildcard tests/fuzz/fuzz_*.c)
TESTS := $(TEST_SRCS:tests/host/%.c=$(B)/host/%)
FUZZERS := $(FUZZ_SRCS:tests/fuzz/%.c=$(B)/host/%)

ASAN := -fsanitize=address,undefined
FUZZ := -fsanitize=address,undefined,fuzzer
HOST_CFLAGS := -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	$(filter-out -Wmissing-prototypes,$(WARNINGS)) $(INCLUDES) -Itests/host \
	-include $(B)/config.h -MMD -MP

# The words between `sources:` and the end of that comment; ROOM/ is all of a room.
words_of = $(shell awk '/sources:/ { on = 1; sub(/.*sources:/, "") } \
	on { end = sub(/\*\/.*/, ""); sub(/^[ \t]*\*/, ""); print; if (end) exit }' $(1))
sources_of = $(foreach w,$(words_of),$(if $(filter %/,$(w)),$(wildcard $(w)*.c),$(w)))

$(B)/host/asan/%.o: %.c Makefile | $(B)/config.h $(GENERATED) $(HOST_STAMP)
	$(call say,HOSTCC)mkdir -p $(@D) && $(HOSTCC) $(HOST_CFLAGS) $(ASAN) -c -o $@ $<
$(B)/host/fuzz/%.o: %.c Makefile | $(B)/config.h $(GENERATED) $(HOST_STAMP)
	$(call say,HOSTCC)mkdir -p $(@D) && $(HOSTCC) $(HOST_CFLAGS) $(FUZZ) -c -o $@ $<

# host_rule PROGRAM, SOURCES, asan|fuzz, FLAGS, LIBRARIES
define host_rule
$(1): $(2:%.c=$(B)/host/$(3)/%.o)
	$$(call say,HOSTLD)mkdir -p $$(@D) && $(HOSTCC) $(4) -o $$@ $$^ $(5) -lfdt -lm
-include $(2:%.c=$(B)/host/$(3)/%.d)
endef
$(foreach t,$(TEST_SRCS),$(eval $(call host_rule,$(t:tests/host/%.c=$(B)/host/%),\
	$(t) $(call sources_of,$(t)),asan,$(ASAN),-lcmocka)))
$(foreach t,$(FUZZ_SRCS),$(eval $(call host_rule,$(t:tests/fuzz/%.c=$(B)/host/%),\
	$(t) $(call sources_of,$(t)),fuzz,$(FUZZ),)))

# The pager over a model of the hardware: the real files, but CP15 is the model's, and the
# shim is the target's own code.
MODEL := $(B)/host/model
MODEL_SRCS := $(wildcard tests/host/model/*.c) $(call sources_of,tests/host/model/test_pager.c)
# NULL + 0, of an empty list, is nothing to complain of.
MODEL_CFLAGS = -Itests/host/model/include $(HOST_CFLAGS) -Itests/host/model $(ASAN) \
	-O2 -fno-sanitize=pointer-overflow -fsanitize-address-use-after-return=never

$(MODEL)/%.o: %.c Makefile | $(B)/config.h $(GENERATED) $(HOST_STAMP)
	$(call say,HOSTCC)mkdir -p $(@D) && $(HOSTCC) $(MODEL_CFLAGS) -c -o $@ $<
$(MODEL)/shim.S: $(B)/obj/arch/arm/shim.S.o tools/embed-section.sh
	$(call say,GEN)mkdir -p $(@D) && tools/embed-section.sh $(CROSS) $< .rodata.shim $@
$(MODEL)/test_pager: $(MODEL_SRCS:%.c=$(MODEL)/%.o) $(MODEL)/shim.S
	$(call say,HOSTLD)$(HOSTCC) $(ASAN) -o $@ $^
-include $(MODEL_SRCS:%.c=$(MODEL)/%.d)
TESTS += $(MODEL)/test_pager

mutants: $(MODEL)/test_pager
	$(Q)$(PYTHON) tests/host/model/mutants.py --cc "$(HOSTCC) $(MODEL_CFLAGS)" \
		--link "$(HOSTCC) $(ASAN)" --out $(MODEL)/mutants --only $(M) \
		--objects "$(MODEL_SRCS:%.c=$(MODEL)/%.o) $(MODEL)/shim.S"

RUN_TESTS := $(PYTHON) tests/run.py --logs $(B)/test-logs --fuzz-seconds $(FUZZ_SECONDS)

check: all $(TESTS) $(FUZZERS) $(if $(GUEST_NAMES),guests)
	$(Q)$(RUN_TESTS) --checks --host $(TESTS) --fuzz $(FUZZERS) --qemu tests/qemu

# Parts of it: host programs alone, and system tests alone (T= selects some).
check-host: $(HOST_STAMP) $(TESTS)
	$(Q)$(RUN_TESTS) --checks --host $(TESTS)
check-fuzz: $(HOST_STAMP) $(FUZZERS)
	$(Q)$(RUN_TESTS) --fuzz $(FUZZERS)
check-qemu: all $(if $(GUEST_NAMES),guests)
	$(Q)$(RUN_TESTS) --qemu $(or $(T),tests/qemu)

# dtpart on the tree of each board with a Cortex-A9 in the kernel package; BOARDS= selects.
boards: $(B)/dtpart $(KERNEL).name
	$(Q)$(PYTHON) tests/boards/boards.py $(BOARDS)

# --- benchmarks and the soak test ---------------------------------------------------------

include tests/bench/bench.mk

# --- style -------------------------------------------------------------------------------

CLANG_FORMAT ?= clang-format-14
C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')

format: $(HOST_STAMP)
	$(Q)$(CLANG_FORMAT) -i $(C_FILES)
# Floors, style, and whether what documents and comments name exists.
check-tree: $(HOST_STAMP)
	$(Q)$(RUN_TESTS) --checks

# --- the rest ----------------------------------------------------------------------------

clean:
	$(Q)rm -rf $(filter-out $(DL),$(wildcard $(B)/* $(B)/.[!.]*))
distclean: clean
	$(Q)rm -rf $(B) .config .config.old

help:
	@echo 'all (default)         the VMM, its device trees, the disk image, dtpart'
	@echo 'run                   boot it; without a terminal, play the tour of the README'
	@echo 'check                 all tests; FUZZ_SECONDS=N for each fuzzer ($(FUZZ_SECONDS))'
	@echo 'check-host check-fuzz check-qemu    parts of it; T=tests/qemu/test_x.py selects'
	@echo 'boards                dtpart on the trees of Debian'"'"'s boards, a table; BOARDS=name'
	@echo 'mutants               is the model of the pager alive? M="1 2" selects'
	@echo 'native                the tour'"'"'s guest on the bare machine'
	@echo 'bench                 native and guest compared, ROUNDS=3; ICOUNT=1 counts instructions'
	@echo 'soak                  SOAK_BOOTS=20 boots, then SOAK_MINUTES=30 of mixed load'
	@echo 'menuconfig defconfig  edit or make .config; without one the defaults hold'
	@echo 'deps                  install and download what all this needs'
	@echo 'format check-tree     clang-format; floors, style, and whether what is named exists'
	@echo 'size clean distclean  size of the image; remove products; and downloads'
	@echo 'V=1                   show the commands'

.PHONY: all boards mutants deps menuconfig defconfig size run native check check-host check-fuzz \
	check-qemu format check-tree clean distclean help
