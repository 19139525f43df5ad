/* SPDX-License-Identifier: Apache-2.0 */
/* The table of properties that hold phandles, and the walk along one of them. */
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/dt_refs.h>
#include <espalier/util.h>

#define MAX_ARGS 16

#define C(name, cells, role) { name, cells, DT_REF_CELLS, DT_REF_##role, 0, 0, false },
#define G(name, n, at, role) { name, NULL, DT_REF_GROUPS, DT_REF_##role, n, at, false },
#define H(name)              { name, NULL, DT_REF_HEAD, DT_REF_PART, 0, 0, false },
#define K(name)              { name, NULL, DT_REF_LIST, DT_REF_LINK, 0, 0, true },
#define L(name)              { name, NULL, DT_REF_LIST, DT_REF_LINK, 0, 0, false },
#define M(name, cells)       { name, cells, DT_REF_MAP, DT_REF_NEEDED, 0, 0, false },
#define N(name)              { name, NULL, DT_REF_LIST, DT_REF_NEEDED, 0, 0, false },
#define P(name)              { name, NULL, DT_REF_LIST, DT_REF_PART, 0, 0, false },
#define Y(name)              { name, NULL, DT_REF_LIST, DT_REF_PART, 0, 0, true },

/* clang-format off */
const struct dt_ref dt_refs[] = {
	C("access-controllers", "#access-controller-cells", SOFT) P("actions,ethcfg")
	P("adi,adc-dev") P("adi,cold-junction-handle") P("adi,rsense-handle") L("affinity")
	P("allwinner,codec-analog-controls") P("allwinner,pipelines") H("allwinner,sram")
	P("altr,ecc-parent") P("amlogic,ao-secure") P("amlogic,ao-sysctrl") P("amlogic,canvas")
	P("amlogic,hhi-sysctrl") P("amlogic,secbus2") P("apple,sart") L("arm,cs-dev-assoc")
	N("arm,vexpress,config-bridge") P("aspeed,cvic") P("aspeed,external-nodes")
	P("aspeed,scu") H("aspeed,sirq-polarity-sense") P("aspeed,sram") P("asram")
	C("assigned-clock-parents", "#clock-cells", SOFT)
	C("assigned-clocks", "#clock-cells", SOFT) P("atmel,audio-codec") P("atmel,nfc-io")
	P("atmel,nfc-sram") H("atmel,rtt-rtc-time-reg") P("atmel,ssc-controller")
	P("audio-amplifier") P("audio-asrc") P("audio-aux-devs") P("audio-codec") P("audio-cpu")
	P("aux-devs") P("axentia,audio-codec") P("axentia,cpu-dai") Y("backlight") Y("battery")
	Y("bitclock-master") P("brcm,sr-cdru") P("brcm,sr-mhb") P("buffer-manager")
	C("calxeda,port-phys", "#phy-cells", PART) H("canaan,k210-sysctl-power") Y("capture")
	P("cavium,dma-engine-handle") P("cci-control-port") M("clock-map", "#clock-cells")
	C("clocks", "#clock-cells", NEEDED) Y("codec") P("codec-handle") Y("companion")
	P("contiguous-area") Y("controller") C("cooling-device", "#cooling-cells", LINK)
	K("cores") K("cpu") P("cpu-dai") P("cpu-idle-states") P("ctrl-module") P("dais") P("ddc")
	P("ddc-i2c-bus") L("devfreq") L("devfreq-events") P("device-handle") Y("dfx")
	Y("display") Y("dma") P("dma-masters") C("dmas", "#dma-cells", SOFT)
	P("domain-idle-states") P("dsa,ethernet") P("dsa,mii-bus") P("dsaf-handle")
	P("ecc-engine") P("eth-handle") Y("ethernet") L("extcon") Y("firmware") Y("flash")
	P("flash-leds") P("fpga-bridges") P("fpga-mgr") Y("frame-master") P("fsl,anatop")
	P("fsl,companion-ldb") P("fsl,companion-pxl2dpi") P("fsl,ddrc") P("fsl,dsp-ctrl")
	H("fsl,gpr") P("fsl,imx7d-pcie-phy") P("fsl,input-sel") H("fsl,iomuxc-gpr") P("fsl,iram")
	H("fsl,mipi-phy-gpr") P("fsl,panel") P("fsl,pres") P("fsl,prg")
	G("fsl,rcpm-wakeup", 3, 0, LINK) P("fsl,saif-master") H("fsl,stop-mode") P("fsl,tcon")
	P("fsl,tempmon") P("fsl,tempmon-data") C("fsl,usbmisc", "#index-cells", PART)
	P("fsl,usbphy") P("fsl,weim-cs-gpr") C("gpio", "#gpio-cells", NEEDED)
	M("gpio-map", "#gpio-cells") C("gpio-miso", "#gpio-cells", NEEDED)
	C("gpio-mosi", "#gpio-cells", NEEDED) G("gpio-ranges", 4, 0, LINK)
	C("gpio-reset", "#gpio-cells", NEEDED) C("gpio-sck", "#gpio-cells", NEEDED)
	C("gpios", "#gpio-cells", NEEDED) Y("gpr") P("hdmi-phandle")
	P("hisilicon,hi6220-clk-sram") C("hwlocks", "#hwlock-cells", NEEDED) Y("i2c")
	P("i2c-bus") P("i2c-parent") P("i2s-controller") P("ifm,csi-clk-handle")
	C("iio-channels", "#io-channel-cells", NEEDED) P("img,cr-periph") P("img,cr-top")
	P("infracfg") H("intel,hsio") G("intel,npe-handle", 2, 0, PART)
	H("intel,queue-chl-rxtrig") H("intel,queue-chl-txready") H("intel,queue-pkt-rx")
	G("intel,queue-pkt-rxfree", 2, 0, PART) G("intel,queue-pkt-tx", 2, 0, PART)
	H("intel,queue-pkt-txdone") H("intel,syscfg")
	C("interconnects", "#interconnect-cells", SOFT) P("internal-mem") P("internal-phy")
	L("interrupt-affinity") M("interrupt-map", "#interrupt-cells") N("interrupt-parent")
	C("interrupts-extended", "#interrupt-cells", NEEDED) H("intf_mode")
	C("io-backends", "#io-backend-cells", PART) C("io-channels", "#io-channel-cells", NEEDED)
	G("iommu-map", 4, 1, LINK) C("iommus", "#iommu-cells", NEEDED) Y("iram") P("l2-cache")
	P("lantiq,rcu") Y("leds") P("lens-focus") K("link") K("links") P("mal-device")
	P("marvell,crypto-srams") P("marvell,system-controller") P("marvell,usb-misc-reg")
	P("maxim,master") C("mboxes", "#mbox-cells", NEEDED) P("mdio-parent-bus")
	P("mediatek,adsp") P("mediatek,apmixedsys") P("mediatek,audio-codec")
	P("mediatek,auxadc") P("mediatek,dptx-codec") P("mediatek,ec-codec") P("mediatek,ethsys")
	G("mediatek,gce-client-reg", 4, 0, PART) P("mediatek,hdmi-codec")
	P("mediatek,headset-codec") P("mediatek,hifsys") P("mediatek,infracfg")
	P("mediatek,larbs") H("mediatek,mtd-eeprom") P("mediatek,pcie-mirror") P("mediatek,pctl")
	P("mediatek,pctl-regmap") P("mediatek,pericfg") P("mediatek,platform") P("mediatek,scp")
	P("mediatek,sgmiisys") P("mediatek,smi") P("mediatek,topckgen") P("mediatek,vpu")
	P("mediatek,wed") P("mediatek,wed-pcie") P("memory-controllers") P("memory-region")
	N("mmc-pwrseq") P("mode-reg") P("monitored-battery") G("msi-map", 4, 1, LINK)
	C("msi-parent", "#msi-cells", LINK) C("mux-controls", "#mux-control-cells", NEEDED)
	C("mux-states", "#mux-state-cells", NEEDED) P("nand-ecc-engine") K("native-mode")
	P("next-level-cache") P("nokia,audio-codec") P("nokia,cpu-dai")
	P("nokia,headphone-amplifier") P("nomadik-gpio-chips") P("nuvoton,sys-mgr")
	P("nuvoton,sysgcr") P("nvidia,ac97-controller") P("nvidia,ahb") P("nvidia,apbmisc")
	P("nvidia,audio-codec") P("nvidia,axi2apb") H("nvidia,bpmp") P("nvidia,ddc-i2c-bus")
	P("nvidia,dpaux") P("nvidia,external-memory-controller") P("nvidia,ganged-mode")
	P("nvidia,i2s-controller") P("nvidia,memory-controller")
	C("nvidia,mipi-calibrate", "#nvidia,mipi-calibrate-cells", PART) P("nvidia,outputs")
	P("nvidia,panel") P("nvidia,phy") H("nvidia,pmc") P("nvidia,xusb-padctl")
	C("nvmem", "#nvmem-cells", SOFT) C("nvmem-cells", "#nvmem-cell-cells", SOFT)
	P("operating-points-v2") P("oxsemi,sys-ctrl") Y("panel") P("pcs-handle")
	P("pcsphy-handle") L("peer-hub")
	C("performance-domains", "#performance-domain-cells", SOFT) Y("phy") P("phy-handle")
	C("phys", "#phy-cells", NEEDED) P("pio-handle") Y("playback") P("pm-sram") L("pm_qos")
	P("port-handle") Y("ports") C("power-domains", "#power-domain-cells", NEEDED)
	L("power-supplies") P("prcm") C("pses", "#pse-cells", PART) P("ptp-timer")
	M("pwm-map", "#pwm-cells") C("pwms", "#pwm-cells", NEEDED) P("qca,ddr-wb-channels")
	P("qcom,acc") P("qcom,adsp") P("qcom,bcm-voters") H("qcom,dload-mode") H("qcom,ext-regs")
	P("qcom,gmu") H("qcom,halt-regs") H("qcom,ipc") H("qcom,ipc-1") H("qcom,ipc-2")
	H("qcom,ipc-3") H("qcom,ipc-4") P("qcom,mmio") P("qcom,nss-common")
	G("qcom,perst-regs", 3, 0, PART) H("qcom,qaccept-regs") P("qcom,qmp")
	P("qcom,qsgmii-csr") P("qcom,rpm-msg-ram") P("qcom,rproc") P("qcom,rx-device")
	P("qcom,saw") P("qcom,saw-reg") C("qcom,smem-states", "#qcom,smem-state-cells", PART)
	H("qcom,spare-regs") P("qcom,tx-device") H("queue-rx") H("queue-txready")
	P("ralink,memctl") P("ralink,sysctl") Y("regmap") L("regulator-coupled-with")
	L("remote-endpoint") P("renesas,bonding") P("renesas,cmms") P("renesas,companion")
	P("renesas,fcp") H("renesas,ipmmu-main") G("renesas,vsps", 2, 0, PART) L("required-opps")
	C("reset-n-io", "#gpio-cells", NEEDED) C("resets", "#reset-cells", NEEDED)
	P("rgmii-device") P("rockchip,audio-codec") P("rockchip,codec") P("rockchip,cpu")
	P("rockchip,grf") P("rockchip,hdmi-codec") P("rockchip,headset-codec")
	P("rockchip,i2s-controller") P("rockchip,php-grf") P("rockchip,phy-grf")
	G("rockchip,pins", 4, 3, PART) P("rockchip,pipe-grf") P("rockchip,pipe-phy-grf")
	P("rockchip,pmu") P("rockchip,usbgrf") C("rx-dma-channel", "#dma-cells", SOFT)
	P("saif-controllers") P("samsung,audio-codec") P("samsung,audio-cpu")
	P("samsung,cam0-sysreg") P("samsung,cam1-sysreg") P("samsung,disp-sysreg")
	P("samsung,exynos-sataphy-i2c-phandle") P("samsung,fsys-sysreg")
	P("samsung,i2s-controller") P("samsung,pmureg-phandle") N("samsung,power-domain")
	H("samsung,sysreg") P("samsung,sysreg-phandle") Y("sata") P("secure-monitor") P("sfp")
	Y("shmem") P("simple-audio-card,aux-devs") Y("simple-audio-card,bitclock-master")
	Y("simple-audio-card,frame-master") P("sirf,audio-codec") P("sirf,audio-platform")
	P("slave-dev") P("snps,axi-config") P("snps,mtl-rx-config") P("snps,mtl-tx-config")
	C("sound-dai", "#sound-dai-cells", NEEDED) P("spdif-controller") Y("sram")
	P("ssi-controller") P("st,slave") H("st,sync") H("st,syscfg") H("st,syscfg-fmp")
	H("st,syscfg-holdboot") H("st,syscfg-m4-state") H("st,syscfg-pdds")
	H("st,syscfg-rsc-tbl") H("st,syscfg-tz") P("st,vtg") P("sti,panel") P("su1-dev")
	P("su2-dev") P("tbi-handle") C("thermal-sensors", "#thermal-sensor-cells", SOFT)
	P("ti,am65x-oldi-io-ctrl") P("ti,audio-codec") H("ti,bootreg") H("ti,camerrx-control")
	P("ti,codec") P("ti,cpb-codec") P("ti,cpb-mcasp") P("ti,ctrl_mod") P("ti,dmic")
	P("ti,elm-id") P("ti,ivi-codec-a") P("ti,ivi-codec-b") P("ti,ivi-mcasp")
	P("ti,mcasp-controller") P("ti,mcbsp") P("ti,mcbsp-voice") P("ti,mcpdm")
	P("ti,provided-clocks") P("ti,ringacc") P("ti,rproc") H("ti,sci") P("ti,scm")
	P("ti,serdes-clk") P("ti,timers") G("ti,tptcs", 2, 0, PART) P("ti,twl6040")
	P("ti,unmapped-event-sources") P("ti,usb-charger-detection") P("ti,watchdog-timers")
	Y("timestamps") Y("transceiver") C("trigger-sources", "#trigger-source-cells", SOFT)
	L("trip") C("tx-dma-channel", "#dma-cells", SOFT) N("usb-phy") N("vbus-regulator")
	Y("vmmc") C("wlf,ldo1ena", "#gpio-cells", NEEDED) C("wlf,ldo2ena", "#gpio-cells", NEEDED)
	C("wlf,ldoena", "#gpio-cells", NEEDED) C("wlf,reset", "#gpio-cells", NEEDED)
	P("xlnx,pwm") P("xlnx,vtc") P("zmii-device")
};
/* clang-format on */

