"""Makes derivations.json: what the crypto package derives, computed with the Python packages cryptography and cbor2 from docs/format/h4mk-1.1.md and the package's
documentation. Keys come from seeds; signatures are randomised, so every run gives other messages, all of them valid."""
import hashlib, hmac, json, sys
import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand


def seeded(seed, size):
    out, i = b'', 0
    while len(out) < size:
        out += hashlib.sha256(f'{seed}:{i}'.encode()).digest()
        i += 1
    return out[:size]


def hkdf(salt, key, info, length):
    return HKDF(hashes.SHA256(), length, salt or None, info).derive(key)


def expand(prk, info, length):
    return HKDFExpand(hashes.SHA256(), length, info).derive(prk)


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


CONTENT, MASTER, ID = seeded('derived content key', 32), seeded('derived master key', 24), seeded('derived container id', 16)


def wrap(hint):
    salt = mac(hkdf(b'', MASTER, b'H4MK 1.1 wrap salt', 32), ID + CONTENT)
    derived = hkdf(salt, MASTER, b'H4MK 1.1 wrap key', 44)
    body = salt + AESGCM(derived[:32]).encrypt(derived[32:], CONTENT, ID)
    return bytes([1, len(hint)]) + len(body).to_bytes(2, 'big') + hint + body


def seal(suite, epoch_log2, mode, container_id, salt):
    head = suite.to_bytes(2, 'big') + bytes([epoch_log2, mode]) + container_id
    return head + salt + hkdf(salt, CONTENT, b'H4MK 1.1 commitment' + head, 32)


def reproducible(suite, epoch_log2, tracks_root, metadata, previous, container_id):
    key = hkdf(b'', CONTENT, b'H4MK 1.1 salt key', 32)
    both = expand(mac(key, tracks_root + metadata + previous), b'H4MK 1.1 salt', 48)
    return seal(suite, epoch_log2, 1, container_id or both[:16], both[16:])


def block(parameters, number, track, ordinal, pts, duration, flags, plain):
    suite, epoch_log2, salt = parameters[1], parameters[2], parameters[20:52]
    info = b'H4MK 1.1 blocks' + parameters[:20] + track.to_bytes(2, 'big') + (ordinal >> epoch_log2).to_bytes(8, 'big')
    derived = hkdf(salt, CONTENT, info, 44)
    nonce = (int.from_bytes(derived[32:], 'big') ^ ordinal).to_bytes(12, 'big')
    frame = bytes([1, suite]) + track.to_bytes(2, 'big') + number.to_bytes(4, 'big') + ordinal.to_bytes(8, 'big')
    aad = frame + parameters[4:20] + pts.to_bytes(8, 'big') + duration.to_bytes(4, 'big') + flags.to_bytes(4, 'big')
    cipher = (AESGCM if suite == 1 else ChaCha20Poly1305)(derived[:32])
    return frame + cipher.encrypt(nonce, plain, aad)


def cose(name, key, algorithm, named):
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = {1: algorithm, 4: hashlib.sha256(spki).digest()} if named else {1: algorithm}
    protected = cbor2.dumps(header)
    statement, aad = seeded('derived statement', 128), b'H4MK 1.1 root'
    signed = cbor2.dumps(['Signature1', protected, aad, statement])
    if algorithm == -37:
        signature = key.sign(signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    else:
        size, kind = (32, hashes.SHA256()) if algorithm == -7 else (48, hashes.SHA384())
        r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(kind)))
        signature = r.to_bytes(size, 'big') + s.to_bytes(size, 'big')
    message = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, None, signature]))
    return dict(name=name, algorithm=algorithm, named=named, spki=spki.hex(), message=message.hex())


def main():
    root, other, previous = seeded('derived root', 32), seeded('derived meta', 32), seeded('derived previous', 32)
    seals = [
        dict(suite=s, epoch_log2=e, tracks_root=r.hex(), metadata=m.hex(), previous=p.hex(), container_id=c.hex(), encoded=reproducible(s, e, r, m, p, c).hex())
        for s, e, r, m, p, c in [
            (1, 20, root, other, b'', b''), (1, 20, other, root, b'', b''), (1, 0, root, other, b'', ID), (1, 32, root, other, previous, ID), (2, 3, root, other, previous, b'')]]
    blocks = []
    for suite, epoch_log2 in ((1, 20), (2, 20), (1, 0), (2, 3)):
        parameters = reproducible(suite, epoch_log2, root, other, b'', ID)
        for track, ordinal, pts, duration, flags, length in (
                (0, 0, 0, 0, 3, 0), (1, 255, 2 ** 40 + 7, 33367, 2, 1), (0xFEDC, 2 ** 32 + 9, 2 ** 63 - 1, 2 ** 32 - 1, 10, 77), (0xFEDC, 2 ** 64 - 1, 1, 2, 2, 16)):
            plain = seeded(f'derived plain {length}', length)
            blocks.append(dict(
                parameters=parameters.hex(), number=0x01020304, track=track, ordinal=str(ordinal), pts=str(pts), duration=duration, flags=flags, plain=plain.hex(),
                stored=block(parameters, 0x01020304, track, ordinal, pts, duration, flags, plain).hex()))
    first = reproducible(1, 20, root, other, b'', ID)
    mac_key = hkdf(first[20:52], CONTENT, b'H4MK 1.1 root mac' + first[:20], 32)
    header = seeded('derived header', 128)
    p256 = ec.derive_private_key(int.from_bytes(seeded('derived p256', 31), 'big'), ec.SECP256R1())
    p384 = ec.derive_private_key(int.from_bytes(seeded('derived p384', 47), 'big'), ec.SECP384R1())
    big = rsa.generate_private_key(65537, 2048)
    result = dict(
        content_key=CONTENT.hex(), master_key=MASTER.hex(), container_id=ID.hex(),
        wrapped=[dict(hint=h.hex(), record=wrap(h).hex()) for h in (b'', b'alice', seeded('derived hint', 255))],
        seals=seals, blocks=blocks, root_header=header.hex(), root_mac_parameters=first.hex(), root_mac=mac(mac_key, b'H4MK 1.1 root' + header).hex(),
        statement=seeded('derived statement', 128).hex(),
        messages=[cose(f'{n}{" named" if named else ""}', k, a, named) for n, k, a in (('es256', p256, -7), ('es384', p384, -35), ('ps256', big, -37)) for named in (False, True)])
    json.dump(result, sys.stdout, indent=1)
    print()


main()
