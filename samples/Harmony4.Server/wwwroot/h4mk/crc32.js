// CRC-32 as zlib has it, four bytes a step, over pieces of any length.
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

// The CRC of what came before and these bytes together.
export function crc32(bytes, before = 0) {
  const [t0, t1, t2, t3] = tables;
  let crc = before ^ 0xFFFFFFFF;
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
