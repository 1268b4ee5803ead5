"use strict";

/** Everything here is a comfort: each page works without it. */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Whether what is sent opens elsewhere and leaves this page as it is: a preview, for example. */
const staysOpen = (event) => event.submitter?.formTarget === "_blank";

const blockSecondSubmit = (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented || form.method !== "post" || staysOpen(event)) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  if (!button) return;
  setTimeout(() => button.setAttribute("aria-disabled", "true"));
  if (button.matches(".button:not(.link)")) button.textContent = document.body.dataset.sending;
};

const allowSubmitAgain = (event) => {
  if (event.persisted) location.reload();
};

const count = (area) => {
  const line = document.getElementById(area.dataset.counter);
  line.textContent = line.dataset.words.replace("#", area.maxLength - area.value.length);
};

const warnOfUnsaved = (form) => {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
};

const SAVE_AFTER_MS = 2000;

/** Keep what is typed while the person goes on typing, and when the page is left. */
const autosave = (form) => {
  const status = document.querySelector("[data-autosave-status]");
  let timer, unsaved = false;
  const typed = () => {
    const data = new FormData(form);
    [...data].forEach(([name, value]) => value instanceof File && data.delete(name));
    data.set("do", "keep");
    return data;
  };
  const save = async () => {
    try {
      const answer = await fetch(form.action, { method: "POST", body: typed(), headers: { "X-Requested-With": "fetch" } });
      if (answer.status === 409) return (status.textContent = status.dataset.conflict);
      if (answer.status !== 204) throw new Error(answer.status);
      unsaved = false;
      const now = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", hourCycle: "h23" }).format(new Date());
      status.textContent = status.dataset.words.replace("#", now);
    } catch {
      status.textContent = status.dataset.failed;
    }
  };
  form.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  });
  form.addEventListener("submit", (event) => {
    if (staysOpen(event)) return;
    clearTimeout(timer);
    unsaved = false;
  });
  addEventListener("pagehide", () => unsaved && navigator.sendBeacon(form.action, typed()));
};

const WARN_BEFORE_MS = 5 * 60 * 1000;

/** Warn before the session ends, and let it go on by one press. Any visit in this tab begins the time anew. */
const warnOfEnd = (warning) => {
  const limit = warning.dataset.sessionEnd * 1000;
  let timer;
  const begin = () => {
    warning.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      warning.hidden = false;
      warning.querySelector("button").focus();
    }, Math.max(limit - WARN_BEFORE_MS, limit / 2));
  };
  const goOn = async () => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const answer = await fetch(warning.dataset.stillHere, { method: "POST", headers });
    answer.ok ? begin() : location.reload();
  };
  warning.querySelector("button").addEventListener("click", goOn);
  document.addEventListener("htmx:afterRequest", (event) => event.target.matches("[data-polling]") || begin());
  begin();
};

const offerPlace = (place) => {
  const offer = place.querySelector("[data-place-offer]");
  const [latitude, longitude] = all("input", place);
  const status = offer.querySelector("[role=status]");
  const fill = ({ coords }) => {
    latitude.value = coords.latitude.toFixed(6);
    longitude.value = coords.longitude.toFixed(6);
    status.textContent = "";
  };
  const refuse = () => (status.textContent = status.dataset.refused);
  offer.hidden = !navigator.geolocation;
  offer.querySelector("button").addEventListener("click", () => navigator.geolocation.getCurrentPosition(fill, refuse));
};

const start = () => {
  document.querySelector("[data-error-summary]")?.focus();
  all("[data-place]").forEach(offerPlace);
  all("form[data-warn-unsaved]:not([data-autosave])").forEach(warnOfUnsaved);
  all("[data-session-end]").forEach(warnOfEnd);
  all("form[data-autosave]").forEach(autosave);
  all("[data-counter]").forEach((area) => {
    area.addEventListener("input", () => count(area));
    count(area);
  });
};

document.addEventListener("submit", blockSecondSubmit);
addEventListener("pageshow", allowSubmitAgain);
start();
