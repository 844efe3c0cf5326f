#!/bin/sh
# Looks for every program and library that the groups named on the command line (build, test, bench) need, and installs
# the Debian packages of those that are missing, then the npm packages of the lock file. Where it may not, it
# prints the command that does. Changes nothing where nothing is missing.
set -eu
cd "$(dirname "$0")/.."

# kind (a program, a library known to pkg-config, a file), what is looked for, Debian package
build_needs='
program gcc gcc
file /usr/include/stdio.h libc6-dev
program make make
program meson meson
program ninja ninja-build
program pkg-config pkg-config
program python3 python3
program msgfmt gettext
library sqlite3 libsqlite3-dev
library libpq libpq-dev
library libsodium libsodium-dev
library libmicrohttpd libmicrohttpd-dev
library jansson libjansson-dev
library libcurl libcurl4-openssl-dev
library libarchive libarchive-dev
library inih libinih-dev
library cmocka libcmocka-dev
'
test_needs='
program clang clang
file /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux libclang-rt-14-dev
program clang-format-14 clang-format-14
program node nodejs
program npm npm
program openssl openssl
program minisign minisign
program sqlite3 sqlite3
file /usr/lib/postgresql/15/bin/postgres postgresql-15
file /usr/sbin/haproxy haproxy
file /usr/sbin/nginx nginx-light
program unzip unzip
program xmllint libxml2-utils
program mandoc mandoc
program zsh zsh
file /usr/lib/python3/dist-packages/aiosmtpd/__init__.py python3-aiosmtpd
file /usr/share/perl5/Net/SMPP.pm libnet-smpp-perl
file /usr/lib/kannel/test/drive_smpp kannel-extras
program tshark tshark
program stunnel4 stunnel4
file /usr/bin/python3 python3
file /usr/bin/chromium chromium
file /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
file /etc/ssl/certs/ca-certificates.crt ca-certificates
'
bench_needs='
program wrk wrk
program bearerbox kannel
file /usr/lib/postgresql/15/bin/pgbench postgresql-15
file /usr/sbin/nginx nginx-light
'

present() {
    case $1 in
    program) command -v "$2" >/dev/null ;;
    library) pkg-config --exists "$2" 2>/dev/null ;;
    *) [ -e "$2" ] ;;
    esac
}

# Prints the packages of the table on standard input whose thing is not there.
missing_packages() {
    while read -r kind name package; do
        [ -z "$kind" ] || present "$kind" "$name" || printf ' %s' "$package"
    done
}

run_as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install_packages() {
    if ! command -v apt-get >/dev/null; then
        echo "install: this is no Debian; please install what these packages hold:$*" >&2
        exit 1
    fi
    if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; then
        echo "install: missing, and not allowed to install it here. As root:" >&2
        echo "    apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
    echo "install: Debian packages: $*" >&2
    run_as_root apt-get update -qq
    run_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# The lock file's packages are there where its copy beside them is the same.
install_npm() {
    if cmp -s package-lock.json node_modules/.violet-lock; then
        return
    fi
    echo "install: npm packages of package-lock.json, into node_modules" >&2
    if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2; then
        echo "install: npm could not fetch them. With a registry in reach:" >&2
        echo "    npm ci --ignore-scripts" >&2
        exit 1
    fi
    cp package-lock.json node_modules/.violet-lock
}

missing=
for group in "$@"; do
    case $group in
    build) missing="$missing$(echo "$build_needs" | missing_packages)" ;;
    test) missing="$missing$(echo "$test_needs" | missing_packages)" ;;
    bench) missing="$missing$(echo "$bench_needs" | missing_packages)" ;;
    *) echo "usage: tools/install.sh [build] [test] [bench]" >&2 && exit 2 ;;
    esac
done
# shellcheck disable=SC2086 # names of packages, meant to be split
[ -z "$missing" ] || install_packages $missing
case " $* " in *" test "*) install_npm ;; esac