const unsigned nr_dt_refs = ARRAY_SIZE(dt_refs);

/* Names that are made; the first that fits counts. */
static const struct pattern {
	enum { ENDS, BEGINS, HAS } how;
	struct dt_ref ref;
} patterns[] = {
	{ ENDS, { "nr-gpios", NULL, DT_REF_GROUPS, DT_REF_LINK, 0, 0, false } }, /* a number */
	{ ENDS, { "-gpios", "#gpio-cells", DT_REF_CELLS, DT_REF_NEEDED, 0, 0, false } },
	{ ENDS, { "-gpio", "#gpio-cells", DT_REF_CELLS, DT_REF_NEEDED, 0, 0, false } },
	{ ENDS, { "-supply", NULL, DT_REF_LIST, DT_REF_NEEDED, 0, 0, false } },
	{ BEGINS, { "pinctrl-", NULL, DT_REF_LIST, DT_REF_SOFT, 0, 0, false } },
	{ HAS, { "syscon", NULL, DT_REF_HEAD, DT_REF_PART, 0, 0, true } },
	{ ENDS, { "-sysreg", NULL, DT_REF_HEAD, DT_REF_PART, 0, 0, true } },
	{ ENDS, { "-grf", NULL, DT_REF_HEAD, DT_REF_PART, 0, 0, true } },
	{ ENDS, { "-phandle", NULL, DT_REF_LIST, DT_REF_PART, 0, 0, true } },
	{ ENDS, { "-handle", NULL, DT_REF_LIST, DT_REF_PART, 0, 0, true } },
	{ ENDS, { "-codec", NULL, DT_REF_LIST, DT_REF_PART, 0, 0, true } },
};

