// Signing with an e.firma in this page (templates/_efirma.html). The .key and its password go into a room of their own
// (efirma-llave.js) and nowhere else; to the office goes the certificate, and then the signature.
import { Room } from "./comun/cuarto.js";
import { remembered } from "./comun/elegido.js";
import { Fault } from "./comun/falla.js";
import { hex } from "./comun/der.js";
import { sha256 } from "./comun/documento.js";

const LARGEST = 65_536; // bytes of a .cer or a .key; SAT's have 1,500
const SENTENCES = {
  sin_certificado: "Elija el archivo .cer de su e.firma.",
  sin_llave: "Elija el archivo .key de su e.firma.",
  sin_contrasena: "Escriba la contraseña de su llave.",
  sin_documento: "Elija otra vez el PDF de su escrito, para compararlo con el que va a firmar.",
  otro_archivo: "El PDF que eligió no es igual al que subió. Elija el mismo, o regrese a «Su escrito» y súbalo de nuevo.",
  al_reves: "Puso los archivos al revés. Elija el .cer en el primer lugar y el .key en el segundo.",
  contrasena: "La contraseña no es la de esta llave. Revise mayúsculas y minúsculas, y escríbala otra vez.",
  otra_llave: "Este .key no es la llave de este .cer. Elija los dos archivos de la misma e.firma.",
  certificado_danado: "El archivo .cer está dañado o no es un certificado. Elíjalo otra vez.",
  llave_danada: "El archivo .key está dañado o no es una llave. Elíjalo otra vez.",
  llave_sin_cifrar: "Este .key no tiene contraseña, así que no es el que entrega el SAT. Elija el original.",
  llave_de_otro_tipo: "Este .key no es como los que entrega el SAT. Elija el de su e.firma.",
  otro_documento: "El documento que preparamos no es exactamente el suyo. No se firmó nada. Avise a la oficina.",
  sin_conexion: "No hay conexión. Su llave no salió de este equipo; intente de nuevo.",
  sin_oficina: "La oficina no responde. Su llave no salió de este equipo; intente de nuevo en unos minutos.",
  no_se_puede: "Este navegador no puede firmar aquí. Use uno actualizado, o firme su PDF con otro programa y súbalo.",
  falla: "No se pudo firmar por una falla de la página. Recárguela e intente de nuevo.",
};

// The field at which the person mends it.
const FIELDS = {
  certificado: ["sin_certificado", "certificado_danado", "al_reves"],
  archivo: ["sin_llave", "otra_llave", "llave_danada", "llave_sin_cifrar", "llave_de_otro_tipo"],
  contrasena: ["sin_contrasena", "contrasena"],
  documento: ["sin_documento", "otro_archivo"],
};

class Told extends Error {} // a sentence that the office said

