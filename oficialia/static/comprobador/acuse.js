// Checking an acuse, in the order of its steps. `data` is what was put into this page when it was made: the municipality's
// certificates and keys. Nothing in the file itself is believed before the seal over the whole of it holds.
//
// 1. The file is a PDF with a seal of one of our certificates; the key is taken from our copy of it.
// 2. The seal is over these bytes: whoever changed one letter, visible or not, is found out here.
// 3. It is over the whole file. What came after it may only be evidence for later years (growth.js).
// 4. It seals an acuse: the office seals other people's documents too, and says so in the seal.
// 5. The cadena original is that of the same folio, and the sello over it is ours.
// 6. The proofs of the ledger: leaf, tree, the ledger's signature, its witnesses.
const SEALED_REASON = "Acuse de recibo ";
const FIELDS = [
  ["Versión", "texto"], ["Folio", "texto"], ["Se recibió", "hora"], ["Se registró", "hora"], ["Cuenta desde", "fecha"],
  ["Trámite", "texto"], ["Cédula del trámite", "huella"], ["Área de destino", "texto"], ["Huella de la identidad", "huella"],
  ["Anexos", "texto"], ["Páginas", "texto"], ["Documento que se recibió", "huella"], ["Raíz de los anexos", "huella"],
  ["Documento sellado", "huella"], ["Reglas de los plazos", "texto"], ["Certificado del sello", "texto"],
];
const PROOFS = { ingreso: "El ingreso", sello: "El sello del documento" };

class Check {
  constructor() { this.steps = []; this.fields = []; this.failed = null; this.part = null; }
  well(name, text) { this.steps.push({ state: "bien", name, text }); }
  note(name, text) { this.steps.push({ state: "nota", name, text }); }
  bad(name, text) {
    this.steps.push({ state: "mal", name, text });
    this.failed ??= text;
    return this;
  }
}

async function checkAcuse(bytes, data) {
  const check = new Check();
  try {
    return await sealedWhole(check, bytes, data);
  } catch (fault) {
    if (fault instanceof Unreadable || fault instanceof TypeError || fault instanceof RangeError) {
      return check.bad("Forma", "No tiene la forma de un acuse de esta oficina, o está dañado.");
    }
    throw fault;
  }
}

async function sealedWhole(check, bytes, data) {
  const text = lettersOf(bytes);
  if (!text.startsWith("%PDF-")) return check.bad("Archivo", "No es un PDF.");
  const found = signaturesOf(bytes, text);
  if (!found.length) {
    const remade = text.includes("/ByteRange");
    return check.bad("Sello", remade ? "Alguien rehizo este archivo: el sello que trae no es de estos bytes." : "Este archivo no tiene ningún sello.");
  }
  const certificates = data.certificados.map((each) => ({ ...each, ...certificateOf(unbase64(each.der)) }));
  const own = ours(found, certificates); // 1
  if (!own) return check.bad("Sello", "Lo selló un certificado que no es de esta oficina.");
  const { seal, cms, certificate } = own;
  const held = await cmsVerifies(cms, certificate, seal.content()); // 2
  if (!held.content) return check.bad("Sello", "Alguien cambió este archivo después de que se selló.");
  if (!held.signature) return check.bad("Sello", "El sello no es del certificado que dice.");
  check.well("Sello", `Lo selló ${certificate.titular}. Desde entonces no cambió ni una letra.`);
  const revision = new Revision(bytes, text, seal.end);
  const reason = seal.fields.get("Reason") ?? "";
  grown(check, revision, bytes, text); // 3
  if (!reason.startsWith(SEALED_REASON)) { // 4
    return check.bad("Qué es", "Es un documento que la oficina recibió y selló. No es un acuse de recibo.");
  }
  await cadenaOf(check, await revision.attachments(), reason.slice(SEALED_REASON.length), certificates, data);
  return check;
}

function ours(found, certificates) {
  for (const seal of found) {
    if (seal.fields.get("SubFilter")?.name !== "ETSI.CAdES.detached") continue;
    let cms;
    try {
      cms = signedData(ascii(seal.fields.get("Contents")));
    } catch (fault) {
      if (fault instanceof Unreadable || fault instanceof TypeError) continue; // somebody else's, of another form
      throw fault;
    }
    const certificate = named(cms, certificates);
    if (certificate) return { seal, cms, certificate };
  }
  return null;
}

