// <button data-copy="K7M2-9QXA" data-copied="Copied">: puts a reference on the clipboard.

export function copyOnClick(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy]");
    if (!button?.dataset.copy) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return; // the browser said no; the text can still be selected by hand
    }
    const label = button.querySelector<HTMLElement>("[data-label]") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.copied ?? before;
    window.setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
}
