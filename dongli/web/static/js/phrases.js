// Canned phrases: choosing one puts its words where the cursor is. Without this script the button beside the list does it.

export function start(root) {
  for (const box of root.querySelectorAll("[data-phrases]:not([data-started])")) {
    box.dataset.started = "1";
    box.querySelector("button").hidden = true;
    box.querySelector("select").addEventListener("change", ({ target }) => put(target, document.getElementById(box.dataset.phrases)));
  }
}

function put(list, area) {
  const words = list.selectedOptions[0]?.dataset.words;
  if (!area || !words) return;
  area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  list.value = "";
  area.focus();
}
