// Keeps on the server what is being typed into a form, so that a lost session, tab or battery loses nothing.
// <form data-draft-url="…"> is watched; what is happening is said in its [data-draft-status], politely.

const PAUSE = 2500; // milliseconds after the last key before saving
const RETRY = 15000; // milliseconds after a failure before trying again

for (const form of document.querySelectorAll("form[data-draft-url]")) watch(form);

function watch(form) {
  const status = form.querySelector("[data-draft-status]");
  let timer = 0;
  let unsaved = false;
  let sending = false;
  let request = null;

  const say = (text, isProblem = false) => {
    if (!status) return;
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("held-draft-status--problem", isProblem);
  };

  const later = (delay) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, delay);
  };

  async function save() {
    if (sending || !unsaved) return;
    unsaved = false;
    request = new AbortController();
    try {
      const response = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body: typed(form),
        credentials: "same-origin",
        redirect: "manual",
        headers: { Accept: "application/json" },
        signal: request.signal,
      });
      if (response.ok) {
        if (!unsaved) say(`Draft saved ${await time(response)}`);
      } else if (response.status === 413) {
        say("This is too long to keep as a draft. Send it, or make it shorter.", true);
      } else if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) {
        unsaved = true;
        say("You have been signed out, so this draft is no longer being saved. Copy what you have typed since, then sign in again: everything before is kept.", true);
      } else {
        failed();
      }
    } catch (error) {
      if (error.name !== "AbortError") failed();
    }
  }

  function failed() {
    unsaved = true;
    say("Draft not saved: the service cannot be reached. Still trying.", true);
    later(RETRY);
  }

  form.addEventListener("input", () => {
    unsaved = true;
    later(PAUSE);
  });
  form.addEventListener("change", () => {
    unsaved = true;
    later(PAUSE);
  });

  // Sending the form saves it for good; a draft that came after would bring it back to life.
  form.addEventListener("submit", () => {
    sending = true;
    window.clearTimeout(timer);
    request?.abort();
  });
  window.addEventListener("pageshow", () => {
    sending = false;
  });

  const leave = () => {
    if (sending || !unsaved) return;
    unsaved = false;
    navigator.sendBeacon(form.dataset.draftUrl, typed(form));
  };
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });
}

function typed(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const field = form.elements.namedItem(name);
    if (typeof value === "string" && field?.type !== "password") body.append(name, value);
  }
  return body;
}

async function time(response) {
  // The server's own clock where it says; this machine's where it does not.
  try {
    const answer = await response.json();
    if (answer.saved_at) return answer.saved_at;
  } catch {
    // no JSON: fall through
  }
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" }).format(new Date());
}
