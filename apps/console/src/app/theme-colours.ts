/** The colour that a token stands for right now, as canvases need it. See `onColoursChanged`. */
export function colourOf(token: `--${string}`): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Calls back whenever colours change: by the switch, or by the system. */
export function onColoursChanged(callback: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', callback);
  addEventListener('themechange', callback);
  return () => {
    scheme.removeEventListener('change', callback);
    removeEventListener('themechange', callback);
  };
}
