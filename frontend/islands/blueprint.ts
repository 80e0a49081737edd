// <div data-blueprint="…url of the BPMN file" data-here="review" data-done="a b" data-failed="c">
// Draws the service blueprint and marks where the case stands. One drags it; the buttons in
// [data-blueprint-tools] zoom. The wheel is left to the page, which would be stuck otherwise.

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Canvas {
  addMarker(element: string, marker: string): void;
  resized(): void;
  zoom(to: "fit-viewport" | number, center?: "auto" | { x: number; y: number }): number;
  zoom(): number;
  viewbox(): Box & { scale: number; inner: Box; outer: { width: number; height: number } };
  viewbox(box: Box): void;
}

interface Registry {
  get(element: string): Box | undefined;
}

const MARKS = { here: "is-here", done: "is-done", failed: "is-failed" } as const;
const MARGIN = 24; // pixels of the drawing
const LEGIBLE = 0.36; // below this scale not even the shapes tell anything
const READABLE = 0.75;

/** Show all of it; where that is too small to read, the part where the case stands. */
function show(canvas: Canvas, here: Box | undefined, wholly: boolean): void {
  canvas.resized(); // it remembers its size
  const { inner, outer } = canvas.viewbox();
  if (outer.width === 0 || outer.height === 0) return; // not on the page at the moment
  const whole = {
    x: inner.x - MARGIN,
    y: inner.y - MARGIN,
    width: inner.width + 2 * MARGIN,
    height: inner.height + 2 * MARGIN,
  };
  const fitting = Math.min(outer.width / whole.width, outer.height / whole.height, 1);
  const scale = wholly || here === undefined || fitting >= LEGIBLE ? fitting : READABLE;
  const [width, height] = [outer.width / scale, outer.height / scale];
  const middle = here ?? whole;
  canvas.viewbox({
    x: within(middle.x + middle.width / 2 - width / 2, width, whole.x, whole.width),
    y: within(middle.y + middle.height / 2 - height / 2, height, whole.y, whole.height),
    width,
    height,
  });
}

/** Where `seen` should begin so that it shows nothing beyond the whole, or has it in its middle. */
function within(wanted: number, seen: number, from: number, length: number): number {
  if (length <= seen) return from - (seen - length) / 2;
  return Math.min(Math.max(wanted, from), from + length - seen);
}

async function draw(place: HTMLElement): Promise<void> {
  const answer = await fetch(place.dataset.blueprint ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const viewer = new NavigatedViewer({ container: place, zoomScroll: { enabled: false } });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get<Canvas>("canvas");
  const registry = viewer.get<Registry>("elementRegistry");
  for (const [name, marker] of Object.entries(MARKS)) {
    for (const element of (place.dataset[name] ?? "").split(" ").filter(Boolean)) {
      if (registry.get(element)) canvas.addMarker(element, marker);
    }
  }
  const [first] = (place.dataset.here ?? "").split(" ");
  const here = first ? registry.get(first) : undefined;
  new ResizeObserver(() => show(canvas, here, false)).observe(place);
  document.querySelector("[data-blueprint-tools]")?.addEventListener("click", (event) => {
    const zoom = (event.target as Element).closest<HTMLElement>("[data-zoom]")?.dataset.zoom;
    if (zoom === "fit") show(canvas, here, true);
    if (zoom === "in") canvas.zoom(canvas.zoom() * 1.25);
    if (zoom === "out") canvas.zoom(canvas.zoom() / 1.25);
  });
}

for (const place of document.querySelectorAll<HTMLElement>("[data-blueprint]")) void draw(place);
