// The review of an evaluation set.
//
// For tests and tools, these stay as they are:
//   body[data-rater], [data-role]     who reviews, and whether as reviewer or expert
//   #item[data-id], [data-component], [data-number]   the example shown, the last decision there
//   #saved[data-state]                saved | saving | offline
//   #rows button[data-id][aria-current]   the examples found
//   #accept, #edit, #drop, #tag, #answer, #cannot, #undo, #back, #next, #show-finish, #show-help
//   #edit-box, #drop-box, #tag-box, #answer-box, #cannot-box, #finish-box, each with .fault
//   #nothing                          said where no example is found
import { ask } from "./api.js";
import { preference } from "./preference.js";
import { draw, make } from "./prose.js";
import { EditForm, requirements, words } from "./review_edit.js";

const MOST_ROWS = 300;
const element = (id) => document.getElementById(id);
const { role, rater, project } = document.body.dataset;
const reviewer = role === "reviewer";
const FILTERS = ["by-component", "by-reason", "by-rule", "by-text"];
const BOXES = ["only-open", "only-concerns", "only-unanswered"];

let rows = []; // every example there is, in the set's order
let found = []; // those that the filters let through
let now = null; // the example shown
let number = 0; // of the last decision that this page knows
let asText = false;
let busy = false;
let unwritten = 0;
const edit = reviewer ? new EditForm(element("edit-fields")) : null;

// ---------------------------------------------------------------- what is asked of the desk

async function fetched(path) {
  const reply = await ask("GET", path);
  if (reply.status === 200) return reply.body;
  trouble(reply);
  return null;
}

async function refresh() {
  const body = await fetched("/api/examples");
  if (!body) return false;
  rows = body.rows;
  told(body);
  choices();
  filter();
  return true;
}

function told(body) {
  number = body.number;
  const { progress } = body;
  if (progress) {
    unwritten = progress.unwritten;
    element("progress").max = Math.max(progress.total, 1);
    element("progress").value = progress.accepted;
    element("count").textContent = `${progress.accepted} of ${progress.total} accepted`;
    const parts = progress.parts.map((part) => {
      const answers = part.name === "golden" && part.unanswered ? `, ${part.unanswered} unanswered` : "";
      return make("li", "", [`${part.name} ${part.accepted} of ${part.total}${answers}`]);
    });
    element("parts").replaceChildren(...parts);
    element("list-title").textContent = `Examples (${progress.total})`;
    if (progress.left.length) notice(`Not entered, and kept in the journal: ${progress.left.join("; ")}`);
  } else {
    element("progress").max = 1;
    element("progress").value = body.left ? 0 : 1;
    element("count").textContent = body.left === 1 ? "1 question left" : `${body.left} questions left`;
  }
}

// Send a decision; whether it was kept. A fault is told where the decision was made.
async function decide(act, parts, box) {
  if (busy || !now) return false;
  busy = true;
  saved("saving");
  const before = number;
  const reply = await ask("POST", "/api/decide", {
    act,
    example: now.id,
    seen: now.seen,
    ...parts,
  });
  busy = false;
  if (reply.status !== 200) {
    const text = reply.body.faults?.map((one) => one.told).join("\n") || reply.body.error;
    saved(reply.status === 0 ? "offline" : "saved");
    if (box && reply.status !== 409) box.querySelector(".fault").textContent = text || unreached();
    else trouble(reply);
    if (reply.status === 409) {
      box?.close();
      await refresh();
      await open(now.id, true);
    }
    return false;
  }
  saved("saved");
  box?.close();
  await kept(reply.body, before);
  return true;
}

// What a decision changes here: its row; all rows where others decided meanwhile, or one came in.
async function kept(body, before) {
  const { act, example, heir } = body.kept;
  const whole = act === "drop" || act === "undo" || body.number !== before + 1 || !reviewer;
  told(body);
  if (whole) {
    await refresh();
    if (act === "drop" && heir) await open(heir, true);
    else if (rows.some((row) => row.id === example)) await open(example, true);
    else await open(found[0]?.id ?? null, true);
    return;
  }
  await open(example, true);
  const place = rows.findIndex((row) => row.id === example);
  if (now && place >= 0) rows[place] = now.row;
  choices();
  filter();
}

