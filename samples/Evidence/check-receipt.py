"""Checks the receipt of a block with cbor2 and cryptography: python3 check-receipt.py RECEIPT ENTRY BLOCK PUBLIC-KEY"""

import hashlib
import struct
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def root_of(record, index, size, path):
    """The root that a path leads to from a record (RFC 9162, section 2.1.3.2)."""
    first, last, node = index, size - 1, hashlib.sha256(b"\0" + record).digest()
    for step in path:
        if last == 0:
            sys.exit("the path is too long")
        if first & 1 or first == last:
            node = hashlib.sha256(b"\1" + step + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + step).digest()
        first, last = first >> 1, last >> 1
    if last or not 0 <= index < size:
        sys.exit("the path does not fit the tree")
    return node


receipt, entry, block, pem = (open(name, "rb").read() for name in sys.argv[1:])
protected, unprotected, payload, signature = cbor2.loads(receipt).value
pts, duration, length, link, flags, digest = struct.unpack(">QIIII32s", entry)
if length != len(block) or digest != hashlib.sha256(block).digest():
    sys.exit("the block is not the one of the entry")
size, index, path = cbor2.loads(unprotected[396][-1][0])
signed = cbor2.dumps(["Signature1", protected, b"", root_of(entry, index, size, path)])
half = len(signature) // 2
der = utils.encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
try:
    load_pem_public_key(pem).verify(der, signed, ec.ECDSA(hashes.SHA256()))
except InvalidSignature:
    sys.exit("the signature does not hold")
print(f"block {index} of {size} at {pts} us")
