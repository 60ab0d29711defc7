"""Read a Stocktake package without Stocktake, and check it as far as a page of code can.

    python read_package.py PACKAGE [ROOT.pem]

prints every change of every signed record as one line of JSON; who signed goes to stderr. It needs
Python 3.11, ``cryptography``, and zstd (Python 3.14, ``backports.zstd`` or the ``zstd`` program).

Checked: every part that an Excel file's signature lists, and that nothing else is in the file but
what is never signed; that a PDF's signature covers all but itself; both signatures; of each record
its signature, hash and number of lines; that the last record names all others and is by whoever
signed the file; objects and confidential content by their hashes; with ROOT.pem, that each chain
leads there. NOT checked: dates, withdrawn certificates and what a certificate allows; how zip, XML
and PDF are written (a hostile file can show other programs something else); whether sheets and
pages show what the records say; who may change what. ``stocktake verify`` does all of that.
"""

import json
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from base64 import b64decode
from hashlib import sha256
from html import unescape
from itertools import chain as joined
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

DS = 'xmlns="http://www.w3.org/2000/09/xmldsig#"'
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
FIXED = {"[Content_Types].xml", "docProps/app.xml", "docProps/core.xml", "_xmlsignatures/sig1.xml",
         "_xmlsignatures/origin.sigs", "_xmlsignatures/_rels/origin.sigs.rels"}  # fmt: skip
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")
DIGEST = "urn:stocktake:digest:1:"


def need(fact: object, otherwise: str) -> None:
    """End with a sentence unless something is as it was signed."""
    if not fact:
        sys.exit(f"not as it was signed: {otherwise}")


def check(key: object, signature: bytes, data: bytes) -> None:
    """Check a signature with SHA-256: RSA PKCS#1 v1.5, or ECDSA."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        need(False, "a signature does not fit")  # noqa: FBT003


def inflate(data: bytes) -> bytes:
    """Inflate a zstd frame by whatever is installed."""
    for library in ("compression.zstd", "backports.zstd"):
        try:
            return bytes(__import__(library, fromlist=["zstd"]).decompress(data))
        except ImportError:
            continue
    need(shutil.which("zstd"), "zstd is not installed, so nothing can be read")
    return subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout  # noqa: S607


def split(der: bytes) -> tuple[bytes, bytes, bytes]:
    """Split off the first DER element: itself, what it holds, what follows."""
    head = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    end = head + (int.from_bytes(der[2:head], "big") if der[1] & 0x80 else der[1])
    return der[:end], der[head:end], der[end:]


def members(element: bytes) -> list[bytes]:
    """Return the DER elements in an element."""
    _, body, _ = split(element)
    found = []
    while body:
        first, _, body = split(body)
        found.append(first)
    return found


def content(element: bytes) -> bytes:
    """Return what an element holds."""
    return split(element)[1]


def signed_by(cms: bytes, data: bytes) -> list[x509.Certificate]:
    """Check a CMS signature over the data; return its chain, the signer's certificate first."""
    *_, certificates, signers = members(members(members(cms)[1])[0])
    *_, attributes, _, signature = members(members(signers)[0])
    said = {kind: members(values)[0] for kind, values in map(members, members(attributes))}
    need(content(said[MESSAGE_DIGEST]) == sha256(data).digest(), "what was signed has changed")
    by_hash = {sha256(one).digest(): one for one in members(certificates)}
    named = [content(members(one)[0]) for one in members(members(said[SIGNING_CERTIFICATE])[0])]
    chain = [x509.load_der_x509_certificate(by_hash[one]) for one in named]
    check(chain[0].public_key(), content(signature), b"\x31" + attributes[1:])
    return chain