function grown(check, revision, bytes, text) {
  if (revision.end === bytes.length) return check.well("Completo", "El sello cubre el archivo entero.");
  check.part = revision.end;
  if (onlyEvidence(revision, bytes, text)) {
    return check.well("Completo", "Después del sello solo se agregaron pruebas para años futuros. Nada de lo que se ve cambió.");
  }
  return check.bad("Completo", "Alguien agregó algo a este archivo después de que se selló. Lo que se ve puede no ser lo que se selló.");
}

async function cadenaOf(check, files, folio, certificates, data) {
  const cadena = files.get("cadena-original.txt"), sello = files.get("sello.b64");
  if (!cadena || !sello) return check.bad("Cadena original", "Le faltan la cadena original o su sello.");
  const line = utf8(cadena), values = line.slice(2, -2).split("|");
  if (!line.startsWith("||") || !line.endsWith("||") || values.length !== FIELDS.length || values[0] !== "OPD1" || values[1] !== folio) {
    return check.bad("Cadena original", "Su cadena original no es la de este acuse.");
  }
  const serial = values.at(-1).toLowerCase();
  const signer = certificates.find((each) => hex(each.serial).replace(/^0+/, "") === serial.replace(/^0+/, ""));
  if (!signer || !(await rsaVerifies(signer.spki, "SHA-256", unbase64(utf8(sello)), cadena))) { // 5
    return check.bad("Sello de la cadena", "El sello de la cadena original no es de esta oficina.");
  }
  check.fields = FIELDS.map(([label, kind], at) => ({ label, kind, value: values[at] }));
  check.well("Sello de la cadena", "Los datos de abajo los selló esta oficina.");
  return ledger(check, files, values, data); // 6
}

async function ledger(check, files, values, data) {
  const names = Object.keys(PROOFS).filter((act) => files.has(`${act}.tlog-proof`));
  if (!names.length) {
    return check.note("Libro público", "Este acuse promete su prueba del libro y todavía no la trae. Descárguelo otra vez en la página de seguimiento.");
  }
  for (const act of names) {
    const proof = proofOf(utf8(files.get(`${act}.tlog-proof`)));
    const leaf = JSON.parse(utf8(proof.leaf));
    const mine = leaf.acto === act && leaf.folio === values[1] && (act !== "ingreso" || leaf.registrado_en === values[3]);
    if (!mine || !(await isIncluded(proof))) {
      return check.bad("Libro público", `${PROOFS[act]} no está en el libro que dice.`);
    }
    await signatures(check, act, proof, data);
  }
  return check;
}

async function signatures(check, act, proof, data) {
  const { origin, size } = proof.checkpoint, where = `${PROOFS[act]} es la hoja ${proof.index} de un libro de ${size}`;
  if (!(await knowsEd25519())) {
    return check.note("Libro público", `${where}. Este navegador no sabe comprobar la firma del libro (Ed25519). Ábralo en uno más nuevo.`);
  }
  const logs = await Promise.all(data.libros.map(keyOf));
  const signed = await Promise.all(logs.filter((key) => key.name === origin && key.kind === LOG).map((key) => signedBy(proof.note, key)));
  if (!signed.includes(0)) return check.bad("Libro público", "El libro no lleva la firma de esta oficina.");
  const seen = [];
  for (const { nombre, llave } of data.testigos) {
    const at = await signedBy(proof.note, await keyOf(llave));
    if (at !== null) seen.push(`${nombre} (${instant(at)})`);
  }
  const witnesses = seen.length ? `Lo vieron sus testigos: ${seen.join(" y ")}.` : "Ningún testigo lo había firmado todavía.";
  return check.well("Libro público", `${where}, firmado por el libro ${origin}. ${witnesses}`);
}

const instant = (seconds) =>
  new Intl.DateTimeFormat("es-MX", { dateStyle: "long", timeStyle: "short", timeZone: "America/Mexico_City" }).format(new Date(seconds * 1000));
