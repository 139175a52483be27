#!/bin/sh
# tests/run.sh BUILD [FILTER] - runs every test of the build and ends with "N passed, N failed".
# Unit programs count their cmocka cases, each shell test and each fuzz corpus counts once. Fails
# when something failed and when nothing ran.
set -u
build=$1
filter=${2:-}
passed=0
failed=0
skipped=0
log=$(mktemp -d "${TMPDIR:-/tmp}/callaudit-tests.XXXXXX")
trap 'rm -rf "$log"' EXIT
export BUILD="$build" PROGRAM="$build/callaudit" FAKE="$build/callaudit-fake"
LC_ALL=C.UTF-8; export LC_ALL

report() { # NAME STATUS PASSED FAILED
    passed=$((passed + $3))
    failed=$((failed + $4))
    if [ "$2" = ok ]; then
        printf '%-8s %s\n' "$2" "$1"
    else
        printf '%-8s %s\n' "$2" "$1"
        sed 's/^/    /' "$log/out" | tail -n 60
    fi
}

run_unit() {
    timeout 300 "$1" >"$log/out" 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \]' "$log/out")
    bad=$(sed -n 's/^\[  FAILED  \] .* \([0-9][0-9]*\) test(s), listed below:$/\1/p; s/^\[  FAILED  \] \([0-9][0-9]*\) test(s), listed below:$/\1/p' "$log/out" | tail -n 1)
    if [ "$status" -eq 0 ] && [ "$ok" -gt 0 ]; then
        report "$1 ($ok cases)" ok "$ok" 0
    else
        [ "${bad:-0}" -gt 0 ] || bad=1
        report "$1" FAILED "$ok" "$bad"
    fi
}

run_script() {
    timeout 900 sh "$1" >"$log/out" 2>&1 # a hang is a failure too
    status=$?
    if [ "$status" -eq 0 ]; then
        report "$1" ok 1 0
        sed -n 's/^note: /         note: /p' "$log/out"
    elif [ "$status" -eq 77 ]; then
        skipped=$((skipped + 1))
        printf '%-8s %s: %s\n' skipped "$1" "$(tail -n 1 "$log/out")"
    else
        report "$1" FAILED 0 1
    fi
}

run_corpus() {
    name=$(basename "$1")
    if find "tests/fuzz/corpus/${name#fuzz_}" -type f -print0 | sort -z |
        xargs -0 timeout 300 "$1" >"$log/out" 2>&1; then
        report "corpus ${name#fuzz_}" ok 1 0
    else
        report "corpus ${name#fuzz_}" FAILED 0 1
    fi
}

for test in "$build"/unit/test_* "$build"/fuzz/fuzz_* tests/golden/run.sh tests/lint/readme.sh \
    tests/cli/*.sh tests/fault/*.sh tests/slow/*.sh; do
    case $test in *.d | *'*'*) continue ;; esac
    case $test in *"$filter"*) ;; *) continue ;; esac
    case $test in
    "$build"/unit/*) run_unit "$test" ;;
    "$build"/fuzz/*) run_corpus "$test" ;;
    *) run_script "$test" ;;
    esac
done
[ "$skipped" -eq 0 ] || printf '%s\n' "$skipped test scripts skipped, see above"
if [ $((passed + failed)) -eq 0 ]; then
    echo "no test ran" >&2
    echo "0 passed, 0 failed"
    exit 1
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
