// Canvases at the resolution of the screen, and the colours of the page on them.

// Gives a canvas as many pixels as it has on the screen; returns { context, width, height } in units of the page, cleared.
export function sheet(canvas) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const scale = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  return { context, width, height };
}

// A canvas does not know light-dark(): a real element resolves it.
export function colors(names) {
  const probe = document.createElement('i');
  document.body.append(probe);
  const found = Object.fromEntries(names.map(name => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return found;
}

// Calls visit(from, to, value) for each run of bins of one value other than 0.
export function runs(bins, visit) {
  for (let from = 0; from < bins.length;) {
    let to = from + 1;
    while (to < bins.length && bins[to] === bins[from]) {
      to++;
    }

    if (bins[from]) {
      visit(from, to, bins[from]);
    }

    from = to;
  }
}
