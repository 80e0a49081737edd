// The rows of a list: one moves through them, and comes back to the one that was opened.
//
// A row is marked by the focus of its link, so that Enter opens it and screen readers say it. htmx
// swaps the table every few seconds and gives the focus back to the link with the same id.

const LINK = ".queue-link";
const KEPT = "desk-row";

interface Row {
  id: string;
  place: number; // from 0
}

interface Opened extends Row {
  list: string; // another list begins at its top
}

let last: Row | undefined; // it may have gone from under the mark meanwhile

const links = (): HTMLAnchorElement[] => [...document.querySelectorAll<HTMLAnchorElement>(LINK)];

/** Where the mark is: its row, or the place where the row was that has gone. */
function place(all: HTMLAnchorElement[]): { at: number; isThere: boolean } {
  const focused = all.findIndex((link) => link === document.activeElement);
  if (focused >= 0) return { at: focused, isThere: true };
  return { at: last?.place ?? -1, isThere: last === undefined };
}

/** Move the mark by one row, down or up; say whether there are rows at all. */
export function move(by: 1 | -1): boolean {
  const all = links();
  if (all.length === 0) return false;
  const { at, isThere } = place(all);
  // Where a row has gone the next one has come to its place.
  const wanted = by === 1 && !isThere ? at : at + by;
  mark(all, Math.min(Math.max(wanted, 0), all.length - 1));
  return true;
}

function mark(all: HTMLAnchorElement[], at: number): void {
  const link = all[at];
  if (!link) return;
  link.focus({ preventScroll: true });
  link.closest("tr")?.scrollIntoView({ block: "nearest" });
}

export function rememberRow(): void {
  document.addEventListener("focusin", (event) => {
    const at = links().findIndex((link) => link === event.target);
    if (at >= 0) last = { id: (event.target as HTMLElement).id, place: at };
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>(LINK);
    if (!link) return;
    const row: Opened = {
      id: link.id,
      place: links().indexOf(link),
      list: location.pathname,
    };
    sessionStorage.setItem(KEPT, JSON.stringify(row));
  });
  const kept = sessionStorage.getItem(KEPT);
  const all = links();
  if (kept === null || all.length === 0) return;
  const row = JSON.parse(kept) as Opened;
  if (row.list !== location.pathname) return;
  sessionStorage.removeItem(KEPT);
  const same = all.findIndex((link) => link.id === row.id);
  mark(all, same >= 0 ? same : Math.min(row.place, all.length - 1));
}
