// <div data-blueprint="…url of the BPMN file" data-here="review" data-done="a b" data-failed="c">
// Draws the service blueprint and marks where the case stands.

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

interface Canvas {
  addMarker(element: string, marker: string): void;
  zoom(to: "fit-viewport" | number, center?: "auto"): number;
  viewbox(): { scale: number };
}

interface Registry {
  get(element: string): unknown;
}

const MARKS = { here: "is-here", done: "is-done", failed: "is-failed" } as const;

async function draw(place: HTMLElement): Promise<void> {
  const answer = await fetch(place.dataset.blueprint ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const viewer = new NavigatedViewer({ container: place });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get<Canvas>("canvas");
  const registry = viewer.get<Registry>("elementRegistry");
  const fit = (): void => {
    canvas.zoom("fit-viewport", "auto");
  };
  fit();
  new ResizeObserver(fit).observe(place);
  for (const [name, marker] of Object.entries(MARKS)) {
    for (const element of (place.dataset[name] ?? "").split(" ").filter(Boolean)) {
      if (registry.get(element)) canvas.addMarker(element, marker);
    }
  }
  place.dataset.drawn = "yes";
}

for (const place of document.querySelectorAll<HTMLElement>("[data-blueprint]")) void draw(place);
