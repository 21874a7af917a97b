// Puts carers on shifts without leaving the page: drag one from the list, or press their button and then a shift's.
// The server decides everything. Each act sends the form that does the same without scripts, and the rota is replaced
// by the one in the page it answers with, refusals and all.

const said = document.getElementById("rota-said");
let inHand = ""; // the carer chosen, until they are put back
let dragged = ""; // the carer being dragged
let waiting = false; // for the server

const rota = () => document.getElementById("rota");
const form = () => document.getElementById("rota-form");
const rowOf = (carer) => document.getElementById(`carer-${carer}`);
const nameOf = (carer) => rowOf(carer)?.dataset.carer ?? "";
const openShifts = () => [...document.querySelectorAll("[data-shift]")];
const buttonOf = (shift) => shift.querySelector(".rota-put");

if (form()) {
  enhance();
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  for (const kind of ["dragstart", "dragover", "dragleave", "dragend", "drop"]) document.addEventListener(kind, onDrag);
}

// What only works with this script is shown by it, and what it replaces is hidden.
function enhance() {
  for (const part of rota().querySelectorAll("[data-with-script]")) part.hidden = false;
  for (const part of rota().querySelectorAll("[data-without-script]")) part.hidden = true;
  for (const row of rota().querySelectorAll("[data-carer]")) row.draggable = true;
  showHand();
}

function say(text) {
  said.textContent = text;
}

// --- picking up and putting back --------------------------------------------------------------------------------------

function onSubmit(event) {
  if (event.target !== form()) return;
  event.preventDefault();
  const carer = event.submitter?.value ?? "";
  if (carer && carer === inHand) putBack();
  else if (carer) pickUp(carer);
}

function pickUp(carer) {
  inHand = carer;
  showHand();
  const shifts = openShifts();
  const target = shifts.find((shift) => "short" in shift.dataset) ?? shifts[0];
  if (!target) return say("There is no shift this week to put anybody on.");
  aim(buttonOf(target));
  return say(`${nameOf(carer)}: choose a shift. Move with the arrow keys and press Enter; Escape puts them back.`);
}

function putBack() {
  const carer = inHand;
  inHand = "";
  showHand();
  say("");
  rowOf(carer)?.querySelector("button").focus();
}

// While somebody is in hand each shift has its button, and the arrow keys go from one to the next.
function showHand() {
  for (const row of document.querySelectorAll("[data-carer]")) {
    const held = row.id === `carer-${inHand}`;
    row.classList.toggle("rota-carer--in-hand", held);
    row.querySelector("button").setAttribute("aria-pressed", String(held));
  }
  openShifts().forEach((shift, place) => {
    const button = buttonOf(shift);
    button.hidden = !inHand;
    button.tabIndex = place === 0 ? 0 : -1;
    button.querySelector("[data-who]").textContent = nameOf(inHand);
  });
}

function aim(button) {
  for (const shift of openShifts()) buttonOf(shift).tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

// --- choosing a shift -------------------------------------------------------------------------------------------------

function onClick(event) {
  const button = event.target.closest?.(".rota-put");
  if (button) put(inHand, button.closest("[data-shift]"));
}

function onKey(event) {
  if (!inHand) return;
  if (event.key === "Escape") {
    event.preventDefault();
    putBack();
  }
  const here = event.target.closest?.(".rota-put")?.closest("[data-shift]");
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!here || !step) return;
  event.preventDefault();
  const next = neighbour(here, ...step);
  if (next) aim(buttonOf(next));
}

// The nearest shift in that direction, as the grid shows them: days are columns, and each column goes down in order.
function neighbour(here, across, down) {
  const column = Number(here.dataset.column);
  if (down) {
    const days = openShifts().filter((shift) => Number(shift.dataset.column) === column);
    return days[days.indexOf(here) + down];
  }
  const top = here.getBoundingClientRect().top;
  const beyond = openShifts().filter((shift) => (Number(shift.dataset.column) - column) * across > 0);
  const far = (shift) => Math.abs(Number(shift.dataset.column) - column) * 1e5 + Math.abs(Number(shift.dataset.row) - Number(here.dataset.row)) * 1e4 + Math.abs(shift.getBoundingClientRect().top - top) / 10;
  return beyond.sort((one, other) => far(one) - far(other))[0];
}

function onDrag(event) {
  const row = event.target.closest?.("[data-carer]");
  const shift = event.target.closest?.("[data-shift]");
  if (event.type === "dragstart") {
    dragged = row ? row.id.replace("carer-", "") : "";
    if (!row) return;
    event.dataTransfer.effectAllowed = "copy";
    event.dataTransfer.setData("text/plain", nameOf(dragged));
  }
  if (["dragleave", "dragend", "drop"].includes(event.type)) {
    for (const aimed of document.querySelectorAll(".rota-shift--aimed")) aimed.classList.remove("rota-shift--aimed");
  }
  if (shift && dragged && ["dragover", "drop"].includes(event.type)) {
    event.preventDefault(); // a drop is welcome here
    if (event.type === "dragover") shift.classList.add("rota-shift--aimed");
    else put(dragged, shift);
  }
  if (event.type === "dragend") dragged = "";
}

// --- asking the server ------------------------------------------------------------------------------------------------

async function put(carer, shift) {
  if (waiting || !carer) return;
  waiting = true;
  const body = new FormData(form());
  body.set("carer", carer);
  body.set("shift", shift.dataset.shift);
  say(`Putting ${nameOf(carer)} on…`);
  let answer = null;
  let page = null;
  try {
    answer = await fetch(form().action, { method: "POST", body, credentials: "same-origin" });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    say("This was not saved: the service cannot be reached. Try again when you are connected.");
    return;
  } finally {
    waiting = false;
  }
  if (page.getElementById("rota")) show(page, answer.ok);
  else if (answer.redirected) window.location.assign(answer.url); // signed out meanwhile
  else say("This was not saved: the service did not answer as it should. Open this page again.");
}

// The rota of the page the server answered with, in place of this one; the focus stays where it was.
function show(page, done) {
  const focused = document.activeElement?.id;
  const sentence = page.querySelector(done ? ".govuk-notification-banner__heading" : "[data-said]");
  rota().replaceWith(document.adoptNode(page.getElementById("rota")));
  for (const old of document.querySelectorAll("main > .govuk-notification-banner, main > .held-alert, main > .rota-refusal")) old.remove();
  if (!rowOf(inHand)) inHand = "";
  enhance();
  const same = focused ? document.getElementById(focused) : null;
  if (same?.matches(".rota-put")) aim(same);
  else same?.focus();
  say([sentence?.textContent.trim(), inHand && done ? "Choose another shift, or press Escape." : ""].filter(Boolean).join(". "));
}
