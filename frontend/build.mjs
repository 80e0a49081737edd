// Builds what the browser gets: `node frontend/build.mjs [--watch]`.
//
// app.css        Tabler without the rules no page uses, then our own sheets
// app.js         htmx and the islands every page has
// blueprint.css  the BPMN viewer, loaded by the pages that show a blueprint
// blueprint.js
// desk.css       what only the desk's pages have: their keys
// desk.js
// icons.svg      one sprite of the icons named in icons.mjs
// *.svg          the drawings that our sheets name
//
// Names are stable: Django's manifest storage adds the hashes when files are collected.

import { readdir, readFile, mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";

import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

import { FILLED, OUTLINE } from "./icons.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const output = path.join(root, "src/atrio/site/static/built");

/** Every file below `folder` whose name ends in one of `endings`. */
async function filesBelow(folder, endings) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** Tabler, less the rules for classes that stand in none of our templates, views or islands. */
const purgeTabler = {
  name: "purge-tabler",
  setup(build) {
    build.onLoad({ filter: /tabler\.css$/ }, async ({ path: file }) => {
      const sources = [
        ...(await filesBelow(path.join(root, "src/atrio"), [".html", ".py"])),
        ...(await filesBelow(path.join(root, "frontend/islands"), [".ts"])),
      ];
      const content = await Promise.all(
        sources.map(async (source) => ({ raw: await readFile(source, "utf8"), extension: "html" })),
      );
      const [{ css }] = await new PurgeCSS().purge({
        content,
        css: [{ raw: await readFile(file, "utf8") }],
        keyframes: true,
        variables: true,
        // Words are enough: a class that is put together at run time belongs in our own sheets.
        defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
      });
      return { contents: css, loader: "css" };
    });
  },
};

/** One SVG whose symbols take the colour of the text around them. */
async function buildSprite() {
  const folder = path.join(root, "node_modules/@tabler/icons/icons");
  const symbols = await Promise.all(
    [
      ...OUTLINE.map((name) => ["outline", name, name]),
      ...FILLED.map((name) => ["filled", name, `${name}-filled`]),
    ].map(async ([style, name, id]) => {
      const svg = await readFile(path.join(folder, style, `${name}.svg`), "utf8");
      const drawing = svg
        .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
        .replace("</svg>", "")
        .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "")
        .replace(/\s+/g, " ")
        .trim();
      const paint =
        style === "outline"
          ? 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
          : 'fill="currentColor"';
      return `<symbol id="${id}" viewBox="0 0 24 24" ${paint}>${drawing}</symbol>`;
    }),
  );
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  await writeFile(path.join(output, "icons.svg"), sprite);
}

/** A template that names an icon the sprite lacks would show nothing: better no build. */
async function checkIcons() {
  const known = new Set([...OUTLINE, ...FILLED.map((name) => `${name}-filled`)]);
  for (const file of await filesBelow(path.join(root, "src/atrio"), [".html"])) {
    const text = await readFile(file, "utf8");
    for (const [, name] of text.matchAll(/\{% icon "([a-z0-9-]+)"/g)) {
      if (!known.has(name)) {
        throw new Error(`${path.relative(root, file)} uses the icon "${name}": add it to frontend/icons.mjs`);
      }
    }
  }
}

const options = {
  absWorkingDir: root,
  entryPoints: [
    { in: "frontend/islands/app.ts", out: "app" },
    { in: "frontend/styles/app.css", out: "app" },
    { in: "frontend/islands/desk.ts", out: "desk" },
    { in: "frontend/styles/keys.css", out: "desk" },
    { in: "frontend/islands/blueprint.ts", out: "blueprint" },
    { in: "frontend/styles/blueprint.css", out: "blueprint" },
  ],
  outdir: output,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  legalComments: "none",
  metafile: true,
  plugins: [purgeTabler],
  // Files, not data: URLs: Django's storage would rewrite the url() inside a drawing as well.
  loader: { ".svg": "file" },
  assetNames: "[name]",
  logLevel: "warning",
};

await mkdir(output, { recursive: true });
await checkIcons();
await buildSprite();

if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  const { metafile } = await esbuild.build(options);
  for (const file of [...Object.keys(metafile.outputs), path.join(output, "icons.svg")]) {
    const bytes = await readFile(path.resolve(root, file));
    const kB = (size) => `${(size / 1000).toFixed(1)} kB`.padStart(9);
    console.log(
      `${path.basename(file).padEnd(22)}${kB(bytes.length)}  brotli ${kB(brotliCompressSync(bytes).length)}`,
    );
  }
}
