"use strict";

/** Files of a form go at once, one after the other, each with its progress. Without this they go with the page. */
{
  const SILENT_MS = 60_000;
  const status = document.querySelector("[data-uploads]");
  const waiting = [];
  let isSending = false;

  const say = (what, name) => (status.textContent = status.dataset[what].replace("#", name));

  const settle = (upload) => {
    const list = upload.row.parentElement;
    if (upload.row.contains(document.activeElement)) document.getElementById(upload.input)?.focus();
    upload.row.remove();
    if (list) list.hidden = !list.children.length;
  };

  /** Keep the file in words: what went wrong, and what can be done. */
  const fail = (upload, what, words = "") => {
    const { row, file } = upload;
    say(what, file.name);
    if (words) status.textContent += ` ${words}`;
    row.querySelector("progress").hidden = true;
    row.querySelector("[data-trouble]").textContent = words || status.textContent;
    row.querySelector("[data-trouble]").hidden = false;
    row.querySelector("[data-again]").hidden = what !== "failed";
  };

  const arrived = (upload, page) => {
    const place = `${upload.input}_files`;
    document.getElementById(place)?.replaceWith(page.getElementById(place));
    say("arrived", upload.file.name);
    settle(upload);
  };

  const answered = (upload, { status: code, response: page }) => {
    const trouble = page?.getElementById(`${upload.input}_error`)?.textContent;
    if ((code === 422 || code === 429) && trouble) return fail(upload, "refused", trouble);
    if (code === 200 && page?.getElementById(`${upload.input}_files`)) return arrived(upload, page);
    fail(upload, "gone");
  };

  const bodyOf = ({ file, input }, form) => {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "tab"]) body.set(name, form.elements[name].value);
    body.set("do", "show");
    body.set(input.slice("id_".length), file);
    return body;
  };

  const send = (upload) => new Promise((done) => {
    const call = (upload.call = new XMLHttpRequest());
    const bar = upload.row.querySelector("progress");
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => { call.abort(); fail(upload, "failed"); }, SILENT_MS);
    };
    call.upload.addEventListener("progress", (event) => { listen(); bar.value = (100 * event.loaded) / event.total; });
    call.addEventListener("load", () => answered(upload, call));
    call.addEventListener("error", () => fail(upload, "failed"));
    call.addEventListener("loadend", () => { clearTimeout(silence); upload.call = null; done(); });
    call.open("POST", location.href.split("#")[0]);
    call.responseType = "document";
    say("begun", upload.file.name);
    listen();
    call.send(bodyOf(upload, status.parentElement.querySelector("form")));
  });

  const goOn = async () => {
    if (isSending) return;
    isSending = true;
    while (waiting.length) await send(waiting.shift());
    isSending = false;
  };

  const cancel = (upload) => {
    waiting.splice(0, waiting.length, ...waiting.filter((one) => one !== upload));
    upload.call?.abort();
    say("cancelled", upload.file.name);
    settle(upload);
  };

  const tryAgain = (upload) => {
    const bar = upload.row.querySelector("progress");
    upload.row.querySelectorAll("[data-trouble], [data-again]").forEach((part) => (part.hidden = true));
    bar.hidden = false;
    bar.value = 0;
    upload.row.querySelector("[data-cancel]").focus();
    waiting.push(upload);
    goOn();
  };

  const begin = (input, file) => {
    const row = document.getElementById("upload").content.firstElementChild.cloneNode(true);
    const list = document.getElementById(`${input}_sending`);
    const upload = { input, file, row, call: null };
    row.querySelectorAll("[data-name]").forEach((part) => (part.textContent = file.name));
    row.querySelector("[data-cancel]").addEventListener("click", () => cancel(upload));
    row.querySelector("[data-again]").addEventListener("click", () => tryAgain(upload));
    list.append(row);
    list.hidden = false;
    waiting.push(upload);
  };

  const take = (input, files) => {
    files.forEach((file) => begin(input, file));
    goOn();
  };

  const chosen = ({ target }) => {
    if (!target.matches("[data-upload]")) return;
    take(target.id, [...target.files]);
    target.value = "";
  };

  const firstLeft = () => document.querySelector(".files > li:has(progress)");

  /** A page isn't sent before its files are with us, or given up. */
  const holdBack = (event) => {
    const left = firstLeft();
    if (!left) return;
    event.preventDefault();
    const trouble = left.querySelector("[data-trouble]");
    say("wait", "");
    if (trouble.hidden) trouble.textContent = status.textContent;
    trouble.hidden = false;
    left.querySelector("button:not([hidden])").focus();
  };

  const offerCamera = (offer) => {
    const camera = Object.assign(document.createElement("input"), { type: "file", accept: "image/jpeg" });
    camera.setAttribute("capture", "environment");
    camera.addEventListener("change", () => { take(offer.dataset.camera, [...camera.files]); camera.value = ""; });
    offer.querySelector("button").addEventListener("click", () => camera.click());
    offer.hidden = false;
  };

  document.addEventListener("change", chosen);
  addEventListener("beforeunload", (event) => firstLeft() && event.preventDefault());
  status.parentElement.querySelector("form").addEventListener("submit", holdBack);
  if (matchMedia("(pointer: coarse)").matches) document.querySelectorAll("[data-camera]").forEach(offerCamera);
}