async function undo() {
  if (busy) return;
  busy = true;
  const before = number;
  const reply = await ask("POST", "/api/undo", {});
  busy = false;
  if (reply.status !== 200) {
    say(reply.body.error ?? unreached());
    return;
  }
  await kept(reply.body, before);
  say("Taken back.");
}

// ---------------------------------------------------------------- the list

function choices() {
  if (!reviewer) return;
  const count = (all) => all.reduce((seen, one) => seen.set(one, (seen.get(one) ?? 0) + 1), new Map());
  const sets = {
    "by-component": count(rows.map((row) => row.component)),
    "by-reason": count(rows.flatMap((row) => row.reasons)),
    "by-rule": count(rows.map((row) => row.rule).filter(Boolean)),
  };
  for (const [id, counts] of Object.entries(sets)) {
    const select = element(id);
    const chosen = select.value;
    const options = [...counts].map(([value, times]) => option(value, `${value} (${times})`));
    select.replaceChildren(option("", `all (${rows.length})`), ...options);
    select.value = counts.has(chosen) ? chosen : "";
  }
  const known = [...new Set(rows.flatMap((row) => row.tags))].map((tag) => option(tag, tag));
  element("tag-known").replaceChildren(...known);
}

function option(value, text) {
  const made = make("option", "", [text]);
  made.value = value;
  return made;
}

function passes(row) {
  if (!reviewer) return true;
  const [component, reason, rule, text] = FILTERS.map((id) => element(id).value);
  const [open, worry, unanswered] = BOXES.map((id) => element(id).checked);
  const sought = text.trim().toLowerCase();
  return (
    (!component || row.component === component) &&
    (!reason || row.reasons.includes(reason)) &&
    (!rule || row.rule === rule) &&
    (!open || !row.accepted) &&
    (!worry || row.concerns.length || row.cannot) &&
    (!unanswered || row.unanswered) &&
    (!sought || `${row.id} ${row.question} ${row.tags.join(" ")}`.toLowerCase().includes(sought))
  );
}

// The examples that are found; the one that is shown stays among them until another is.
function filter() {
  found = rows.filter((row) => passes(row) || row.id === now?.id);
  const place = found.findIndex((row) => row.id === now?.id);
  const start = Math.max(0, Math.min(place - 50, found.length - MOST_ROWS));
  const list = element("rows");
  const items = found.slice(start, start + MOST_ROWS).map(listed);
  if (found.length > MOST_ROWS) {
    items.push(make("li", "muted", [`${found.length - MOST_ROWS} more; narrow them down above`]));
  }
  list.replaceChildren(...items);
  const current = list.querySelector('[aria-current="true"]');
  if (current) {
    const box = list.getBoundingClientRect();
    const at = current.getBoundingClientRect();
    if (at.top < box.top || at.bottom > box.bottom) list.scrollTop += at.top - box.top - 40;
  }
  nothing();
}

function listed(row) {
  const which = make("span", "which", reviewer ? [make("b", "", [row.component])] : []);
  if (row.accepted) which.append(make("span", "done", ["accepted"]));
  if (row.edited) which.append(make("span", "", ["edited"]));
  if (row.cannot) which.append(make("span", "worry", ["cannot be answered"]));
  else if (row.unanswered && reviewer) which.append(make("span", "", ["awaits an answer"]));
  if (row.concerns?.length) which.append(make("span", "worry", ["concern"]));
  const button = make("button", "", [which, make("span", "asks", [row.question])]);
  button.type = "button";
  button.dataset.id = row.id;
  if (row.id === now?.id) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => open(row.id));
  return make("li", "", [button]);
}

function nothing() {
  const none = !found.length;
  element("nothing").hidden = !none;
  if (!none) return;
  element("nothing").textContent = reviewer
    ? "No example is like that."
    : "Nothing is left to answer. Thank you.";
  element("item").hidden = true;
}

// ---------------------------------------------------------------- one example

async function open(id, quiet = false) {
  element("loading").hidden = true;
  element("desk").hidden = false;
  if (id === null) {
    now = null;
    filter();
    return;
  }
  const body = await fetched(`/api/example?id=${encodeURIComponent(id)}`);
  if (!body) return;
  now = body.example;
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  show();
  filter();
  if (!quiet) {
    scrollTo(0, 0);
    element("title").focus({ preventScroll: true });
    if (matchMedia("(max-width: 960px)").matches) element("list-fold").open = false;
  }
}

