/*! Incluye des.js 1.1.0, (c) 2015 Fedor Indutny, licencia MIT. */
// The room of the key. The page hands in .key and password; nothing but one signature comes out, and then the room is
// gone. It is served under a policy that lets it reach nothing at all, so that no mistake here could send anything.
// It signs two things, both made here: the signed attributes of a document that it checked, and the greeting for the
// inbox, which cannot be taken for the other.
import { publicKey } from "./comun/certificado.js";
import { attributes, greeting, requirePrepared } from "./comun/documento.js";
import { Fault } from "./comun/falla.js";
import { open } from "./comun/llave.js";

const SCHEME = "RSASSA-PKCS1-v1_5";
let held = null;

const orders = {
  async abrir({ certificate, file, password }) {
    const wanted = publicKey(certificate);
    try {
      const opened = await open(file, password);
      if (opened.public !== wanted) throw new Fault("otra_llave");
      held = { key: opened.key, certificate };
    } finally {
      file.fill(0);
    }
    return {};
  },
  async documento({ document, chosen }) {
    const gap = await requirePrepared(document, chosen);
    return sign(await attributes(document, gap, held.certificate));
  },
  async buzon({ challenge }) {
    return sign(greeting(challenge, self.location.origin));
  },
};

async function sign(content) {
  const { key } = held;
  held = null; // once
  return { signature: new Uint8Array(await crypto.subtle.sign(SCHEME, key, content)) };
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage(await orders[data.order](data));
  } catch (error) {
    held = null;
    self.postMessage({ fault: error instanceof Fault ? error.word : "falla" });
  }
});
