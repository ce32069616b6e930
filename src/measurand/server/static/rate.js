// The rating screen.
//
// For tests and tools, these stay as they are:
//   body[data-rater], [data-desk]   the rater's name, and which desk of this address it is
//   #item[data-position]          the item shown, as a place in the queue; empty while none is
//   #item[data-stage]             training | work
//   #item[data-done], [data-number]   whether it is done, and the number of its last change
//   #saved[data-state]            saved | saving | offline | stopped; [data-unsent] counts changes
//   fieldset.dimension[data-name], .active, .answered, its input[type=radio][data-value]
//     (the value, or "cannot") and input[type=checkbox][data-also]
//   #comment, #flags li, #back, #undo, #flag, #skip, #next, #help, #show-help, #as-text
//   #notice                       what went wrong, where something did
//   #finished                     on the last page
// Keys: digits, and letters shown, choose; arrows up and down move, Enter or n goes on, b or p back, u undo, s skip,
//   x cannot judge, a and a digit "also reasonable", c comment, f flag, t as text, ? help.
import { ask } from "./api.js";
import { Clock } from "./clock.js";
import { counter } from "./counter.js";
import { Flags } from "./flags.js";
import { Keys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { preference } from "./preference.js";
import { draw, make } from "./prose.js";
import { allowed, begins } from "./typed.js";

const AHEAD = 2;
const REMEMBERED = 60;
const TYPING = 600;
const MOST_COMMENT = 5000;
const element = (id) => document.getElementById(id);
const { rater, screen, position: wanted, project, desk } = document.body.dataset;

const items = new Map(); // by position: {data, answer, number, past, seconds, feedback}
let now = null; // the item shown
let ahead = []; // positions fetched beforehand
let farthest = -1; // the last place of the queue that was seen
let busy = false;
let trouble = ""; // why the desk lets nobody in, where it does not
let also = false; // the next digit is "also reasonable"
let asText = false;
let recount = () => {}; // say how much room the comment has left

// What stands in a field is taken before the page goes; the outbox then sends or keeps it.
for (const end of ["beforeunload", "pagehide"]) addEventListener(end, commitAll);

const keys = new Keys();
const clock = new Clock();
const whose = `${desk}/${encodeURIComponent(rater)}`;
const outbox = new Outbox(whose, send, { changed: told, conflict, gone, refused });
const panel = new Panel(element("ratings"), screen, {
  choose: (name, value) => mark(name, { value, cannot: false }),
  also: (name, value) => toggleAlso(name, value),
  cannot: (name) => mark(name, { value: null, also: [], cannot: true }),
  typing,
  commit,
  active: () => {},
});
const flags = new Flags(element("outputs"), element("flags"), {
  change: (spans) => change("said", { spans }),
  typed: (spans) => change("typed", { spans }, "spans"),
  say,
});

// ---------------------------------------------------------------- what is said

function send(entry) {
  return ask("POST", `/api/items/${entry.position}`, { ...entry.answer, tag: entry.tag });
}

// One change: kept in this browser at once, then sent. What is typed into one field in one go is
// undone in one go.
function change(kind, parts, burst = "") {
  if (!burst || now.burst !== burst) now.past.push(structuredClone(now.answer));
  now.burst = burst;
  const answer = { ...now.answer, ...parts };
  const complete = !panel.unanswered(answer).length;
  answer.done = Boolean(answer.done && complete);
  store(kind, answer);
}

function store(kind, answer) {
  answer.seconds = clock.seconds;
  answer.number = now.number + 1;
  now.answer = answer;
  now.number = outbox.push({
    position: now.data.position,
    tag: now.data.tag,
    kind,
    until: Date.now() + TYPING,
    answer,
  });
  now.answer.number = now.number;
  show();
}

function mark(name, parts) {
  const before = now.answer.marks[name] ?? { value: null, also: [], cannot: false };
  const after = { ...before, ...parts };
  after.also = after.also.filter((value) => value !== after.value);
  if (after.value === null) after.also = [];
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  change("said", { marks: { ...now.answer.marks, [name]: after }, skipped: false });
}

function toggleAlso(name, value) {
  const before = now.answer.marks[name];
  if (before?.value === value) {
    say("That is your rating already.");
    show();
    return;
  }
  if (!before || before.value === null) {
    say("Choose a value first; then add what is as reasonable.");
    show();
    return;
  }
  const has = before.also.includes(value);
  mark(name, { also: has ? before.also.filter((one) => one !== value) : [...before.also, value] });
}

// While a field is written in, its dimension has no rating.
function typing(name) {
  const before = now.answer.marks[name];
  if (before && (before.value !== null || before.cannot)) write(name, null);
}

// Take what stands in a field, where all of it is a value; whether nothing was refused.
function commit(name) {
  if (!now || !panel.drafts.includes(name)) return true;
  const value = panel.taken(name);
  if (value === undefined) return false;
  if (value !== (now.answer.marks[name]?.value ?? null)) write(name, value);
  else show();
  return true;
}

function commitAll() {
  return panel.drafts.map(commit).every(Boolean);
}

function write(name, value) {
  const marks = { ...now.answer.marks, [name]: { value, also: [], cannot: false } };
  change("typed", { marks, skipped: false }, `field ${name}`);
}

function undo() {
  settle();
  const before = now.past.pop();
  if (!before) {
    say("Nothing to undo here.");
    return;
  }
  now.burst = "";
  store("undone", before);
  say("Undone.");
}

// ---------------------------------------------------------------- what is shown

function show() {
  const { data, answer, feedback } = now;
  const place = element("item");
  place.dataset.position = data.position;
  place.dataset.stage = data.stage;
  place.dataset.done = answer.done;
  place.dataset.number = now.number;
  panel.update(answer, feedback);
  if (flags.spans !== answer.spans) flags.show(data.texts, answer.spans, asText);
  const comment = element("comment");
  if (document.activeElement !== comment) comment.value = answer.comment;
  recount();
  const left = panel.unanswered(answer).length;
  const next = element("next");
  next.classList.toggle("ready", !left);
  next.firstChild.data = feedback ? "Continue" : left || !panel.single ? "Next" : "Next item";
  element("undo").disabled = !now.past.length;
  element("back").disabled = data.position === 0;
  element("state").classList.toggle("good", answer.done);
  element("state").textContent = answer.skipped ? "Skipped" : answer.done ? "Done" : "";
}

function open(item) {
  settle();
  if (now) now.seconds = clock.seconds;
  notice("");
  flags.stop();
  now = item;
  const { data, answer } = item;
  clock.begin(Math.max(item.seconds, answer.seconds));
  const training = data.stage === "training";
  const name = `${training ? "Training item" : "Item"} ${data.position + 1}`;
  document.title = `${name} · ${project}`;
  element("title").textContent = name;
  element("training").hidden = !training;
  const pairwise = data.texts.length > 1;
  document.body.classList.toggle("paired", pairwise);
  conversation(data.messages);
  fill("context", data.context);
  fill("references", data.references);
  outputs(data.texts);
  element("comment").value = answer.comment;
  panel.draw(data.dimensions, pairwise);
  flags.show(data.texts, answer.spans, asText);
  const first = panel.unanswered(answer)[0] ?? 0;
  panel.show(first);
  element("loading").hidden = true;
  element("item").hidden = false;
  element("ratings").scrollTop = 0;
  show();
}

// Open an item, with its address, at its beginning.
function go(item, { history: how = "push" } = {}) {
  open(item);
  const address = `/rate/${item.data.position}`;
  const state = { position: item.data.position };
  if (how === "push" && location.pathname !== address) history.pushState(state, "", address);
  else if (how) history.replaceState(state, "", address);
  scrollTo(0, 0);
  element("title").focus({ preventScroll: true });
  if (item.answer.done && item.data.stage === "training") learn(item);
  prefetch();
  count();
}

function conversation(messages) {
  const turns = messages.map((message) => {
    const body = make("div", "text");
    draw(body, message, { asText });
    const role = make("h3", "role", [message.role]);
    const turn = make("div", `turn ${message.role}`, [role, body]);
    return turn;
  });
  const early = turns.slice(0, -3);
  const shown = turns.slice(-3);
  const fold = [];
  if (early.length) {
    const words = `${early.length} earlier ${early.length === 1 ? "message" : "messages"}`;
    fold.push(make("details", "earlier", [make("summary", "", [words]), ...early]));
  }
  element("turns").replaceChildren(...fold, ...shown);
  element("conversation").hidden = !turns.length;
}

function fill(id, texts) {
  const fold = element(id);
  fold.hidden = !texts.length;
  const bodies = texts.map((text) => {
    const body = make("div", "text");
    draw(body, text, { asText });
    return body;
  });
  fold.querySelector(".bodies").replaceChildren(...bodies);
}

function outputs(texts) {
  const names = texts.length > 1 ? ["Left", "Right"] : ["Answer to rate"];
  const made = texts.map((_, side) => {
    const heading = make("h2", "", [names[side]]);
    heading.id = `output-${side}`;
    const box = make("section", "output", [heading, make("div", "text")]);
    box.dataset.side = side;
    box.setAttribute("aria-labelledby", heading.id);
    return box;
  });
  element("outputs").replaceChildren(...made);
}

function say(text, quiet = false) {
  element("live").textContent = text;
  if (quiet) return;
  const toast = element("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("shown"), 3500);
}

function hush() {
  element("live").textContent = "";
  element("toast").classList.remove("shown");
}

function notice(text) {
  const box = element("notice");
  box.querySelector("p").textContent = text;
  box.hidden = !text;
}

const STATES = {
  saved: () => "Saved",
  saving: () => "Saving…",
  offline: (unsent) => `Not connected. ${changes(unsent)} kept in this browser`,
  stopped: (unsent) => `Your link does not work any more. ${changes(unsent)} kept in this browser`,
};

function changes(unsent) {
  return unsent === 1 ? "1 change is" : `${unsent} changes are`;
}

function told() {
  const status = element("saved");
  const unsent = outbox.size;
  const { state } = outbox;
  status.dataset.unsent = unsent;
  // What lasts a moment is not told, or every key would be announced.
  clearTimeout(told.timer);
  const tell = () => {
    if (status.dataset.state === state && state !== "offline") return;
    status.dataset.state = state;
    status.querySelector("span").textContent = STATES[state](unsent);
  };
  if (state === "saving" && status.dataset.state === "saved") told.timer = setTimeout(tell, 400);
  else tell();
  status.dataset.state = state;
}

async function count() {
  await outbox.settled(2000);
  const reply = await ask("GET", "/api/progress");
  if (reply.status !== 200) return;
  const { done, left, training_left: training } = reply.body;
  const bar = element("progress");
  bar.max = Math.max(done + left, 1);
  bar.value = done;
  // What is left is told in round numbers, so that no sum of the two gives unmarked checks away.
  const rest = `Training: ${training} left`;
  const work = left ? `${done} done, about ${left} left` : `${done} done`;
  element("count").textContent = training && !done ? rest : work;
}

// ---------------------------------------------------------------- what comes next

function remember(data) {
  farthest = Math.max(farthest, data.position);
  const known = items.get(data.position);
  if (known && known.data.tag === data.tag && known.number >= data.answer.number) return known;
  const unsent = outbox.latest(data.position, data.tag);
  const newer = unsent && unsent.answer.number > data.answer.number;
  const answer = newer ? unsent.answer : data.answer;
  const item = { data, answer, number: answer.number, past: known?.past ?? [], seconds: 0 };
  items.delete(data.position);
  items.set(data.position, item);
  for (const place of items.keys()) {
    if (items.size <= REMEMBERED) break;
    if (place !== now?.data.position && !ahead.includes(place)) items.delete(place);
  }
  return item;
}

// The next item that is not done, as far as this browser knows; null: none; undefined: no answer.
async function after(position) {
  for (;;) {
    const reply = await ask("POST", "/api/next", { after: position });
    trouble = [401, 403].includes(reply.status) ? (reply.body.error ?? "") : "";
    if (reply.status !== 200) return undefined;
    if (!reply.body.item) return null;
    const item = remember(reply.body.item);
    if (!item.answer.done && !item.answer.skipped) return item;
    position = item.data.position;
  }
}

async function prefetch() {
  if (prefetch.runs) return;
  prefetch.runs = true;
  try {
    ahead = ahead.filter((place) => place > now.data.position && waits(place));
    while (ahead.length < AHEAD) {
      const item = await after(ahead.at(-1) ?? now.data.position);
      if (!item) break;
      if (!ahead.includes(item.data.position)) ahead.push(item.data.position);
    }
  } finally {
    prefetch.runs = false;
  }
}

function waits(place) {
  const item = items.get(place);
  return item && !item.answer.done && !item.answer.skipped;
}

// Decide what waits for a second digit, and take what stands in fields; whether all is sound.
function settle() {
  keys.flush();
  return !now || commitAll();
}

async function next() {
  if (busy || !now) return;
  settle();
  const open = panel.unanswered(now.answer);
  const wrong = open.filter((place) => panel.fault(place));
  if (open.length && (wrong.length || !now.answer.skipped)) {
    const here = wrong.includes(panel.active) ? panel.active : undefined;
    const from = here ?? open.find((place) => place > panel.active) ?? wrong[0] ?? open[0];
    if (panel.fault(from)) say(panel.fault(from));
    else if (from === panel.active) say(asked(panel.dimension));
    panel.focus(from);
    return;
  }
  if (panel.single && panel.active < panel.groups.length - 1 && !now.feedback && !now.answer.done) {
    panel.focus(panel.active + 1);
    return;
  }
  const item = now;
  if (!item.answer.done && !item.answer.skipped) {
    now.past.push(structuredClone(now.answer));
    store("said", { ...now.answer, done: true, skipped: false });
    if (item.data.stage === "training") {
      learn(item, true);
      return;
    }
  }
  await advance();
}

function asked(dimension) {
  if (dimension.kind === "choices") return "Choose a value, or x where you cannot judge.";
  return `Write ${allowed(dimension)}, or choose “Cannot judge”.`;
}

async function skip() {
  if (busy || !now) return;
  settle();
  if (!now.answer.skipped) {
    now.past.push(structuredClone(now.answer));
    store("said", { ...now.answer, done: false, skipped: true });
    say("Skipped. You can come back to it at the end.");
  }
  await advance();
}

async function advance() {
  busy = true;
  try {
    // Who went back goes forward over the same items, done or not.
    const follows = now.data.position + 1;
    const place = items.has(follows) ? follows : ahead.find((one) => one > follows && waits(one));
    if (place !== undefined) {
      go(items.get(place));
      return;
    }
    if (follows <= farthest) {
      const reply = await ask("GET", `/api/items/${follows}`);
      if (reply.status === 200) {
        go(remember(reply.body.item));
        return;
      }
    }
    await outbox.settled(1500);
    let item = await after(now.data.position);
    if (item === null) item = await after(-1);
    if (item) go(item);
    else if (item === null) await finish();
    else wait(advance);
  } finally {
    busy = false;
  }
}

async function finish() {
  if (await outbox.settled(5000)) location.assign("/finished");
  else wait(finish, "All is done. It is sent as soon as the desk is reached again.");
}

// Nothing more to show for now: try again by and by.
function wait(again, text = "Not connected, and all that was fetched is done. It goes on by itself.") {
  notice(trouble || text);
  const item = now;
  clearTimeout(wait.timer);
  wait.timer = setTimeout(async () => {
    if (now !== item) return;
    if (busy) wait(again, text);
    else await again();
  }, 3000);
}

async function learn(item, fresh = false) {
  if (fresh && !(await outbox.settled(4000))) {
    say("Feedback comes when the desk is reached again.");
    return;
  }
  const reply = await ask("GET", `/api/items/${item.data.position}/feedback`);
  if (reply.status !== 200 || now !== item) {
    if (fresh && now === item) await advance();
    return;
  }
  item.feedback = reply.body.feedback;
  show();
  if (!fresh) return;
  const groups = [...document.querySelectorAll(".feedback[data-agreed]")];
  const off = groups.filter((one) => one.dataset.agreed === "false").length;
  say(off ? `${off} of ${groups.length} differ from what is expected.` : "All as expected.");
  const first = groups.find((one) => one.dataset.agreed === "false") ?? groups[0];
  first?.parentElement.scrollIntoView({ block: "nearest" });
  first?.scrollIntoView({ block: "nearest" });
  element("next").focus({ preventScroll: true });
}

async function back() {
  if (busy || !now) return;
  settle();
  if (now.data.position === 0) {
    say("This is the first one.");
    return;
  }
  await visit(now.data.position - 1);
}

async function visit(position, options) {
  busy = true;
  try {
    const known = items.get(position);
    if (known) {
      go(known, options);
      return;
    }
    const reply = await ask("GET", `/api/items/${position}`);
    if (reply.status === 200) {
      go(remember(reply.body.item), options);
    } else if (reply.status === 404 && now && position > 0) {
      // What is not there any more is stepped over.
      await visit(position - 1, options);
    } else if (reply.status === 0 || reply.status >= 429) {
      if (now) say("Not connected; this one was not fetched before.");
      else wait(() => visit(position, options), "The desk is not reached. It is tried again.");
    } else {
      notice(reply.body.error ?? "This cannot be shown.");
    }
  } finally {
    busy = false;
  }
}

// ---------------------------------------------------------------- what went wrong

function conflict(position, answer) {
  const item = items.get(position);
  if (!item) return;
  if (answer) {
    item.answer = answer;
    item.number = answer.number;
    item.past = [];
  }
  if (now === item) {
    clock.begin(Math.max(clock.seconds, item.answer.seconds));
    flags.spans = null;
    element("comment").value = item.answer.comment;
    show();
    notice("This item was changed in another window. You see what the desk has kept.");
  }
}

function gone(position) {
  items.delete(position);
  notice("An item is not in your queue any more; what you said about it was not taken.");
}

function refused(entry, message) {
  notice(`Not accepted for item ${entry.position + 1}: ${message}`);
}

// ---------------------------------------------------------------- keys and buttons

const SHORT = {
  n: next,
  b: back,
  p: back,
  u: undo,
  s: skip,
  x: () => mark(panel.dimension.name, { value: null, also: [], cannot: true }),
  c: () => element("comment").focus(),
  f: () => flags.flag(),
  t: toggleText,
  "?": help,
};

function inField(target) {
  return target.matches("textarea, input[type=text], select");
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) {
    if (!event.repeat || !event.key.startsWith("Arrow")) return;
  }
  if (document.querySelector("dialog[open]")) {
    if (event.key === "?") element("help").close();
    return;
  }
  if (!now) return;
  if (flags.seeking) {
    if (flags.key(event)) event.preventDefault();
    return;
  }
  if (inField(event.target)) {
    const leaves = event.key === "Escape" || (event.key === "Enter" && event.target.matches("input"));
    if (!leaves) return;
    event.preventDefault();
    if (event.key === "Enter" && event.target.matches(".typed")) next();
    else panel.leave();
    return;
  }
  if (command(event)) event.preventDefault();
}

// Do what a key says; whether it said something.
function command(event) {
  const { key } = event;
  hush();
  if (element("short").checked && chooses(key)) return true;
  keys.flush();
  if (key === "Enter") {
    if (event.target.closest("button, a, summary")) return false;
    next();
    return true;
  }
  if (key === "ArrowDown" || key === "ArrowUp") {
    panel.focus(panel.active + (key === "ArrowDown" ? 1 : -1));
    return true;
  }
  if (!element("short").checked) return false;
  const toAlso = key === "a" && !also;
  also = false;
  if (toAlso) {
    also = panel.dimension.kind === "choices";
    if (!also) {
      say("Here one value is written; nothing can be added to it.");
      return true;
    }
    say("Now the digit of what is also reasonable.");
    return true;
  }
  const action = SHORT[key];
  if (action) action();
  return Boolean(action);
}

// Choose by a key, or begin to write; whether the key is for that.
function chooses(key) {
  if (panel.dimension.kind !== "choices") {
    if (!begins(key)) return false;
    panel.write(key);
    return true;
  }
  const { name } = panel.dimension;
  const adds = also;
  const taken = keys.take(key, panel.keyed, (choice, typed) => {
    also = false;
    if (!choice) say(`${typed} is not on this scale.`);
    else if (adds) toggleAlso(name, choice.value);
    else mark(name, { value: choice.value, cannot: false });
    if (choice) panel.focus(panel.active);
  });
  if (taken || !/^\d$/.test(key)) return taken;
  also = false;
  say(`${key} is not on this scale.`);
  return true;
}

function toggleText() {
  asText = !asText;
  const button = element("as-text");
  button.setAttribute("aria-pressed", String(asText));
  if (!now) return;
  const { data, answer } = now;
  conversation(data.messages);
  fill("context", data.context);
  fill("references", data.references);
  flags.show(data.texts, answer.spans, asText);
}

function help() {
  element("help").showModal();
}

function start() {
  document.addEventListener("keydown", pressed);
  const buttons = { next, back, skip, undo, flag: () => flags.flag(), "as-text": toggleText };
  for (const [id, action] of Object.entries({ ...buttons, "show-help": help })) {
    element(id).addEventListener("click", () => action());
  }
  // A button must not take the selection away before it is read.
  element("flag").addEventListener("pointerdown", (event) => event.preventDefault());
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  }
  element("show-instructions")?.addEventListener("click", () => element("instructions").showModal());
  element("notice").querySelector("button").addEventListener("click", () => notice(""));
  const comment = element("comment");
  comment.maxLength = MOST_COMMENT;
  recount = counter(comment, element("comment-count"));
  comment.addEventListener("input", () => now && change("typed", { comment: comment.value }, "comment"));
  addEventListener("popstate", (event) => {
    if (Number.isInteger(event.state?.position)) visit(event.state.position, { history: "" });
  });
  preference(element("short"), "measurand-short");
  for (const id of ["context", "references"]) remembersFold(element(id));
  outbox.kick();
  begin();
}

function remembersFold(fold) {
  const name = `measurand-fold-${fold.id}`;
  try {
    fold.open = sessionStorage.getItem(name) !== "shut";
    fold.addEventListener("toggle", () => sessionStorage.setItem(name, fold.open ? "open" : "shut"));
  } catch {
    fold.open = true;
  }
}

async function begin() {
  if (wanted !== "") {
    await visit(Number(wanted), { history: "replace" });
    return;
  }
  await outbox.settled(1500);
  const item = await after(-1);
  if (item) go(item, { history: "replace" });
  else if (item === null) await finish();
  else wait(begin, "The desk is not reached. It is tried again.");
}

start();
