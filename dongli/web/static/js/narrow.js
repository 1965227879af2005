// Typing into <input data-narrow> leaves only those of its fieldset's choices whose data-words hold all the words.
// Without this the form's own button asks the server. What is ticked stays in sight.

/** Start every field under `root`. */
export function start(root = document) {
  for (const input of root.querySelectorAll("[data-narrow]:not([data-narrow-started])")) {
    input.dataset.narrowStarted = "1";
    const box = input.closest("[data-narrow-in]");
    box.querySelector("[data-narrow-button]")?.remove();
    for (const group of box.querySelectorAll("details")) group.dataset.wasOpen = group.open ? "1" : "";
    input.addEventListener("input", () => narrow(box, input.value));
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
}

function narrow(box, typed) {
  const words = typed.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  let any = false;
  for (const group of box.querySelectorAll("details")) {
    let shown = 0;
    for (const choice of group.querySelectorAll("[data-words]")) {
      const text = choice.dataset.words.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      choice.hidden = !fits && !choice.querySelector("input").checked;
      shown += fits;
    }
    group.hidden = !group.querySelector("[data-words]:not([hidden])");
    group.open = words.length ? shown > 0 : group.dataset.wasOpen === "1" || Boolean(group.querySelector("input:checked"));
    any ||= shown > 0;
  }
  const none = box.querySelector("[data-narrow-none]");
  if (none) none.hidden = any;
}
