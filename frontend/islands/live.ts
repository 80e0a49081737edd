// <div hx-get="…" hx-trigger="every 5s, live" data-live="/live/…">: a part of the page that follows.
//
// While a stream says when something has changed the part is fetched then, and hardly ever by the
// clock. Where there is no stream, or no longer one, it asks by the clock as it does without us.
// The part that is fetched brings the next ticket; who may no longer look gets neither.
// data-live-calm="3": ask by the clock after so many seconds all the same.

import htmx from "htmx.org";

// Some of what a part shows changes with time alone: what is due, who is late.
const CALM = 30; // seconds
const TRY_AGAIN = 20_000;

let source: EventSource | undefined;
let retryAt = 0;
let fetchedAt = 0;
let isChanged = false;
let isAsking = false;

const part = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-live]");
const isFollowing = (): boolean => source?.readyState === EventSource.OPEN;

function close(): void {
  source?.close();
  source = undefined;
}

/** Have a stream exactly while somebody looks at something that may change. */
function follow(): void {
  const address = part()?.dataset.live;
  // A browser opens six connections to a host: a tab that nobody sees must not keep one.
  if (!address || document.hidden) return close();
  if (source || performance.now() < retryAt) return;
  const opened = new EventSource(address);
  source = opened;
  opened.onopen = opened.onmessage = () => {
    isChanged = true; // or may have, between the page and its stream
    ask();
  };
  opened.onerror = () => {
    // A stream that broke off comes back by itself; one that was refused does not.
    if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
    source = undefined;
    retryAt = performance.now() + TRY_AGAIN;
  };
}

/** Fetch the part if it has changed; one request at a time, for the answer replaces who asks. */
function ask(): void {
  const followed = part();
  if (!followed || !isChanged || isAsking) return;
  isChanged = false;
  htmx.trigger(followed, "live");
}

interface Asked extends Event {
  detail: { elt: Element; requestConfig: { triggeringEvent?: Event } };
}

function isOurs(event: Event): boolean {
  return (event as Asked).detail.elt.matches("[data-live]");
}

export function followWhatChanges(): void {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isOurs(event)) return;
    const byClock = (event as Asked).detail.requestConfig.triggeringEvent?.type !== "live";
    const isCalm = isFollowing() || document.hidden;
    const calm = Number(part()?.dataset.liveCalm ?? CALM) * 1000;
    if (byClock && isCalm && performance.now() - fetchedAt < calm) {
      event.preventDefault();
      return;
    }
    fetchedAt = performance.now();
    isAsking = true;
  });
  const goOn = (): void => {
    isAsking = false;
    follow();
    ask();
  };
  // A swapped part hears us once it has settled; a failed answer, or one that is not put in its
  // place, never settles.
  document.addEventListener("htmx:afterSettle", goOn);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (isOurs(event)) window.setTimeout(goOn, 100);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) isChanged = true;
    follow();
    ask();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", follow);
}
