#!/bin/sh
# tests/lint/run.sh WARNING_FLAGS... - keeps the house as it was drawn: format, warnings of two
# compilers, static analysis, who may include what, and how long things may grow.
set -u
status=0
fail() {
    echo "lint: $*" >&2
    status=1
}
sources=$(git ls-files -co --exclude-standard 'src/*.c' 'src/**/*.c')
headers=$(git ls-files -co --exclude-standard 'include/*.h' 'src/*.h' 'src/**/*.h')
tests=$(git ls-files -co --exclude-standard 'tests/*.c' 'tests/**/*.c' 'tests/**/*.h')
packages='sndfile soxr pocketsphinx sphinxbase libpcre2-8 yaml-0.1 sqlite3 libsodium jansson libcurl opencc espeak-ng'
# shellcheck disable=SC2086
flags="-std=c11 -D_GNU_SOURCE -Iinclude -Isrc $(pkg-config --cflags-only-I $packages | sed 's/-I/-isystem /g')"

# ---- format --------------------------------------------------------------------------------
# shellcheck disable=SC2086
clang-format --dry-run -Werror $sources $headers $tests || fail "run 'make format'"

# ---- each header compiles alone, without third-party includes -------------------------------
for header in include/callaudit/*.h; do
    # shellcheck disable=SC2086
    echo "#include \"callaudit/$(basename "$header")\"" |
        gcc -std=c11 -D_GNU_SOURCE -Iinclude -Werror "$@" -x c -fsyntax-only - || fail "$header does not compile alone"
done
[ "$(wc -l <include/callaudit/call.h)" -le 250 ] || fail "call.h has more than 250 lines"
[ "$(wc -l <src/main.c)" -le 120 ] || fail "main.c has more than 120 lines"
[ "$(wc -l <src/pipeline.c)" -le 80 ] || fail "pipeline.c has more than 80 lines"

# ---- each library is touched in one file ----------------------------------------------------
only_in() { # PATTERN FILE
    # shellcheck disable=SC2086
    grep -lE "#include <($1)" $sources $headers | grep -vxF "$2" |
        while read -r file; do echo "$file includes $1, which belongs in $2"; done
}
trespass=$(
    only_in 'sndfile\.h|soxr\.h' src/stage/audio.c
    only_in 'pocketsphinx|sphinxbase|ps_lattice' 'src/stage/recognize.c
src/stage/recognize_reader.c'
    only_in 'espeak' src/stage/espeak.c
    only_in 'pcre2\.h' src/base/pattern.c
    only_in 'yaml\.h' src/base/yaml.c
    only_in 'jansson\.h' src/base/json.c
    only_in 'sqlite3\.h' src/data/db.c
    only_in 'sodium' src/base/hash.c
    only_in 'curl/' src/fetch.c
    only_in 'opencc' src/stage/fold.c
)
[ -z "$trespass" ] || fail "$trespass"

# ---- layers ---------------------------------------------------------------------------------
# shellcheck disable=SC2046
upward=$(
    grep -nE '#include "callaudit/(db|schema|store|sample|report|batch|workers|pipeline)\.h"' src/stage/*
    for name in $(basename -a -s .h include/callaudit/*.h); do
        case $name in
        error | arena | heap | text | fs | hash | node | diag | json | pattern) ;;
        *) grep -nE "#include \"callaudit/$name\.h\"" src/base/* ;;
        esac
    done
    # shellcheck disable=SC2086
    grep -nE '\b(printf|puts|putchar|exit|perror)\(' \
        $(printf '%s\n' $sources | grep -vE '^src/(main|cmd[a-z_]*)\.c$') | grep -vE '_exit\(|snprintf|_printf'
)
[ -z "$upward" ] || fail "layers: $upward"

# ---- lengths --------------------------------------------------------------------------------
# shellcheck disable=SC2086
long=$(ctags --languages=C --kinds-C=f --fields=+ne -f - $sources 2>/dev/null |
    awk -F'\t' '{l=e=0;for(i=4;i<=NF;i++){if($i~/^line:/)l=substr($i,6);if($i~/^end:/)e=substr($i,5)}
                 if(e-l>=100)print $2":"l" "$1" has "(e-l+1)" lines"}')
[ -z "$long" ] || fail "$long"
# shellcheck disable=SC2086
for file in $sources; do
    [ "$(wc -l <"$file")" -le 800 ] || fail "$file has more than 800 lines"
done

# ---- top level ------------------------------------------------------------------------------
extra=$(git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u |
    grep -vxE 'Makefile|README\.md|LICENSE|src|include|models|rules|tests|samples|\..*')
[ -z "$extra" ] || fail "top level holds $extra"

# ---- compilers and analysers ----------------------------------------------------------------
for compiler in gcc clang; do
    # shellcheck disable=SC2086
    for file in $sources $tests; do
        case $file in *.h) continue ;; esac
        $compiler $flags "$@" -Werror -fsyntax-only "$file" || fail "$compiler: $file"
    done
done
# shellcheck disable=SC2086,SC2016
printf '%s\n' $sources | xargs -P 2 -n 1 sh -c '
    flags=$1; shift
    clang-tidy --quiet "$@" -- $flags 2>/dev/null' tidy "$flags" >build/tidy.log ||
    { cat build/tidy.log >&2; fail "clang-tidy"; }
# shellcheck disable=SC2046
shellcheck $(git ls-files -co --exclude-standard 'tests/*.sh' 'tests/**/*.sh' .ci/run samples/make-samples) || fail shellcheck
[ "$status" -ne 0 ] || echo "lint: clean"
exit "$status"
