// Downloads from a host that asks for a key: a plain link cannot send one.
import { hasKey, request } from './api.js';
import { size } from './quantities.js';

const mostHeld = 2 ** 31;

// Takes over the links of a document that have the attribute download. say(message) tells what becomes of it.
export function acceptDownloads(document, say) {
  document.addEventListener('click', event => {
    const link = event.target.closest('a[download]');
    if (link && hasKey() && link.protocol !== 'blob:') {
      event.preventDefault();
      save(link, say).catch(error => say(error.message));
    }
  });
}

async function save(link, say) {
  const response = await request(link.href);
  const length = Number(response.headers.get('Content-Length'));
  if (length > mostHeld) {
    await response.body.cancel();
    throw new Error(`${size(length)} are more than a page should hold: curl with the key in a header has no such limit`);
  }

  say('downloading…');
  const address = URL.createObjectURL(await response.blob());
  const name = link.download || decodeURIComponent(new URL(link.href).pathname.split('/').pop());
  Object.assign(link.ownerDocument.createElement('a'), { href: address, download: name }).click();
  say('');

  // The browser has it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
