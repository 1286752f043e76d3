#!/bin/sh
# Make .venv and install the course into it; do nothing when it is there and up to date.
# Every way to fail ends in one plain sentence.  With NEWEST=1 the newest versions that pyproject.toml allows,
# not those of constraints.txt.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/.installed
log=.venv/install.log

fits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
plain="$(cat pyproject.toml constraints.txt | cksum) $PWD"  # what is installed knows its folder
wanted="$plain${NEWEST:+ newest}"
versions=${NEWEST:+--upgrade --upgrade-strategy eager}
case $(cat "$stamp" 2>/dev/null) in  # the newest ones, once asked for, do without being asked for again
    "$wanted" | "$plain newest") .venv/bin/python -c "$fits" >/dev/null 2>&1 && exit 0 ;;
esac

python=
if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.13 python3.12 python3.11 python; fi
for candidate; do
    if "$candidate" -c "$fits" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "no ${PYTHON:-python3}")
    echo "This course needs Python 3.11, 3.12 or 3.13 and found $found: install one of them, or name it with  make PYTHON=/path/to/python ...  and try again." >&2
    exit 1
fi

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c "$fits" >/dev/null 2>&1; then
    if ! why=$("$python" -m venv --clear .venv 2>&1); then
        case $why in
            *ensurepip*|*"No module named"*) why="on Debian and Ubuntu install the package python3-venv, then try again." ;;
            *) why=$(printf %s "$why" | tail -n 1) ;;
        esac
        echo "Python could not make a virtual environment in .venv: $why" >&2
        exit 1
    fi
fi

echo "Installing the course into .venv (once; about 2 GB, some minutes) ..."
if ! .venv/bin/python -m pip install --disable-pip-version-check \
        ${versions:---constraint constraints.txt} --editable '.[cpu,lab,site,test]' >"$log" 2>&1; then
    if grep -qiE 'no space left' "$log"; then
        echo "The disk is full: free about 3 GB and try again." >&2
    elif grep -qiE 'connection|timed out|temporary failure|name resolution|network|proxy|max retries|from versions: none' "$log"; then
        echo "The package registry could not be reached: check the network and try again (details in $log)." >&2
    elif grep -qE 'requested \(constraint\)|No matching distribution found for .*==' "$log"; then
        echo "The registry does not have a version that constraints.txt names, not any more or not for this machine: take the newest ones with  make lab NEWEST=1  (details in $log)." >&2
    else
        echo "pip could not install the course: the reason stands at the end of $log." >&2
    fi
    exit 1
fi
.venv/bin/jupyter labextension disable --level=sys_prefix '@jupyterlab/apputils-extension:announcements' >>"$log" 2>&1 || true
echo "$wanted" >"$stamp"
