#!/bin/sh
# Configures the directory $1 where that has not been done, and builds it; the other arguments are Meson's. With TARGET
# in the environment only that is built.
set -eu
directory=$1
shift
if [ ! -f "$directory/build.ninja" ]; then
    echo "build: configuring $directory ($*)" >&2
    rm -rf "$directory"
    meson setup "$directory" "$@" >&2
fi
echo "build: compiling into $directory" >&2
# shellcheck disable=SC2086 # nothing, or one word
exec ninja -C "$directory" --quiet ${TARGET:-}
