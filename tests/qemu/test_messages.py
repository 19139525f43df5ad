# SPDX-License-Identifier: Apache-2.0
"""What people get wrong in a tree, and that the message names the thing that is wrong."""
import subprocess

import espalier

HOST = espalier.TOP / "dts" / "vexpress-v2p-ca9.dts"
UARTS = '/dts-v1/;\n/include/ "guest-uarts.dts"\n'
UART = "/bus@10000000/serial@a000"


def check(tmp_path, *parts, host=HOST):
    tree = espalier.make_dtb(tmp_path / "g.dtb", UARTS + "".join(parts))
    done = subprocess.run([espalier.BUILD / "dtpart", "check", host, f"g={tree}"], text=True,
                          stdout=subprocess.PIPE, check=False)
    return done.stdout


def test_sound(tmp_path):
    assert "0 errors, 0 warnings" in check(tmp_path)


def test_forgotten_passthrough(tmp_path):
    said = check(tmp_path, "/ { bus@10000000 { serial@a000 { /delete-property/"
                           " espalier,backing; }; }; };")
    assert f"warning: {tmp_path}/g.dtb: {UART}: espalier,backing: emulated, as nothing" in said
    assert "0 errors, 1 warning" in said


def test_memory_over_devices(tmp_path):
    said = check(tmp_path, "/ { memory@60000000 { reg = <0x10000000 0x10000000>; }; };")
    assert "/memory@60000000: reg: the memory at 0x10000000-0x1fffffff lies over" in said
    assert "1 error, 0 warnings" in said


def test_status(tmp_path):
    said = check(tmp_path, '/ { bus@10000000 { serial@a000 { status = "enabled"; }; }; };')
    assert f'{UART}: status: "enabled" is no status' in said and "[P015]" in said


def test_controller(tmp_path):
    said = check(tmp_path, "/ { interrupt-controller@1e001000 {"
                           " /delete-property/ interrupt-controller; }; };")
    assert "/interrupt-controller@1e001000, its interrupt-parent, has no property" in said


def test_memory_is_no_device(tmp_path):
    said = check(tmp_path, '/ { memory@60000000 { espalier,backing = "passthrough"; }; };')
    assert "/memory@60000000: espalier,backing: is for nodes of devices only [P011]" in said


def test_host_without_memory(tmp_path):
    host = espalier.make_dtb(tmp_path / "host.dtb", '/dts-v1/;\n/include/ "vexpress-v2p-ca9.dts"'
                             "\n/ { memory@60000000 { reg = <0x60000000 0>; }; };")
    tree = espalier.make_dtb(tmp_path / "g.dtb", UARTS)
    done = subprocess.run([espalier.BUILD / "dtpart", "check", host, f"g={tree}"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert "no memory node has a size (boot loaders fill it in): whether guests fit is" \
           " not checked" in done.stderr


def test_overlay(tmp_path):
    overlay = espalier.make_dtb(tmp_path / "o.dtb", "/dts-v1/; /plugin/; &x { a; };")
    done = subprocess.run([espalier.BUILD / "dtpart", "check", HOST, f"g={overlay}"], text=True,
                          stdout=subprocess.PIPE, check=False)
    assert "it is an overlay: apply it to a tree with fdtoverlay first [P001]" in done.stdout
