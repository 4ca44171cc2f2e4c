#!/usr/bin/env bash
# Brings a bare Debian 12 to where Careline runs: Debian packages, .venv, pinned Python packages.
#
#   scripts/setup.sh base     what the line needs to answer with digits (the default)
#   scripts/setup.sh speech   the recognisers as well (about 115 MB, x86-64 only)
#   scripts/setup.sh dev      all of that, and what the tests, the demo and the benchmarks need
#
# Safe to run again, also after a run that was cut short: what is there already is left alone.
# Exit 0: all is there. Exit 2: it cannot go on and says why. Exit 129, 130, 143: it was stopped.
set -euo pipefail
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
stop() { say "$*"; exit 2; }

want=${1:-base}
[ $# -le 1 ] || stop "one word is wanted, not $#: base, speech or dev"
packages=(python3-venv festival festvox-us-slt-hts flite espeak-ng graphviz)
case $want in
base | speech) ;;
dev) packages+=(sip-tester baresip procps redis-server) ;;
*) stop "'$want' is none of base, speech, dev" ;;
esac

# --- running what may take long ----------------------------------------------------------------

# In the background and waited for: else bash would hold a signal back until the download is over.
child=""
run() { # run COMMAND...
    local code=0
    (trap - INT; exec "$@") &
    child=$!
    wait "$child" || code=$?
    child=""
    return "$code"
}

stopped() { # stopped CODE
    trap '' INT TERM HUP
    # SIGINT lets pip tidy up. A terminal's Ctrl-C has reached it already, and a second one would
    # disturb it; one that was started with SIGINT ignored needs SIGTERM.
    [ -z "$child" ] || [ "$1" = 130 ] || kill -INT "$child" 2>/dev/null || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        if [ -z "$child" ] || ! kill -0 "$child" 2>/dev/null; then break; fi
        sleep 0.2
    done
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
    wait
    say "stopped; run it again to go on"
    exit "$1"
}
trap 'stopped 130' INT
trap 'stopped 143' TERM
trap 'stopped 129' HUP

retry() { # retry COMMAND...: three tries, for networks that hiccup
    local pause_s
    for pause_s in 3 6; do
        run "$@" && return 0
        say "that failed; trying again in $pause_s s"
        run sleep "$pause_s"
    done
    run "$@"
}

# --- Debian packages ---------------------------------------------------------------------------

missing=()
if command -v dpkg-query >/dev/null; then
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
    for package in "${packages[@]}"; do
        grep -qx "installed $package" <<<"$installed" || missing+=("$package")
    done
fi

install_debian() { # install_debian SUDO...
    # A plain `su` leaves the folders out in which dpkg looks for its programs.
    local as_root=("$@" env DEBIAN_FRONTEND=noninteractive "PATH=$PATH:/usr/sbin:/sbin")
    local apt=("${as_root[@]}" apt-get -y -qq -o DPkg::Lock::Timeout=120)
    say "installing ${missing[*]}"
    # A package source that is out of order need not be the one that is wanted.
    retry "${apt[@]}" update || say "apt-get update failed; trying with the lists of before"
    # What a run before left half done; nothing is ever removed for it.
    run "${as_root[@]}" dpkg --configure -a >/dev/null 2>&1 || true
    run "${apt[@]}" install --fix-broken --no-remove >/dev/null || true
    retry "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null || return
    # The tests start servers of their own; Debian's package would leave one running for good.
    # Where it was installed before, somebody wants it.
    if [[ " ${missing[*]} " == *" redis-server "* ]] && command -v systemctl >/dev/null; then
        run "${as_root[@]}" systemctl disable --now redis-server >/dev/null 2>&1 || true
    fi
}

