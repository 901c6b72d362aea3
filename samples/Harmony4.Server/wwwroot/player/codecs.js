// Finds the MIME type that Media Source Extensions ask for in the first bytes of a fragmented MP4 or WebM stream.
const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

const hex2 = value => value.toString(16).padStart(2, '0');

const decimal2 = value => String(value).padStart(2, '0');

// Calls visit(type, start, end) for every box between start and end.
function boxes(bytes, start, end, visit) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = start; at + 8 <= end;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) {
      return;
    }

    visit(text(bytes, at + 4, 4), at + 8, at + size);
    at += size;
  }
}

const mp4Parents = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

// Null where no fragments follow, or a track of picture or sound is of a codec that is not known here.
function mp4Codecs(bytes) {
  const codecs = [];
  let fragmented = false;
  let heard = false;
  const walk = (start, end) => boxes(bytes, start, end, (type, from, to) => {
    if (mp4Parents.has(type)) {
      walk(from, to);
    } else if (type === 'mvex') {
      fragmented = true;
    } else if (type === 'hdlr') {
      heard = ['vide', 'soun'].includes(text(bytes, from + 8, 4));
    } else if (type === 'stsd' && heard) {
      boxes(bytes, from + 8, to, (entry, at, stop) => codecs.push(sampleEntry(bytes, entry, at, stop)));
    }
  });
  walk(0, bytes.length);
  return fragmented ? codecs : [null];
}

function sampleEntry(bytes, type, start, end) {
  const fixed = { avc1: 78, avc3: 78, av01: 78, vp08: 78, vp09: 78, mp4a: 28, Opus: 28, fLaC: 28 }[type];
  let codec = { Opus: 'opus', fLaC: 'flac', mp4a: 'mp4a.40.2' }[type] ?? null;
  boxes(bytes, start + (fixed ?? end), end, (box, at) => {
    if (box === 'avcC') {
      codec = `${type}.${hex2(bytes[at + 1])}${hex2(bytes[at + 2])}${hex2(bytes[at + 3])}`;
    } else if (box === 'vpcC') {
      codec = `${type}.${[bytes[at + 4], bytes[at + 5], bytes[at + 6] >> 4].map(decimal2).join('.')}`;
    } else if (box === 'av1C') {
      const [profile, flags] = [bytes[at + 1], bytes[at + 2]];
      const depth = flags & 0x40 ? flags & 0x20 ? 12 : 10 : 8;
      codec = `av01.${profile >> 5}.${decimal2(profile & 31)}${flags & 0x80 ? 'H' : 'M'}.${decimal2(depth)}`;
    }
  });
  return codec;
}

const webmCodecs = { V_VP8: 'vp8', V_VP9: 'vp9', A_OPUS: 'opus', A_VORBIS: 'vorbis', V_AV1: 'av01.0.04M.08' };
const webmParents = new Set([0x18538067, 0x1654AE6B, 0xAE]); // Segment, Tracks, TrackEntry
const codecId = 0x86;

// An EBML number: its value with or without the bits that say its length.
function ebml(bytes, at, marked) {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  let value = marked ? bytes[at] : bytes[at] & 0xFF >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + (bytes[at + i] ?? 0);
  }

  return { value, length };
}

function webmTracks(bytes, start, end, visit) {
  for (let at = start; at + 2 <= end;) {
    const id = ebml(bytes, at, true);
    const size = ebml(bytes, at + id.length, false);
    const from = at + id.length + size.length;
    if (id.length > 4 || size.length > 8) {
      return;
    }

    // A length that is not known, as that of a live Segment, has all its bits set.
    const to = Math.min(end, size.value === 2 ** (7 * size.length) - 1 ? end : from + size.value);
    if (webmParents.has(id.value)) {
      webmTracks(bytes, from, to, visit);
    } else if (id.value === codecId) {
      visit(text(bytes, from, Math.min(to - from, 64)));
    }

    at = to;
  }
}

// Returns null for what Media Source Extensions do not play.
export function mimeType(head) {
  const codecs = [];
  if (text(head, 4, 4) === 'ftyp') {
    codecs.push(...mp4Codecs(head));
    return codecs.length && codecs.every(Boolean) ? `video/mp4; codecs="${codecs.join(', ')}"` : null;
  }

  if (text(head, 0, 4) === '\x1A\x45\xDF\xA3') {
    webmTracks(head, 0, head.length, name => codecs.push(webmCodecs[name]));
    return codecs.length && codecs.every(Boolean) ? `video/webm; codecs="${codecs.join(', ')}"` : null;
  }

  return null;
}

// What a browser may play when it has all of it: the type of the stream by its first bytes, or null.
export function wholeType(head) {
  const name = text(head, 0, 4);
  const isSync = head[0] === 0xFF && (head[1] & 0xE0) === 0xE0;
  return name === 'RIFF' && text(head, 8, 4) === 'WAVE' ? 'audio/wav'
    : name === 'fLaC' ? 'audio/flac'
      : name === 'OggS' ? 'video/ogg'
        : text(head, 4, 4) === 'ftyp' ? 'video/mp4'
          : name === '\x1A\x45\xDF\xA3' ? 'video/webm'
            : isSync && (head[1] & 0x06) === 0 ? 'audio/aac'
              : isSync || name.startsWith('ID3') ? 'audio/mpeg'
                : null;
}

// The length of what a player needs before any fragment, as far as the bytes tell: all up to the first moof or Cluster.
export function headLength(bytes) {
  let found = bytes.length;
  if (text(bytes, 4, 4) === 'ftyp') {
    boxes(bytes, 0, bytes.length, (type, start) => {
      found = type === 'moof' || type === 'sidx' || type === 'styp' ? Math.min(found, start - 8) : found;
    });
    return found;
  }

  // Cluster
  const at = bytes.findIndex((b, i) => b === 0x1F && bytes[i + 1] === 0x43 && bytes[i + 2] === 0xB6 && bytes[i + 3] === 0x75);
  return at < 0 ? found : at;
}