def read_xlsx(path: str) -> tuple[list[x509.Certificate], list[tuple[str, str, bytes]]]:
    """Check a workbook; return who signed it, and (kind, name, bytes) of what it carries."""
    need(zipfile.is_zipfile(path), "it is neither a workbook nor a PDF")
    archive = zipfile.ZipFile(path)
    parts = {name: archive.read(name) for name in archive.namelist()}
    need(len({name.lower() for name in archive.namelist()}) == len(archive.namelist()), "twins")
    need(parts.keys() >= FIXED, "there is no signature (any more)")
    xml = parts["_xmlsignatures/sig1.xml"].decode()
    package = xml[xml.index('<Object Id="idPackageObject">') :].split("</Object>")[0] + "</Object>"
    signed_info = xml[xml.index("<SignedInfo>") :].split("</SignedInfo>")[0] + "</SignedInfo>"
    digest = signed_info.split('URI="#idPackageObject">')[1].split("<DigestValue>")[1].split("<")[0]
    canonical = package.replace("<Object ", f"<Object {DS} ", 1).encode()
    need(b64decode(digest) == sha256(canonical).digest(), "the list of signed parts")
    certificates = re.findall("<X509Certificate>([^<]*)<", xml)
    chain = [x509.load_der_x509_certificate(b64decode(one)) for one in certificates]
    value = b64decode(xml.split("<SignatureValue>")[1].split("<")[0])
    if not isinstance(chain[0].public_key(), rsa.RSAPublicKey):
        value = encode_dss_signature(*(int.from_bytes(x, "big") for x in (value[:32], value[32:])))
    signed = signed_info.replace("<SignedInfo", f"<SignedInfo {DS}", 1).encode()
    check(chain[0].public_key(), value, signed)
    reference = r'URI="/([^"?]*)\?[^"]*">(<Transforms>.*?</Transforms>)?<DigestMethod [^>]*>'
    listed = re.findall(reference + "</DigestMethod><DigestValue>([^<]*)<", package)
    need(
        {unescape(name) for name, _, _ in listed} | FIXED == parts.keys(), "parts added or removed"
    )
    for name, transforms, digest in listed:
        data = parts[unescape(name)]
        data = signed_links(data.decode(), transforms) if transforms else data
        need(b64decode(digest) == sha256(data).digest(), unescape(name))
    items = [parts[f"customXml/item{n}.xml"].decode() for n in range(1, len(parts))
             if f"customXml/item{n}.xml" in parts]  # fmt: skip
    found = [re.search(r'<(\w+) xmlns="[^"]*"(?: sha256="(\w*)")?>([^<]*)<', one) for one in items]
    return chain, [(one[1], one[2] or "", b64decode(one[3])) for one in found if one]


def signed_links(rels: str, transforms: str) -> bytes:
    """Return what is signed of relationships (ECMA-376-2, RelationshipTransform)."""
    wanted = set(re.findall('SourceId="([^"]*)"', transforms))
    links = re.findall('<Relationship Id="([^"]*)" Type="([^"]*)" Target="([^"]*)"([^>]*)/>', rels)
    body = "".join(
        f'<Relationship Id="{key}" Target="{target}" TargetMode="'
        f'{"External" if mode else "Internal"}" Type="{kind}"></Relationship>'
        for key, kind, target, mode in sorted(links)
        if key in wanted
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{body}</Relationships>'.encode()


def read_pdf(data: bytes) -> tuple[list[x509.Certificate], list[tuple[str, str, bytes]]]:
    """Check a PDF's signature; return the same as ``read_xlsx``."""
    found = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) (\d+)\s*\]", data)
    start, end, rest = map(int, found.groups()) if found else (0, 0, 0)
    need(end + rest == len(data) and data[start:end].strip(b"<0123456789ABCDEF") == b">", "range")
    padded = bytes.fromhex(data[start + 1 : end - 1].decode())
    chain = signed_by(split(padded)[0], data[:start] + data[end:])
    carried = []
    for name, number in re.findall(rb"/Filespec\n/F \((.*?)\)\n.*?/F (\d+) 0 R", data, re.DOTALL):
        pattern = rb"\n%b 0 obj\n<<(.*?)/Length (\d+)\n>>\nstream\n" % number
        head = re.search(pattern, data, re.DOTALL)
        need(head, "an attachment is missing")
        at, size = (head.end(), int(head[2])) if head else (0, 0)
        file = data[at : at + size]
        file = zlib.decompress(file) if head and b"Flate" in head[1] else file
        text = re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), name).decode()
        kind, _, key = text.removesuffix(".zst").replace("record-", "seal-").partition("-")
        carried.append((kind, key, file))
    return chain, carried


