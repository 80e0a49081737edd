// Shows tax numbers the way people write them, while they type. The server takes both forms.

const MASKS: Record<string, string> = {
  CNPJ: "##.###.###/####-##",
  CPF: "###.###.###-##",
};

/** Choose the mask of several kinds of number: the shortest that takes what was typed. */
function maskFor(kinds: string, text: string): string | undefined {
  const typed = text.replace(/[^0-9A-Za-z]/g, "");
  const digits = /^[0-9]*$/.test(typed);
  const masks = kinds.split(" / ").flatMap((kind) => MASKS[kind] ?? []);
  masks.sort((one, other) => one.length - other.length);
  const fits = (mask: string): boolean => mask.split("#").length > typed.length;
  // Only a CNPJ may have letters.
  return masks.find((mask) => fits(mask) && (digits || mask === MASKS.CNPJ)) ?? masks.at(-1);
}

/** Put the punctuation of the mask between the characters that were typed. */
function dress(text: string, mask: string): string {
  const typed = [...text.toUpperCase().replace(/[^0-9A-Z]/g, "")];
  let dressed = "";
  for (const place of mask) {
    if (typed.length === 0) break;
    dressed += place === "#" ? typed.shift() : place;
  }
  return dressed + typed.join(""); // too long is for the server to say, not for us to cut
}

export function dressNumbers(): void {
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement)) return;
    const mask = maskFor(input.dataset.mask ?? "", input.value);
    const atEnd = input.selectionStart === input.value.length;
    if (mask === undefined || !atEnd) return; // never move the cursor of somebody who corrects
    input.value = dress(input.value, mask);
  });
}
