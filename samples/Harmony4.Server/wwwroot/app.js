// Puts the parts of the page together.
import * as api from './api.js';
import { HostClip, keyframesOf, ProvenClip } from './clips.js';
import { openContainer } from './h4mk/container.js';
import { FormatError, hex } from './h4mk/wire.js';
import { HostSource } from './hostsource.js';
import { describeChunks, drawChunks, fillFacts, fillTable, fillTracks, readKeyframes, Timeline } from './inspector.js';
import { Player } from './player.js';
import { draw, largestSound } from './spectrogram.js';
import { verify } from './verify.js';

const $ = id => document.getElementById(id);
const mostFindings = 50;
const redrawn = 1000;
const notPlayable = 'This browser does not play this media: fragmented MP4 and WebM are what a page can play piece by piece. Seeking says where a time is all the same.';
const player = new Player($('video'), sought, playing, clip => { $('proven').textContent = clip.note; }, stopped);
const timeline = new Timeline($('keys'), $('keys-text'), seconds => player.seek(seconds));
let shown = null;
let ids = [];
let listening = null;
let asked = '';

const isAbort = error => error.name === 'AbortError';

function say(message) {
  $('status').textContent = message;
}

function playing(message) {
  $('playing').textContent = message;
  $('playing').dataset.state = '';
}

// A block that is not what the root says is named, and did not reach the player.
function stopped(error) {
  playing(`${error instanceof FormatError ? 'not played' : 'stopped'}: ${error.message}`);
  $('playing').dataset.state = 'failed';
}

function explain(error) {
  if (isAbort(error)) {
    return;
  }

  $('authorize').hidden = error.status !== 401;
  if (error.status === 401) {
    asked = error.scheme;
    $('key-label').textContent = /^bearer/i.test(asked) ? 'This host asks for a token (JWT)' : 'This host asks for an API key';
  }

  say(error.message);
}

function sought(keyframe, seconds, error) {
  if (error) {
    $('sought').textContent = `${seconds.toFixed(3)} s: ${error.message}`;
    return;
  }

  timeline.mark(keyframe.pts);
  const block = keyframe.block === null ? '' : `, block ${keyframe.block}`;
  $('sought').textContent = `${seconds.toFixed(3)} s: keyframe at ${(keyframe.pts / 1e6).toFixed(3)} s${block}, byte ${keyframe.offset}`;
}

async function refresh(selected = $('list').value) {
  const entries = await api.list();
  ids = entries.map(e => e.id);
  $('list').replaceChildren(
    new Option(entries.length ? '–' : 'none yet', ''),
    ...entries.map(e => new Option(`${e.id} (${e.size.toLocaleString('en')} bytes)`, e.id)));
  $('list').value = ids.includes(selected) ? selected : '';
}

// Nothing of the container before stays on the page. What is judged here does not hang on what the host says.
async function show(id) {
  shown?.stop.abort();
  const current = shown = { id, stop: new AbortController(), root: null, size: 0, chunks: [], counts: new Map(), chunkCount: 0 };
  player.close();
  for (const section of document.querySelectorAll('.player, .integrity, .inspector')) {
    section.hidden = false;
  }

  for (const name of ['status', 'sought', 'playing', 'proven', 'meta', 'safe', 'facts', 'tracks']) {
    $(name).replaceChildren();
  }

  timeline.show([]);
  $('tracks').closest('details').hidden = true;
  showChunks();
  await Promise.all([judge(), describe(current).catch(error => current === shown && explain(error))]);
}

async function describe(current) {
  const { id, stop: { signal } } = current;
  const source = await HostSource.open(id, signal);
  const container = await openContainer(source);
  await (container ? describeProven(current, source, container) : describeOld(current));
}

// A 1.0 file: what the host says of it.
async function describeOld(current) {
  const { id, stop: { signal } } = current;
  const info = await api.info(id, signal);
  if (current !== shown) {
    return;
  }

  current.size = info.size;
  $('meta').textContent = `META ${JSON.stringify(info.meta, null, 2)}`;
  $('safe').textContent = `SAFE ${JSON.stringify(info.safe, null, 2)}`;
  fillFacts($('facts'), {
    version: info.version, size: `${info.size.toLocaleString('en')} bytes`, blocks: info.blocks, keyframes: info.seek_entries, 'the host says': said(info), VERI: info.veri ?? 'none',
  });
  showChunks();
  const keyframes = await readKeyframes(id, info, signal);
  await play(current, new HostClip(id, info.tracks[0]?.bytes ?? 0, keyframes));
}

