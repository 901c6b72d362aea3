// ROOT: what the identity stands for. Every count is held against the length of the payload before it is used.
import { rootOf, rootOfRecords } from './merkle.js';
import { sha256 } from './sha256.js';
import {
  auxRecordLength, chunkHeaderLength, fileHeaderLength, FormatError, hex, indexedLength, indexHeaderLength, isFormatTag, isPlainTag, isRootHeader, latestPts, limits, mostOpenEntries,
  mostTracks, neighbour, none32, none64, offsetLength, pageRecordLength, readRootHeader, readTrackRecord, rootHeaderLength, same, tagAt, trackRecordLength, viewOf,
} from './wire.js';

const indexLength = count => chunkHeaderLength + indexHeaderLength + indexedLength * count;

// Reads and checks the payload of ROOT, whose chunk begins at `offset`. Returns { header, identity, pageLog2, tracks, aux }; each track has its record's fields, and
// pages of { firstKey, streamOffset, root, offset, count }.
export function readRoot(payload, offset) {
  const need = (holds, message, code = 'root') => {
    if (!holds) {
      throw new FormatError(code, 'ROOT', offset, `ROOT: ${message}`);
    }
  };
  need(payload.length >= rootHeaderLength + trackRecordLength, 'too short');
  const header = payload.subarray(0, rootHeaderLength);
  const fields = readRootHeader(header);
  const { pageLog2, trackCount, auxCount } = fields;
  need(isRootHeader(fields), 'a root header that is not one of 1.1');
  need(trackCount >= 1 && trackCount <= mostTracks && trackCount * 2 ** pageLog2 <= mostOpenEntries, `${trackCount} tracks with pages of 2^${pageLog2} blocks`);
  need(auxCount <= limits.aux, `${auxCount} aux records`, 'limit');
  const auxAt = rootHeaderLength + trackRecordLength * trackCount;
  const pagesAt = auxAt + auxRecordLength * auxCount;
  need(payload.length >= pagesAt + offsetLength * auxCount, 'shorter than its counts say');

  const tracks = Array.from({ length: trackCount }, (_, i) => readTrackRecord(payload, rootHeaderLength + trackRecordLength * i));
  const pageCounts = tracks.map(t => Math.ceil(t.count / 2 ** pageLog2));
  const pageCount = pageCounts.reduce((sum, n) => sum + n, 0);
  const auxOffsetsAt = pagesAt + pageRecordLength * pageCount;
  const pageOffsetsAt = auxOffsetsAt + offsetLength * auxCount;
  need(payload.length === pageOffsetsAt + offsetLength * pageCount, 'not as long as its counts say');
  need(tracks.reduce((sum, t) => sum + BigInt(t.count), 0n) === fields.blockCount && tracks.reduce((sum, t) => sum + t.bytes, 0n) === fields.bytes, 'sums that are not those of its tracks');
  need(same(rootOfRecords(payload, rootHeaderLength, trackRecordLength, trackCount), fields.tracksRoot), 'track records that do not give the tracks root');
  need(same(rootOfRecords(payload, auxAt, auxRecordLength, auxCount), fields.auxRoot), 'aux records that do not give the aux root');
  need(same(sha256(payload.subarray(pagesAt, auxOffsetsAt)), fields.pagesHash), 'page records of another hash');

  const view = viewOf(payload);
  const aux = Array.from({ length: auxCount }, (_, i) => ({
    tag: tagAt(payload, auxAt + auxRecordLength * i),
    length: view.getUint32(auxAt + auxRecordLength * i + 4),
    digest: payload.subarray(auxAt + auxRecordLength * i + 8, auxAt + auxRecordLength * (i + 1)),
    offset: view.getBigUint64(auxOffsetsAt + offsetLength * i),
  }));
  readPages(payload, { tracks, pageCounts, pageLog2, pagesAt, pageOffsetsAt });
  checkAux(aux, offset, need);
  tracks.forEach((track, i) => checkTrack(track, tracks[i - 1], offset, need));

  // Chunks do not overlap: what is listed cannot be more than there is.
  const listed = [
    ...aux.map(a => BigInt(chunkHeaderLength + a.length)),
    ...tracks.flatMap(t => t.pages.map(p => BigInt(indexLength(p.count)))),
    fields.bytes + BigInt(chunkHeaderLength) * fields.blockCount,
  ].reduce((sum, n) => sum + n, BigInt(fileHeaderLength));
  need(listed <= BigInt(offset), 'lists more than the file has');
  for (const item of [...aux, ...tracks.flatMap(t => t.pages)]) {
    item.offset = Number(item.offset);
  }

  return { payload, header, identity: sha256(header), pageLog2, tracks, aux, blockCount: Number(fields.blockCount), bytes: fields.bytes };
}

