// Puts the parts of the page together: what the address names is shown, and what is shown is in the address.
import { accessDialog } from './access.js';
import { follow, fragment, read } from './address.js';
import * as api from './api.js';
import { acceptDownloads } from './download.js';
import { acceptDrops } from './library/drop.js';
import { deleteContainer } from './library/deletion.js';
import { Queue } from './library/queue.js';
import { LibraryView } from './library/view.js';
import { Shown } from './shown.js';
import { listenBy } from './sound/listening.js';

const part = id => document.getElementById(id);
const title = document.title;
const isNarrow = matchMedia('(max-width: 56rem)');

const say = message => { part('status').textContent = message; };

function failed(error) {
  if (error.name !== 'AbortError') {
    say(error.message);
  }
}

api.askBy(accessDialog(part('access')));

const library = new LibraryView(part, { onDelete: entry => remove(entry).catch(failed), onFailed: failed });
const shown = new Shown(part, {
  time: seconds => shown.id && follow(shown.id, seconds < 0.05 ? null : seconds),
  judged: (id, { state, word }) => library.judge(id, state, word),
  failed,
  replaced: id => {
    say(`${id} was replaced meanwhile; this is the new one`);
    shown.open(id, null);
    refresh(id).catch(failed);
  },
  ended: id => {
    say(`the recording ${id} has ended`);
    shown.open(id, read().time);
    refresh(id).catch(failed);
  },
});

function show({ id, time }) {
  if (id !== null && id === shown.id) {
    if (time !== null) {
      shown.seek(time);
    }

    return;
  }

  part('welcome').hidden = id !== null;
  part('container').hidden = id === null;
  document.title = id === null ? title : `${id} – ${title}`;
  say('');
  library.show(id);
  if (id === null) {
    shown.close();
    return;
  }

  part('copied').textContent = '';
  part('download').href = api.fileAddress(id);
  part('download').download = id;
  shown.open(id, time);
  tidySound();
  if (isNarrow.matches) {
    part('main').scrollIntoView();
  }
}

// Opens a container, also one that is open and has become another.
function open(id) {
  if (read().id === id) {
    shown.close();
    history.replaceState(null, '', fragment(id));
    show({ id, time: null });
  } else {
    location.hash = fragment(id);
  }
}

async function refresh(id) {
  const entry = await api.entryOf(id);
  if (entry) {
    library.put(entry);
  }
}

async function remove(entry) {
  const { outcome, message } = await deleteContainer(part('confirm'), entry);
  if (message) {
    say(message);
  }

  if (outcome === 'forbidden') {
    library.forbidDeletion();
    part('delete').hidden = true;
  } else if (outcome === 'changed') {
    await refresh(entry.id);
  } else if (outcome === 'deleted' || outcome === 'gone') {
    library.drop(entry.id);
    if (shown.id === entry.id) {
      history.pushState(null, '', location.pathname + location.search);
      show(read());
      say(message);
    }
  }
}

const queue = new Queue(part, (item, answer) => {
  say(item.message);
  if (item.isAlone || shown.id === answer.id) {
    open(answer.id);
    say(item.message);
  }

  refresh(answer.id).catch(() => library.put({ id: answer.id, size: answer.size, etag: answer.etag, duration_us: null, version: answer.version }));
});

acceptDownloads(document, say);
acceptDrops(part('dropping'), files => queue.add(files));
part('file').addEventListener('change', () => {
  queue.add(part('file').files);
  part('file').value = '';
});
part('upload').addEventListener('submit', event => event.preventDefault());
part('copy-link').addEventListener('click', async () => {
  const link = new URL(fragment(shown.id, part('video').hidden ? read().time : part('video').currentTime), location.href).href;

  // Without https, or without leave, the link is there to be copied by hand.
  try {
    await navigator.clipboard.writeText(link);
    part('copied').textContent = 'copied';
  } catch {
    part('copied').textContent = link;
  }
});
part('delete').addEventListener('click', async () => {
  const entry = library.find(shown.id) ?? await api.entryOf(shown.id).catch(failed);
  await remove(entry ?? { id: shown.id, size: 0, etag: null }).catch(failed);
});
const tidySound = listenBy(part, () => shown.id);
addEventListener('hashchange', () => show(read()));
addEventListener('popstate', () => show(read()));

library.load().then(() => library.show(shown.id));
show(read());
