const longestStep = 8;
let since = 0;

// Whether it is time to let the page do something else.
export const isDue = () => performance.now() - since > longestStep;

// Does so. A timer would be slowed down in a background tab, and pictures do not come there at all.
export async function pause() {
  await new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
  since = performance.now();
}