function show() {
  const { row } = now;
  const item = element("item");
  item.hidden = false;
  item.dataset.id = now.id;
  item.dataset.component = row.component;
  item.dataset.number = number;
  const kind = row.component.charAt(0).toUpperCase() + row.component.slice(1);
  const title = reviewer ? `${kind} example` : "Question";
  element("title").textContent = title;
  document.title = `${title} · ${project}`;
  const state = element("state");
  state.classList.toggle("good", Boolean(row.accepted));
  state.textContent = row.accepted
    ? `accepted by ${row.accepted}`
    : row.edited
      ? "edited, not accepted"
      : reviewer
        ? "not accepted"
        : "";
  turns();
  bodies("context", now.context);
  if (reviewer) details();
}

function turns() {
  const earlier = now.messages.slice(0, -3);
  const last = now.messages.slice(-3).map(turn);
  if (earlier.length) {
    const summary = make("summary", "", [`${earlier.length} earlier turns`]);
    last.unshift(make("details", "earlier", [summary, ...earlier.map(turn)]));
  }
  element("turns").replaceChildren(...last);
}

function turn(message) {
  const text = make("div", "text");
  draw(text, message, { asText });
  const kind = message.role === "user" ? "turn user" : "turn";
  return make("div", kind, [make("p", "role", [message.role]), text]);
}

function bodies(id, texts) {
  const place = element(id);
  place.hidden = !texts.length;
  const drawn = texts.map((one) => {
    const text = make("div", "text");
    draw(text, one, { asText });
    return text;
  });
  place.querySelector(".bodies").replaceChildren(...drawn);
}

function details() {
  bodies("references", now.references);
  bodies("output", now.output ? [now.output] : []);
  const worries = [...now.concerns];
  if (now.cannot) worries.unshift(`Cannot be answered, says ${now.cannot}`);
  element("concerns").hidden = !worries.length;
  element("concerns").replaceChildren(...worries.map((text) => make("li", "", [text])));
  element("checklist").hidden = !now.checklist.length;
  const items = now.checklist.map((one) => {
    const what = one.any_of.map((text) => (one.regex ? `/${text}/` : `“${text}”`)).join(" or ");
    return make("li", "", [one.name ? `${one.name}: ${what}` : what]);
  });
  element("checklist").querySelector("ul").replaceChildren(...items);
  element("notes").hidden = !now.notes.length;
  facts(element("notes").querySelector("dl"), now.notes);
  const why = now.row.reasons.length ? [["why chosen", now.row.reasons.join(", ")]] : [];
  facts(element("facts"), [...why, ...now.facts]);
  element("tags-shown").hidden = !now.row.tags.length;
  const tags = now.row.tags.map((tag) => make("li", "", [tag]));
  element("tags-shown").querySelector("ul").replaceChildren(...tags);
  element("failure").hidden = !now.failure;
  element("failure").querySelector("p").textContent = now.failure;
  element("neighbours").hidden = !now.neighbours.length;
  const near = now.neighbours.map(([id, text]) => {
    const button = make("button", "", [text]);
    button.type = "button";
    button.addEventListener("click", () => open(id));
    return make("li", "", [button]);
  });
  element("neighbours").querySelector("ul").replaceChildren(...near);
  const golden = now.row.component === "golden";
  for (const id of ["answer", "cannot"]) element(id).hidden = !golden;
  element("accept").disabled = Boolean(now.row.accepted);
}

function facts(into, pairs) {
  into.replaceChildren(
    ...pairs.flatMap(([name, text]) => [make("dt", "", [name]), make("dd", "", [text])]),
  );
}

function step(by, wanted = () => true) {
  const place = found.findIndex((row) => row.id === now?.id);
  for (let at = place + by; at >= 0 && at < found.length; at += by) {
    if (wanted(found[at])) return open(found[at].id);
  }
  say(by > 0 ? "This is the last one." : "This is the first one.");
  return null;
}

function nextOpen() {
  const place = found.findIndex((row) => row.id === now?.id);
  const order = [...found.slice(place + 1), ...found.slice(0, Math.max(place, 0))];
  const next = order.find((row) => !row.accepted);
  if (next) return open(next.id);
  say("All of these are accepted.");
  return null;
}

// ---------------------------------------------------------------- decisions

async function accept() {
  if (now.row.accepted) {
    say(`It is accepted, by ${now.row.accepted}.`);
    return;
  }
  if (await decide("accept", {})) {
    await nextOpen();
    say("Accepted.");
  }
}