// A 1.1 file: all that is shown and played was read here and agrees with its root; the host is only asked for its opinion.
async function describeProven(current, source, container) {
  const { id, stop: { signal } } = current;
  const [trak, meta, safe, info] = await Promise.all([
    container.trak(), container.document('META'), container.document('SAFE'), api.info(id, signal).catch(() => ({ integrity: 'nothing' })),
  ]);
  if (current !== shown) {
    return;
  }

  current.size = source.size;
  current.root = container.root;
  const tracks = container.tracks.map((track, i) => ({ ...trak.tracks[i], track }));
  const played = tracks.find(t => t.kind === 'video' && t.track.count) ?? tracks.find(t => t.track.count);
  $('meta').textContent = `META ${meta}`;
  $('safe').textContent = `SAFE ${safe}`;
  fillFacts($('facts'), {
    version: '1.1', 'root (identity)': container.root, size: `${source.size.toLocaleString('en')} bytes`, blocks: container.blockCount,
    signatures: container.signatures.length ? `${container.signatures.length}, not checked here` : 'none', 'the host says': said(info),
  });
  fillTracks($('tracks'), tracks.map(t => ({ ...t, played: t === played, root: hex(t.track.root) })));
  $('tracks').closest('details').hidden = false;
  showChunks();
  if (!played) {
    playing('no track of it has any blocks');
    return;
  }

  const keyframes = await keyframesOf(container, played.track, signal);
  await play(current, new ProvenClip(container, played.track, keyframes));
}

const said = info => info.integrity === 'unverified' ? 'unverified (it was not asked to read all of it)' : info.integrity;

async function play(current, clip) {
  if (current !== shown) {
    return;
  }

  timeline.show(clip.keyframes);
  try {
    if (!await player.open(clip, current.stop.signal) && current === shown) {
      playing(notPlayable);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }

    if (current === shown) {
      stopped(error);
    }
  }
}

function showChunks() {
  const { chunks, counts, chunkCount, size } = shown;
  const last = chunks.at(-1);
  drawChunks($('map'), chunks, Math.max(size, last ? last.offset + last.size + 12 : 1));
  describeChunks($('map-text'), counts);
  fillTable($('chunks'), chunks, chunkCount);
}

function decide(state, message, findings = []) {
  $('computing').hidden = state !== 'computing';
  $('verdict').dataset.state = state;
  $('verdict').textContent = message;
  $('findings').replaceChildren(...findings.slice(0, mostFindings).map(f => {
    const item = document.createElement('li');
    item.textContent = `${f.message} (${f.chunk || 'chunk'} at offset ${f.offset}, ${f.code})`;
    return item;
  }));
}

async function judge() {
  const current = shown;
  const { id, stop: { signal } } = current;
  $('computing').value = 0;
  decide('computing', 'computing…');
  const follow = found => {
    const { chunks, counts, chunkCount } = found;
    Object.assign(current, { chunks, counts, chunkCount });
    showChunks();
  };
  let drawn = performance.now();
  try {
    const result = await verify(id, (part, found) => {
      $('computing').value = Math.min(1, part);
      if (current === shown && performance.now() - drawn > redrawn) {
        follow(found);
        drawn = performance.now();
      }
    }, signal);
    if (current !== shown) {
      return;
    }

    current.size = result.size;

    // What is wrong with a chunk may be more than its CRC-32.
    const wrong = new Set(result.findings.filter(f => !['lost', 'seek-order', 'limit', 'veri'].includes(f.code)).map(f => f.offset));
    result.chunks.forEach(chunk => { chunk.good &&= !wrong.has(chunk.offset); });
    follow(result);
    if (current.root && result.root && current.root !== result.root) {
      decide('failed', `the file has become another one: its root is ${result.root}, what is shown and played is that of ${current.root}`, result.findings);
      return;
    }

    const match = `${result.chunkCount} chunks match their CRC-32`;
    const whole = result.root ? `every block, page and record gives the root ${result.root}` : 'the whole its SHA-256';
    const [state, message] = {
      unsigned: ['verified', `verified here: ${match}, and ${whole}`],
      unverified: ['unverified', `unverified: ${match}, but ${result.lacking}`],
      incomplete: ['incomplete', result.findings.length ? `incomplete: ${result.findings[0].chunk || 'chunk'} at offset ${result.findings[0].offset}: ${result.findings[0].message}` : `incomplete: ${match}, but the end of the container is missing`],
      none: ['failed', `failed here: ${result.findings[0]?.message}`],
      invalid: ['failed', `failed here: ${result.findings[0]?.message}`],
    }[result.state];
    decide(state, message, result.findings);
  } catch (error) {
    if (current === shown && !isAbort(error)) {
      decide('unread', `not verified, since the file could not be read: ${error.message}`);
    }
  }
}

