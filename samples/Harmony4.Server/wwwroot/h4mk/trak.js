// TRAK: which tracks a container has, of what kind, and how many blocks a page indexes.
import { JsonNumber, parseJson, TooDeepError } from './json.js';
import { FormatError, limits, mostOpenEntries, mostTracks } from './wire.js';

const kinds = ['video', 'audio', 'data'];
const largestId = 65535;

// Plain decimal: no sign, fraction, exponent or leading zero.
const plain = value => value instanceof JsonNumber && /^(?:0|[1-9][0-9]{0,9})$/.test(value.text) ? Number(value.text) : -1;

// Returns the members of a JSON object as a Map. chunk and code say what to blame.
export function readObject(bytes, chunk, offset, code = 'json') {
  let value;
  try {
    value = parseJson(bytes, limits.depth);
  } catch (error) {
    throw new FormatError(error instanceof TooDeepError ? 'limit' : code, chunk, offset, `${chunk} is not the JSON that the format allows: ${error.message}`);
  }

  if (!(value instanceof Map)) {
    throw new FormatError(code, chunk, offset, `${chunk} is not a JSON object`);
  }

  return value;
}

export function readTrak(bytes, offset) {
  const members = readObject(bytes, 'TRAK', offset, 'track');
  const need = (holds, message) => {
    if (!holds) {
      throw new FormatError('track', 'TRAK', offset, `TRAK: ${message}`);
    }
  };
  const pageLog2 = plain(members.get('page_log2'));
  const listed = members.get('tracks');
  need(pageLog2 >= 1 && pageLog2 <= 14, 'page_log2 is not 1 to 14');
  need(Array.isArray(listed) && listed.length >= 1 && listed.length <= mostTracks, `there are not 1 to ${mostTracks} tracks`);
  need(listed.length * 2 ** pageLog2 <= mostOpenEntries, 'too many tracks for pages of that length');
  const tracks = listed.map((track, i) => {
    need(track instanceof Map, `track ${i} is not an object`);
    const id = plain(track.get('id'));
    const kind = track.get('kind');
    need(id >= 0 && id <= largestId, `the id of track ${i} is not 0 to ${largestId}`);
    need(kinds.includes(kind), `the kind of track ${id} is none of ${kinds.join(', ')}`);
    return { id, kind, label: track.get('label') ?? '', language: track.get('language') ?? '', segment: track.get('segment') ?? '' };
  });
  need(tracks.every((track, i) => i === 0 || tracks[i - 1].id < track.id), 'ids do not increase');
  return { pageLog2, tracks };
}
