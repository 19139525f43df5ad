#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch-package.sh ARCH PACKAGE DIR: downloads a Debian package of a foreign
# architecture and unpacks it into DIR.  Works in private apt directories beside
# DIR, so the system's own dpkg and apt configuration stay as they are and no
# privilege is needed.  Of a meta-package (linux-image-*) the package of the same
# family that it depends on is taken.
set -eu

arch=$1 package=$2 dir=$3
apt=$(dirname "$dir")/apt-$arch
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
apt=$(cd "$apt" && pwd)

exec 9>"$apt/lock"
flock 9

apt_run() {
	cmd=$1
	shift
	"$cmd" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o Dir::State::Lists="$apt/lists" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none "$@"
}

# What $package stands for: a meta-package's kernel, or the package itself.
real_name() {
	name=$(apt_run apt-cache show --no-all-versions "$package" 2>/dev/null |
		sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p')
	echo "${name:-$package}"
}

download() {
	rm -f "$apt"/*.deb
	(cd "$apt" && apt_run apt-get download "$(real_name)")
}

# One suite's index may be out of step on a mirror: what counts is the package.
if ! download >"$apt/log" 2>&1; then
	apt_run apt-get update >>"$apt/log" 2>&1 || true
	download >>"$apt/log" 2>&1 || {
		cat "$apt/log" >&2
		echo "fetch-package.sh: $package ($arch) could not be downloaded" >&2
		exit 1
	}
fi

rm -rf "$dir.new"
mkdir -p "$dir.new"
dpkg -x "$apt"/*.deb "$dir.new"
rm -rf "$dir"
mv "$dir.new" "$dir"
echo "$(basename "$apt"/*.deb)" >"$dir.name"
rm -f "$apt"/*.deb
