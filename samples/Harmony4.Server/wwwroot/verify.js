// Reads a container's bytes and judges them here: the structure, the CRC-32 of each chunk, and VERI, the SHA-256 over all that comes before it.
import { request } from './api.js';

const headerLength = 8;
const chunkHeaderLength = 12;
const veriLength = 32;

// WebCrypto takes its input in one piece.
const largestFile = 1 << 29;

const tables = makeTables();

function makeTables() {
  const all = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ 0xEDB88320 : value >>> 1;
    }

    all[0][i] = value;
  }

  for (let i = 0; i < 256; i++) {
    for (let t = 1; t < 4; t++) {
      all[t][i] = (all[t - 1][i] >>> 8) ^ all[0][all[t - 1][i] & 255];
    }
  }

  return all;
}

export function crc32(bytes) {
  const [t0, t1, t2, t3] = tables;
  let crc = 0xFFFFFFFF;
  let i = 0;
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^= bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24;
    crc = t3[crc & 255] ^ t2[crc >>> 8 & 255] ^ t1[crc >>> 16 & 255] ^ t0[crc >>> 24];
  }

  for (; i < bytes.length; i++) {
    crc = t0[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  }

  return (crc ^ 0xFFFFFFFF) >>> 0;
}

export const hex = bytes => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');

const hex32 = value => value.toString(16).padStart(8, '0');

async function readFile(id, onProgress) {
  const response = await request(`/containers/${encodeURIComponent(id)}`);
  const length = Number(response.headers.get('Content-Length'));
  if (length > largestFile) {
    await response.body.cancel();
    throw new Error(`a browser digests at most ${largestFile} bytes in one piece, the file has ${length}: use harmony4 verify`);
  }

  const bytes = new Uint8Array(length);
  let at = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) {
      return bytes.subarray(0, at);
    }

    bytes.set(value, at);
    at += value.length;
    onProgress(at / length);
  }
}

// Returns { state, findings, chunks }: state is verified, failed or unverified (no VERI).
export async function verify(id, onProgress = () => { }) {
  const bytes = await readFile(id, onProgress);
  const view = new DataView(bytes.buffer, 0, bytes.length);
  const findings = [];
  const chunks = [];
  const fail = (chunk, offset, message) => findings.push({ chunk, offset, message });
  if (bytes.length < headerLength || view.getUint32(0) !== 0x48344D4B || view.getUint16(4) !== 1 || view.getUint16(6) !== 0) {
    fail('H4MK', 0, 'not the head of a 1.0 container');
    return { state: 'failed', findings, chunks };
  }

  let ordinal = 0;
  let veri = null;
  let at = headerLength;
  while (at < bytes.length) {
    if (bytes.length - at < chunkHeaderLength) {
      fail('', at, `${bytes.length - at} bytes too many at the end`);
      break;
    }

    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4);
    const stored = view.getUint32(at + 8);
    if (size > bytes.length - at - chunkHeaderLength) {
      fail(tag, at, `the chunk says ${size} bytes, the file has ${bytes.length - at - chunkHeaderLength}`);
      break;
    }

    const payload = bytes.subarray(at + chunkHeaderLength, at + chunkHeaderLength + size);
    const found = crc32(payload);
    const chunk = { tag, offset: at, size, crc: stored, ordinal: tag === 'CORE' ? ordinal++ : null, good: found === stored };
    chunks.push(chunk);
    if (!chunk.good) {
      fail(tag, at, `${chunk.ordinal === null ? tag : `${tag} block ${chunk.ordinal}`}: CRC-32 stored ${hex32(stored)}, computed ${hex32(found)}`);
    }

    if (tag === 'VERI') {
      if (veri || size !== veriLength) {
        fail(tag, at, 'a second VERI, or one of the wrong length');
      }

      veri ??= { at, digest: payload };
    } else if (veri) {
      fail(tag, at, 'a chunk after VERI');
    }

    at += chunkHeaderLength + size;
  }

  if (veri) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.subarray(headerLength, veri.at)));
    if (hex(digest) !== hex(veri.digest)) {
      fail('VERI', veri.at, `SHA-256 stored ${hex(veri.digest).slice(0, 16)}…, computed ${hex(digest).slice(0, 16)}…`);
    }
  }

  return { state: findings.length ? 'failed' : veri ? 'verified' : 'unverified', findings, chunks };
}
