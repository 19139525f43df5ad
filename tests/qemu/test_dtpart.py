# SPDX-License-Identifier: Apache-2.0
"""dtpart, the partition checker on the host. No QEMU here."""
import json
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest

import espalier

DTPART = espalier.BUILD / "dtpart"
HOST = espalier.TOP / "dts" / "vexpress-v2p-ca9.dts"
HOST_DTB = espalier.BUILD / "vexpress-v2p-ca9.dtb"
GUEST0 = espalier.TOP / "dts" / "guest0.dts"
UART1 = "/bus@10000000/serial@a000"


def dtpart(*args, status=0):
    run = subprocess.run([str(DTPART), *map(str, args)], text=True, capture_output=True,
                         cwd=str(espalier.TOP), timeout=60)
    assert run.returncode == status, run.stdout + run.stderr
    return run.stdout or run.stderr


def guest(path, *, chosen='espalier,kernel = "/k";', ram="0x60000000 0x100000", nodes=""):
    path.write_text(f"""/dts-v1/;
/ {{
    #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
    chosen {{ {chosen} }};
    memory@60000000 {{ device_type = "memory"; reg = <{ram}>; }};
    cpus {{
        #address-cells = <1>; #size-cells = <0>;
        cpu@0 {{ device_type = "cpu"; compatible = "arm,cortex-a9"; reg = <0>; }};
    }};
    gic: interrupt-controller@1e001000 {{
        compatible = "arm,cortex-a9-gic"; interrupt-controller; #interrupt-cells = <3>;
        reg = <0x1e001000 0x1000>, <0x1e000100 0x100>;
    }};
    clk: clk {{ compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1>; }};
{nodes}
}};
""")
    return path


def passed(host_node, compatible="arm,pl011", more=""):
    return (f'x@10008000 {{ compatible = "{compatible}"; reg = <0x10008000 0x1000>;\n'
            f'clocks = <&clk>; espalier,backing = "passthrough";\n'
            f'espalier,host-node = "{host_node}"; {more} }};')


def findings(*guests, status=1):
    return json.loads(dtpart("check", "--json", HOST, *guests, status=status))


def test_shipped_trees():
    said = dtpart("check", HOST, f"guest0={GUEST0}", "--root", espalier.BUILD)
    # The files of guest0 lie where the disk image has them.
    assert "0 errors, 0 warnings" in said
    dtpart("check", HOST_DTB, f"guest0={espalier.BUILD / 'guest-vexpress.dtb'}")
    dtpart("check", HOST, f"guest0={GUEST0}", f"uarts={espalier.TOP / 'dts/guest-uarts.dts'}")


