// Starts both libraries. A file of its own, since no page of ours has a script inside it.
import { initAll as startGovuk } from "../govuk/govuk-frontend.js";
import { initAll as startMoj } from "../moj/moj-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
startGovuk();
startMoj();

// "Hide this page" leaves no way back to it in the browser's history.
document.querySelectorAll("[data-hide-page]").forEach((link) => {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    window.location.replace(link.href);
  });
});

// A radio button may reveal a field that only its answer needs. Without this script the field is simply there.
document.querySelectorAll("input[data-reveals]").forEach((radio) => {
  const revealed = document.getElementById(radio.dataset.reveals);
  const show = () => {
    revealed.hidden = !radio.checked;
  };
  radio.form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
});
