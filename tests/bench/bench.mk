# SPDX-License-Identifier: Apache-2.0
# Benchmarks and the soak test.  Included by the top Makefile; nothing else needs what
# is built here.  See tests/bench/README.md.

BENCH := $(B)/guests/bench
LIBC6 := $(DL)/libc6
RT_TESTS := $(DL)/rt-tests
BENCH_STAMP := $(DL)/bench-packages
LINUX_CROSS ?= arm-linux-gnueabihf-
# What is given to bench.py and soak.py.
ROUNDS ?= 3
SOAK_MINUTES ?= 30
SOAK_BOOTS ?= 20

$(BENCH_STAMP): tools/deps.sh tests/bench/packages.txt
	$(Q)mkdir -p $(@D)
	$(Q)tools/deps.sh tests/bench/packages.txt
	$(Q)touch $@

$(LIBC6).name: tools/fetch-package.sh
	$(call fetch,armhf,libc6)
$(RT_TESTS).name: tools/fetch-package.sh
	$(call fetch,armhf,rt-tests)

$(BENCH)/micro: tests/bench/micro.c tests/bench/bench.mk | $(BENCH_STAMP)
	$(call say,CC)mkdir -p $(@D) && \
	$(LINUX_CROSS)gcc -std=gnu11 -O2 -static $(WARNINGS) -o $@ $<

$(BENCH)/vmlinuz: $(GUEST0)/vmlinuz
	$(call say,CP)mkdir -p $(@D) && cp $< $@

BENCH_LIBS := $(LIBC6)/lib/arm-linux-gnueabihf
$(BENCH)/initrd.img: tools/mkinitramfs.py tests/bench/initramfs.txt guests/debian/init \
		$(BENCH)/micro $(BUSYBOX).name $(LIBC6).name $(RT_TESTS).name | $(HOST_STAMP)
	$(call say,CPIO)mkdir -p $(@D) && \
	$(PYTHON) tools/mkinitramfs.py tests/bench/initramfs.txt $@ \
		busybox=$(BUSYBOX)/bin/busybox init=guests/debian/init micro=$(BENCH)/micro \
		hackbench=$(RT_TESTS)/usr/bin/hackbench ld.so=$(BENCH_LIBS)/ld-linux-armhf.so.3 \
		libc.so=$(BENCH_LIBS)/libc.so.6 libpthread.so=$(BENCH_LIBS)/libpthread.so.0

# As the tour's, but for the initramfs; the tree names the files.
BENCH_FILES := /boot.espalier=guests/debian/boot.espalier \
	/guests/guest0/vmlinuz=$(BENCH)/vmlinuz \
	/guests/guest0/initrd.img=$(BENCH)/initrd.img \
	/guests/guest0/guest0.dtb=$(B)/guest0.dtb

$(B)/bench-disk.img: $(foreach f,$(BENCH_FILES),$(lastword $(subst =, ,$(f)))) tools/mkdisk.py \
		tests/bench/bench.mk | $(HOST_STAMP)
	$(call say,EXT2)$(PYTHON) tools/mkdisk.py $@ $(BENCH_FILES)

BENCH_NEEDS := $(B)/espalier.bin $(B)/vexpress-v2p-ca9.dtb $(B)/guest0.dtb $(B)/bench-disk.img

# ICOUNT=1 counts instructions instead of measuring time.
bench: $(BENCH_NEEDS)
	$(Q)$(PYTHON) tests/bench/bench.py --rounds $(ROUNDS) $(if $(ICOUNT),--icount) $(BENCH_ARGS)

bench-disk: $(BENCH_NEEDS)

soak: $(BENCH_NEEDS)
	$(Q)$(PYTHON) tests/bench/soak.py --minutes $(SOAK_MINUTES) --boots $(SOAK_BOOTS)

.PHONY: bench bench-disk soak