function box(id, focus) {
  const dialog = element(id);
  dialog.querySelector(".fault").textContent = "";
  dialog.showModal();
  element(focus)?.focus();
  return dialog;
}

function drop() {
  const { sampled } = now;
  element("drop-says").textContent = sampled
    ? "Core is a sample of production. An example may leave it only because it does not belong to " +
      "what is sampled, never for being easy, hard or odd. The next of its stratum comes in, and " +
      "the stratum weighs a little less: part of it is not what results are to speak of."
    : "The next in reserve that came in for the same reason takes its place, if there is one. The " +
      "example stays in the versions of the set.";
  element("drop-eligible").hidden = !sampled;
  element("ineligible").checked = false;
  element("drop-why").value = "";
  box("drop-box", sampled ? "ineligible" : "drop-why");
}

function tag() {
  element("tag-words").value = now.fields.segments.join(", ");
  box("tag-box", "tag-words");
}

const draftOf = (kind) => `measurand review ${kind} ${rater} ${now.id} ${now.seen}`;

function remembered(kind) {
  try {
    return JSON.parse(sessionStorage.getItem(draftOf(kind)) ?? "null");
  } catch {
    return null;
  }
}

function remember(kind, draft) {
  try {
    if (draft === null) sessionStorage.removeItem(draftOf(kind));
    else sessionStorage.setItem(draftOf(kind), JSON.stringify(draft));
  } catch {
    // Where nothing can be kept, a reload loses what was not saved.
  }
}

