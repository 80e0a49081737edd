// Passkeys: the button of <div data-passkey="create|get"> asks the browser for one, writes its answer
// into the hidden `credential` and sends the form. Where the browser cannot, nothing is offered.
//
//   data-options      what to ask with (JSON), or
//   data-options-url  where to fetch it
//   data-failed       what to say when it did not work

// An address of numbers is no name, and passkeys belong to a name.
const isNamed = !/^(\[.*\]|[\d.]+)$/.test(location.hostname);

function isAble(): boolean {
  return (
    isNamed &&
    window.isSecureContext &&
    "PublicKeyCredential" in window &&
    "parseCreationOptionsFromJSON" in PublicKeyCredential &&
    "toJSON" in PublicKeyCredential.prototype
  );
}

async function optionsOf(place: HTMLElement): Promise<any> {
  if (place.dataset.options) return JSON.parse(place.dataset.options);
  const answer = await fetch(place.dataset.optionsUrl ?? "", {
    headers: { "X-Requested-With": "XMLHttpRequest" },
  });
  return (await answer.json()).request_options;
}

async function ask(place: HTMLElement): Promise<PublicKeyCredential> {
  const { publicKey } = await optionsOf(place);
  const made =
    place.dataset.passkey === "create"
      ? navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
        })
      : navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        });
  return (await made) as PublicKeyCredential;
}

export function offerPasskeys(): void {
  if (!isAble()) return;
  for (const place of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
    place.hidden = false;
    place.closest("form")?.querySelector(".without-passkey")?.remove();
  }
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-passkey] > button");
    const place = button?.parentElement;
    const form = button?.closest("form");
    if (!button || !place || !form) return;
    const error = place.querySelector<HTMLElement>("[data-passkey-error]");
    button.disabled = true;
    try {
      const credential = await ask(place);
      const field = form.elements.namedItem("credential") as HTMLInputElement;
      field.value = JSON.stringify(credential);
      form.submit();
    } catch {
      button.disabled = false;
      if (!error) return;
      error.textContent = place.dataset.failed ?? "";
      error.hidden = false;
    }
  });
}
