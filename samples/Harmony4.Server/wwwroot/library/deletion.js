// Deletes a container, once it was asked for a second time.
import * as api from '../api.js';
import { size } from '../quantities.js';

// Resolves to whether somebody said yes.
function confirmed(dialog, entry) {
  const part = id => dialog.querySelector(id);
  part('#confirm-title').textContent = `Delete ${entry.id}?`;
  part('#confirm-text').textContent = `${size(entry.size)}, on the host and for everybody. This cannot be undone.`;
  return new Promise(resolve => {
    let isYes = false;
    part('form').onsubmit = event => {
      event.preventDefault();
      isYes = true;
      dialog.close();
    };
    part('#confirm-cancel').onclick = () => dialog.close();
    dialog.onclose = () => resolve(isYes);
    dialog.showModal();
  });
}

// Resolves to { outcome, message }: deleted, kept, changed (another file has that id now), forbidden (this host deletes nothing), gone.
export async function deleteContainer(dialog, entry) {
  if (!await confirmed(dialog, entry)) {
    return { outcome: 'kept', message: '' };
  }

  try {
    await api.remove(entry.id, entry.etag);
    return { outcome: 'deleted', message: `${entry.id} is deleted` };
  } catch (error) {
    if (error.status === 412) {
      return { outcome: 'changed', message: `${entry.id} was replaced meanwhile, and is not deleted` };
    }

    // A host without this endpoint answers the same as one without this container.
    if (error.status === 404 && !await api.isThere(entry.id)) {
      return { outcome: 'gone', message: `${entry.id} is not there any more` };
    }

    if ([404, 405, 501].includes(error.status)) {
      return { outcome: 'forbidden', message: 'this host deletes nothing: it does so only with an API key or tokens' };
    }

    throw error;
  }
}
