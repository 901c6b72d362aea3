// Finds out what a container is and how its media is played. What is said of a 1.1 file was read here and agrees with its root; of others the host is asked.
import * as api from './api.js';
import { openContainer } from './h4mk/container.js';
import { FormatError, hex } from './h4mk/wire.js';
import { HostSource } from './hostsource.js';
import { HostClip, ProvenClip } from './player/clips.js';
import { keyframesOfSeek, keyframesOfTrack } from './player/keyframes.js';
import { LiveClip } from './player/live.js';
import { plural, size } from './quantities.js';

// Returns { version, facts, tracks, meta, safe, root, container, clip, keyframes, keyCount, start, end, isLive, segment, kind, locked }; times in seconds. keyCount is null where it is not known.
// onProven(entry): a block of it agrees with its root.
export async function openShown(id, onProven, signal) {
  const source = await HostSource.open(id, signal);
  let container;
  try {
    container = await openContainer(source);
  } catch (error) {
    const info = error instanceof FormatError && error.code === 'incomplete' ? await api.info(id, signal).catch(() => null) : null;
    if (!info?.live) {
      throw error;
    }

    return openLive(id, info, signal);
  }

  return container ? openProven(source, container, onProven, signal) : openOld(id, signal);
}

async function openOld(id, signal) {
  const info = await api.info(id, signal);
  if (info.live) {
    return openLive(id, info, signal);
  }

  const keyframes = await keyframesOfSeek(id, info.chunks.SEEK?.[0], signal);
  const [track] = info.tracks;
  const [start, last] = [(keyframes.first?.pts ?? 0) / 1e6, (keyframes.last?.pts ?? 0) / 1e6];
  return {
    version: info.version,
    facts: { version: info.version, size: `${size(info.size)} (${plural(info.size, 'byte')})`, blocks: info.blocks, keyframes: info.seek_entries, VERI: info.veri ?? 'none' },
    tracks: [],
    meta: JSON.stringify(info.meta, null, 2),
    safe: JSON.stringify(info.safe, null, 2),
    clip: track?.bytes ? new HostClip(id, track.bytes, keyframes) : null,
    keyframes,
    keyCount: keyframes.length,
    start,
    end: last + Math.max(keyframes.length ? 1 : 0, (last - start) / Math.max(1, keyframes.length - 1)),
    isEndGuessed: true,
    segment: info.meta?.segment ?? '',
    kind: track?.kind ?? '',
    locked: info.meta?.masked ? 'masked' : '',
  };
}

async function openProven(source, container, onProven, signal) {
  const [trak, meta, safe] = await Promise.all([container.trak(), container.document('META'), container.document('SAFE')]);
  const tracks = container.tracks.map((track, i) => ({ ...trak.tracks[i], track, root: hex(track.root), played: false }));
  const played = tracks.find(t => t.kind === 'video' && t.track.count) ?? tracks.find(t => t.track.count);
  const keyframes = played ? await keyframesOfTrack(container, played.track, signal) : null;
  if (played) {
    played.played = true;
  }

  return {
    version: '1.1',
    facts: {
      version: '1.1',
      'root (identity)': container.root,
      size: `${size(source.size)} (${plural(source.size, 'byte')})`,
      blocks: container.blockCount,
      signatures: container.signatures.length ? `${container.signatures.length}, not checked here` : 'none',
    },
    tracks,
    meta,
    safe,
    root: container.root,
    container,
    clip: played ? new ProvenClip(container, played.track, keyframes, onProven) : null,
    keyframes,
    keyCount: played?.track.keys ?? 0,
    start: Number(played?.track.first ?? 0n) / 1e6,
    end: Number(played?.track.end ?? 0n) / 1e6,
    segment: typeof played?.segment === 'string' ? played.segment : '',
    kind: played?.kind ?? '',
    locked: container.aux.some(a => a.tag === 'SEAL') ? 'sealed' : '',
  };
}

async function openLive(id, info, signal) {
  const clip = new LiveClip(id);
  await clip.update(info, signal);
  return {
    version: info.version,
    facts: liveFacts(info),
    tracks: [],
    meta: JSON.stringify(info.meta ?? null, null, 2),
    safe: JSON.stringify(info.safe ?? null, null, 2),
    clip,
    keyframes: clip.keyframes,
    keyCount: null,
    start: (clip.keyframes.first?.pts ?? 0) / 1e6,
    end: clip.end / 1e6,
    isLive: true,
    segment: info.tracks[0]?.segment ?? '',
    kind: info.tracks[0]?.kind ?? '',
    locked: '',
  };
}

export const liveFacts = info => ({ version: info.version, 'size so far': size(info.size), 'blocks so far': info.blocks });
