#!/bin/sh
# Installs what the benchmarks measure with and against: nginx, wrk, HAProxy, Caddy. On Debian and
# its kin and as root; elsewhere it says what to install.
set -eu

needed="nginx-light wrk openssl util-linux nghttp2-client"
peers="haproxy caddy"

if ! command -v apt-get >/dev/null 2>&1; then
  echo "Not a Debian system. Install with your own package manager:" >&2
  echo "  needed:           nginx (with TLS and stub_status), wrk, openssl, taskset, h2load" >&2
  echo "  for comparison:   $peers" >&2
  exit 3
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Must be root to install. Run:" >&2
  echo "  sudo apt-get update && sudo apt-get install $needed $peers" >&2
  exit 3
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# A started nginx, HAProxy or Caddy would only take ports and time.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $needed
for package in $peers; do
  apt-get install -y -q --no-install-recommends "$package" ||
    echo "$package is not available; the comparison runs without it" >&2
done
