// Yields { name, data } for each server-sent event of a response.
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (; ;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }

      const parts = (rest + value).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/s.exec(part) ?? [];
        if (name) {
          yield { name, data: JSON.parse(data) };
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => { });
  }
}
