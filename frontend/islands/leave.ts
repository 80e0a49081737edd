// <main data-leave-url="…">: tells the server that the page was left without an answer.
// Only the time on the page goes with it; the server knows the step from the address.

export function tellWhenLeft(): void {
  const page = document.querySelector<HTMLElement>("[data-leave-url]");
  const url = page?.dataset.leaveUrl;
  if (!url) return;
  const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
  const opened = performance.now();
  let told = false;
  document.addEventListener("submit", () => {
    told = true; // an answer is no leaving
  });
  window.addEventListener("pagehide", () => {
    if (told) return;
    told = true;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token?.value ?? "");
    body.set("milliseconds", String(Math.round(performance.now() - opened)));
    navigator.sendBeacon(url, body);
  });
}
