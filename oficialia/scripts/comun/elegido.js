// Which file was chosen in this browser for a place of the form, as its digest was computed here, before it was sent.
// It is what a document to be signed is compared with; it is forgotten with the tab.

const name = (slot) => `elegido:${slot}`;

export function remember(slot, { sha256, size }) {
  try {
    sessionStorage.setItem(name(slot), JSON.stringify({ sha256, size }));
  } catch {
    // A browser that keeps nothing: the file is asked for again.
  }
}

export function remembered(slot) {
  try {
    return JSON.parse(sessionStorage.getItem(name(slot)));
  } catch {
    return null;
  }
}