if [ ${#missing[@]} -gt 0 ]; then
    install="apt-get install -y --no-install-recommends ${missing[*]}"
    by_hand=""
    if [ "$(id -u)" -eq 0 ]; then
        install_debian && missing=()
    elif ! command -v sudo >/dev/null; then
        by_hand="su -l -c 'apt-get update && $install'"
    elif ! sudo -n true 2>/dev/null; then
        by_hand="sudo apt-get update && sudo $install"
    else
        install_debian sudo -n && missing=()
    fi
fi
if [ ${#missing[@]} -gt 0 ]; then
    say "these Debian packages are missing: ${missing[*]}"
    if [ -n "$by_hand" ]; then
        say "run this once, then try again:"
        say "    $by_hand"
    else
        say "apt-get could not install them; what it said stands above"
    fi
fi

# --- can it go on? -----------------------------------------------------------------------------

has_voice() {
    command -v espeak-ng >/dev/null || command -v flite >/dev/null ||
        { command -v text2wave >/dev/null && [ -d /usr/share/festival/voices/us/cmu_us_slt_arctic_hts ]; }
}

# Made for this very folder (its programs hold the path), to the end (pip's program comes last), and
# by a Python that is still there.
venv_is_whole() {
    grep -qsF "$PWD/.venv/bin/" .venv/bin/pip &&
        .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=""
if ! venv_is_whole; then
    can_make='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -c "$can_make" 2>/dev/null; then python=$candidate && break; fi
    done
    [ -n "$python" ] || stop "cannot go on: Python 3.11 or later with its venv module is needed," \
        "python3 here is $(python3 --version 2>&1)"
fi
has_voice || stop "cannot go on without a voice: festival, flite or espeak-ng"
if [ ${#missing[@]} -gt 0 ]; then
    [ "$want" != dev ] || stop "cannot go on: the tests and the demo need them all"
    say "going on without them"
fi

# --- Python ------------------------------------------------------------------------------------

# One set-up at a time: `make test` beside a `make run` that still fetches the recognisers.
if command -v flock >/dev/null; then
    exec 9<.
    flock -n 9 || { say "waiting for another set-up in this folder" && run flock 9; } || true
fi

may_write() { [ -w "$1" ] || stop "cannot write in $PWD, folder $1; does it belong to somebody else?"; }

if [ -n "$python" ] && ! venv_is_whole; then
    may_write .
    say "making .venv"
    rm -rf .venv
    run "$python" -m venv .venv || stop "cannot make .venv; what Python said stands above"
fi

# Both names: older pips read the first for what a build needs, newer ones the second. A relative
# path, as pip splits the value at spaces.
export PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input)
quiet=(--quiet)
fingerprint=$(cat setup.cfg pyproject.toml constraints.txt scripts/setup.sh | sha256sum | cut -c1-16)

is_done() { [ -e ".venv/.careline-$1-$fingerprint" ]; }

step() { # step NAME MESSAGE ARGUMENTS...: one pip install for each content of the files above
    if is_done "$1"; then return; fi
    may_write .venv
    say "$2"
    # pip writes INSTALLER when the rest of a package is in place: one without was cut short, and
    # pip would take it for installed. A name with a tilde is what an upgrade put aside.
    local info
    for info in .venv/lib/python3*/site-packages/*.dist-info; do
        [ -e "$info/INSTALLER" ] || rm -rf "$info"
    done
    rm -rf .venv/lib/python3*/site-packages/~*
    retry "${pip[@]}" "${quiet[@]}" install "${@:3}" || stop "pip could not install; what it said stands above"
    rm -f .venv/.careline-"$1"-*
    touch ".venv/.careline-$1-$fingerprint"
}

extra() { # extra NAME: its packages, so that a running line's own package is not installed again
    .venv/bin/python - "$1" <<'END'
import configparser, sys
config = configparser.ConfigParser()
config.read("setup.cfg", encoding="utf-8")
print(*config["options.extras_require"][sys.argv[1]].split())
END
}

if [ "$want" = dev ]; then
    # pyvoip too: the benchmarks measure the line beside it. And redis: one suite tests all journals.
    step dev "installing the pinned Python packages" -e '.[dev,pyvoip,redis]'
elif ! is_done dev; then
    step base "installing the pinned Python packages" -e .
fi

if [ "$want" != base ]; then
    machine=$(uname -m)
    if [ "$machine" = x86_64 ]; then
        names=$(extra speech)
        read -ra recognisers <<<"$names"
        if [ -t 1 ]; then quiet=(); fi # a person watches: show how far the download is
        step sphinx "fetching the recognisers, 1 of 2: PocketSphinx (30 MB)" "${recognisers[@]}"
        # Its model is in the wheel; what it declares beside that serves a download nobody needs.
        step moonshine "fetching the recognisers, 2 of 2: Moonshine (85 MB)" --no-deps moonshine-voice
    else
        say "no recogniser is packaged for $machine: the line stays with digits"
    fi
fi
