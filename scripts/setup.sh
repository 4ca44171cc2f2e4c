#!/usr/bin/env bash
# Brings a bare Debian 12 to where Careline runs: Debian packages, .venv, pinned Python packages.
#
#   scripts/setup.sh base     what the line needs to answer with digits
#   scripts/setup.sh speech   the recognisers as well (about 150 MB, x86-64 only)
#   scripts/setup.sh dev      all of that, and what the tests and the demo need
#
# Safe to run again: what is there already is left alone. Exit 2: it cannot go on and says why.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-base}

say() { printf 'setup: %s\n' "$*" >&2; }
stop() { say "$*"; exit 2; }

retry() { # retry COMMAND...: three tries, for networks that hiccup
    local try
    for try in 1 2 3; do
        "$@" && return 0
        say "try $try of 3 failed: $1"
        sleep $((try * 3))
    done
    return 1
}

# --- Debian packages ---------------------------------------------------------------------------

voices="festival festvox-us-slt-hts flite espeak-ng"
packages="python3-venv $voices"
case $want in
base | speech) ;;
dev) packages="$packages sip-tester baresip" ;;
*) stop "'$want' is none of base, speech, dev" ;;
esac

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'; }

missing=""
if command -v dpkg-query >/dev/null; then
    for package in $packages; do
        installed "$package" || missing="$missing $package"
    done
elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    stop "this is no Debian; install Python 3.11 or later with venv, and espeak-ng, then try again"
fi

if [ -n "$missing" ]; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=none; fi
    fi
    if [ "$as_root" = none ]; then
        say "these Debian packages are missing:$missing"
        say "run this once, then try again:"
        say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
        python3 -c 'import ensurepip, venv' 2>/dev/null || stop "without python3-venv there is no way on"
        command -v festival flite espeak-ng >/dev/null || stop "without a voice the line cannot speak"
        [ "$want" = dev ] && stop "the tests and the demo need them all"
        say "going on without them"
    else
        say "installing$missing"
        retry $as_root apt-get update -qq || stop "apt-get update failed; is there a network?"
        retry $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
            stop "apt-get install failed; what it said stands above"
    fi
fi

# --- Python ------------------------------------------------------------------------------------

python=""
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || stop "Python 3.11 or later with venv is needed; found $(python3 --version 2>&1)"

if ! .venv/bin/python -c '' 2>/dev/null; then
    say "making .venv"
    rm -rf .venv
    "$python" -m venv .venv
fi

pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
fingerprint=$(cat setup.cfg pyproject.toml constraints.txt scripts/setup.sh | sha256sum | cut -c1-16)

step() { # step NAME MESSAGE COMMAND...: once for each content of the files above
    local stamp=".venv/.careline-$1-$fingerprint"
    [ -e "$stamp" ] && return 0
    say "$2"
    retry "${@:3}" || stop "pip could not install; what it said stands above"
    rm -f .venv/.careline-"$1"-*
    touch "$stamp"
}

install_recognisers() {
    say "  1 of 2: PocketSphinx" && pip install -c constraints.txt -e '.[speech]' || return
    # Its model is in the wheel; what it declares beside that serves a download nobody here needs.
    say "  2 of 2: Moonshine (85 MB)" && pip install --no-deps -c constraints.txt moonshine-voice
}

if [ "$want" = dev ]; then
    step dev "installing the pinned Python packages" pip install -c constraints.txt -e '.[dev]'
else
    [ -e .venv/.careline-dev-"$fingerprint" ] ||
        step base "installing the pinned Python packages" pip install -c constraints.txt -e .
fi

if [ "$want" != base ]; then
    if [ "$(uname -m)" = x86_64 ]; then
        step speech "installing the recognisers, about 150 MB; the line works with digits meanwhile" install_recognisers
    else
        say "no recogniser is packaged for $(uname -m): the line works with digits only"
    fi
fi
