#!/bin/sh
# `callaudit model`: known models from a folder, from file URLs and over HTTP, from servers that hang,
# lie, never end or send elsewhere; what is found; and the models: entry of the configuration.
# Debian's en-us is a known model too, so that the test needs no other.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need python3 python3
debian=/usr/share/pocketsphinx/model/en-us
[ -f $debian/en-us/mdef ] || fail 'the test needs the Debian package pocketsphinx-en-us'
unset http_proxy https_proxy all_proxy ALL_PROXY HTTP_PROXY HTTPS_PROXY || :
cd "$tmp"
model() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" timeout 60 "$PROGRAM" model "$@"
}

# ---- a server of every kind ------------------------------------------------------------------------
cat >server.py <<'PYTHON'
import http.server, os, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def send(self, data, length=None):
        self.send_response(200)
        if length is not None:
            self.send_header('Content-Length', str(length))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        kind, _, rest = self.path[1:].partition('/')
        path = os.path.join(sys.argv[1], rest)
        if kind in ('loop', 'moved', 'ftp', 'file'):
            to = {'loop': '/loop/', 'moved': '/good/', 'ftp': 'ftp://127.0.0.1/',
                  'file': 'file://' + sys.argv[1] + '/'}[kind] + rest
            self.send_response(302)
            self.send_header('Location', to)
            self.end_headers()
        elif kind == 'hang':
            time.sleep(30)
        elif kind == 'drip':
            self.send_response(200)
            self.end_headers()
            for _ in range(60):
                self.wfile.write(b'x')
                self.wfile.flush()
                time.sleep(0.5)
        elif kind == 'endless':
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b'x' * 65536)
        elif kind == 'error':
            self.send_error(500)
        elif not os.path.isfile(path):
            self.send_error(404)
        else:
            with open(path, 'rb') as file:
                data = file.read()
            if kind == 'wrong':
                data = data[:-1] + bytes([data[-1] ^ 1])
            if kind == 'cut':
                self.send(data[:-1], len(data))
            else:
                self.send(data[:-1] if kind == 'short' else data + (b'x' if kind == 'long' else b''))

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
with open('port.tmp', 'w') as file:
    file.write(str(server.server_port))
os.rename('port.tmp', 'port')
server.serve_forever()
PYTHON
python3 server.py $debian 2>server.log &
background=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ ! -e port ] || break
    sleep 0.5
done
url=http://127.0.0.1:$(cat port)

# ---- fetching ----------------------------------------------------------------------------------------
files='feat.params mdef means noisedict sendump transition_matrices variances'
whole() { # FOLDER: en-us is there, as in Debian's folder, readable, with nothing beside it
    for file in $files; do
        cmp "$debian/en-us/$file" "$1/en-us/$file" || fail "$1/en-us/$file"
        equal "mode of $file" 644 "$(stat -c %a "$1/en-us/$file")"
    done
    equal "files in $1" 7 "$(find "$1" -type f | wc -l)"
}
umask 077
model 0 fetch --from $debian --to a en-us
whole a
equal 'mode of the folder' 700 "$(stat -c %a a/en-us)" # the caller's umask counts
umask 022
has "$tmp/out" 'fetched  en-us/mdef'
equal 'stderr' '' "$(cat "$tmp/err")" # progress is for terminals
model 0 fetch --from file://$debian --to b/c/models en-us
whole b/c/models
equal 'mode of the folder' 755 "$(stat -c %a b/c/models/en-us)"
mkdir 'a mirror'
cp -r $debian/en-us 'a mirror'
model 0 fetch --from "file://localhost$tmp/a%20mirror/" --to d en-us
whole d
model 0 fetch --from "$url/good/" --to e en-us
whole e
model 0 fetch --from "$url/moved" --to f en-us
whole f
# again: nothing is fetched, and nothing need be there to fetch from
model 0 fetch --from /nowhere --to f en-us
has_not "$tmp/out" fetched
has "$tmp/out" 'en-us/variances'
# what an interrupted fetch left behind is taken up
rm f/en-us/sendump f/en-us/variances
head -c 1000 $debian/en-us/sendump >f/en-us/.sendump.part
model 0 fetch --from "$url/good" --to f en-us
whole f
equal 'fetched again' 2 "$(grep -c fetched "$tmp/out")"
# a fetch that is killed on its way leaves nothing with the name of a model's file
mkdir -p g/en-us
timeout -s KILL 1 "$PROGRAM" model fetch --from "$url/hang" --to g en-us 2>/dev/null || :
equal 'files with a name' '' "$(find g -type f ! -name '.*.part')"
model 0 fetch --from $debian --to g en-us
whole g

