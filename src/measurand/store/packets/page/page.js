(() => {
  const packet = JSON.parse(document.getElementById("packet").textContent);
  const at = (id) => document.getElementById(id);
  const store = "measurand packet " + packet.id;
  const state = { position: 0, rater: packet.rater || "", answers: {} };
  const past = [], part = 4000;
  const clock = new Clock();
  let dirty = false, also = false, recent = null, typing = "";

  const make = (tag, props = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const text = (content, extra = "") => {
    const box = make("div", { className: "text " + extra, dir: "auto" });
    if (content.length <= part) box.textContent = content;
    else box.append(...parted(content).map((piece) => make("div", { className: "part", dir: "auto" }, piece)));
    return box;
  };
  const parted = (content) => {  // long texts in parts, so that only what is in sight is laid out
    const pieces = [];
    for (let from = 0; from < content.length;) {
      let to = Math.min(content.length, from + part);
      if (to < content.length) {
        const line = content.lastIndexOf("\n", to - 1), space = content.lastIndexOf(" ", to - 1);
        if (line > from) to = line + 1;
        else if (space > from) to = space + 1;
        else if (/[\ud800-\udbff]/.test(content[to - 1])) to += 1;
      }
      pieces.push(content.slice(from, to));
      from = to;
    }
    return pieces;
  };
  const say = (words) => { at("status").textContent = words; };
  const notice = (words) => { at("notice").textContent = words; at("notice").hidden = !words; say(words); };
  const item = () => packet.items[state.position];
  const blank = () => ({ marks: {}, comment: "", spans: [], seconds: 0, skipped: false });
  const answer = (code = item().code) => (state.answers[code] ??= blank());
  const mark = (name) => (answer().marks[name] ??= { value: null, also: [], cannot: false });
  const answered = (m) => Boolean(m && (m.cannot || m.value !== null));
  const done = (one) => one.dimensions.every((name) => answered(state.answers[one.code]?.marks[name]));
  const says = (a) => Boolean(a.comment || a.spans.length || a.skipped || Object.values(a.marks).some((m) => answered(m) || m.also.length));

  const tick = () => {  // time that is unknown stays unknown
    if (packet.items.length && answer().seconds !== null) answer().seconds = clock.seconds;
  };
  const keep = () => {
    tick();
    try { localStorage.setItem(store, JSON.stringify(state)); }
    catch { notice("This browser keeps no drafts for this page. Save the file often."); }
  };
  const remember = () => {
    tick();
    past.push({ position: state.position, code: item().code, was: structuredClone(answer()) });
    if (past.length > 1000) past.shift();
  };
  const changed = () => { dirty = true; keep(); counts(); };

  const counts = () => {
    const rated = packet.items.filter(done).length;
    at("count").textContent = `${rated} of ${packet.items.length} rated`;
    at("progress").max = packet.items.length || 1;
    at("progress").value = rated;
    at("undo").disabled = !past.length;
  };

  const choose = (name, value) => {
    remember();
    const m = mark(name);
    m.cannot = value === packet.cannot;
    m.value = m.cannot ? null : value;
    m.also = m.also.filter((other) => other !== value);
    answer().skipped = false;
    recent = name;
    changed();
    say(`${name}: ${value}`);
  };
  const toggle = (name, value, on) => {
    remember();
    const m = mark(name);
    m.also = m.also.filter((other) => other !== value);
    if (on && value !== m.value) m.also.push(value);
    changed();
    say(`${name}: ${value} ${on ? "is" : "is not"} reasonable, too`);
  };

  const level = (dimension, value, number, m) => {
    const cannot = value === packet.cannot;
    const radio = make("input", { type: "radio", className: "main", name: "r" + number, value, checked: cannot ? m.cannot : m.value === value });
    radio.addEventListener("change", () => { choose(dimension.name, value); refresh(); });
    const words = dimension.anchors[value];
    const label = make("label", { className: "choice" }, radio, make("span", { dir: "auto" }, words ? `${value}: ${words}` : value));
    const row = make("div", { className: "level" }, label);
    if (!cannot) {
      const box = make("input", { type: "checkbox", checked: m.also.includes(value), disabled: m.value === value });
      box.setAttribute("aria-label", `${value} is also reasonable`);
      box.addEventListener("change", () => toggle(dimension.name, value, box.checked));
      row.append(make("label", { className: "also" }, box, "also"));
    }
    return row;
  };
  const question = (name, number) => {
    const dimension = packet.dimensions[name];
    const m = answer().marks[name] || { value: null, also: [], cannot: false };
    const box = make("fieldset", { tabIndex: -1 }, make("legend", { dir: "auto" }, name));
    box.dataset.name = name;
    if (dimension.definition) box.append(make("p", { className: "hint", dir: "auto" }, dimension.definition));
    if (item().notes[name]) box.append(make("p", { className: "hint", dir: "auto" }, item().notes[name]));
    if (dimension.choices.length) {
      for (const value of dimension.choices) box.append(level(dimension, value, number, m));
    } else {
      const field = make("input", { type: "text", value: m.value ?? "" });
      field.setAttribute("aria-label", `${name}: ${dimension.allowed}`);
      field.addEventListener("change", () => {
        const value = field.value.trim();
        if (value) choose(name, value);
        else { remember(); mark(name).value = null; changed(); }
      });
      for (const [key, words] of Object.entries(dimension.anchors)) box.append(make("p", { className: "hint", dir: "auto" }, `${key}: ${words}`));
      box.append(make("p", { className: "hint" }, `allowed: ${dimension.allowed}`), field);
    }
    box.append(dimension.choices.length ? level(dimension, packet.cannot, number, m) : "");
    return box;
  };

  const passages = (title, list) => list.flatMap((one, n) => [make("h3", {}, list.length > 1 ? `${title} ${n + 1}` : title), text(one)]);
  const sheet = (one) => {
    const parts = one.messages.flatMap((turn) => [make("h3", {}, turn.role), text(turn.content)]);
    parts.push(...passages("context", one.context), ...passages("reference", one.references));
    if (one.texts.length > 1) {
      const sides = one.texts.map((content, n) => make("div", {}, make("h3", {}, n ? "right" : "left"), text(content, "rated")));
      parts.push(make("div", { className: "pair" }, ...sides));
    } else parts.push(make("h3", {}, "output to rate"), text(one.texts[0], "rated"));
    return parts;
  };

  const refresh = () => {
    const focused = document.activeElement;
    const name = focused?.closest("fieldset")?.dataset.name;
    const value = focused?.classList.contains("main") ? focused.value : null;
    at("questions").replaceChildren(...item().dimensions.map(question));
    at("comment").value = answer().comment;
    typing = at("comment").value;
    flags();
    if (name !== undefined) {
      const box = [...at("questions").children].find((one) => one.dataset.name === name);
      const radio = value === null ? null : [...(box?.querySelectorAll(".main") ?? [])].find((one) => one.value === value);
      (radio || box)?.focus({ preventScroll: true });
    }
    counts();
  };
  const flags = () => {
    const texts = item().sheet.texts;
    const rows = answer().spans.map((one, place) => {
      const words = quoted(one, texts);
      const note = make("input", { type: "text", value: one.note, maxLength: 200, placeholder: "Why? (optional)", autocomplete: "off" });
      note.setAttribute("aria-label", `Why \u201c${words}\u201d is flagged`);
      note.addEventListener("focus", remember);
      note.addEventListener("input", () => { answer().spans[place].note = note.value; changed(); });
      const remove = make("button", { type: "button" }, "Remove");
      remove.setAttribute("aria-label", `Remove the flag of \u201c${words}\u201d`);
      remove.addEventListener("click", () => {
        remember();
        answer().spans.splice(place, 1);
        changed();
        flags();
        say("flag removed");
        (at("flags").querySelector("input") ?? at("item")).focus({ preventScroll: true });
      });
      const side = texts.length > 1 ? make("b", {}, one.side ? "right: " : "left: ") : "";
      return make("li", {}, make("q", { dir: "auto" }, side, words), note, remove);
    });
    at("flags").replaceChildren(...rows);
    at("flagged").hidden = !rows.length;
  };
  const flag = () => {
    if (answer().spans.length >= MOST_FLAGS) return say(`at most ${MOST_FLAGS} passages can be flagged`);
    for (const [side, box] of [...at("texts").querySelectorAll(".rated")].entries()) {
      const found = selectedIn(box);
      if (!found) continue;
      remember();
      answer().spans.push({ ...found, side, note: "" });
      answer().skipped = false;
      getSelection().removeAllRanges();
      changed();
      flags();
      at("flags").querySelector("li:last-child input").focus({ preventScroll: true });
      return say("passage flagged; you can say why");
    }
    say("select a passage of the output first");
  };
  const show = (position, focus = true) => {
    if (!packet.items.length) return;
    tick();
    state.position = Math.max(0, Math.min(packet.items.length - 1, position));
    at("where").textContent = `Item ${state.position + 1} of ${packet.items.length}`;
    at("texts").replaceChildren(...sheet(item().sheet));
    at("previous").disabled = state.position === 0;
    at("next").disabled = state.position === packet.items.length - 1;
    also = false;
    recent = null;
    clock.begin(answer().seconds ?? 0);
    refresh();
    keep();
    if (focus) { at("item").focus({ preventScroll: true }); window.scrollTo(0, 0); say(at("where").textContent); }
  };
  const unrated = () => {
    const n = packet.items.length;
    for (let step = 1; step <= n; step++) {
      const place = (state.position + step) % n;
      if (!done(packet.items[place])) return show(place);
    }
    notice("Everything is rated. Save the file and send it back.");
  };
  const skip = () => { remember(); answer().skipped = !done(item()); changed(); say("skipped"); if (state.position < packet.items.length - 1) show(state.position + 1); };
  const undo = () => {
    const last = past.pop();
    if (!last) return say("nothing to undo");
    tick();
    if (last.all) state.answers = last.all;
    else { last.was.seconds = state.answers[last.code]?.seconds ?? last.was.seconds; state.answers[last.code] = last.was; }
    clock.begin(answer().seconds ?? 0);
    dirty = true;
    show(last.position, last.position !== state.position);
    say("undone");
  };

  const active = () => {
    const boxes = [...at("questions").children];
    const inside = document.activeElement?.closest("fieldset");
    return inside || boxes.find((one) => !answered(answer().marks[one.dataset.name])) || boxes[0];
  };
  const digit = (number) => {
    const box = active();
    const unsaid = also && recent !== null && !answered(answer().marks[box.dataset.name]);
    const name = unsaid ? recent : box.dataset.name;  // what else is reasonable follows the rating
    const offered = packet.dimensions[name].choices;
    const numeric = offered.every((value) => /^-?\d+$/.test(value));
    const value = numeric ? offered.find((one) => one === String(number)) : offered[number - 1];
    if (value === undefined) return say(`${number} is not a level of ${name}`);
    if (also) { also = false; toggle(name, value, !mark(name).also.includes(value)); refresh(); return; }
    choose(name, value);
    forward(box, name);
  };
  const forward = (box, name) => {
    const names = item().dimensions;
    const rest = [...names.slice(names.indexOf(name) + 1), ...names].find((one) => !answered(answer().marks[one]));
    refresh();
    const target = rest ?? name;
    [...at("questions").children].find((one) => one.dataset.name === target)?.focus();
    if (rest === undefined) say("all rated; right arrow for the next item");
  };
  const move = (step) => {
    const boxes = [...at("questions").children];
    const inside = document.activeElement?.closest("fieldset");
    const place = inside ? boxes.indexOf(inside) + step : step > 0 ? 0 : boxes.length - 1;
    boxes[Math.max(0, Math.min(boxes.length - 1, place))]?.focus();
  };
  const keys = {
    ArrowRight: () => show(state.position + 1), ArrowLeft: () => show(state.position - 1),
    ArrowDown: () => move(1), ArrowUp: () => move(-1), u: undo, s: skip, f: flag,
    c: () => at("comment").focus(),
    a: () => { also = !also; say(also ? "a digit tells what else is reasonable" : "a digit tells the rating"); },
    x: () => { const box = active(); choose(box.dataset.name, packet.cannot); forward(box, box.dataset.name); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !packet.items.length) return;
    const target = event.target, kind = target.type;
    if (event.key === "Escape" && target.matches("textarea, input[type=text]")) { at("item").focus(); return; }
    if (!at("keys").checked || target.matches("textarea, input[type=text], summary")) return;
    if (event.key.startsWith("Arrow") && (kind === "radio" || event.shiftKey)) return;
    const run = /^[0-9]$/.test(event.key) ? () => digit(Number(event.key)) : keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });

  const content = () => ({
    measurand: "packet answers", version: 1, packet: packet.id, name: packet.name, rater: state.rater.trim(),
    saved: new Date().toISOString(),
    answers: packet.items.filter((one) => state.answers[one.code] && says(state.answers[one.code]))
      .map((one) => ({ code: one.code, digest: one.digest, ...state.answers[one.code] })),
  });
  const save = () => {
    if (!state.rater.trim()) { notice("Write your name first; the file says who rated."); at("rater").focus(); return; }
    keep();
    const url = URL.createObjectURL(new Blob([JSON.stringify(content(), null, 1)], { type: "application/json" }));
    const link = make("a", { href: url, download: `ratings-${packet.id}.json` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    dirty = false;
    notice("The file is in your downloads. Send it back to whoever gave you this page.");
  };
  const load = async (file) => {
    let found;
    try { found = JSON.parse(await file.text()); } catch { return notice("This is not a file that this page saved."); }
    if (found?.measurand !== "packet answers" || !Array.isArray(found.answers)) return notice("This is not a file that this page saved.");
    if (found.packet !== packet.id) return notice("This file belongs to another packet.");
    tick();
    past.push({ position: state.position, all: structuredClone(state.answers) });
    for (const one of found.answers) {
      const mine = packet.items.find((other) => other.code === one?.code);
      if (mine) state.answers[mine.code] = cleaned(one, mine);
    }
    clock.begin(answer().seconds ?? 0);
    if (!packet.rater && typeof found.rater === "string") { state.rater = found.rater; at("rater").value = found.rater; }
    dirty = true;
    show(state.position);
    notice("The file was loaded. Undo takes it back.");
  };
  const cleaned = (one, mine) => {
    const whole = blank();
    for (const [name, m] of Object.entries(one?.marks ?? {})) {
      if (!(name in packet.dimensions) || !m) continue;
      whole.marks[name] = { value: typeof m.value === "string" ? m.value : null, also: Array.isArray(m.also) ? m.also.filter((v) => typeof v === "string") : [], cannot: m.cannot === true };
    }
    whole.comment = typeof one?.comment === "string" ? one.comment : "";
    whole.spans = cleanedFlags(one?.spans, mine.sheet.texts);
    whole.seconds = Number.isFinite(one?.seconds) && one.seconds >= 0 ? one.seconds : null;
    whole.skipped = one?.skipped === true;
    return whole;
  };

  const begin = () => {
    document.title = packet.name;
    at("name").textContent = packet.name;
    at("instructions").textContent = packet.instructions;
    at("instructions").hidden = !packet.instructions;
    try {
      const draft = JSON.parse(localStorage.getItem(store) ?? "null");
      if (draft) {
        for (const one of packet.items) if (draft.answers?.[one.code]) state.answers[one.code] = cleaned(draft.answers[one.code], one);
        state.position = Number.isInteger(draft.position) ? draft.position : 0;
        if (!packet.rater && typeof draft.rater === "string") state.rater = draft.rater;
      } else at("help").open = true;
    } catch { notice("This browser keeps no drafts for this page. Save the file often."); }
    at("rater").value = state.rater;
    at("rater").readOnly = Boolean(packet.rater);
    at("rater").addEventListener("input", () => { state.rater = at("rater").value; changed(); });
    at("comment").addEventListener("focus", remember);
    at("comment").addEventListener("input", () => {
      if (at("comment").value === typing) return;
      typing = answer().comment = at("comment").value;
      changed();
    });
    at("form").addEventListener("submit", (event) => event.preventDefault());
    at("previous").addEventListener("click", () => show(state.position - 1));
    at("next").addEventListener("click", () => show(state.position + 1));
    at("undo").addEventListener("click", undo);
    at("flag").addEventListener("mousedown", (event) => event.preventDefault());  // the selection stays
    at("flag").addEventListener("click", flag);
    at("skip").addEventListener("click", skip);
    at("unrated").addEventListener("click", unrated);
    at("save").addEventListener("click", save);
    at("load").addEventListener("change", () => { if (at("load").files[0]) load(at("load").files[0]); at("load").value = ""; });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
    clock.begin(0);
    if (packet.items.length) {
      state.position = Math.max(0, Math.min(packet.items.length - 1, state.position));
      clock.begin(answer().seconds ?? 0);
      setInterval(keep, 1000);
    }
    show(state.position, false);
    counts();
  };
  begin();
})();
