#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh LIST: makes sure that every Debian package named in LIST (a file, or - for
# standard input) is installed.
# As root it installs what is missing; otherwise it prints the command that does.
set -eu

wanted=$(grep -v '^#' -- "$1")
missing=
for p in $wanted; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ]; then
	echo "These packages are missing:$missing" >&2
	echo "Install them with:" >&2
	echo "    sudo apt-get update && sudo $install" >&2
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "installing$missing"
# Package lists may be absent or too old to download from.
$install || { apt-get update || true; $install; }
