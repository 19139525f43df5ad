# SPDX-License-Identifier: Apache-2.0
"""dtpart on the trees that vendors ship: all boards with a Cortex-A9 in the kernel package."""
import concurrent.futures
import re
import sys

import espalier

sys.path.insert(0, str(espalier.TOP / "tests" / "boards"))
import boards  # noqa: E402

# What a board cannot do, and says: a page with two owners-to-be, the VMM's own console.
ERRORS = r"dtpart: (/[\w,./@-]+): (reg: the host's .* shares a page with /|it is a device of the" \
         r" VMM \(driver \w+\) )"
# A bus of chip selects whose own registers are not given has no name that dtc likes; a panel
# whose neighbour is left out has one port.
WARNINGS = r"new warnings of dtc: (simple_bus_reg \S+/(weim|gpmc)@|graph_child_address /hdmi@)"


def test_all_boards():
    todo = list(boards.trees())
    assert len(todo) > 250
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda ft: boards.judge(*ft, ["--allow-dma"]), todo))
    wrong, good = [], {"give": 0, "except": 0, "map": 0}
    for (file, _), result in zip(todo, results):
        for column, (_, why) in result.items():
            good[column] += not why
            if why and not (re.match(ERRORS, why) and column == "give") and \
                    not (re.match(WARNINGS, why) and column == "except"):
                wrong.append(f"{file.stem}: {column}: {why}")
    assert not wrong, "\n".join(wrong)
    assert good["map"] == len(todo)
    assert good["give"] > 0.85 * len(todo) and good["except"] > 0.95 * len(todo), good


def test_without_dma():
    """What is not known to do no DMA is refused by name, with the one who needs it."""
    file, tree = next((f, t) for f, t in boards.trees() if f.stem == "imx6q-sabresd")
    done = boards.run(boards.DTPART, "derive", file, "--give", boards.first_uart(tree), "--memory",
                      "64M")
    assert done.returncode == 1 and not done.stdout
    assert re.search(r"^dtpart: /soc/.*: compatible: not a device that is known to do no DMA.*"
                     r"\[P048\]", done.stderr, re.M)
    assert "it comes along because of clocks of /soc/" in done.stderr
    assert "--allow-dma" in done.stderr
