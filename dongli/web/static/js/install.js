// “On the home screen”: the browser's own offer where there is one, else the words of how it is done there.

let offer = null;
addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); offer = event; dispatchEvent(new Event("dongli:installable")); });

/** Show in `box` what fits this browser; nothing when it is installed already. */
export function start(box) {
  if (matchMedia("(display-mode: standalone)").matches || navigator.standalone) return;
  const show = (name) => { box.hidden = false; box.querySelector(`[data-install-${name}]`).hidden = false; };
  if (/MicroMessenger/i.test(navigator.userAgent)) show("wechat");
  else if (/iPhone|iPad/.test(navigator.userAgent)) show("apple");
  addEventListener("dongli:installable", () => show("button"));
  if (offer) show("button");
  box.querySelector("[data-install-button]").addEventListener("click", async () => {
    await offer?.prompt();
    offer = null;
    box.hidden = true;
  });
}
