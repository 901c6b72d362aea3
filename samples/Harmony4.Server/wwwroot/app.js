// Puts the parts of the page together.
import * as api from './api.js';
import { describeChunks, drawChunks, fillTable, readKeyframes, Timeline } from './inspector.js';
import { Player } from './player.js';
import { draw } from './spectrogram.js';
import { verify } from './verify.js';

const $ = id => document.getElementById(id);
const player = new Player($('video'), sought);
const timeline = new Timeline($('keys'), $('keys-text'), seconds => player.seek(seconds));
let shown = null;

function say(message) {
  $('status').textContent = message;
}

function explain(error) {
  $('authorize').hidden = error.status !== 401;
  say(error.message);
}

function sought(keyframe, seconds, error) {
  if (error) {
    $('sought').textContent = error.message;
    return;
  }

  timeline.mark(keyframe.pts);
  $('sought').textContent = `${seconds.toFixed(3)} s: keyframe at ${(keyframe.pts / 1e6).toFixed(3)} s, block ${keyframe.block}, byte ${keyframe.offset}`;
}

async function refresh(selected) {
  const entries = await api.list();
  $('list').replaceChildren(new Option('–', ''), ...entries.map(e => new Option(`${e.id} (${e.size.toLocaleString('en')} bytes)`, e.id)));
  $('list').value = selected ?? '';
}

async function show(id) {
  for (const section of document.querySelectorAll('.player, .integrity, .inspector')) {
    section.hidden = false;
  }

  const info = await api.info(id);
  const keyframes = await readKeyframes(id, info);
  const chunks = Object.entries(info.chunks)
    .flatMap(([tag, all]) => all.map(c => ({ tag, offset: c.offset - 12, size: c.size, crc: parseInt(c.crc, 16) })))
    .sort((a, b) => a.offset - b.offset);
  shown = { id, info, chunks };
  $('meta').textContent = `META ${JSON.stringify(info.meta, null, 2)}`;
  $('safe').textContent = `SAFE ${JSON.stringify(info.safe, null, 2)}`;
  showFacts(info);
  showChunks();
  timeline.show(keyframes);
  const [, type] = await Promise.all([judge(), player.open(id, info.tracks[0].bytes, keyframes).catch(error => `${error.message}`)]);
  $('playing').textContent = type ?? 'This browser does not play this media: fragmented MP4 and WebM are what a page can play piece by piece.';
}

function showFacts(info) {
  const facts = { version: info.version, size: `${info.size.toLocaleString('en')} bytes`, blocks: info.blocks, keyframes: info.seek_entries, 'the host says': info.integrity, VERI: info.veri ?? 'none' };
  $('facts').replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    term.textContent = name;
    text.textContent = value;
    return [term, text];
  }));
}

function showChunks() {
  drawChunks($('map'), shown.chunks, shown.info.size);
  describeChunks($('map-text'), shown.chunks);
  fillTable($('chunks'), shown.chunks);
}

function decide(state, message, findings = []) {
  $('verdict').dataset.state = state;
  $('verdict').textContent = message;
  $('findings').replaceChildren(...findings.slice(0, 50).map(f => {
    const item = document.createElement('li');
    item.textContent = `${f.message} (chunk at offset ${f.offset})`;
    return item;
  }));
}

async function judge() {
  const current = shown;
  decide('none', 'computing…');
  try {
    const result = await verify(current.id, part => decide('none', `computing… ${Math.round(part * 100)} %`));
    if (current !== shown) {
      return;
    }

    shown.chunks = result.chunks.length ? result.chunks : shown.chunks;
    showChunks();
    const messages = {
      verified: `verified here: ${result.chunks.length} chunks match their CRC-32, and the whole its SHA-256`,
      unverified: `unverified: ${result.chunks.length} chunks match their CRC-32, but there is no SHA-256 over the whole`,
      failed: `failed here: ${result.findings[0]?.message}`,
    };
    decide(result.state, messages[result.state], result.findings);
  } catch (error) {
    decide('failed', `not verified: ${error.message}`);
  }
}

$('upload').addEventListener('submit', async event => {
  event.preventDefault();
  const bar = $('sending');
  bar.hidden = false;
  try {
    const stored = await api.upload($('file').files[0], $('id').value, part => { bar.value = part; });
    say(`stored as ${stored.id}: ${stored.blocks} blocks, ${stored.keyframes} keyframes, segmented as ${stored.segment}${stored.notice ? ` (${stored.notice})` : ''}`);
    await refresh(stored.id);
    await show(stored.id);
  } catch (error) {
    explain(error);
  } finally {
    bar.hidden = true;
  }
});

$('file').addEventListener('change', () => {
  $('id').value ||= ($('file').files[0]?.name ?? '').replace(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '').slice(0, 128);
});

$('authorize').addEventListener('submit', event => {
  event.preventDefault();
  api.useKey($('key').value);
  refresh().then(() => { $('authorize').hidden = true; say(''); }, explain);
});

$('list').addEventListener('change', () => $('list').value && show($('list').value).catch(explain));
$('verify').addEventListener('click', () => judge());

$('goto').addEventListener('submit', event => {
  event.preventDefault();
  player.seek(Number($('time').value));
});

$('listen').addEventListener('submit', async event => {
  event.preventDefault();
  const file = $('audio').files[0];
  try {
    if (!file && !shown) {
      throw new Error('choose a file, or a container above');
    }

    $('heard').textContent = 'decoding…';
    const bytes = file ? await file.arrayBuffer() : await (await api.request(`/video/range?id=${encodeURIComponent(shown.id)}`)).arrayBuffer();
    await draw($('spectrogram'), bytes, message => { $('heard').textContent = message; });
  } catch (error) {
    $('heard').textContent = error.message;
  }
});

addEventListener('resize', () => {
  if (shown) {
    showChunks();
    timeline.draw();
  }
});

refresh().catch(explain);
