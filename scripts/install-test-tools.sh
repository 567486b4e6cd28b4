#!/usr/bin/env bash
# Makes sure that the programs which end-to-end tests and benchmarks run against are installed.
# Debian as root: installs what is missing. Elsewhere: says what to install; the suites that need it
# are then reported as not run. With CI=true a tool that is still missing is a failure.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin"

# command:Debian package
tools=(nginx:nginx-light php:php-cli python3:python3 chromium:chromium curl:curl wrk:wrk openssl:openssl xmllint:libxml2-utils strace:strace xmlsec1:xmlsec1 go:golang-go protoc:protobuf-compiler redis-server:redis-server h2load:nghttp2-client)

missing_packages() {
  local tool
  for tool in "${tools[@]}"; do
    command -v "${tool%%:*}" >/dev/null 2>&1 || printf '%s\n' "${tool##*:}"
  done
  # An extension of PHP, not a command.
  php -r 'exit(extension_loaded("soap") ? 0 : 1);' >/dev/null 2>&1 || printf 'php-soap\n'
  # A library of Go, as sources.
  [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] ||
    printf 'golang-golang-x-mod-dev\n'
  # The .proto files that come with protoc.
  [ -f /usr/include/google/protobuf/empty.proto ] || printf 'libprotobuf-dev\n'
  # Modules of Debian's Python, which need not be the first one in the PATH.
  local module
  for module in zeep suds xmlsec grpc; do
    /usr/bin/python3 -c "import $module" >/dev/null 2>&1 ||
      python3 -c "import $module" >/dev/null 2>&1 ||
      printf 'python3-%s\n' "${module/#grpc/grpcio}"
  done
}

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -eq 0 ]; then
  echo "test tools: all present"
  exit 0
fi

if [ -f /etc/debian_version ] && [ "$(id -u)" -eq 0 ]; then
  echo "test tools: installing ${missing[*]}"
  log=$(mktemp)
  # RUNLEVEL=1 keeps a freshly installed nginx from starting as a service.
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    echo "test tools: apt-get failed:"
    tail -n 5 "$log"
  fi
  rm -f "$log"
  mapfile -t missing < <(missing_packages)
fi

if [ "${#missing[@]}" -gt 0 ]; then
  echo "test tools: missing ${missing[*]} (Debian package names); install them to run every suite"
  [ "${CI:-}" = "true" ] && exit 1
fi
exit 0
