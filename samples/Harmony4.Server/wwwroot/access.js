// Asks for what the host lets nobody in without, in a dialog.
export function accessDialog(dialog) {
  const part = id => dialog.querySelector(id);

  // Resolves to the key, or to null when the dialog is closed without one.
  return (scheme, isAgain) => new Promise(resolve => {
    const isToken = /^bearer/i.test(scheme);
    part('#access-title').textContent = isToken ? 'This host asks for a token' : 'This host asks for an API key';
    part('#key-label').textContent = isToken ? 'Token (JWT)' : 'API key';
    part('#access-text').textContent = isAgain ? 'That was not the one.' : '';
    part('#key').value = '';
    let key = null;
    part('form').onsubmit = event => {
      event.preventDefault();
      key = part('#key').value.trim();
      dialog.close();
    };
    part('#access-cancel').onclick = () => dialog.close();
    dialog.onclose = () => resolve(key || null);
    dialog.showModal();
  });
}
