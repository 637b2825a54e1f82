// A file to the office in pieces (tus 1.0.0), which goes on where it was after the connection dropped.
//
// Pieces, because a proxy passes on only what it has whole: of one long request nothing would be left. A piece takes
// some seconds: small enough that little is lost with it, large enough that a fast line is not kept waiting.
const SMALLEST = 1 << 16;
const FIRST = 1 << 18;
const LARGEST = 1 << 22;
const QUICK = 1500; // milliseconds: the next piece may be larger
const SLOW = 8000;
const PATIENCE = 90_000; // for one answer
const LONGEST_PAUSE = 15_000;
const TYPE = "application/offset+octet-stream";
const BROKEN = "No pudimos subir el archivo. Recargue la página y elíjalo otra vez.";

export const UNREADABLE = "No pudimos leer el archivo en su aparato. Elíjalo otra vez.";

// What trying again does not mend, with a sentence for the person.
export class Refused extends Error {}

// SHA-256 of a file in hex, or nothing where the browser cannot compute it: in a page without https, or too much at once.
export async function digest(file, most = 1 << 28) {
  if (!globalThis.crypto?.subtle || file.size > most) return "";
  return hex(await sum(await read(file)));
}

// Sends `file`. `way`: address, token, draft, slot, sha256, and
//   cancelled  an AbortSignal
//   begun(id)  the office knows of it, and goes on with it when it is asked again
//   progress(bytes)  so many are there
//   lost()  nothing gets through at the moment; it goes on by itself
export async function send(file, way) {
  let place = await begin(file, way);
  let size = FIRST;
  let failures = 0;
  let beginnings = 1;
  way.progress(place.offset);
  while (place.offset < file.size) {
    const began = performance.now();
    const answer = await piece(file, place, size, way);
    if (answer?.status === 204) {
      place.offset = Number(answer.headers.get("Upload-Offset"));
      size = fitting(size, performance.now() - began);
      failures = 0;
      way.progress(place.offset);
      continue;
    }
    if (answer && !passing(answer) && !gone(answer.status)) throw await refused(answer);
    failures += 1;
    size = Math.max(SMALLEST, size / 2);
    if (!answer || failures > 1) await rest(failures, answer, way);
    const offset = await here(place, way);
    if (offset === null && beginnings++ < 3) place = await begin(file, way);
    else if (offset === null) throw new Refused(BROKEN);
    else place.offset = offset;
    way.progress(place.offset);
  }
}

// Takes a file away; it is no fault when it is gone already.
export async function remove(id, way) {
  for (let failures = 1; ; failures += 1) {
    const answer = await ask("DELETE", `${way.address}/${id}`, {}, null, way);
    if (answer && (answer.ok || gone(answer.status))) return;
    if (answer && !passing(answer)) throw await refused(answer);
    await rest(failures, answer, way);
  }
}

// The office goes on with what it has of the same file, so that asking twice, or in a page opened later, begins nothing anew.
async function begin(file, way) {
  const words = { filename: file.name, slot: way.slot, sha256: way.sha256, borrador: way.draft };
  const headers = {
    "Upload-Length": String(file.size),
    "Upload-Metadata": Object.entries(words).filter(([, word]) => word).map(([name, word]) => `${name} ${base64(new TextEncoder().encode(word))}`).join(","),
  };
  for (let failures = 1; ; failures += 1) {
    const answer = await ask("POST", way.address, headers, null, { token: way.token }); // not cut short: we want its id
    if (answer?.status === 201) {
      const address = answer.headers.get("Location");
      way.begun(address.split("/").pop());
      way.cancelled?.throwIfAborted();
      return { address, offset: Number(answer.headers.get("Upload-Offset")) };
    }
    if (answer && (answer.status === 409 || !passing(answer))) throw await refused(answer);
    await rest(failures, answer, way);
  }
}

// How much is there; null when the office knows nothing of it any more.
async function here(place, way) {
  for (let failures = 1; ; failures += 1) {
    const answer = await ask("HEAD", place.address, {}, null, way);
    if (answer?.status === 200) return Number(answer.headers.get("Upload-Offset"));
    if (answer && gone(answer.status)) return null;
    if (answer && !passing(answer)) throw new Refused(BROKEN);
    await rest(failures, answer, way);
  }
}

async function piece(file, place, size, way) {
  const bytes = await read(file.slice(place.offset, place.offset + size));
  const headers = { "Content-Type": TYPE, "Upload-Offset": String(place.offset) };
  if (globalThis.crypto?.subtle) headers["Upload-Checksum"] = `sha256 ${base64(await sum(bytes))}`;
  return ask("PATCH", place.address, headers, bytes, way);
}

// The answer, or nothing when none came.
async function ask(method, address, headers, body, way) {
  const stop = new AbortController();
  const end = () => stop.abort();
  const timer = setTimeout(end, PATIENCE);
  way.cancelled?.addEventListener("abort", end);
  try {
    way.cancelled?.throwIfAborted();
    return await fetch(address, {
      method,
      body,
      headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": way.token, ...headers },
      signal: stop.signal,
      cache: "no-store",
    });
  } catch (fault) {
    way.cancelled?.throwIfAborted();
    return null;
  } finally {
    clearTimeout(timer);
    way.cancelled?.removeEventListener("abort", end);
  }
}

// Until the connection is back, or it is time to try.
async function rest(failures, answer, way) {
  way.lost();
  const asked = 1000 * retryAfter(answer);
  const milliseconds = Math.max(asked, Math.min(LONGEST_PAUSE, 500 * 2 ** failures));
  await new Promise((done) => {
    const on = () => {
      clearTimeout(timer);
      removeEventListener("online", on);
      way.cancelled?.removeEventListener("abort", on);
      done();
    };
    const timer = setTimeout(on, milliseconds);
    addEventListener("online", on);
    way.cancelled?.addEventListener("abort", on);
  });
  way.cancelled?.throwIfAborted();
}

const fitting = (size, milliseconds) =>
  milliseconds < QUICK ? Math.min(LARGEST, size * 2) : milliseconds > SLOW ? Math.max(SMALLEST, size / 2) : size;
const passing = (answer) =>
  answer.status >= 500 || [408, 409, 423, 460].includes(answer.status) || (answer.status === 429 && retryAfter(answer) <= 120);
const retryAfter = (answer) => Number(answer?.headers.get("Retry-After") ?? 0); // seconds
const gone = (status) => status === 404 || status === 410;
const sum = (bytes) => crypto.subtle.digest("SHA-256", bytes).then((sum) => new Uint8Array(sum));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

async function read(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new Refused(UNREADABLE);
  }
}

async function refused(answer) {
  const ours = answer.headers.get("Content-Type")?.startsWith("text/plain");
  return new Refused(ours ? await answer.text() : BROKEN);
}
