// Finds the MIME type that Media Source Extensions ask for in the first bytes of a fragmented MP4 or WebM stream.
const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

const hex2 = value => value.toString(16).padStart(2, '0');

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

function mp4Codecs(bytes) {
  const codecs = [];
  const walk = (start, end) => boxes(bytes, start, end, (type, from, to) => {
    if (mp4Parents.has(type)) {
      walk(from, to);
    } else if (type === 'stsd') {
      boxes(bytes, from + 8, to, (entry, at, stop) => codecs.push(sampleEntry(bytes, entry, at, stop)));
    }
  });
  walk(0, bytes.length);
  return codecs.filter(Boolean);
}

function sampleEntry(bytes, type, start, end) {
  const fixed = { avc1: 78, avc3: 78, hvc1: 78, av01: 78, vp09: 78, mp4a: 28, Opus: 28, fLaC: 28 }[type];
  let codec = { Opus: 'opus', fLaC: 'flac', mp4a: 'mp4a.40.2' }[type] ?? null;
  boxes(bytes, start + (fixed ?? end), end, (box, at) => {
    if (box === 'avcC') {
      codec = `${type}.${hex2(bytes[at + 1])}${hex2(bytes[at + 2])}${hex2(bytes[at + 3])}`;
    } else if (box === 'vpcC') {
      codec = `vp09.${[bytes[at + 4], bytes[at + 5], bytes[at + 6] >> 4].map(n => String(n).padStart(2, '0')).join('.')}`;
    }
  });
  return codec;
}

const webmCodecs = { V_VP8: 'vp8', V_VP9: 'vp9', A_OPUS: 'opus', A_VORBIS: 'vorbis', V_AV1: 'av01.0.04M.08' };

// Returns null for what Media Source Extensions do not play.
export function mimeType(head) {
  if (text(head, 4, 4) === 'ftyp') {
    const codecs = mp4Codecs(head);
    return codecs.length ? `video/mp4; codecs="${codecs.join(', ')}"` : null;
  }

  if (head[0] === 0x1A && head[1] === 0x45 && head[2] === 0xDF && head[3] === 0xA3) {
    const head4k = text(head, 0, Math.min(head.length, 65536));
    const codecs = Object.keys(webmCodecs).filter(name => head4k.includes(name)).map(name => webmCodecs[name]);
    return codecs.length ? `video/webm; codecs="${codecs.join(', ')}"` : null;
  }

  return null;
}
