"""Programs that know nothing of us accept our packages."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path

import bagit
import bagit_profile
import pytest

from metadata import csip
from tests.support import commons_ip
from tests.support.eark import VERSIONS, validate
from tests.support.packages import OBJID, TINY, chinese, make_package, many

PROFILE = Path(__file__).parent.parent.parent / "profiles" / "bag-profile.json"
KINDS = {
    "tiny": (TINY, ("sha256",), True),
    "chinese": (chinese(), ("sha256", "sm3"), True),
    "three-hundred": (many(300), ("sha256", "sm3"), True),
    "originals-only": (chinese(), ("sha256",), False),
    "sha512": (TINY, ("sha256", "sha512"), True),
}


@pytest.fixture(scope="module", params=list(KINDS))
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of each kind; never altered."""
    content, algorithms, preservation = KINDS[request.param]
    folder = tmp_path_factory.mktemp("package")
    return make_package(folder, content, algorithms=algorithms, preservation=preservation)


def test_bagit_python_validates_every_byte(package: Path) -> None:
    assert bagit.Bag(str(package)).validate()


def test_bag_meets_its_profile(package: Path) -> None:
    written = json.loads(PROFILE.read_text(encoding="utf-8"))
    assert written["BagIt-Profile-Info"]["BagIt-Profile-Identifier"] == csip.BAG_PROFILE
    profile = bagit_profile.Profile(csip.BAG_PROFILE, profile=copy.deepcopy(written))
    assert profile.validate(bagit.Bag(str(package))), profile.report
    assert profile.validate_serialization(str(package))


def test_profile_refuses_a_bag_without_its_case_number(tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    info = bag / "bag-info.txt"
    lines = info.read_text(encoding="utf-8").splitlines(keepends=True)
    info.write_text("".join(line for line in lines if not line.startswith("Internal-Sender")), encoding="utf-8")
    profile = bagit_profile.Profile(csip.BAG_PROFILE, profile=json.loads(PROFILE.read_text(encoding="utf-8")))
    assert not profile.validate(bagit.Bag(str(bag)))


def test_commons_ip_calls_it_valid_without_a_warning(package: Path, tmp_path: Path) -> None:
    assert commons_ip.validate(package / "data" / OBJID, tmp_path) == ("VALID", [])


def test_commons_ip_does_look(tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    mets = bag / "data" / OBJID / "METS.xml"
    mets.write_text(mets.read_text(encoding="utf-8").replace("application/json", "application/ofd"), encoding="utf-8")
    verdict, failed = commons_ip.validate(bag / "data" / OBJID, tmp_path)
    assert verdict == "INVALID"
    assert any(line.startswith("CSIP26 MUST") for line in failed)


@pytest.mark.parametrize("version", VERSIONS)
def test_eark_validator_has_neither_error_nor_warning(package: Path, version: str) -> None:
    assert validate(package / "data" / OBJID, version) == ([], [])


@pytest.mark.parametrize("version", VERSIONS)
def test_eark_validator_does_look(version: str, tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    mets = bag / "data" / OBJID / "METS.xml"
    mets.write_text(mets.read_text(encoding="utf-8").replace(' csip:OAISPACKAGETYPE="AIP"', ""), encoding="utf-8")
    errors, _ = validate(bag / "data" / OBJID, version)
    assert errors


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_coreutils_check_the_manifests(package: Path, algorithm: str) -> None:
    for name in (f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"):
        if not (package / name).is_file():
            assert algorithm == "sha512"
            continue
        ran = subprocess.run(
            [f"{algorithm}sum", "-c", "--strict", "--quiet", name], cwd=package, capture_output=True, check=False
        )
        assert ran.returncode == 0, (ran.stdout[-500:], ran.stderr[-500:])


def test_openssl_agrees_on_sm3(tmp_path: Path) -> None:
    bag = make_package(tmp_path, algorithms=("sha256", "sm3"))
    lines = (bag / "manifest-sm3.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    for line in lines[:4]:
        digest, _, name = line.partition("  ")
        ran = subprocess.run(["openssl", "dgst", "-sm3", "-r", bag / name], capture_output=True, text=True, check=True)
        assert ran.stdout.split()[0] == digest


@pytest.mark.parametrize(("name", "schema"), [("METS.xml", "mets.xsd"), ("premis.xml", "premis-v3-0.xsd")])
def test_xmllint_finds_every_document_valid_by_the_package_alone(package: Path, name: str, schema: str) -> None:
    documents = sorted(package.rglob(name))
    assert len(documents) in (2, 3)
    own = package / "data" / OBJID / "schemas" / schema
    ran = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", own, *documents], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stderr.count(" validates\n") == len(documents)
