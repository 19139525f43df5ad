# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the system tests."""
import pytest

import espalier


def pytest_configure(config):
    config.addinivalue_line("markers", "serial: measures time, so it runs alone")


@pytest.fixture
def machine(request):
    """Starts machines whose log is named after the test, and ends them with it.

    machine(**options) takes what espalier.Machine takes, machine.native(**options)
    what Machine.native takes.
    """
    started = []

    def name():
        base = request.node.nodeid.split("/")[-1].replace("::", ".").replace(".py", "")
        return base + (f".{len(started)}" if started else "")

    def start(**options):
        started.append(espalier.Machine(name(), **options))
        return started[-1]

    def native(**options):
        started.append(espalier.Machine.native(name(), **options))
        return started[-1]

    start.native = native
    yield start
    for m in started:
        m.close()