class Signing {
  constructor(box) {
    this.box = box;
    this.button = box.querySelector("[data-firmar]");
    this.status = box.querySelector("[role=status]");
    this.fault = box.querySelector("[role=alert]");
    this.button.addEventListener("click", () => this.start());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.matches("button, a, summary")) return;
      event.preventDefault(); // or the form around would be sent
      this.start();
    });
    if (!isSecureContext || !globalThis.Worker || !globalThis.crypto?.subtle) this.complain("no_se_puede");
  }

  field(name) {
    return this.box.querySelector(`[data-efirma-${name}]`);
  }

  async start() {
    if (this.busy) return;
    this.wait(true);
    let room = null;
    try {
      const wanted = this.inputs();
      const chosen = await this.chosen();
      this.field("contrasena").value = ""; // from here on it is needed nowhere but in the room
      this.say("Abriendo su llave en este equipo…");
      room = await Room.open({ address: this.box.dataset.llave, integrity: this.box.dataset.huella });
      const certificate = await bytesOf(wanted.certificate);
      await room.enter(certificate, await bytesOf(wanted.key), wanted.password);
      await this[this.box.dataset.efirma](room, certificate, chosen);
    } catch (error) {
      this.complain(error instanceof Fault ? error.word : error instanceof Told ? error : offline(error));
    } finally {
      room?.close();
      this.wait(false);
    }
  }

  /** What was chosen and typed. */
  inputs() {
    const [certificate, key] = ["certificado", "archivo"].map((name) => this.field(name).files[0]);
    const password = this.field("contrasena").value;
    if (!certificate) throw new Fault("sin_certificado");
    if (!key) throw new Fault("sin_llave");
    if (/\.key$/i.test(certificate.name) && /\.cer$/i.test(key.name)) throw new Fault("al_reves");
    if (certificate.size > LARGEST) throw new Fault("certificado_danado");
    if (key.size > LARGEST) throw new Fault("llave_danada");
    if (!password) throw new Fault("sin_contrasena");
    return { certificate, key, password };
  }

  /** The main document of a draft. */
  async documento(room, certificate, chosen) {
    this.say("Preparando su documento…");
    const { tamano } = await this.tell(this.box.dataset.preparar, { certificado: base64(certificate) });
    const document = await this.prepared();
    const compared = chosen ?? (await this.shown(document, tamano));
    this.say("Comprobando y firmando…");
    const signature = await room.signDocument(document, compared);
    await this.tell(this.box.dataset.terminar, { firma: base64(signature) });
    this.say("Firmado.");
    location.assign(this.box.dataset.despues);
  }

  async prepared() {
    const answer = await reached(this.box.dataset.documento, { headers: { Accept: "application/pdf" } });
    if (!answer.ok) throw new Told((await spoken(answer)).frase);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Size and digest of the file that was chosen, as this browser computed them; null where none was. */
  async chosen() {
    const uploaded = this.box.dataset.sha256;
    if (!uploaded) return null;
    const known = remembered("principal");
    if (known?.sha256 === uploaded) return known;
    const again = this.box.querySelector(".otra-vez");
    const file = this.field("documento").files[0];
    if (again.hidden || !file) {
      again.hidden = false;
      throw new Fault("sin_documento");
    }
    const found = { sha256: hex(await sha256(await file.arrayBuffer())), size: file.size };
    if (found.sha256 !== uploaded) throw new Fault("otro_archivo");
    return found;
  }

  /** What the office made of typed text or photographs is signed once the person has seen it. */
  async shown(document, size) {
    const made = this.box.querySelector(".hecho");
    const address = URL.createObjectURL(new Blob([document], { type: "application/pdf" }));
    made.querySelector("a").href = address;
    made.hidden = false;
    this.say("Vea el documento que va a firmar y confirme.");
    made.querySelector("a").focus();
    const agreed = await new Promise((resolve) => {
      made.querySelector("[data-si]").addEventListener("click", () => resolve(true), { once: true });
      made.querySelector("[data-no]").addEventListener("click", () => resolve(false), { once: true });
    });
    made.hidden = true;
    URL.revokeObjectURL(address);
    if (!agreed) throw new Told("No se firmó nada. Regrese a «Su escrito» si quiere cambiarlo.");
    return { size, sha256: hex(await sha256(document.subarray(0, size))) };
  }

  /** Who one is, for the inbox: certificate and signature go with the form around. */
  async buzon(room, certificate) {
    const form = this.box.closest("form");
    const signature = await room.greet(this.box.dataset.reto);
    form.elements.certificado.value = base64(certificate);
    form.elements.firma.value = base64(signature);
    form.submit();
  }

  async tell(address, values) {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
    const answer = await reached(address, { method: "POST", headers, body: JSON.stringify({ ...values, borrador: this.box.dataset.borrador }) });
    const said = await spoken(answer);
    if (!answer.ok) throw new Told(said.frase);
    return said;
  }

  wait(busy) {
    this.busy = busy;
    this.button.ariaDisabled = busy || null;
    if (!busy) return;
    this.fault.hidden = true;
    for (const field of this.box.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  say(words) {
    this.status.textContent = words;
  }

  complain(fault) {
    this.say("");
    this.fault.textContent = fault instanceof Told ? fault.message : (SENTENCES[fault] ?? SENTENCES.falla);
    this.fault.hidden = false;
    const wrong = Object.keys(FIELDS).find((name) => FIELDS[name].includes(fault));
    if (wrong) this.field(wrong).setAttribute("aria-invalid", "true");
    if (wrong) this.field(wrong).setAttribute("aria-describedby", this.fault.id);
    (wrong ? this.field(wrong) : this.button).focus({ preventScroll: true });
    this.fault.scrollIntoView({ block: "nearest" });
  }
}

// What the network or a proxy on the way keeps from happening is no fault of the page.
const reached = (address, options) => fetch(address, options).catch(() => Promise.reject(new Fault("sin_conexion")));
const spoken = (answer) => answer.json().catch(() => Promise.reject(new Fault("sin_oficina")));
const offline = (error) => (error instanceof TypeError && !navigator.onLine ? "sin_conexion" : "falla");
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

for (const box of document.querySelectorAll("[data-efirma]")) new Signing(box);