$('upload').addEventListener('submit', async event => {
  event.preventDefault();
  const id = $('id').value;
  if (ids.includes(id) && !$('replace').checked) {
    say(`there is a container ${id} already: choose another id, or tick “replace”`);
    return;
  }

  const bar = $('sending');
  bar.value = 0;
  bar.hidden = false;
  $('send').disabled = true;
  say('');
  try {
    const stored = await api.upload($('file').files[0], id, $('replace').checked, part => { bar.value = part; });
    $('replace').checked = false;
    await refresh(stored.id);
    const showing = show(stored.id);
    say(`stored as ${stored.id}: ${stored.blocks} blocks, ${stored.keyframes} keyframes, segmented as ${stored.segment}${stored.notice ? ` (${stored.notice})` : ''}`);
    await showing;
  } catch (error) {
    explain(error);
  } finally {
    bar.hidden = true;
    $('send').disabled = false;
  }
});

// The id follows the file's name until somebody writes another.
$('file').addEventListener('change', () => {
  if (!$('id').value || $('id').value === $('id').dataset.proposed) {
    $('id').value = $('id').dataset.proposed = ($('file').files[0]?.name ?? '').replace(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '').slice(0, 128);
  }
});

$('authorize').addEventListener('submit', event => {
  event.preventDefault();
  api.useKey($('key').value.trim(), asked);
  $('key').value = '';
  refresh().then(() => { $('authorize').hidden = true; say(''); }, explain);
});

$('list').addEventListener('change', () => $('list').value && show($('list').value));
$('verify').addEventListener('click', () => judge());

$('goto').addEventListener('submit', event => {
  event.preventDefault();
  player.seek(Number($('time').value));
});

async function soundOf(file, signal) {
  if (!file && !shown) {
    throw new Error('choose a file, or a container above');
  }

  const source = file ? new Response(file) : await api.track(shown.id, signal);
  const length = file?.size ?? Number(source.headers.get('Content-Length'));
  if (length > largestSound) {
    await source.body.cancel();
    throw new Error(`${length.toLocaleString('en')} bytes are more than a page should decode at once: harmony4 tokenize audio has no such limit`);
  }

  return source.arrayBuffer();
}

$('listen').addEventListener('submit', async event => {
  event.preventDefault();
  listening?.abort();
  const { signal } = listening = new AbortController();
  const report = message => signal.aborted || ($('heard').textContent = message);
  $('stop').disabled = false;
  $('drawing').hidden = false;
  try {
    report('decoding…');
    const bytes = await soundOf($('audio').files[0], signal);
    report('drawn as it arrives…');
    $('heard').textContent = await draw($('spectrogram'), bytes, part => { $('drawing').value = part; }, signal);
  } catch (error) {
    report(error.status ? error.message : `stopped: ${error.message}`);
  } finally {
    if (listening.signal === signal) {
      $('stop').disabled = $('drawing').hidden = true;
    }
  }
});

$('stop').addEventListener('click', () => {
  listening?.abort();
  $('heard').textContent = 'stopped';
  $('listen').querySelector('button').focus();
});

function redraw() {
  if (shown) {
    showChunks();
    timeline.draw();
  }
}

addEventListener('resize', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

refresh().catch(explain);
