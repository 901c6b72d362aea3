// Files that are dropped anywhere on the page.
export function acceptDrops(veil, onFiles) {
  const hasFiles = event => event.dataTransfer?.types.includes('Files');
  let depth = 0;
  const over = by => {
    depth = Math.max(0, depth + by);
    veil.hidden = depth === 0;
  };
  addEventListener('dragenter', event => hasFiles(event) && over(1));
  addEventListener('dragleave', event => hasFiles(event) && over(-1));
  addEventListener('dragover', event => hasFiles(event) && event.preventDefault());
  addEventListener('drop', event => {
    if (hasFiles(event)) {
      event.preventDefault();
      over(-depth);
      onFiles(event.dataTransfer.files);
    }
  });
}
