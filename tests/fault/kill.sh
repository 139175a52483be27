#!/bin/sh
# The night is killed at random moments and taken up again: the database is whole each time, no
# worker is left behind, and in the end it says the same, to the byte, as after a quiet night.
# The moments come from a fixed seed; nothing is asserted of how far a killed night had come.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
calls=40
desk "$tmp/desk"
cd "$tmp/desk"
make_calls calls 1 $calls 1.2
# Slow ones are in the workers' hands when the blow falls; the others fill the database's log.
for n in $(seq 1 $calls); do
    case $n in
    *[05]) say calls "$n" 'agent 100 how may i help you' 'customer 700 hello' ;;
    *) fault calls "$n" slow ;;
    esac
done

# Moments from 30 to 630 ms, out of a linear congruential generator.
seed=20261001
moment() {
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    wait_ms=$((30 + seed / 65536 % 600))
}
children_of() { # PID
    awk -v parent="$1" '{ pid = $1; sub(/.*\) /, ""); if ($2 == parent) print pid }' /proc/[0-9]*/stat 2>/dev/null || :
}
is_running() { # PID: neither gone nor only waiting to be reaped
    state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null || :)
    [ -n "$state" ] && [ "$state" != Z ] && [ "$state" != X ]
}

await_end() { # PIDS SIGNAL
    left=$1
    tries=0
    while [ -n "$left" ] && [ $tries -lt 50 ]; do
        running=
        for pid in $left; do
            if is_running "$pid"; then
                running="$running $pid"
            fi
        done
        left=$running
        [ -z "$left" ] || sleep 0.1
        tries=$((tries + 1))
    done
    [ -z "$left" ] || {
        background=$left
        fail "workers$left outlived their parent's SIG$2 by 5 s"
    }
}

# strike SIGNAL: starts the night, strikes, checks that nobody is left. The exit code is in $struck.
# A shell starts background jobs with SIGINT ignored: for signals that are to be caught it waits until
# the run holds its lock, which it takes after its handlers are in place.
strike() {
    rm -f desk.db.lock
    "$FAKE" run --config callaudit.yaml --jobs 2 calls >"$tmp/out" 2>"$tmp/err" </dev/null &
    night=$!
    background=$night
    moment
    [ "$1" = KILL ] || until [ -e desk.db.lock ]; do
        sleep 0.01
    done
    sleep "$(printf '0.%03d' $wait_ms)"
    workers=$(children_of $night)
    kill -s "$1" $night 2>/dev/null || :
    struck=0
    wait $night 2>/dev/null || struck=$?
    background=
    await_end "$workers" "$1"
}
# A file that was being made when the blow fell may be empty still; otherwise it must be whole.
check_struck() {
    [ -s desk.db ] || return 0
    rows 'integrity' desk.db 'PRAGMA integrity_check' ok
    rows 'foreign keys' desk.db 'PRAGMA foreign_key_check' ''
    [ "$(sql desk.db 'PRAGMA user_version')" = 0 ] || expect 0 "$PROGRAM" db check --db desk.db
    equal 'mode of the database' '600' "$(stat -c %a desk.db* | sort -u | tr '\n' ' ' | sed 's/ $//')"
}
finish() { # the rest, and the comparison
    expect 0 "$FAKE" run --config callaudit.yaml --jobs 2 calls
    has "$tmp/out" "$calls recordings: "
    rows 'judged calls' desk.db "SELECT count(*) FROM v_call WHERE status = 'judged'" $calls
    rows 'judgements' desk.db 'SELECT count(*) FROM judgement' $calls
    check_db desk.db
    export_db desk.db "$tmp/struck"
    same "$tmp/quiet" "$tmp/struck"
}

# ---- nobody is left behind, even in the middle of a call that never ends ------------------------------
make_calls endless 50 53 1.2
for n in 50 51 52 53; do
    fault endless $n hang
done
for signal in KILL TERM INT; do
    "$FAKE" run --config callaudit.yaml --db endless.db --jobs 2 endless >"$tmp/out" 2>"$tmp/err" </dev/null &
    night=$!
    background=$night
    sleep 0.5
    workers=$(children_of $night)
    equal 'workers' 2 "$(echo "$workers" | wc -w | tr -d ' ')"
    kill -s $signal $night
    wait $night 2>/dev/null || :
    background=
    await_end "$workers" $signal
done

expect 0 "$FAKE" run --config callaudit.yaml --db quiet.db --jobs 2 calls
has "$tmp/out" "$calls recordings: $calls judged, 0 failed"
export_db quiet.db "$tmp/quiet"

# ---- SIGKILL: ten blows, over one night or two ------------------------------------------------------
killed=0
for round in 1 2 3 4 5 6 7 8 9 10; do
    strike KILL
    case $struck in
    137) killed=$((killed + 1)) ;;
    0) # the night was over: begin another
        finish
        rm -f desk.db*
        ;;
    *) fail "round $round: exit $struck: $(cat "$tmp/err")" ;;
    esac
    check_struck
done
[ "$killed" -ge 8 ] || fail "only $killed of 10 blows met the night at work"
finish

# ---- SIGTERM and SIGINT: a clean stop ---------------------------------------------------------------
for signal in TERM INT; do
    rm -f desk.db*
    wanted=143
    [ $signal = TERM ] || wanted=130
    for round in 1 2 3; do
        strike $signal
        equal "exit after SIG$signal, round $round ($wait_ms ms)" $wanted $struck
        has "$tmp/err" 'stopped; what was in hand is taken up by the next run'
        has "$tmp/out" 'left undone'
        has "$tmp/out" ' 0 failed'
        check_struck
    done
    finish
done