function forget(key) {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function change() {
  const draft = remembered("edit");
  edit.show(now.fields, now.moves);
  if (draft) edit.redraw(draft, now.fields, now.moves);
  element("edit-says").textContent = draft
    ? "What you had written before is here again."
    : "A changed example is asked anew; answers to what it was do not count for it.";
  box("edit-box", "");
  element("edit-fields").querySelector("textarea")?.focus();
}

function answer() {
  if (now.row.component !== "golden") {
    say("Experts answer golden examples. Edit the right answers of this one.");
    return;
  }
  const draft = remembered("answer");
  element("asked").replaceChildren(...now.messages.slice(-5).map(turn));
  element("answer-text").value = draft?.text ?? "";
  element("answer-checklist").value = draft?.checklist ?? "";
  box("answer-box", "answer-text");
  element("asked").scrollTop = element("asked").scrollHeight;
}

function cannot() {
  if (now.row.component !== "golden") return;
  element("cannot-why").value = "";
  box("cannot-box", "cannot-why");
}

const SUBMITTED = {
  "edit-box": async (dialog) => {
    const fields = edit.read();
    if (!Object.keys(fields).length) {
      dialog.querySelector(".fault").textContent = "Nothing was changed.";
      return;
    }
    const key = draftOf("edit");
    if (await decide("edit", { content: { fields } }, dialog)) {
      forget(key);
      say("Saved. Accept it when it is right.");
    }
  },
  "drop-box": async (dialog) => {
    const ineligible = element("ineligible").checked;
    if (now.sampled && !ineligible) {
      dialog.querySelector(".fault").textContent =
        "It may leave core only as ineligible. If it is not, keep it.";
      return;
    }
    const because = element("drop-why").value;
    if (await decide("drop", { because, content: { ineligible } }, dialog)) {
      say("Dropped.");
    }
  },
  "tag-box": async (dialog) => {
    const after = words(element("tag-words").value);
    const before = now.fields.segments;
    const add = after.filter((one) => !before.includes(one));
    const remove = before.filter((one) => !after.includes(one));
    if (!add.length && !remove.length) dialog.close();
    else if (await decide("tag", { content: { add, remove } }, dialog)) say("Tagged.");
  },
  "answer-box": async (dialog) => {
    const reference = element("answer-text").value;
    const checklist = requirements(element("answer-checklist").value);
    const key = draftOf("answer");
    if (await decide("answer", { content: { reference, checklist } }, dialog)) {
      forget(key);
      say("Your answer is kept.");
    }
  },
  "cannot-box": async (dialog) => {
    if (await decide("cannot", { because: element("cannot-why").value }, dialog)) say("Noted.");
  },
};

function finish() {
  element("finish-says").textContent = unwritten
    ? `${unwritten} decisions become one new version of the set. They are safe already; nothing ` +
      "else reads them before they are written."
    : "Nothing was decided that is not in the set already.";
  element("finish").disabled = !unwritten;
  element("finish-box").showModal();
}

// ---------------------------------------------------------------- words and keys

function say(text) {
  element("live").textContent = text;
  const toast = element("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("shown"), 3500);
}

function notice(text) {
  const place = element("notice");
  place.querySelector("p").textContent = text;
  place.hidden = !text;
}

function saved(state) {
  element("saved").dataset.state = state;
  const texts = { saved: "Saved", saving: "Saving…", offline: "Not reached" };
  element("saved").querySelector("span").textContent = texts[state];
}

function unreached() {
  return "The desk cannot be reached; nothing was kept. Try again.";
}

function trouble(reply) {
  if (reply.status === 401) {
    location.reload();
    return;
  }
  notice(reply.body.error ?? unreached());
}

const ACTS = reviewer
  ? { a: accept, e: change, d: drop, t: tag, r: answer, x: cannot, n: nextOpen, w: finish }
  : { r: answer, x: cannot };
const MOVES = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  k: () => step(-1),
  j: () => step(1),
  u: undo,
  v: asWritten,
  "?": () => element("help").showModal(),
};

function asWritten() {
  asText = !asText;
  element("as-text").setAttribute("aria-pressed", asText);
  show();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = event.target.closest("input:not([type=checkbox]), textarea, select");
  const typing = field && !field.closest("dialog:not([open])") ? field : null;
  if (document.querySelector("dialog[open]") || typing) {
    if (event.key === "Escape" && typing && !document.querySelector("dialog[open]")) typing.blur();
    return;
  }
  if (event.key.length === 1 && !element("short").checked) return;
  if (busy) return;
  const key = event.key;
  if (key === "/" && reviewer) {
    element("list-fold").open = true;
    element("by-text").focus();
  } else if (key === "o" && reviewer && now?.output) {
    element("output").open = !element("output").open;
  } else if (MOVES[key] && (now || key === "u" || key === "?")) MOVES[key]();
  else if (ACTS[key] && (now || key === "w")) ACTS[key]();
  else return;
  event.preventDefault();
}

function wire() {
  document.addEventListener("keydown", pressed);
  const buttons = {
    back: MOVES.ArrowLeft,
    next: MOVES.ArrowRight,
    undo,
    accept,
    edit: change,
    drop,
    tag,
    answer,
    cannot,
    "as-text": asWritten,
    "show-finish": finish,
    "show-help": MOVES["?"],
  };
  for (const [id, act] of Object.entries(buttons)) element(id)?.addEventListener("click", () => act());
  for (const id of [...FILTERS, ...BOXES]) element(id)?.addEventListener("input", () => filtered());
  element("filters")?.addEventListener("submit", (event) => event.preventDefault());
  element("notice").querySelector("button").addEventListener("click", () => notice(""));
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => element("title").focus({ preventScroll: true }));
    dialog.addEventListener("keydown", (event) => {
      const form = dialog.querySelector('form[method="dialog"]');
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form?.requestSubmit();
    });
    const submitted = SUBMITTED[dialog.id];
    dialog.querySelector('form[method="dialog"]')?.addEventListener("submit", (event) => {
      event.preventDefault();
      submitted(dialog);
    });
  }
  element("edit-box")?.addEventListener("input", () => remember("edit", edit.draft));
  element("edit-box")?.querySelector(".close").addEventListener("click", () => remember("edit", null));
  element("answer-box").addEventListener("input", () =>
    remember("answer", {
      text: element("answer-text").value,
      checklist: element("answer-checklist").value,
    }),
  );
  preference(element("short"), "measurand-short");
}

// Another filter: what is shown stays if it is still among those found, else the first of them is.
function filtered() {
  const shown = now;
  now = null;
  filter();
  now = found.some((row) => row.id === shown?.id) ? shown : null;
  if (now) filter();
  else if (found.length) open(found[0].id, true);
}

async function begin() {
  wire();
  if (!(await refresh())) return;
  if (matchMedia("(max-width: 960px)").matches) element("list-fold").open = false;
  const wanted = decodeURIComponent(location.hash.slice(1));
  const first = found.find((row) => row.id === wanted) ?? found.find((row) => !row.accepted) ?? found[0];
  await open(first?.id ?? null, true);
}

begin();