def read_seal(data: bytes) -> tuple[str, dict[str, Any], list[x509.Certificate], list[bytes]]:
    """Check one signed record; return its id, manifest, chain and lines."""
    parts, at = [], 8
    need(data[:8] == b"STKSEAL1", "a signed record begins with something else")
    for _ in range(3):
        size = int.from_bytes(data[at : at + 8], "big")
        parts.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    manifest = json.loads(parts[0])
    need(sha256(parts[2]).hexdigest() == manifest["lines_sha256"], "the lines of a signed record")
    lines = inflate(parts[2]).split(b"\n")[:-1]
    need(len(lines) == manifest["changes"] + manifest["objects"], "the number of lines")
    return sha256(parts[0]).hexdigest(), manifest, signed_by(parts[1], parts[0]), lines


def stands_for(root: x509.Certificate, chain: list[x509.Certificate]) -> bool:
    """Say whether each certificate was issued by the next, and the last by the root."""
    try:
        for issued, issuer in zip(chain, [*chain[1:], root], strict=True):
            issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def main(path: str, root: x509.Certificate | None) -> None:
    """Check a package and print its changes."""
    data = Path(path).read_bytes()
    outer, carried = read_pdf(data) if data.startswith(b"%PDF") else read_xlsx(path)
    seals = [read_seal(file) for kind, _, file in carried if kind == "seal"]
    need(seals and seals[-1][1]["seals"] == [seal[0] for seal in seals[:-1]], "records are missing")
    need(seals[-1][2] == outer, "the signer of the file did not sign its last record")
    disclosed = check_named(carried, [seal[1] for seal in seals], [seal[3] for seal in seals])
    for key, manifest, chain, lines in seals:
        known = "known" if root and stands_for(root, chain) else "unknown"
        print(f"{key[:16]} by {chain[0].subject.rfc4514_string()}, {known}", file=sys.stderr)
        for line in lines[: manifest["changes"]]:
            change = json.loads(line)
            for question, answer in change["set"].items():
                if str(answer).startswith(DIGEST):
                    change["set"][question] = shown(disclosed.get(answer.removeprefix(DIGEST)))
            print(json.dumps({"record": key, **change}, ensure_ascii=False))
    if root and not stands_for(root, outer):
        sys.exit("the root does not stand for who signed the file")


def check_named(
    carried: list[tuple[str, str, bytes]], manifests: list[Any], lines: list[list[bytes]]
) -> dict[str, bytes]:
    """Check objects and disclosures by their hashes; return the disclosures by digest."""
    named = {name for one in manifests for name in (*one["forms"], *one["notices"], one["labels"])}
    objects = {key: file for kind, key, file in carried if kind == "object"}
    need(objects.keys() == named - {""}, "objects are missing or added")
    need(all(sha256(file).hexdigest() == key for key, file in objects.items()), "an object")
    packed = [inflate(file).split(b"\n")[:-1] for kind, _, file in carried if kind == "disclosures"]
    files = [file for kind, _, file in carried if kind == "attachment"]
    found = {sha256(one).hexdigest(): one for one in [*joined.from_iterable(packed), *files]}
    signed = b"".join(joined.from_iterable(lines))
    need(all((DIGEST + key).encode() in signed for key in found), "content that nobody signed")
    return found


def shown(disclosure: bytes | None) -> object:
    """Return a confidential value, or an attachment's name, type and size."""
    if disclosure is None:
        return {"withheld": True}
    head, _, file = disclosure.partition(b"\n")
    _, first, *rest = json.loads(head)
    return {"file": first, "type": rest[0], "bytes": len(file)} if rest else first


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    pem = Path(sys.argv[2]).read_bytes() if sys.argv[2:] else None
    main(sys.argv[1], x509.load_pem_x509_certificate(pem) if pem else None)
