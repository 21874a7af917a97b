// What is asked of a page, in one question: each takes its way through three programs. Used by eyes.py.
//
// `parts` is what the page is built of, its words left out: a number for each kind of element in its place. Two elements
// are of one kind where nothing axe asks about differs: every element they lie in, the one before them, their attributes,
// whether what they point at is there, whether they are named, whether they are empty, too small or overflow.
// `whole` is what axe judges of a page at large: which headings follow upon which, and which landmarks there are how often.
() => {
  const free = new RegExp("^(id|name|value|href|src|for|action|alt|title|placeholder|datetime|label|rows|cols|colspan|" +
    "rowspan|size|maxlength|min|max|step|pattern|headers|data-.*|aria-(label|labelledby|describedby|controls|owns))$");
  const pointing = ["for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"];
  const pressed = "a, button, input, select, textarea, summary, [tabindex]";
  const landmarks = "main, header, footer, nav, aside, section[aria-label], section[aria-labelledby], form[aria-label], " +
    "form[aria-labelledby], [role]:not(svg)";

  const numbered = (...facts) => {
    let [one, other] = [0xdeadbeef, 0x41c6ce57];
    for (const letter of facts.join("\n")) {
      one = Math.imul(one ^ letter.codePointAt(0), 2654435761);
      other = Math.imul(other ^ letter.codePointAt(0), 1597334677);
    }
    return (one >>> 0).toString(36) + (other >>> 0).toString(36);
  };
  const counted = (things) => things.reduce((counts, thing) => counts.set(thing, (counts.get(thing) || 0) + 1), new Map());
  const words = (e, name) => (e.getAttribute(name) || "").split(/\s+/).filter(Boolean);

  const elements = [...document.querySelectorAll("*")];
  const ids = counted(elements.filter((e) => e.id).map((e) => e.id));
  const kinds = new Map(), places = new Map(), parts = new Map();
  for (const e of elements) {
    const kind = [e.tagName, e.getAttribute("class"), e.getAttribute("role"), e.type, e.hidden, e.open].join();
    const place = numbered(places.get(e.parentElement), kind, e.getAttribute("aria-hidden"));
    kinds.set(e, kind);
    places.set(e, place);
    const box = e.matches(pressed) && e.getBoundingClientRect();
    const href = e.getAttribute("href") || "";
    const part = numbered(
      place,
      kinds.get(e.previousElementSibling),
      [...e.attributes].map((a) => (free.test(a.name) ? a.name + Boolean(a.value.trim()) : `${a.name}=${a.value}`)).sort(),
      JSON.stringify(pointing.map((name) => words(e, name).map((id) => ids.get(id) || 0))),
      href.startsWith("#") && ids.has(href.slice(1)),
      e.labels && e.labels.length,
      e.tagName === "LABEL" && Boolean(e.control),
      e.children.length > 0 || e.textContent.trim() !== "",
      box && [box.width < 24, box.height < 24, box.width * box.height > 0],
      e.scrollWidth > e.clientWidth && e.clientWidth > 0,
    );
    parts.has(part) ? parts.get(part).push(e) : parts.set(part, [e]);
  }
  window.heldParts = parts;

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6, [role=heading]")].map((e) => e.tagName);
  const name = (e) => [e.getAttribute("aria-label"), ...words(e, "aria-labelledby").map((id) => document.getElementById(id)?.textContent)];
  const named = [...document.querySelectorAll(landmarks)].map((e) => [e.tagName, e.getAttribute("role"), ...name(e)].join("\n"));
  return {
    troubles: window.heldTroubles,
    title: document.title,
    h1s: document.querySelectorAll("h1").length,
    twice: [...ids].filter(([, times]) => times > 1).map(([id]) => id),
    sideways: document.documentElement.scrollWidth - window.innerWidth,
    width: window.innerWidth,
    parts: [...parts.keys()],
    whole: [
      ...headings.map((heading, i) => `${headings[i - 1] || "nothing"} before ${heading}`),
      ...[...counted(named)].map(([landmark, times]) => `${times} ${landmark.split("\n", 2).join(" ")}`),
    ],
  };
}
