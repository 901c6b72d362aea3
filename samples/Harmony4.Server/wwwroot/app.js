// Puts the parts of the page together.
import * as api from './api.js';
import { describeChunks, drawChunks, fillTable, readKeyframes, Timeline } from './inspector.js';
import { Player } from './player.js';
import { draw, largestSound } from './spectrogram.js';
import { verify } from './verify.js';

const $ = id => document.getElementById(id);
const mostFindings = 50;
const notPlayable = 'This browser does not play this media: fragmented MP4 and WebM are what a page can play piece by piece. Seeking says where a time is all the same.';
const player = new Player($('video'), sought, playing, error => playing(`stopped: ${error.message}`));
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
  const current = shown = { id, stop: new AbortController(), size: 0, chunks: [], counts: new Map(), chunkCount: 0 };
  player.close();
  for (const section of document.querySelectorAll('.player, .integrity, .inspector')) {
    section.hidden = false;
  }

  for (const name of ['status', 'sought', 'playing', 'meta', 'safe', 'facts']) {
    $(name).replaceChildren();
  }

  timeline.show([]);
  showChunks();
  await Promise.all([judge(), describe(current).catch(error => current === shown && explain(error))]);
}

async function describe(current) {
  const { id, stop: { signal } } = current;
  const info = await api.info(id, signal);
  if (current !== shown) {
    return;
  }

  // What was read here already stays.
  if (!current.chunks.length) {
    current.chunks = Object.entries(info.chunks)
      .flatMap(([tag, all]) => all.map(c => ({ tag, offset: c.offset - 12, size: c.size, crc: parseInt(c.crc, 16) })))
      .sort((a, b) => a.offset - b.offset);
    current.counts = new Map(Object.entries(info.chunks).map(([tag, all]) => [tag, all.length]));
    current.chunkCount = current.chunks.length;
  }

  current.size = info.size;
  $('meta').textContent = `META ${JSON.stringify(info.meta, null, 2)}`;
  $('safe').textContent = `SAFE ${JSON.stringify(info.safe, null, 2)}`;
  showFacts(info);
  showChunks();
  const keyframes = await readKeyframes(id, info, signal);
  if (current === shown) {
    timeline.show(keyframes);
    if (!await player.open(id, info.tracks[0]?.bytes ?? 0, keyframes, signal) && current === shown) {
      playing(notPlayable);
    }
  }
}

function showFacts(info) {
  const integrity = info.integrity === 'unverified' ? 'unverified (it was not asked to read all of it)' : info.integrity;
  const facts = { version: info.version, size: `${info.size.toLocaleString('en')} bytes`, blocks: info.blocks, keyframes: info.seek_entries, 'the host says': integrity, VERI: info.veri ?? 'none' };
  $('facts').replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    term.textContent = name;
    text.textContent = value;
    return [term, text];
  }));
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
    item.textContent = `${f.message} (chunk at offset ${f.offset})`;
    return item;
  }));
}

async function judge() {
  const current = shown;
  const { id, stop: { signal } } = current;
  $('computing').value = 0;
  decide('computing', 'computing…');
  try {
    const result = await verify(id, part => { $('computing').value = Math.min(1, part); }, signal);
    if (current !== shown) {
      return;
    }

    Object.assign(current, result);
    showChunks();
    const match = `${result.chunkCount} chunks match their CRC-32`;
    decide(result.state, {
      verified: `verified here: ${match}, and the whole its SHA-256`,
      unverified: `unverified: ${match}, but ${result.lacking}`,
      incomplete: `incomplete: ${match}, but the end of the container is missing`,
      failed: `failed here: ${result.findings[0]?.message}`,
    }[result.state], result.findings);
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