# ---- what is refused: exit 3, the reason, and no file ---------------------------------------------------
refused() { # FROM TEXT
    rm -rf none
    model 3 fetch --timeout 2 --from "$1" --to none en-us
    has "$tmp/err" "$2"
    has "$tmp/err" feat.params
    equal "files from $1" '' "$(find none -type f)"
}
refused "$url/wrong" 'its SHA-256 is '
refused "$url/short" 'has 229 bytes instead of 230'
refused "$url/cut" 'feat.params: '
refused "$url/long" 'more than the 230 bytes that it should have'
refused "$url/endless" 'more than the 230 bytes that it should have'
refused "$url/good/nothing" 404
refused "$url/error" 500
refused "$url/loop" 'redirects'
refused "$url/ftp" 'rotocol'
refused "$url/file" 'rotocol'
refused "$url/hang" 'feat.params: '
refused "$url/drip" 'feat.params: '
refused http://127.0.0.1:1 'feat.params: '
refused http://no-such-host.invalid 'feat.params: '
refused "$tmp/words" 'No such file'
refused "file://$tmp/words" 'No such file'
mkdir -p odd/en-us/feat.params pipe/en-us cut/en-us
mkfifo pipe/en-us/feat.params
head -c 100 $debian/en-us/feat.params >cut/en-us/feat.params
refused odd 'not a regular file'
refused pipe 'not a regular file'
refused "file://$tmp/pipe" 'not a regular file'
refused cut 'has 100 bytes instead of 230'
# no folder can be made, no file be written
: >file
model 3 fetch --from $debian --to file en-us
has "$tmp/err" 'Not a directory'
# another file of that name is never touched
mkdir -p mine/en-us
echo '-remove_noise yes' >mine/en-us/feat.params
model 3 fetch --from $debian --to mine en-us
has "$tmp/err" 'mine/en-us/feat.params exists and is not the known file'
equal 'the file that was there' '-remove_noise yes' "$(cat mine/en-us/feat.params)"
# of two models the first stays, and the second is told
model 3 fetch --from $debian --to h en-us zh-cn-8khz-sc
whole h
has "$tmp/err" zh-cn-8khz-sc
# Debian's and Mandarin's language model are in no public place
model 3 fetch --to i en-us
has "$tmp/err" 'apt-get install pocketsphinx-en-us'

# what a mirror lacks of the optional files is a note
shared=$root/../shared/models
if [ -f "$shared/zh-cn.lm.bin" ]; then
    mkdir mirror
    cp "$shared/zh-cn.dict" mirror
    model 0 fetch --from mirror --to j zh-cn
    has "$tmp/err" 'note: zh-cn.lm.bin is not there to fetch'
    model 0 fetch --from "$shared" --to j zh-cn zh-cn-8khz-sc zh-cn-8khz-ptm en-us-8khz
    model 0 list --to j
    equal 'known models' 3 "$(grep -c ' folder .* 8 kHz .* known .* yes' "$tmp/out")"
    echo x >mirror/zh-cn.lm.bin
    model 3 fetch --from mirror --to k zh-cn
    has "$tmp/err" 'has 2 bytes instead of'
else
    note 'no ../shared/models here: only the model of Debian was fetched'
fi

# ---- what is there ---------------------------------------------------------------------------------------
mkdir desk
cd desk
mkdir models
cp -r ../a/en-us models/en-us-copy
cp -r ../a/en-us models/en-us-mine
echo '-remove_noise yes' >>models/en-us-mine/feat.params
cp -r ../a/en-us models/zh-cn-none # no dictionary
mkdir models/en-us-empty models/other
row() { # NAME PATTERN
    grep -q "^[* ]*[a-z][a-z]-[A-Z][A-Z]  *$1  *$2" "$tmp/out" || {
        show "$tmp/out"
        fail "no row $1 $2"
    }
}
model 0 list
row en-us 'Debian  *16 kHz  *known  *[1-9][0-9]*  *yes  *'$debian/en-us
row en-us 'folder  *16 kHz  *known  *[1-9][0-9]*  *yes  *models/en-us-copy'
row en-us 'folder  *16 kHz  *changed  *[1-9][0-9]*  *yes  *models/en-us-mine'
matches "$tmp/out" '^\* .*Debian'
has "$tmp/out" 'en-US en-us-empty cannot be used: '
has "$tmp/out" 'zh-CN en-us cannot be used: no pronunciation dictionary for zh-CN'
has_not "$tmp/out" other$
model 0 list --format json
equal 'JSON' "['$debian/en-us'] ['changed', 'known', 'known', 'known', 'other'] models" "$(json "$tmp/out" \
    '"{} {} {}".format([m["path"] for m in v["models"] if m["used"]], sorted(m["sums"] for m in v["models"]), v["folder"])')"

