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
trap 'umount "$root/proc"' EXIT
inside() { unshare --net -- chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 sh -euc "$1"; }

inside 'ip link set lo up 2>/dev/null || true; cd /bundle; sh install.sh --institution 临江市文化和旅游局 --host archive.test'
# One namespace for the services and who asks them; loopback comes up with the first address in it.
inside '
    python3 -c "import fcntl, socket, struct; s = socket.socket(); fcntl.ioctl(s, 0x8914, struct.pack(\"16sh\", b\"lo\", 0x49))"
    as() { user=$1; shift; setpriv --reuid="$user" --regid=preserve --clear-groups env HOME=/srv/archive PRESERVE_HOME=/srv/archive LANG=C.UTF-8 \
        sh -c "umask 0007; exec \"\$@\"" sh "$@"; }
    as preserve-web cat /srv/archive/keys/ledger.key 2>/dev/null && { echo "the door can read the key" >&2; exit 1; }
    as preserve /opt/preserve/bin/preserve signer & signer=$!
    as preserve /opt/preserve/bin/preserve worker & worker=$!
    as preserve-web /opt/preserve/bin/preserve serve --no-worker & door=$!
    python3 - <<PYTHON
import http.client, ssl, time
context = ssl.create_default_context(cafile="/etc/preserve/web.crt")
for _ in range(100):
    try:
        asking = http.client.HTTPSConnection("127.0.0.1", 8480, context=context, timeout=10)
        asking.request("POST", "/login", "account=security&password=wrong", {"content-type": "application/x-www-form-urlencoded"})
        answer = asking.getresponse()
        break
    except OSError as error:
        wrong = error
        time.sleep(0.2)
else:
    raise SystemExit(wrong)
assert answer.status == 401, answer.status
assert "content-security-policy" in answer.headers
print("The door answers, and what it did is signed.")
PYTHON
    kill $door $worker $signer; wait || true
    as preserve /opt/preserve/bin/preserve ledger verify
'
inside 'cd /bundle; sh install.sh --yes'
if inside 'cd /bundle; echo x >>RELEASE; sh install.sh --yes'; then echo "an altered bundle was taken" >&2; exit 1; fi
echo "The bundle founds and upgrades without a network, and is refused when it was altered."
