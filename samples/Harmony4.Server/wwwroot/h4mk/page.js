// INDX: the index of up to 2^h consecutive blocks of a track.
import { leafHash, rootOf } from './merkle.js';
import { crc32 } from './crc32.js';
import { chunkHeaderLength, entryLength, flag, FormatError, indexedLength, indexHeaderLength, latestPts, none64, readEntry, same, tagAt, viewOf } from './wire.js';

export const indexPayloadLength = count => indexHeaderLength + indexedLength * count;

// The entries of an INDX payload with their hashes, whatever they say: { entries, leaves }.
export function readEntries(payload) {
  const count = (payload.length - indexHeaderLength) / indexedLength;
  const view = viewOf(payload);
  const entries = [];
  const leaves = [];
  for (let i = 0; i < count; i++) {
    const at = indexHeaderLength + entryLength * i;
    const entry = readEntry(payload, at);
    entry.raw = payload.subarray(at, at + entryLength);
    entry.offset = Number(view.getBigUint64(indexHeaderLength + entryLength * count + 8 * i));
    entries.push(entry);
    leaves.push(leafHash(entry.raw));
  }

  return { entries, leaves };
}

// Whether a payload is the page that ROOT lists. Returns { entries, leaves, root }, or null.
export function matchPage(payload, track, page) {
  const view = viewOf(payload);
  if (payload.length !== indexPayloadLength(page.count) || view.getUint16(0) !== track.id || view.getUint16(2) !== 0
    || view.getUint32(4) !== page.firstOrdinal || view.getBigUint64(8) !== page.streamOffset) {
    return null;
  }

  const read = readEntries(payload);
  return same(rootOf(read.leaves), page.root) ? read : null;
}

// Checks a whole INDX chunk against ROOT, and, unless told otherwise, what its entries say against each other.
export function readPage(chunk, track, page, areClaimsChecked = true) {
  const fail = (code, message) => {
    throw new FormatError(code, 'INDX', page.offset, `page at ordinal ${page.firstOrdinal} of track ${track.id}: ${message}`);
  };
  const payload = chunk.subarray(chunkHeaderLength);
  const view = viewOf(chunk);
  if (chunk.length < chunkHeaderLength || tagAt(chunk) !== 'INDX' || view.getUint32(4) !== payload.length || payload.length !== indexPayloadLength(page.count)) {
    fail('page', 'there is no such INDX chunk');
  }

  if (view.getUint32(8) !== crc32(payload)) {
    fail('crc', 'CRC-32 differs');
  }

  const read = matchPage(payload, track, page) ?? fail('page', 'not the page that ROOT lists');
  if (areClaimsChecked) {
    checkClaims(read.entries, track, page, message => fail('page', message));
  }

  return read;
}

// A signer may lie in what the root covers: links, keys and sums have to be true within the page.
function checkClaims(entries, track, page, fail) {
  let lastKey = -1;
  let lastPts = -1n;
  let lead = null;
  let position = page.streamOffset;
  entries.forEach((entry, i) => {
    const ordinal = page.firstOrdinal + i;
    const { pts, duration, length, link, flags } = entry;
    if (flags > 15 || pts + BigInt(duration) > latestPts || (flags & flag.lost && (flags !== flag.lost || length || duration))) {
      fail(`block ${ordinal} has flags or times that cannot be`);
    }

    if (lastKey >= 0 ? link !== ordinal - lastKey : link > ordinal || (link > 0 && link <= i)) {
      fail(`the link of block ${ordinal} is not to the keyframe before it`);
    }

    // Until the first key of the page all of them link to one and the same.
    if (lastKey < 0) {
      const target = link ? ordinal - link : -1;
      lead ??= target;
      if (target !== lead || target >= 0 !== track.pages[0].firstKey < page.firstKey) {
        fail(`the link of block ${ordinal} is not to the keyframe before it`);
      }
    }

    if (flags & flag.key) {
      if (lastKey < 0 ? pts !== page.firstKey : pts <= lastPts) {
        fail(`the keyframe ${ordinal} is not where ROOT has it, or not later than the one before`);
      }

      [lastKey, lastPts] = [ordinal, pts];
    }

    entry.ordinal = ordinal;
    entry.streamOffset = position;
    position += BigInt(length);
  });
  const following = track.pages[page.firstOrdinal / track.pages[0].count + 1];
  if (position !== (following?.streamOffset ?? track.bytes)) {
    fail('its blocks are not as long as ROOT says');
  }

  if (lastKey < 0 && page.firstKey !== (following?.firstKey ?? none64)) {
    fail('a keyframe that ROOT tells of is not in it');
  }
}
