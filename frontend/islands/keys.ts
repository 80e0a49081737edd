// Keys of the desk: <button data-key="t"> is pressed by t, <a data-key="g q"> by g and then q,
// <form data-key="d"> gets the focus of its first field. j and k move through rows, 1 to 9 to the
// panels of a page, / to the search. They hold only where nobody types, never with Ctrl, Alt or
// Meta, and can be switched off in the dialog that ? opens: some people speak to their computer,
// and what they say arrives here as keys.

import { move } from "./rows";

const KEPT = "desk-keys";
const FIELDS = "input, select, textarea, [contenteditable]";
// Of facts by topic, one below the other, the first.
const PANELS = "main .panel:not(details.panel ~ details.panel)";
const PATIENCE = 1500; // milliseconds between the two keys of a pair

const dialog = (): HTMLDialogElement | null => document.querySelector("dialog#keys");
const areOn = (): boolean => localStorage.getItem(KEPT) !== "off";

/** Press, follow or step into what a key names; of several the last, which is the page's own. */
function press(key: string): boolean {
  const named = [...document.querySelectorAll<HTMLElement>("[data-key]")];
  const found = named.filter((one) => one.dataset.key === key && one.checkVisibility()).pop();
  if (!found) return false;
  if (found instanceof HTMLFormElement) {
    const field = found.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
    field?.focus();
  } else {
    found.focus();
    found.click();
  }
  return true;
}

function goToPanel(number: number): boolean {
  const panel = document.querySelectorAll<HTMLElement>(PANELS)[number - 1];
  if (!panel) return false;
  if (panel instanceof HTMLDetailsElement) panel.open = true;
  const head = panel.querySelector<HTMLElement>("summary, h2") ?? panel;
  if (head.tabIndex < 0) head.tabIndex = -1;
  head.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "start" });
  return true;
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  field?.focus();
  field?.select();
  return field !== null;
}

function act(key: string): boolean {
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  if (key === "/") return search();
  if (/^[1-9]$/.test(key)) return goToPanel(Number(key));
  return press(key);
}

/** Show the keys, and number the panels that they lead to. */
function show(): void {
  document.documentElement.dataset.keys = areOn() ? "on" : "off";
  document.querySelectorAll<HTMLElement>(PANELS).forEach((panel, at) => {
    const head = panel.querySelector<HTMLElement>("h2");
    if (head && at < 9) head.dataset.nth = String(at + 1);
  });
}

export function listenForKeys(): void {
  let first = ""; // of a pair
  let since = 0;
  document.addEventListener("keydown", (event) => {
    if (!areOn() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.defaultPrevented || dialog()?.open) return;
    if ((event.target as Element).closest(FIELDS)) return;
    if (event.repeat && event.key !== "j" && event.key !== "k") return;
    const pair = first && event.timeStamp - since < PATIENCE ? `${first} ${event.key}` : "";
    first = "";
    if (event.key === "?") dialog()?.showModal();
    else if (event.key === "g" && !pair) [first, since] = ["g", event.timeStamp];
    else if (!act(pair || event.key)) return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-open-keys]")) dialog()?.showModal();
    if (target.closest("[data-close-keys]")) dialog()?.close();
  });
  const choice = dialog()?.querySelector<HTMLInputElement>("[data-keys-on]");
  if (choice) {
    choice.checked = areOn();
    choice.addEventListener("change", () => {
      localStorage.setItem(KEPT, choice.checked ? "on" : "off");
      show();
    });
  }
  show();
}