# ---- which one is used -------------------------------------------------------------------------------------
model 0 use en-us en-us-copy --dry-run
equal 'a dry run' 'models:
  en-US: models/en-us-copy' "$(cat "$tmp/out")"
[ ! -e callaudit.yaml ] || fail 'a dry run wrote a file'
model 0 use en_US en-us-copy
equal 'a new configuration' 'models:
  en-US: models/en-us-copy' "$(cat callaudit.yaml)"
equal 'its mode' 600 "$(stat -c %a callaudit.yaml)"
model 0 list
matches "$tmp/out" '^\* .*configuration.*models/en-us-copy'
equal 'used' 1 "$(grep -c '^\*' "$tmp/out")"
cat >callaudit.yaml <<'YAML'
# The desk's configuration.
database: desk.db   # here
models:
  # Mandarin is on another disk
  zh-CN: /srv/zh
hearing: {transcript: none}
YAML
chmod 640 callaudit.yaml
sed 's|^models:$|&\n  en-US: models/en-us-copy|' callaudit.yaml >expected
model 0 use en-US models/en-us-copy/
same expected callaudit.yaml
equal 'its mode' 640 "$(stat -c %a callaudit.yaml)"
# another folder, named from somewhere else; one outside is written whole
sed 's|en-us-copy|en-us-mine|' expected >expected2
(
    cd ..
    model 0 use --config desk/callaudit.yaml en-US desk/models/en-us-mine
    model 0 use --config desk/callaudit.yaml en-US en-us-mine
    has "$tmp/out" 'as before'
)
same expected2 callaudit.yaml
model 0 use en-US ../a/en-us
has callaudit.yaml "en-US: $tmp/a/en-us"
# through a symbolic link the file itself is changed, and stays a file of its folder
ln -s desk/callaudit.yaml ../link.yaml
sed 's|models/en-us-copy|desk/&|' expected >expected3
model 0 use --config ../link.yaml en-US models/en-us-copy
same expected3 callaudit.yaml
[ -L ../link.yaml ] || fail 'the link is gone'
# what is refused leaves the file as it is
unchanged() { # CODE TEXT ARGUMENTS...
    cp callaudit.yaml before.yaml
    code=$1
    text=$2
    shift 2
    model "$code" use "$@"
    has "$tmp/err" "$text"
    same before.yaml callaudit.yaml
}
unchanged 3 "no model folder 'nowhere'" en-US nowhere
unchanged 3 'no acoustic model' en-US en-us-empty
unchanged 3 'no pronunciation dictionary for zh-CN' zh-CN en-us-copy
unchanged 2 'is no language' english en-us-copy
printf 'models: {en-US: {acoustic: a, dictionary: d}}\n' >callaudit.yaml
unchanged 3 'models: cannot be edited safely' en-US en-us-copy
has "$tmp/err" '  en-US: models/en-us-copy'
printf 'models: {en-US: a}\nbase: b\n' >callaudit.yaml
unchanged 3 "unknown key 'base'" en-US en-us-copy
printf 'models: {en-US: a\n' >callaudit.yaml
unchanged 3 'callaudit.yaml:' en-US en-us-copy

# ---- mistakes ------------------------------------------------------------------------------------------------
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    model 2 "$@"
    has "$tmp/err" "$text"
    equal 'stdout of a mistake' '' "$(cat "$tmp/out")"
}
wrong 'list, fetch, use or adapt'
wrong 'list, fetch, use or adapt' fetsch
wrong 'name what to fetch: en-us-8khz' fetch
wrong "no known model is called 'nl'" fetch en-us nl
wrong 'name a language' use en-US
wrong 'nothing more to name' list en-us
wrong '--from belongs to fetch' list --from x
wrong '--dry-run belongs to use' list --dry-run
wrong '--timeout takes' fetch --timeout 0 en-us
wrong "unknown format 'csv'" list --format csv
wrong 'no folder and no http' fetch --from ftp://host/models en-us
wrong 'no folder and no http' fetch --from '' en-us
model 0 --help
has "$tmp/out" 'usage: callaudit model list'
has "$tmp/out" 'tdt_sc_8k'