# What a peer accepts silently, or dies of: one precise message each.
MISTAKES = {
    "uart": (dict(nodes=passed(UART1)), dict(nodes=passed(UART1)), "P050",
             "the host's 0x1000a000 belongs to a: /x@10008000"),
    "irq": (dict(nodes=passed(UART1, more="interrupts = <0 6 4>;")),
            dict(nodes=passed(UART1, more="interrupts = <0 6 4>;")), "P051", "INTID 38"),
    "console": (dict(nodes=passed("/bus@10000000/serial@9000")), None, "P047", "driver pl011"),
    "gic": (dict(nodes=passed("/interrupt-controller@1e001000", "arm,cortex-a9-gic")), None,
            "P047", "driver gic"),
    "timer": (dict(nodes=passed("/timer@1e000200", "arm,cortex-a9-global-timer")), None,
              "P047", "driver gtimer"),
    "nowhere": (dict(nodes=passed("/bus@10000000/serial@8000")), None, "P040", "no node"),
    "misspelt": (dict(nodes='x@10008000 { compatible = "arm,pl011"; reg = <0x10008000 0x1000>;'
                      ' espalier,backing = "passthru"; };'), None, "P012", "passthru"),
    "network": (dict(nodes='ethernet@4e000000 { compatible = "smsc,lan9118";'
                     ' reg = <0x4e000000 0x10000>; };'), None, "P036", "without a switch"),
    "memory": (dict(ram="0x60000000 0x18000000"), dict(ram="0x60000000 0x10000000"), "P024",
               "no 262144 KiB in one piece"),
    "dma": (dict(nodes=passed("/clcd@10020000", "arm,pl111")), None, "P048", "IOMMU"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(tmp_path, name):
    first, second, code, says = MISTAKES[name]
    guests = [f"a={guest(tmp_path / 'a.dts', **first)}"]
    if second is not None:
        guests.append(f"b={guest(tmp_path / 'b.dts', **second)}")
    found = [f for f in findings(*guests) if f["code"] == code]
    assert len(found) == 1, found
    assert says in found[0]["message"]
    assert found[0]["severity"] == "error" and found[0]["hint"]


def test_lines(tmp_path):
    """A finding of a .dts has its file and line; of a .dtb it has not."""
    source = guest(tmp_path / "a.dts", nodes=passed(UART1) + "\nbad@0 { reg = <0x60000000 4>;"
                   '\n espalier,backing = "absent"; };')
    [found] = findings(f"a={source}")
    lines = source.read_text().split("\n")
    assert found["file"] == str(source)
    assert lines[found["line"] - 1] == "bad@0 { reg = <0x60000000 4>;"
    assert (found["node"], found["property"], found["owner"]) == ("/bad@0", "reg", "a")
    assert found["owner_node"] == "/memory@60000000"
    assert found["have"] == "0x60000000-0x60000003"
    said = dtpart("check", HOST, f"a={source}", status=1)
    assert f"{source}:{found['line']}: error: {source}: /bad@0: reg: " in said

    dtb = tmp_path / "a.dtb"
    espalier.make_dtb(dtb, source.read_text())
    [found] = findings(f"a={dtb}")
    assert found["line"] is None and found["file"] is None


def test_files(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "k").write_bytes(bytes(4096))
    source = guest(tmp_path / "a.dts", chosen='espalier,kernel = "/k"; espalier,initrd = "/i";')
    assert findings(f"a={source}", status=0) == []
    args = ("check", "--root", root, HOST, f"a={source}")
    assert "/i: no such file [P070]" in dtpart(*args, status=1)
    (root / "i").write_bytes(bytes(2 << 20))
    assert "[P072]" in dtpart(*args, status=1)
    (root / "i").write_bytes(bytes(100))
    assert "0 errors" in dtpart(*args)


def test_who_owns(tmp_path):
    a = f"a={guest(tmp_path / 'a.dts', nodes=passed(UART1, more='interrupts = <0 6 4>;'))}"
    assert dtpart("who-owns", HOST, "0x1000a018", a) == (
        f"{UART1}, which belongs to a (its /x@10008000)\n")
    assert "belongs to a" in dtpart("who-owns", HOST, "38", a)
    assert "belongs to a" in dtpart("who-owns", HOST, UART1, a)
    assert "belongs to nobody" in dtpart("who-owns", HOST, UART1)
    assert "the VMM (driver pl011)" in dtpart("who-owns", HOST_DTB, "0x10009000")
    assert json.loads(dtpart("who-owns", "--json", HOST, "0x10000000"))["driver"] == "sysreg"
    assert dtpart("who-owns", HOST, "0x20000000") == "nothing\n"
    assert "no such node" in dtpart("who-owns", HOST, "/none", status=2)
    assert "not an address" in dtpart("who-owns", HOST, "many", status=2)


def test_hand_over(tmp_path):
    """The host's tree gives away what the VMM could use; but not the processor."""
    source = HOST.read_text()
    for node in ("sysreg: sysreg@0 {", "gic: interrupt-controller@1e001000 {"):
        assert node in source
        source = source.replace(node, node + " espalier,hand-over;")
    host = tmp_path / "host.dts"
    host.write_text(source)
    a = guest(tmp_path / "a.dts", nodes=passed("/bus@10000000/sysreg@0", "arm,vexpress-sysreg",
                                               "espalier,allow-dma;"))
    said = dtpart("check", host, f"a={a}")
    assert "[P049]" in said and "0 errors" in said
    a = guest(tmp_path / "a.dts", nodes=passed("/interrupt-controller@1e001000",
                                               "arm,cortex-a9-gic"))
    assert "[P047]" in dtpart("check", host, f"a={a}", status=1)


def test_map(tmp_path):
    a = f"a={guest(tmp_path / 'a.dts', nodes=passed(UART1))}"
    rows = json.loads(dtpart("map", "--json", HOST, a))
    uart = next(r for r in rows if r["node"] == UART1)
    assert uart["owner"] == "a" and uart["guest_node"] == "/x@10008000"
    assert uart["interrupts"] == [38]
    assert [r["base"] for r in rows] == sorted(r["base"] for r in rows)
    ram = [r for r in rows if r["ram"]]
    assert sum(r["size"] for r in ram) == 512 << 20
    assert sum(r["size"] for r in ram if r["owner"] == "a") == 1 << 20
    assert any(re.match(r"1000a000-1000afff a +38 +/bus", line)
               for line in dtpart("map", HOST, a).splitlines())
    svg = ET.fromstring(dtpart("map", "--svg", HOST, a))
    texts = [e.text for e in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "serial@a000" in texts and "1000a000-1000afff" in texts and "a" in texts
    colours = {e.get("fill") for e in svg.iter("{http://www.w3.org/2000/svg}rect")}
    assert len(colours) >= 3


def test_derive(tmp_path):
    out = tmp_path / "d.dts"
    args = ("derive", HOST, "--memory", "128M", "--kernel", "/guests/guest0/vmlinuz",
            "--initrd", "/guests/guest0/initrd.img")
    out.write_text(dtpart(*args, "--give", UART1, "--give", "/bus@10000000/mmc@5000"))
    text = out.read_text()
    # The closure: what the two refer to, by the labels of the source.
    assert "vmmc-supply = <&vdd_3v3>;" in text and "clocks = <&clk_24mhz>, <&clk_axi>;" in text
    assert "interrupts = <0 9 4>, <0 10 4>;" in text
    assert "serial@b000" not in text and "clcd" not in text and "phandle" not in text
    assert text.count('espalier,backing = "passthrough";') == 2
    assert "0 errors, 0 warnings" in dtpart("check", HOST, f"d={out}")

    out.write_text(dtpart(*args, "--except", UART1))
    text = out.read_text()
    assert "serial@a000" not in text and "serial@b000" in text
    assert re.search(r"\* /clcd@10020000:\n \* +not a device that is known to do no DMA", text)
    assert "0 errors" in dtpart("check", HOST, f"d={out}")
    # The same from a DTB, whose labels are made of names.
    out.write_text(dtpart("derive", HOST_DTB, "--give", UART1, "--memory", "64M"))
    assert "0 errors" in dtpart("check", HOST_DTB, f"d={out}")
    said = dtpart(*args, "--give", "/clcd@10020000", status=1)
    assert said.startswith("dtpart: /clcd@10020000: ") and "[P048]" in said
    assert "no such node" in dtpart(*args, "--give", "/none", status=2)
    assert "--memory" in dtpart("derive", HOST, "--give", UART1, status=2)


# What a vendor's tree may have beside the board's: see each test.
def host_with(tmp_path, nodes, compiled=False):
    source = tmp_path / "host.dts"
    source.write_text(HOST.read_text() + "\n/ {\n" + nodes + "\n};\n")
    if not compiled:
        return source
    dtb = tmp_path / "host.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", str(dtb), str(source)], check=True)
    return dtb


UART3 = "/bus@10000000/serial@c000"
GIVE3 = ("--give", UART3, "--memory", "64M")


def derive(host, *args, status=0):
    run = subprocess.run([str(DTPART), "derive", str(host), *args], text=True, capture_output=True,
                         timeout=60)
    assert run.returncode == status, run.stderr
    return run.stdout, run.stderr


def test_derive_references(tmp_path):
    """Phandles by their bindings, from source and from a DTB without labels."""
    nodes = """
    reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
        shm: buf@7f000000 { reg = <0x7f000000 0x100000>; no-map; }; };
    sc: sysctl { compatible = "acme,sysctl", "syscon"; phandle = <2>; };
    osc-a { xa: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1>; }; };
    osc-b { xb: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <2>; }; };
    other: other { compatible = "acme,other"; };
    bus@10000000 { serial@c000 { syscon = <&sc 4>; memory-region = <&shm>;
        clocks = <&xa>, <&xb>; acme,unheard = <7 &other>; }; };
"""
    text, said = derive(host_with(tmp_path, nodes), *GIVE3)
    assert "syscon = <&sc 4>;" in text and "memory-region = <&shm>;" in text
    assert "clocks = <&xa>, <&xb>;" in text and "acme,unheard = <7 &other>;" in text
    assert "buf-7f000000 {" in text and "size = <0x100000>;" in text
    assert not said and "phandle =" not in text
    text, said = derive(host_with(tmp_path, nodes, compiled=True), *GIVE3)
    assert "clocks = <&osc>, <&osc_2>;" in text and "syscon = <&sysctl 4>;" in text
    # Here nobody knows what the second cell is: the warning says where it stands.
    found = re.search(r"serial@c000: acme,unheard: cell 1 is \d+, the phandle of /other", said)
    assert found and "which the guest has not" in said


def test_derive_structure(tmp_path):
    nodes = """
    sram@48000000 { compatible = "mmio-sram"; reg = <0x48000000 0x2000000>;
        #address-cells = <1>; #size-cells = <1>; ranges = <0 0x48000000 0x02000000>; };
    ethernet@4e000000 { phy-handle = <&ph>; mdio { #address-cells = <1>; #size-cells = <0>;
        ph: phy@1 { reg = <1>; }; gone: phy@2 { reg = <2>; status = "disabled"; }; }; };
    wake: wake { interrupt-controller; #interrupt-cells = <3>; interrupt-parent = <&gic>; };
    bus@10000000 { serial@c000 { interrupt-parent = <&wake>; dmas = <&dma 1>;
        dma-names = "rx"; }; };
    dma: dma@30000000 { compatible = "acme,dma"; reg = <0x30000000 0x1000>; #dma-cells = <1>; };
    outer@20000000 { compatible = "acme,bridge"; reg = <0x20000000 0x1000>; #address-cells = <1>;
        #size-cells = <1>; ranges;
        rtc@20001000 { compatible = "arm,pl031"; reg = <0x20001000 0x100>; interrupts = <0 70 4>; };
    };
"""
    host = host_with(tmp_path, nodes)
    text, _ = derive(host, *GIVE3, "--give", "/ethernet@4e000000", "--give",
                     "/outer@20000000/rtc@20001000")
    assert "sram" not in text and "phy-handle = <&ph>;" in text and "ph: phy@1 {" in text
    assert "phy@2: is disabled on the host" in text
    # The controller that only wakes up is skipped, and what works without DMA goes without.
    assert "wake" not in text and "interrupt-parent = <&gic>;" in text
    assert "dma-names" not in text and "dmas of" in text
    # A bridge whose registers are not given is a plain bus.
    assert "acme,bridge" not in text
    assert "ranges = <0x20000000 0x20000000 0x1000>, <0x20001000 0x20001000 0x100>;" in text
    out = tmp_path / "d.dts"
    out.write_text(text)
    assert "0 errors, 1 warning" in dtpart("check", host, f"d={out}")  # P057, the page of the RTC
    # What nobody can have is told: whose interrupt it is, what no bus translates.
    _, said = derive(host, "--give", "/wake", "--memory", "64M", status=2)
    assert "no registers" in said
    host = host_with(tmp_path, "soc { #address-cells = <1>; #size-cells = <1>;"
                     " ranges = <0x7c000000 0x7c000000 0x1000>; otp { reg = <0 192>; }; };")
    _, said = derive(host, "--give", "/soc/otp", "--memory", "64M", status=2)
    assert "no address of the CPU" in said


def test_derive_combiner(tmp_path):
    """A controller between a device and the GIC comes along; a second guest cannot have it."""
    nodes = """
    comb: combiner@30000000 { compatible = "acme,combiner"; reg = <0x30000000 0x1000>;
        interrupt-controller; #interrupt-cells = <2>; interrupts = <0 60 4>; };
    bus@10000000 { serial@b000 { interrupt-parent = <&comb>; interrupts = <1 0>; };
                   serial@c000 { interrupt-parent = <&comb>; interrupts = <2 0>; }; };
"""
    host, files = host_with(tmp_path, nodes), []
    for name, uart in (("a", "/bus@10000000/serial@b000"), ("b", UART3)):
        _, said = derive(host, "--give", uart, "--memory", "64M", status=1)
        assert "/combiner@30000000: " in said and "[P048]" in said
        text, _ = derive(host, "--give", uart, "--memory", "64M", "--allow-dma")
        assert "comb: combiner@30000000 {" in text and "given because of interrupts of" in text
        (tmp_path / f"{name}.dts").write_text(text)
        files.append(f"{name}={tmp_path / name}.dts")
    assert "0 errors" in dtpart("check", host, files[0])
    said = dtpart("check", host, *files, status=1)
    assert "/combiner@30000000: reg: the host's 0x30000000 belongs to a: /combiner" in said


DOMAINS = espalier.TOP / "dts" / "domains.dts"


def domains(tmp_path, *changes, host=DOMAINS, status=0):
    """Runs the example with some of its text changed; returns what was said."""
    text = host.read_text().replace("vexpress-v2p-ca9.dts", str(HOST))
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    source = tmp_path / "system.dts"
    source.write_text(text)
    run = subprocess.run([str(DTPART), "derive", str(source), "--domains", "--out", str(tmp_path)],
                         text=True, capture_output=True, timeout=60)
    assert run.returncode == status, run.stdout + run.stderr
    return run.stdout + run.stderr


def test_domains(tmp_path):
    assert "/domains/printers@1, 128 MiB" in domains(tmp_path)
    guests = [f"{n}={tmp_path / n}.dts" for n in ("printers", "modem")]
    assert "0 errors, 0 warnings" in dtpart("check", HOST, *guests)
    text = (tmp_path / "printers.dts").read_text()
    given = re.findall(r"serial@(\w+) {[^}]*passthrough", text)
    assert given == ["a000", "b000"] and "serial@c000" not in text and "domains {" not in text
    assert "espalier,affinity = <0>;" in text
    assert "espalier,weight = <50>;" in (tmp_path / "modem.dts").read_text()
    # The VMM's console is everybody's, as an emulated one; and said to be.
    said = domains(tmp_path, ("<&uart1 &uart2>", "<&uart0 &uart2>"))
    assert "/domains/printers@1: access: /bus@10000000/serial@9000 is the VMM's" in said


REFUSED = (
    (("access = <&uart3 0>", "access = <&uart3 0x7>"),
     r"/domains/modem@2: access: flags 0x7 of /bus@10000000/serial@c000: not understood"),
    (("access = <&uart3 0>", "access = <&uart2 0>"),
     r"modem: /bus@10000000/serial@b000: .*belongs to printers"),
    (("id = <2>", "id = <1>"), r"/domains/modem@2: id: 1 is that of /domains/printers@1"),
    (("id = <2>;", ""), r"/domains/modem@2: id: one number"),
    (('"linux"', '"plan9"'), r"printers@1: os,type: .plan9. is no operating system"),
    (("0x1 0>", "0x1 0x80000000>"), r"printers@1: cpus: level 0x80000000: guests are not in the S"),
    (("0x1 0>", "0x10 0>"), r"printers@1: cpus: 0x10: /cpus has 4 CPUs"),
    (("0x1 0>", "0x3 0>"), r"/cpus: 2 CPUs; a guest can have 1"),
    (("&{/cpus}", "&gic"), r"cpus: /interrupt-controller@1e001000: guests run on the CPUs of"),
    (("0x68000000 0x08", "0x60000000 0x08"), r"modem@2: memory: .* meets that of /domains/pri"),
    (("0x68000000 0x08", "0x68000000 0x40"), r"the host has no .*\[P024\]"),
    (("memory = <0x68000000 0x08000000>", "memory = <1>"), r"modem@2: memory: not of entries of 2"),
    (("id = <2>;", "id = <2>; firewallconf-default = <0 1>;"),
     r"modem@2: firewallconf-default: not understood"),
    (("id = <2>;", "id = <2>; memory-implicit-default = <1>;"), r"-default: not understood"),
    (("\tmodem@2", '\trelation { compatible = "openamp,remoteproc-v2"; };\n\tmodem@2'),
     r"/domains/relation: compatible: a node that is not understood"),
    (('"openamp,domain-v1"', '"openamp,domain-v9"'), r"printers@1: compatible: .*not understood"),
)


@pytest.mark.parametrize("change, said", REFUSED, ids=[r[0][1] for r in REFUSED])
def test_domains_refused(tmp_path, change, said):
    """What is not understood is refused by name, and no file is written."""
    status = 2 if "domain-v9" in change[1] else 1
    assert re.search(said, domains(tmp_path, change, status=status))
    assert not list(tmp_path.glob("*.dts"))[1:]


def test_domains_boot(machine, tmp_path):
    """The article's experiment: who has which UART is said in one file."""
    domains(tmp_path)
    files = {f"/guests/guest0/{name}": (espalier.BUILD / "guests/guest0" / name).read_bytes()
             for name in ("vmlinuz", "initrd.img")}
    for name in ("printers", "modem"):
        files[f"/{name}.dtb"] = espalier.make_dtb(tmp_path / f"{name}.dtb",
                                                  (tmp_path / f"{name}.dts").read_text())
    m = machine(disk=espalier.make_disk(tmp_path / "disk.img", files))
    m.boot()
    m.cmd("guest create guest0 /printers.dtb modem /modem.dtb")
    listed = m.cmd("chardev list")
    assert [line.split()[-1] for line in listed.splitlines() if "/serial@" in line] == [
        "console", "guest0", "guest0", "modem"]
    m.start_linux()
    lines = m.sh("cat /proc/tty/driver/ttyAMA")
    assert re.findall(r"mmio:0x(\w+)", lines) == ["10009000", "1000A000", "1000B000"]
    m.unbind()


def transcripts(text):
    """(command, [lines that it says]) of a page."""
    result, more, text_between = [], False, True
    for line in text.splitlines():
        if more or line.startswith("    $ build/dtpart "):
            if more:
                result[-1][0] += line.strip().rstrip("\\")
            else:
                result.append([line[6:].rstrip("\\"), []])
            more = line.endswith("\\")
        elif result and line.startswith("    ") and not text_between:
            result[-1][1].append(line[4:])
        text_between = not line.startswith("    ")
    return result


def test_docs():
    """The transcripts of docs/dtpart.md: what stands there is what is said."""
    shown = transcripts((espalier.TOP / "docs" / "dtpart.md").read_text())
    assert len(shown) >= 4 and sum(len(wanted) for _, wanted in shown) >= 4
    for command, wanted in shown:
        run = subprocess.run(command.replace("other.dts", str(GUEST0)).split(" > ")[0], shell=True,
                             cwd=espalier.TOP, text=True, capture_output=True, timeout=60)
        assert run.returncode <= 1, run.stderr
        said, at = (run.stdout + run.stderr).splitlines(), 0
        for line in wanted:
            if line.strip() != "...":
                assert line in said[at:], f"{command}: {line}"
                at = said.index(line, at) + 1


def test_derived_linux_boots(machine, tmp_path):
    """A derived tree is one that Debian runs with: its UART is the second line."""
    source = dtpart("derive", HOST, "--memory", "128M", "--give", UART1, "--kernel",
                    "/guests/guest0/vmlinuz", "--initrd", "/guests/guest0/initrd.img")
    dtb = espalier.make_dtb(tmp_path / "guest.dtb", source)
    files = {f"/guests/guest0/{name}": (espalier.BUILD / "guests/guest0" / name).read_bytes()
             for name in ("vmlinuz", "initrd.img")}
    files["/d.dtb"] = dtb
    m = machine(disk=espalier.make_disk(tmp_path / "disk.img", files))
    m.boot()
    assert "no errors" in m.cmd("guest check guest0 /d.dtb")
    m.cmd("guest create guest0 /d.dtb")
    m.start_linux()
    assert "mmio:0x1000A000" in m.sh("cat /proc/tty/driver/ttyAMA")
    m.unbind()


def test_explain():
    listed = re.findall(r"^(P\d{3})  (error|warning) ", dtpart("explain"), re.M)
    assert len(listed) >= 48
    for code, severity in listed:
        said = dtpart("explain", code)
        assert said.startswith(f"{code}, {severity}: ") and "\nHint: " in said
    assert "no such rule" in dtpart("explain", "P999", status=2)
    # The reference is what the table says.
    wanted = dtpart("explain", "--markdown")
    assert (espalier.TOP / "docs" / "rules.md").read_text() == wanted


def test_bad_input(tmp_path):
    junk = tmp_path / "junk.dtb"
    junk.write_bytes(b"junk" * 100)
    assert "[P001]" in dtpart("check", HOST, f"a={junk}", status=1)
    assert "not a device tree" in dtpart("check", junk, f"a={GUEST0}", status=2)
    assert "No such file" in dtpart("check", tmp_path / "none", f"a={GUEST0}", status=2)
    broken = tmp_path / "broken.dts"
    broken.write_text("/dts-v1/; / { ")
    assert "dtc failed" in dtpart("check", HOST, f"a={broken}", status=2)
    for args in (("nonsense",), ("check", HOST), ("check", HOST, GUEST0), ("check",),
                 ("map", "--what", HOST)):
        assert dtpart(*args, status=2).startswith("dtpart: ")
    assert "usage:" in dtpart("--help")
