// A row of chips may be wider than the screen. Browsers leave one alone of which an edge is seen;
// whoever comes along with the keyboard is to see it whole.

export function showWholeChips(): void {
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLElement && event.target.closest(".chips, .desk-nav"))
      event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
