// Photos are made smaller on the phone before they are sent, shown, and can be taken out again.
// Without this script the plain file input sends the originals and the server makes them smaller.

/** Start every photo input under `root`. */
export function start(root = document) {
  for (const box of root.querySelectorAll("[data-photos]:not([data-photos-started])")) {
    box.dataset.photosStarted = "1";
    watch(box);
  }
}

function watch(box) {
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector("[data-previews]");
  const status = box.querySelector("[data-photos-status]");
  const max = Number(box.dataset.max) || 9;
  const kept = [];
  const addressOf = new WeakMap();

  const show = () => {
    const bag = new DataTransfer();
    kept.forEach((file) => bag.items.add(file));
    input.files = bag.files;
    list.replaceChildren(...kept.map((file) => preview(file)));
    input.dispatchEvent(new Event("dongli:photos", { bubbles: true }));
  };
  const preview = (file) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    if (!addressOf.has(file)) addressOf.set(file, URL.createObjectURL(file));
    image.src = addressOf.get(file);
    image.alt = file.name;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.setAttribute("aria-label", `${box.dataset.remove} ${file.name}`);
    remove.textContent = "✕";
    remove.addEventListener("click", () => {
      URL.revokeObjectURL(addressOf.get(file));
      kept.splice(kept.indexOf(file), 1);
      show();
      input.focus();
    });
    item.append(image, remove);
    return item;
  };
  input.form?.addEventListener("reset", () => { kept.length = 0; setTimeout(show); });
  input.addEventListener("change", async () => {
    const chosen = [...input.files].filter((file) => !kept.includes(file));
    box.classList.add("is-busy");
    for (const file of chosen.slice(0, max - kept.length)) kept.push(await smaller(file, Number(box.dataset.size) || 1600));
    status.textContent = kept.length >= max && chosen.length ? box.dataset.tooMany : "";
    box.classList.remove("is-busy");
    show();
  });
}

async function smaller(file, longest) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch { return file; } // not a picture this browser can read: the server decides and says so
}
