"""Checks receipts (RFC 9942) with a COSE stack that is not the SDK's: cbor2 and cryptography. Reads JSON lines, answers one line each."""

import hashlib
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def root_of(record: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return None
    first, last, node = index, size - 1, hashlib.sha256(b"\0" + record).digest()
    for step in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            node = hashlib.sha256(b"\1" + step + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + step).digest()
        first, last = first >> 1, last >> 1
    return node if last == 0 else None


def check(receipt: bytes, record: bytes, pem: bytes) -> str:
    message = cbor2.loads(receipt)
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    if message.tag != 18 or payload is not None or header[395] != 1 or len(unprotected[396][-1]) != 1:
        return "malformed"
    size, index, path = cbor2.loads(unprotected[396][-1][0])
    root = root_of(record, index, size, path)
    if root is None:
        return "malformed"
    signed = cbor2.dumps(["Signature1", protected, b"", root])
    key = load_pem_public_key(pem)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        else:
            half = len(signature) // 2
            der = utils.encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
            key.verify(der, signed, ec.ECDSA(hashes.SHA256() if header[1] == -7 else hashes.SHA384()))
    except InvalidSignature:
        return "invalid"
    return f"valid {index} {size}"


for line in sys.stdin:
    case = json.loads(line)
    try:
        answer = check(bytes.fromhex(case["receipt"]), bytes.fromhex(case["record"]), case["key"].encode())
    except Exception as error:  # whatever a library raises for bytes that are none
        answer = f"malformed ({type(error).__name__})"
    print(answer, flush=True)
