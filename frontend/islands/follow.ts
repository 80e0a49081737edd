// A question that depends on the answer to another one is there as soon as that answer is given.
//
// Without scripts the server puts it when the form is sent; what is hidden counts for nothing there.

const DEPENDENT = "[data-shown-if]";

function follow(): void {
  for (const part of document.querySelectorAll<HTMLElement>(DEPENDENT)) {
    const form = part.closest("form");
    const { shownIf, shownValue } = part.dataset;
    if (!form || !shownIf || shownValue === undefined) continue;
    part.hidden = !new FormData(form).getAll(shownIf).includes(shownValue);
  }
}

export function followAnswers(): void {
  document.addEventListener("change", follow);
  document.addEventListener("htmx:afterSettle", follow);
  // A browser that comes back to a page fills its fields in again.
  window.addEventListener("pageshow", follow);
  follow();
}
