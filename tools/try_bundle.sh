#!/bin/sh
# Try the bundle on a bare Debian 12 without a network: an empty root file system in a network namespace with nothing in
# it but loopback. Founds, opens the login page by TLS, upgrades over what it founded, and founds nothing twice.
# Usage, as root, after `make bundle`: sh tools/try_bundle.sh [FOLDER]
set -eu
cd "$(dirname "$0")/.."
bundle=dist/bundle
root=${1:-$(mktemp -d)}/root
[ -f "$bundle/SHA256SUMS" ] || { echo "Run make bundle first." >&2; exit 1; }
debootstrap --variant=minbase bookworm "$root" >/dev/null
mkdir -p "$root/bundle"
cp -R "$bundle/." "$root/bundle/"
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
trap 'umount "$root/proc" "$root/dev/shm"' EXIT
inside() { unshare --net -- chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 sh -euc "$1"; }

inside 'cd /bundle; sh install.sh --institution 临江市文化和旅游局 --host archive.test' 2>&1 | tee "$root/install.log"
# A case waits in the inbox, as a share would bring it: readable, and of another user.
.venv/bin/python -c "import pathlib, sys; from tests.support.tiny_case import write_whole_case; write_whole_case(pathlib.Path(sys.argv[1]))" \
    "$root/srv/archive/inbox/waiting"
chmod -R go+rX "$root/srv/archive/inbox/waiting"
cp tools/try_door.py "$root/try_door.py"
# One namespace for the services and who asks them; loopback comes up with the first address in it.
inside '
    python3 -c "import fcntl, socket, struct; s = socket.socket(); fcntl.ioctl(s, 0x8914, struct.pack(\"16sh\", b\"lo\", 0x49))"
    as() { user=$1; shift; setpriv --reuid="$user" --regid=preserve --clear-groups env HOME=/srv/archive PRESERVE_HOME=/srv/archive LANG=C.UTF-8 \
        sh -c "umask 0007; exec \"\$@\"" sh "$@"; }
    as preserve-web cat /srv/archive/keys/ledger.key 2>/dev/null && { echo "the door can read the key" >&2; exit 1; }
    as preserve /opt/preserve/bin/preserve signer & signer=$!
    as preserve /opt/preserve/bin/preserve worker & worker=$!
    as preserve-web /opt/preserve/bin/preserve serve --no-worker & door=$!
    trap "kill $door $worker $signer 2>/dev/null || true" EXIT
    grep -oE "[A-Za-z0-9_-]{18,}$" /install.log | tail -1 | python3 /try_door.py
    kill $door $worker $signer; wait || true
    as preserve /opt/preserve/bin/preserve ledger verify
'
inside 'cd /bundle; sh install.sh --yes'
if inside 'cd /bundle; echo x >>RELEASE; sh install.sh --yes'; then echo "an altered bundle was taken" >&2; exit 1; fi
echo "The bundle founds and upgrades without a network, and is refused when it was altered."
