// @signpdf as its examples show: a placeholder put in as text, then signed. It draws no appearance.
// `node signpdf.mjs MODULES P12 PASSWORD`; a line of JSON in, a line out, as tests/bench/drivers/serve.py says.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const { plainAddPlaceholder } = require("@signpdf/placeholder-plain");
const { P12Signer } = require("@signpdf/signer-p12");
const { SignPdf } = require("@signpdf/signpdf");
const { SUBFILTER_ETSI_CADES_DETACHED } = require("@signpdf/utils");

const p12 = readFileSync(process.argv[3]);

async function seal(source, target) {
  const pdfBuffer = plainAddPlaceholder({
    pdfBuffer: readFileSync(source), reason: "Recepción", contactInfo: "", name: "Oficialía", location: "",
    signatureLength: 8192, subFilter: SUBFILTER_ETSI_CADES_DETACHED,
  });
  // A signer reads its P12 up: one for each document.
  const signer = new P12Signer(p12, { passphrase: process.argv[4] });
  writeFileSync(target, await new SignPdf().sign(pdfBuffer, signer));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { source, target } = JSON.parse(line);
  const began = process.hrtime.bigint();
  let answer;
  try {
    await seal(source, target);
    answer = { ms: Number(process.hrtime.bigint() - began) / 1e6 };
  } catch (fault) {
    answer = { error: String(fault).slice(0, 200) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
