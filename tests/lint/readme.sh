#!/bin/sh
# Paths and commands that README.md names exist.
# shellcheck disable=SC2013,SC2016  # words, and back quotes, on purpose
set -u
status=0
complain() {
    echo "README.md names $1, which does not exist"
    status=1
}
# paths in back quotes below the folders of the tree
for path in $(grep -oE '`(src|include|tests|samples|rules|models)/[A-Za-z0-9_./*-]*`' README.md | tr -d '`' | sort -u); do
    # shellcheck disable=SC2086
    ls -d $path >/dev/null 2>&1 || complain "$path"
done
# commands: "callaudit NAME" in code
for name in $(grep -oE 'callaudit [a-z]+' README.md | awk '{print $2}' | sort -u); do
    case $name in inspects) continue ;; esac
    "$PROGRAM" --help | grep -qE "^  $name " || complain "the command callaudit $name"
done
# make targets
for target in $(grep -oE 'make [a-z-]+' README.md | awk '{print $2}' | sort -u); do
    grep -qE "^([a-z -]* )?$target( [a-z -]*)?:" Makefile || complain "make $target"
done
# the test command of .ci/run is README's
grep -q 'make check' .ci/run || complain "another test command than .ci/run"
# configuration keys: the file that README calls an example loads
"$PROGRAM" rules check --config samples/callaudit.yaml >/dev/null || complain "a configuration that loads"
exit $status