function readPages(payload, { tracks, pageCounts, pageLog2, pagesAt, pageOffsetsAt }) {
  const view = viewOf(payload);
  let next = 0;
  tracks.forEach((track, i) => {
    track.position = i;
    track.pages = Array.from({ length: pageCounts[i] }, (_, k) => {
      const at = pagesAt + pageRecordLength * next;
      return {
        firstKey: view.getBigUint64(at),
        streamOffset: view.getBigUint64(at + 8),
        root: payload.subarray(at + 16, at + pageRecordLength),
        offset: view.getBigUint64(pageOffsetsAt + offsetLength * next++),
        count: Math.min(2 ** pageLog2, track.count - k * 2 ** pageLog2),
        firstOrdinal: k * 2 ** pageLog2,
      };
    });
  });
}

function checkAux(aux, rootOffset, need) {
  aux.forEach(({ tag, length, offset }, i) => {
    need(i === 0 || aux[i - 1].tag <= tag, 'aux records out of order');
    need(isPlainTag(tag) && (['META', 'SAFE', 'TRAK', 'SEAL'].includes(tag) || (!isFormatTag(tag) && !neighbour(tag))), `${tag} among the aux records`);
    need(offset >= fileHeaderLength && offset + BigInt(chunkHeaderLength + length) <= rootOffset, `${tag} outside of the file`);
    need(!['META', 'SAFE', 'TRAK'].includes(tag) || length <= limits.json, `${tag} of ${length} bytes`, 'limit');
  });
  for (const tag of ['META', 'SAFE', 'TRAK']) {
    need(aux.filter(a => a.tag === tag).length === 1, `not one ${tag}`);
  }
}

function checkTrack(track, before, rootOffset, need) {
  const { id, count, keys, lastKey, bytes, pages } = track;
  need(track.zero === 0 && (!before || before.id < id), `the ids of tracks do not increase at ${id}`);
  need(keys <= count && (keys === 0 ? lastKey === none32 : lastKey < count && keys <= lastKey + 1), `track ${id}: ${keys} keyframes of ${count} blocks, the last one ${lastKey}`);
  need(count < none32 + 1 && track.first <= track.end && track.end <= latestPts && (count > 0 || (bytes === 0n && track.end === 0n)), `track ${id}: times or bytes that cannot be`);
  need(same(rootOf(pages.map(p => p.root)), track.root), `track ${id}: pages that do not give its root ${hex(track.root.subarray(0, 4))}…`);
  let free = BigInt(fileHeaderLength);
  pages.forEach((page, k) => {
    const past = pages[k - 1];
    need(page.offset >= free && page.offset + BigInt(indexLength(page.count)) <= rootOffset, `track ${id}: page ${k} outside of the file, or over another`);
    need(page.streamOffset <= bytes && page.streamOffset >= (past?.streamOffset ?? 0n) && (past || page.streamOffset === 0n), `track ${id}: page ${k} at a wrong place of the stream`);
    need(page.firstKey >= (past?.firstKey ?? 0n), `track ${id}: page ${k} with an earlier key than the one before`);
    need(keys > 0 && page.firstOrdinal <= lastKey ? page.firstKey <= latestPts : page.firstKey === none64, `track ${id}: page ${k} with a key that cannot be`);
    free = page.offset + BigInt(indexLength(page.count));
  });
}
