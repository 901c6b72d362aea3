// Lengths, tags and records of the container format (docs/format). All integers are big-endian; those of 64 bits are BigInt here.
export const fileHeaderLength = 8;
export const chunkHeaderLength = 12;
export const veriLength = 32;
export const toknLength = 24;
export const indexHeaderLength = 16;
export const entryLength = 56;
export const indexedLength = 64;
export const rootHeaderLength = 128;
export const trackRecordLength = 72;
export const auxRecordLength = 40;
export const pageRecordLength = 48;
export const offsetLength = 8;
export const tailLength = 64;
export const seekCountLength = 4;
export const seekEntryLength = 16;

export const flag = { key: 1, sealed: 2, lost: 4, discontinuity: 8 };
export const none32 = 0xFFFFFFFF;
export const none64 = 0xFFFFFFFFFFFFFFFFn;
export const latestPts = 0x7FFFFFFFFFFFFFFFn;
export const mostSeekEntries = 65536;

// Limits of the format itself, and of this reader.
export const mostTracks = 1024;
export const mostOpenEntries = 1 << 20;
export const limits = { block: 1 << 26, json: 1 << 20, depth: 32, root: 1 << 26, aux: 256, signs: 16, sign: 1 << 16, findings: 1000, seek: 1 << 26 };

export const singletons = ['TRAK', 'META', 'SAFE', 'SEEK', 'VERI', 'ROOT', 'TAIL'];
const formatTags = ['CORE', 'SEEK', 'META', 'SAFE', 'VERI', 'TRAK', 'TOKN', 'INDX', 'ROOT', 'SIGN', 'TAIL', 'SEAL'];

export const isFormatTag = tag => formatTags.includes(tag);

export const isPlainTag = tag => /^[!-~]{4}$/.test(tag);

// The tag of the format that differs from this one in a single bit, if there is one.
export function neighbour(tag) {
  return formatTags.find(known => {
    let bits = 0;
    for (let i = 0; i < 4; i++) {
      for (let different = known.charCodeAt(i) ^ tag.charCodeAt(i); different; different &= different - 1) {
        bits++;
      }
    }

    return bits === 1;
  }) ?? null;
}

export const hex = bytes => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');

export const viewOf = bytes => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const tagAt = (bytes, at = 0) => String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);

export const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

// What is wrong with the bytes of a container, by the stable name of its kind, the chunk and its offset.
export class FormatError extends Error {
  constructor(code, chunk, offset, message) {
    super(message);
    this.code = code;
    this.chunk = chunk;
    this.offset = offset;
  }
}

// What is wrong with the first bytes of a file, or null.
export function headerFault(bytes) {
  const view = viewOf(bytes);
  const [code, offset, message] = bytes.length < fileHeaderLength ? ['short', 0, `${bytes.length} bytes are no container`]
    : tagAt(bytes) !== 'H4MK' ? ['bad-magic', 0, 'not the head of a container']
      : view.getUint16(4) !== 1 ? ['bad-version', 4, `a container of version ${view.getUint16(4)}`]
        : view.getUint16(6) !== 0 ? ['bad-reserved', 6, 'a reserved field that is not 0']
          : [];
  return code ? new FormatError(code, 'H4MK', offset, message) : null;
}

export function readEntry(bytes, at = 0) {
  const view = viewOf(bytes);
  return {
    pts: view.getBigUint64(at),
    duration: view.getUint32(at + 8),
    length: view.getUint32(at + 12),
    link: view.getUint32(at + 16),
    flags: view.getUint32(at + 20),
    digest: bytes.subarray(at + 24, at + entryLength),
  };
}

export function writeEntry(bytes, at, entry, link) {
  const view = viewOf(bytes);
  view.setBigUint64(at, entry.pts);
  view.setUint32(at + 8, entry.duration);
  view.setUint32(at + 12, entry.length);
  view.setUint32(at + 16, link);
  view.setUint32(at + 20, entry.flags);
  bytes.set(entry.digest, at + 24);
}

export function readToken(bytes) {
  const view = viewOf(bytes);
  return {
    pts: view.getBigUint64(0),
    ordinal: view.getUint32(8),
    key: bytes[12],
    flags: bytes[13],
    track: view.getUint16(14),
    duration: view.getUint32(16),
    length: view.getUint32(20),
  };
}

export function readTrackRecord(bytes, at = 0) {
  const view = viewOf(bytes);
  return {
    id: view.getUint16(at),
    zero: view.getUint16(at + 2),
    count: view.getUint32(at + 4),
    keys: view.getUint32(at + 8),
    lastKey: view.getUint32(at + 12),
    bytes: view.getBigUint64(at + 16),
    first: view.getBigUint64(at + 24),
    end: view.getBigUint64(at + 32),
    root: bytes.subarray(at + 40, at + trackRecordLength),
  };
}

export function writeTrackRecord(bytes, at, record) {
  const view = viewOf(bytes);
  view.setUint16(at, record.id);
  view.setUint32(at + 4, record.count);
  view.setUint32(at + 8, record.keys);
  view.setUint32(at + 12, record.lastKey);
  view.setBigUint64(at + 16, record.bytes);
  view.setBigUint64(at + 24, record.first);
  view.setBigUint64(at + 32, record.end);
  bytes.set(record.root, at + 40);
}

export function readRootHeader(bytes) {
  const view = viewOf(bytes);
  return {
    magic: tagAt(bytes),
    minor: view.getUint16(4),
    hash: bytes[6],
    pageLog2: bytes[7],
    trackCount: view.getUint16(8),
    auxCount: view.getUint16(10),
    zero: view.getUint32(12),
    blockCount: view.getBigUint64(16),
    bytes: view.getBigUint64(24),
    tracksRoot: bytes.subarray(32, 64),
    auxRoot: bytes.subarray(64, 96),
    pagesHash: bytes.subarray(96, 128),
  };
}

export const isRootHeader = header =>
  header.magic === 'H4R1' && header.minor === 1 && header.hash === 1 && header.zero === 0 && header.pageLog2 >= 1 && header.pageLog2 <= 14;

export function readTail(bytes) {
  const view = viewOf(bytes);
  return {
    rootOffset: view.getBigUint64(12),
    rootLength: view.getUint32(20),
    minor: view.getUint16(24),
    zero: view.getUint16(26),
    rootHash: bytes.subarray(28, 60),
    magic: tagAt(bytes, 60),
  };
}
