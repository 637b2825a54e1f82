// Each *.js of this folder is a program of the pages, bundled and minified into ../static/hecho under the same name.
// What several share lies in comun/ and is no program by itself. The same sources give the same bytes, so anybody can
// build them and compare with the digests that the office publishes: node build.mjs FOLDER/
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const target = process.argv[2] ?? new URL("../static/hecho/", import.meta.url).pathname;
const programs = readdirSync(here).filter((name) => name.endsWith(".js"));

mkdirSync(target, { recursive: true });
for (const name of readdirSync(target)) if (!programs.includes(name)) rmSync(target + name);
await build({
  absWorkingDir: here,
  entryPoints: programs,
  outdir: target,
  bundle: true,
  format: "esm",
  minify: true,
  charset: "utf8",
  legalComments: "inline",
  target: ["chrome100", "firefox100", "safari15.4"],
  logLevel: "warning",
});
