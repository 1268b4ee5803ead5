"use strict";

/** Send files as soon as they are chosen, one after another, each with its progress; without this, they go with the form. */

const REFRESHED = 204, CONFLICT = 409, INVALID = 422;

const post = (form, file, name, progress) => {
  const request = new XMLHttpRequest(), data = new FormData(form);
  [...data].forEach(([key, value]) => value instanceof File && data.delete(key));
  data.set("do", "keep");
  data.append(name, file);
  const answered = new Promise((resolve) => {
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("load", () => resolve(request));
    ["error", "abort", "timeout"].forEach((kind) => request.addEventListener(kind, () => resolve({ status: 0, kind })));
  });
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "fetch");
  request.send(data);
  return { request, answered };
};

const partOf = (html, id) => new DOMParser().parseFromString(html, "text/html").getElementById(id);

/** Show a question as the server shows it now; what else stands on the page is left alone. */
const renew = async (slot, html) => {
  const fresh = partOf(html ?? await (await fetch(location.href)).text(), slot.id);
  if (!fresh) return location.reload();
  const rows = [...slot.querySelectorAll("[data-upload]")];
  slot.replaceChildren(...fresh.childNodes);
  slot.append(...rows);
};

const uploads = (form) => {
  const template = document.querySelector("template[data-upload-row]");
  const status = document.querySelector("[data-upload-status]");
  let waiting = [], busy = false, submitter = null;

  const say = (words, file) => (status.textContent = words.replace("#", file.name));

  const row = (file) => {
    const item = template.content.cloneNode(true).firstElementChild;
    item.querySelector("[data-name]").textContent = file.name;
    item.querySelector("progress").setAttribute("aria-label", file.name);
    return item;
  };

  const fail = (task, words) => {
    task.item.classList.add("failed");
    task.item.querySelector("progress").hidden = true;
    task.item.querySelector("[data-fault]").textContent = words;
    task.item.querySelector("[data-again]").hidden = false;
    say(words, task.file);
  };

  const settle = async (task, answer) => {
    if (answer.status === REFRESHED) {
      task.item.remove();
      await renew(task.slot);
      return say(status.dataset.added, task.file);
    }
    if (answer.status === INVALID) {
      task.item.remove();
      await renew(task.slot, answer.responseText);
      return say(status.dataset.refused, task.file);
    }
    if (answer.kind === "abort") return task.item.remove();
    fail(task, answer.status === CONFLICT ? status.dataset.conflict : status.dataset.failed);
  };

  const next = async () => {
    if (busy || !waiting.length) return;
    busy = true;
    const task = waiting.shift();
    say(status.dataset.sending, task.file);
    const bar = task.item.querySelector("progress");
    const sent = post(form, task.file, task.name, (share) => (bar.value = share));
    task.request = sent.request;
    await settle(task, await sent.answered);
    busy = false;
    if (waiting.length) return next();
    if (submitter && !form.querySelector("[data-upload]")) form.requestSubmit(submitter);
    submitter = null;
  };

  const enqueue = (task) => {
    waiting.push(task);
    next();
  };

  const begin = (file, slot, name) => {
    const task = { file, slot, name, item: row(file) };
    task.item.querySelector("[data-cancel]").addEventListener("click", () => {
      waiting = waiting.filter((other) => other !== task);
      task.request?.readyState < XMLHttpRequest.DONE ? task.request.abort() : task.item.remove();
    });
    task.item.querySelector("[data-again]").addEventListener("click", () => {
      task.item.remove();
      begin(file, slot, name);
    });
    slot.append(task.item);
    enqueue(task);
  };

  const chosen = (input) => {
    const slot = input.closest("[id^=place_]");
    [...input.files].forEach((file) => begin(file, slot, input.name));
    input.value = "";
  };

  form.addEventListener("change", (event) => event.target.matches("input[type=file]") && chosen(event.target));
  form.addEventListener("submit", (event) => {
    if (!form.querySelector("[data-upload]")) return;
    event.preventDefault();
    event.stopPropagation();
    submitter = busy ? event.submitter : null;
    status.textContent = busy ? status.dataset.wait : status.dataset.left;
  }, { capture: true });
};

document.querySelectorAll("form[data-uploads]").forEach(uploads);