/* --- finding ------------------------------------------------------------------------------ */

static bool dt_ref_fits(const struct pattern *p, const char *name)
{
	size_t n = strlen(name), k = strlen(p->ref.name);

	if (name[0] == '#')
		return false;
	if (p->how == ENDS)
		return n >= k && !strcmp(name + n - k, p->ref.name);
	if (p->how == BEGINS) /* and a number follows */
		return !strncmp(name, p->ref.name, k) && name[k] >= '0' && name[k] <= '9';
	return strstr(name, p->ref.name) != NULL;
}

static const struct dt_ref *by_pattern(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(patterns); i++)
		if (dt_ref_fits(&patterns[i], name))
			return patterns[i].ref.shape == DT_REF_GROUPS ? NULL : &patterns[i].ref;
	return NULL;
}

static const struct dt_ref *dt_ref_by_name(const char *name)
{
	unsigned low = 0, high = ARRAY_SIZE(dt_refs);

	while (low < high) {
		unsigned mid = (low + high) / 2;
		int order = strcmp(name, dt_refs[mid].name);

		if (!order)
			return &dt_refs[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct dt_ref *dt_ref_find(const void *fdt, int node, const char *prop)
{
	const struct dt_ref *ref = dt_ref_by_name(prop);

	/* A hog's gpios are numbers of the controller that it stands in. */
	if (ref && node >= 0 && !strcmp(prop, "gpios") && fdt_getprop(fdt, node, "gpio-hog", NULL))
		return NULL;
	return ref ? ref : by_pattern(prop);
}

/* --- walking ------------------------------------------------------------------------------- */

static uint32_t dt_ref_cell(const struct dt_ref_walk *w, unsigned i)
{
	return fdt32_ld((const fdt32_t *)w->value + i);
}

/* Cells of a nexus's own side: unit address, if the map has one, and specifier. */
static unsigned map_key(const struct dt_ref_walk *w)
{
	uint32_t ac = 0, n = 0;

	if (!strcmp(w->ref->name, "interrupt-map"))
		dt_u32(w->fdt, w->node, "#address-cells", 0, &ac);
	dt_u32(w->fdt, w->node, w->ref->cells, 0, &n);
	return ac > MAX_ARGS || n > MAX_ARGS ? w->n : ac + n;
}

bool dt_ref_start(struct dt_ref_walk *w, const void *fdt, int node, const char *prop,
		  const struct dt_ref *ref)
{
	int len;

	*w = (struct dt_ref_walk){ .fdt = fdt, .node = node, .ref = ref };
	w->value = fdt_getprop(fdt, node, prop, &len);
	if (!w->value || len % 4)
		return false;
	w->n = (unsigned)len / 4;
	if (ref->shape == DT_REF_GROUPS)
		w->pos = ref->at;
	else if (ref->shape == DT_REF_MAP)
		w->pos = map_key(w);
	return true;
}

bool dt_ref_next(struct dt_ref_walk *w, uint32_t *phandle, unsigned *at)
{
	unsigned empty = w->ref->shape == DT_REF_GROUPS ? w->ref->n : 1;

	for (; w->pos < w->n; w->pos += empty) {
		*phandle = dt_ref_cell(w, w->pos);
		*at = w->pos;
		if (*phandle && *phandle != UINT32_MAX)
			return true;
		if (w->ref->shape == DT_REF_MAP)
			return false;
	}
	return false;
}

/* Cells that follow a phandle; w->n if that cannot be told. */
static unsigned dt_ref_arguments(const struct dt_ref_walk *w, int target)
{
	uint32_t n = 0, ac = 0;

	if (w->ref->shape == DT_REF_LIST)
		return 0;
	if (w->ref->shape == DT_REF_GROUPS)
		return w->ref->n - 1u;
	if (w->ref->shape == DT_REF_HEAD || target < 0)
		return w->n;
	dt_u32(w->fdt, target, w->ref->cells, 0, &n);
	if (w->ref->shape == DT_REF_MAP) {
		if (!strcmp(w->ref->name, "interrupt-map"))
			dt_u32(w->fdt, target, "#address-cells", 0, &ac);
		n += ac > MAX_ARGS ? MAX_ARGS + 1 : ac + map_key(w);
	}
	return n > 3 * MAX_ARGS ? w->n : n;
}

/* Of TI's mailboxes the argument is the phandle of a node below the provider. */
static bool names_child(const struct dt_ref_walk *w, int target)
{
	int child;

	if (target < 0 || strcmp(w->ref->name, "mboxes") || w->pos + 1 >= w->n)
		return false;
	fdt_for_each_subnode(child, w->fdt, target)
		if (fdt_get_phandle(w->fdt, child) == dt_ref_cell(w, w->pos + 1))
			return true;
	return false;
}

void dt_ref_skip(struct dt_ref_walk *w, int target)
{
	unsigned n = names_child(w, target) ? 0 : dt_ref_arguments(w, target);

	w->pos = n < w->n - w->pos ? w->pos + 1 + n : w->n;
}
