"""Sign documents (PAdES-B-B) and verify them. The keys are made at set-up and never leave their folder."""

import asyncio
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext

AUTHORITY, CERTIFICATE, KEY = "authority.pem", "certificate.pem", "key.pem"
FORMER, NEXT = "former", "next"
DOCUMENT, RECEIPT = "Portal", "Receipt"
YEARS = 10
MAX_BYTES = 5_000_000
SIGNED_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
SIGNATURE = re.compile(rb"<([0-9A-Fa-f]+)>")


@dataclass(frozen=True)
class Verification:
    """What a file's signature tells. `why` is a code: ours, changed, stranger, unsigned, unreadable."""

    why: str
    signed_at: datetime | None = None
    is_receipt: bool = False

    @property
    def is_ours(self) -> bool:
        return self.why == "ours"


class KeysInChange(Exception):
    """The keys are being replaced right now."""


def make_keys(folder: Path) -> bool:
    """Make an authority, a certificate and its private key, readable by nobody else; False when they are there."""
    if (folder / KEY).exists():
        return False
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Portal authority", authority_key.public_key(), authority_key, None)
    certificate = _certificate("Portal documents", key.public_key(), authority_key, authority)
    pem = serialization.Encoding.PEM
    (folder / AUTHORITY).write_bytes(authority.public_bytes(pem))
    (folder / CERTIFICATE).write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with open(os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(secret)
    return True


def rotate_keys(folder: Path) -> None:
    """Put new keys in place of those in use; what the old ones signed stays ours, and their private key is gone."""
    authority = (folder / AUTHORITY).read_bytes()
    (folder / FORMER).mkdir(exist_ok=True, mode=0o700)
    # First the trust, then the change: at no moment is a document that we signed a stranger's.
    (folder / FORMER / f"{hashlib.sha256(authority).hexdigest()[:16]}.pem").write_bytes(authority)
    make_keys(folder / NEXT)
    for name in (AUTHORITY, CERTIFICATE, KEY):
        (folder / NEXT / name).replace(folder / name)
    (folder / NEXT).rmdir()


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, by: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None
) -> x509.Certificate:
    now, is_authority = datetime.now(UTC), issuer is None
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=is_authority, crl_sign=is_authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    return builder.sign(by, hashes.SHA256())


@cache
def _signer(folder: Path, stamp: int) -> signers.SimpleSigner:
    """Give the signer of the keys that were put there at `stamp`."""
    signer: signers.SimpleSigner | None = signers.SimpleSigner.load(
        str(folder / KEY), str(folder / CERTIFICATE), ca_chain_files=(str(folder / AUTHORITY),)
    )
    assert signer is not None
    own = serialization.load_pem_private_key((folder / KEY).read_bytes(), None).public_key()
    if own != x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes()).public_key():
        raise KeysInChange(folder)  # the robot tries again when the rotation is over
    return signer


def _authorities(folder: Path) -> list[asn1_x509.Certificate]:
    """Give the authority in use and the former ones, read afresh: a rotation needs no restart."""
    return [load_cert_from_pemder(str(file)) for file in [folder / AUTHORITY, *sorted((folder / FORMER).glob("*.pem"))]]


def sign(pdf: bytes, field: str = DOCUMENT) -> bytes:
    """Give the PDF with the portal's signature over all of it; `field` tells a decision's document from a receipt."""
    metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES)
    signer = _signer(settings.KEYS_DIR, (settings.KEYS_DIR / KEY).stat().st_mtime_ns)
    # The name for whoever hears the file: a field without one is a fault of PDF/UA, though nobody sees this one.
    spec = fields.SigFieldSpec(field, readable_field_name=_("Signature of the portal"))
    signed = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=signer, new_field_spec=spec)
    return bytes(signed.getbuffer())


def verify(pdf: bytes) -> Verification:
    """Tell whether a file carries the portal's own signature and is unchanged; never raises for a bad file."""
    trusted = _authorities(settings.KEYS_DIR)
    if len(pdf) > MAX_BYTES or not pdf.startswith(b"%PDF-"):
        return Verification("unreadable")
    try:
        outside = _verify_bytes(pdf, trusted)
        # Some kilobytes of a stranger can cost the PDF reader minutes and gigabytes: it gets only what we signed.
        return _verify_document(pdf, trusted) if outside.is_ours else outside
    except Exception:  # noqa: BLE001  whatever a stranger's file does to the reader, it isn't one of ours
        return Verification("unreadable")


def _verify_bytes(pdf: bytes, trusted: Sequence[asn1_x509.Certificate]) -> Verification:
    """Check the last signature against the bytes around it, without reading the PDF."""
    ranges = SIGNED_RANGE.findall(pdf)
    if not ranges:
        return Verification("unsigned")
    start, end, rest = (int(number) for number in ranges[-1])
    signature = SIGNATURE.fullmatch(pdf[start:end])
    if signature is None or end + rest != len(pdf):
        return Verification("changed")
    signed_data = cms.ContentInfo.load(bytes.fromhex(signature[1].decode()))["content"]
    return _told(asyncio.run(async_validate_detached_cms(pdf[:start] + pdf[end:], signed_data, _trust(trusted))))


def _verify_document(pdf: bytes, trusted: Sequence[asn1_x509.Certificate]) -> Verification:
    signature = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[-1]
    status = validate_pdf_signature(signature, _trust(trusted))
    assert isinstance(status, PdfSignatureStatus)
    if status.coverage is None or status.coverage.name != "ENTIRE_FILE":
        return Verification("changed")
    return replace(_told(status), is_receipt=signature.field_name == RECEIPT)


def _trust(trusted: Sequence[asn1_x509.Certificate]) -> ValidationContext:
    return ValidationContext(trust_roots=list(trusted), allow_fetching=False)


def _told(status: StandardCMSSignatureStatus) -> Verification:
    if not (status.intact and status.valid):
        return Verification("changed")
    return Verification("ours" if status.trusted else "stranger", status.signer_reported_dt)
