#!/bin/sh
# Found or upgrade an archive on a Debian 12 machine without a network. Run as root, in the folder of the bundle:
#   sh install.sh --institution NAME [--host NAME] [--certificate FILE --key FILE] [--keyring FILE] [--yes]
# Nothing is fetched: every package, wheel and schema is in the bundle, and is held against SHA256SUMS first. With
# --keyring (a file that came another way than the bundle) the signature of SHA256SUMS is checked too.
set -eu
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
institution='' host=$(hostname) certificate='' key='' keyring='' yes='' listen=0.0.0.0:8480
home=/srv/archive releases=/opt/preserve-releases link=/opt/preserve backups=/srv/preserve-backups

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --institution) institution=$2; shift 2 ;;
        --host) host=$2; shift 2 ;;
        --listen) listen=$2; shift 2 ;;
        --certificate) certificate=$2; shift 2 ;;
        --key) key=$2; shift 2 ;;
        --keyring) keyring=$2; shift 2 ;;
        --yes) yes=--yes; shift ;;
        *) stop "Unknown option: $1" ;;
    esac
done
[ "$(id -u)" = 0 ] || stop "Run it as root."
cd "$here"

say "Checking the bundle ..."
sha256sum --quiet --strict -c SHA256SUMS || stop "The bundle is not as it was made. Nothing was installed."
if [ -n "$keyring" ]; then
    gpgv --keyring "$keyring" SHA256SUMS.sig SHA256SUMS 2>/dev/null || stop "The signature does not hold. Nothing was installed."
else
    say "No keyring was given, so the signature was not checked. SHA256SUMS has the digest:"
    sha256sum SHA256SUMS
fi
release=$(cat RELEASE)

say "Installing Debian packages from the bundle ..."
export DEBIAN_FRONTEND=noninteractive
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT
printf 'deb [trusted=yes] file:%s/debs ./\n' "$here" >"$lists/sources.list"
mkdir -p "$lists/state/lists/partial"
from_bundle() {
    apt-get -qq -o Dir::Etc::SourceList="$lists/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$lists/state/lists" \
        -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}
from_bundle update
# shellcheck disable=SC2046
from_bundle -y install $(cat PACKAGES) >"$lists/log" 2>&1 || { cat "$lists/log" >&2; stop "Packages could not be installed."; }

getent group preserve >/dev/null || groupadd --system preserve
getent passwd preserve >/dev/null || useradd --system --gid preserve --home-dir "$home" --no-create-home --shell /usr/sbin/nologin preserve
getent passwd preserve-web >/dev/null || useradd --system --gid preserve --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin preserve-web

if [ ! -e "$releases/$release/.whole" ]; then
    say "Installing the program, release $release ..."
    rm -rf "${releases:?}/$release"
    mkdir -p "$releases"
    python3 -m venv "$releases/$release"
    "$releases/$release/bin/python" -m pip install --quiet --no-index --find-links wheels --disable-pip-version-check "preserve-archive[metrics,oidc,postgres,reading,s3,web]"
    mkdir -p "$releases/$release/share/preserve"
    cp -R schemas "$releases/$release/share/preserve/"
    : >"$releases/$release/.whole"
fi

units() {
    [ -d /etc/systemd/system ] || return 0
    cp units/preserve-*.service units/preserve-*.timer /etc/systemd/system/
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable --now preserve-signer.service preserve-worker.service preserve-web.service preserve-audit.timer preserve-drill.timer preserve-inbox.timer
    fi
}

if [ -e "$home/preserve.toml" ]; then
    mkdir -p "$backups"
    chmod 700 "$backups"
    "$releases/$release/bin/python" upgrade.py "$home" "$link" "$releases/$release" "$backups" --user preserve $yes
    units
    exit 0
fi

[ -n "$institution" ] || stop "Say whose archive it is: --institution NAME"
say "Founding the archive in $home ..."
ln -sfn "$releases/$release" "$link"
as() { user=$1; shift; setpriv --reuid="$user" --regid=preserve --clear-groups env HOME="$home" PRESERVE_HOME="$home" LANG=C.UTF-8 sh -c 'umask 0007; exec "$@"' sh "$@"; }
install -d -o preserve -g preserve -m 2770 "$(dirname "$home")/.founding"
rmdir "$(dirname "$home")/.founding"
chgrp preserve "$(dirname "$home")"
chmod g+w "$(dirname "$home")"
as preserve "$link/bin/preserve" init --institution "$institution" >/dev/null
chmod g-w "$(dirname "$home")"

# The door may write what the archive's user writes, but for packages, settings and the key.
find "$home" -type d -exec chmod g+rwxs {} +
chmod 0660 "$home/catalogue.sqlite"
chmod 0750 "$home/store/packages" "$home/profiles"
chmod 2750 "$home/keys"
chmod g+w "$home/keys"
chmod 0600 "$home/keys/ledger.key"

mkdir -p /etc/preserve
if [ -z "$certificate" ]; then
    say "Making a TLS certificate for $host; browsers ask once whether to trust it."
    certificate=/etc/preserve/web.crt key=/etc/preserve/web.key
    [ -e "$key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1825 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host,DNS:localhost,IP:127.0.0.1" -keyout "$key" -out "$certificate" 2>/dev/null
fi
chgrp preserve "$key"
chmod 0640 "$key"
cat >>"$home/preserve.toml" <<SETTINGS

[web]
listen = "$listen"
hosts = ["$host"]
certificate = "$certificate"
key = "$key"
inbox = ["inbox"]
group = "preserve"
SETTINGS
install -d -o preserve -g preserve -m 2770 "$home/inbox"

say "First account: security, who appoints everybody else. Its first password:"
as preserve "$link/bin/preserve" user add security --person 安全管理员 --role security-administrator
as preserve "$link/bin/preserve" doctor || true
units
say "The archive is founded. Open https://$host:${listen##*:}/ and log in as security."
