(() => {
  const packet = JSON.parse(document.getElementById("packet").textContent);
  const at = (id) => document.getElementById(id);
  const store = "measurand packet " + packet.id;
  const state = { position: 0, rater: packet.rater || "", answers: {} };
  const past = [];
  const clock = new Clock();
  const keys = new Keys();
  const drafts = new Map();  // by code and name, what stands in a field and is no rating (yet)
  let dirty = false, also = false, burst = "";

  const say = (words, quiet = false) => {
    at("status").textContent = words;
    at("status").className = quiet || !words ? "unseen" : "toast";
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { at("status").className = "unseen"; }, 3500);
  };
  const notice = (words) => { at("notice").textContent = words; at("notice").hidden = !words; say(words, true); };
  const item = () => packet.items[state.position];
  const blank = () => ({ marks: {}, comment: "", spans: [], seconds: 0, skipped: false });
  const answer = (code = item().code) => (state.answers[code] ??= blank());
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
  const remember = (goes = "") => {  // what is typed into one field in one go is undone in one go
    tick();
    if (goes && goes === burst) return;
    burst = goes;
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

  // ---- what is said
  const mark = (name, parts, goes = "") => {
    const before = answer().marks[name] ?? NOTHING;
    const after = { ...before, ...parts };
    after.also = after.value === null ? [] : after.also.filter((value) => value !== after.value);
    if (JSON.stringify(after) === JSON.stringify(before)) return panel.update(answer());
    remember(goes);
    answer().marks[name] = after;
    answer().skipped = false;
    changed();
    panel.update(answer());
    say(`${name}: ${after.cannot ? packet.cannot : [after.value ?? "open", ...after.also].join(", also ")}`, true);
  };
  const toggle = (name, value) => {
    const before = answer().marks[name];
    if (before?.value === value) say("That is your rating already.");
    else if (!before || before.value === null) say("Choose a value first; then add what is as reasonable.");
    else {
      const has = before.also.includes(value);
      return mark(name, { also: has ? before.also.filter((one) => one !== value) : [...before.also, value] });
    }
    panel.update(answer());
  };
  const write = (name, value) => mark(name, { value, also: [], cannot: false }, `field ${name}`);
  const panel = new Panel(at("questions"), {
    choose: (name, value) => mark(name, { value, cannot: false }),
    also: toggle,
    cannot: (name) => mark(name, { value: null, also: [], cannot: true }),
    // While a field is written in, its dimension has no rating.
    typing: (name) => { if (answered(answer().marks[name])) write(name, null); },
    commit: (name) => commit(name),
  });
  // Take what stands in a field, where all of it is a value; whether nothing was refused.
  const commit = (name) => {
    if (!panel.drafts?.has(name)) return true;
    const value = panel.taken(name);
    if (value === undefined) return false;
    write(name, value);
    burst = "";
    return true;
  };
  const settle = () => {
    keys.flush();
    return [...(panel.drafts?.keys() ?? [])].map(commit).every(Boolean);
  };
  const draftsOf = (code) => drafts.get(code) ?? drafts.set(code, new Map()).get(code);

  // ---- what is shown
  const refresh = () => {
    const { code, dimensions, notes } = item();
    panel.draw(dimensions.map((name) => packet.dimensions[name]), notes, draftsOf(code));
    panel.update(answer());
    panel.show(panel.unanswered(answer())[0] ?? 0);
    at("comment").value = answer().comment;
    flags();
    counts();
  };
  const flags = () => {
    const texts = item().sheet.texts;
    const rows = answer().spans.map((one, place) => {
      const words = quoted(one, texts);
      const note = make("input", { type: "text", value: one.note, maxLength: 200, placeholder: "Why? (optional)", autocomplete: "off" });
      note.setAttribute("aria-label", `Why \u201c${words}\u201d is flagged`);
      note.addEventListener("input", () => { remember(`note ${place}`); answer().spans[place].note = note.value; changed(); });
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
    burst = "";
    if (focus && position !== state.position) at("instructions").open = false;
    state.position = Math.max(0, Math.min(packet.items.length - 1, position));
    at("where").textContent = `Item ${state.position + 1} of ${packet.items.length}`;
    at("texts").replaceChildren(...sheetOf(item().sheet));
    at("previous").disabled = state.position === 0;
    also = false;
    clock.begin(answer().seconds ?? 0);
    refresh();
    keep();
    if (focus) { at("item").focus({ preventScroll: true }); window.scrollTo(0, 0); say(at("where").textContent, true); }
  };

  // ---- where to go
  const over = () => {
    const rest = packet.items.filter((one) => !done(one)).length;
    const words = rest ? `${rest} ${rest === 1 ? "item is" : "items are"} not rated; “Next unrated” shows them.` : "Everything is rated.";
    notice(`${words} Save the file and send it back.`);
  };
  const unrated = () => {
    settle();
    const n = packet.items.length;
    for (let step = 1; step <= n; step++) {
      const place = (state.position + step) % n;
      if (!done(packet.items[place])) return show(place);
    }
    over();
  };
  const advance = () => {
    if (state.position < packet.items.length - 1) return show(state.position + 1);
    const place = packet.items.findIndex((one) => !done(one) && !state.answers[one.code]?.skipped);
    if (place < 0) over();
    else show(place);
  };
  const next = () => {
    if (!packet.items.length) return;
    settle();
    const open = panel.unanswered(answer());
    const wrong = open.filter((place) => panel.fault(place));
    if (!open.length || (answer().skipped && !wrong.length)) return advance();
    const here = wrong.includes(panel.active) ? panel.active : undefined;
    const from = here ?? open.find((place) => place > panel.active) ?? wrong[0] ?? open[0];
    const write = `Write ${mayType(panel.dimension)}, or choose “cannot judge”.`;
    const asked = panel.dimension.kind === "choices" ? "Choose a value, or x where you cannot judge." : write;
    if (panel.fault(from) || from === panel.active) say(panel.fault(from) || asked);
    panel.focus(from);
  };
  const back = () => {
    settle();
    if (state.position === 0) say("This is the first one.");
    else show(state.position - 1);
  };
  const skip = () => {
    settle();
    if (!done(item()) && !answer().skipped) {
      remember();
      answer().skipped = true;
      changed();
      say("Skipped. You can come back to it.");
    }
    advance();
  };
  const undo = () => {
    settle();
    const last = past.pop();
    if (!last) return say("Nothing to undo.");
    tick();
    if (last.all) state.answers = last.all;
    else { last.was.seconds = state.answers[last.code]?.seconds ?? last.was.seconds; state.answers[last.code] = last.was; }
    clock.begin(answer().seconds ?? 0);
    dirty = true;
    const active = last.position === state.position ? panel.active : undefined;
    show(last.position, active === undefined);
    if (active !== undefined) panel.focus(active);
    say("Undone.");
  };

  // ---- keys, as at the rating desk
  const help = () => (at("help").open ? at("help").close() : at("help").showModal());
  const commands = {
    n: next, b: back, p: back, u: undo, s: skip, f: flag, "?": help,
    c: () => at("comment").focus(),
    x: () => mark(panel.dimension.name, { value: null, also: [], cannot: true }),
  };
  // Choose by a key, or begin to write; whether the key is for that.
  const chooses = (key) => {
    const { name, kind } = panel.dimension;
    if (kind !== "choices") {
      if (beginsTyped(key)) panel.write(key);
      return beginsTyped(key);
    }
    const adds = also;
    const taken = keys.take(key, panel.keyed, (choice, typed) => {
      also = false;
      if (!choice) say(`${typed} is not on this scale.`);
      else if (adds) toggle(name, choice.value);
      else mark(name, { value: choice.value, cannot: false });
      if (choice) panel.focus(panel.active);
    });
    if (!taken && /^\d$/.test(key)) say(`${key} is not on this scale.`);
    return taken || /^\d$/.test(key);
  };
  // Do what a key says; whether it said something.
  const command = (event) => {
    const { key, target } = event;
    const short = at("keys").checked;
    say("");
    if (short && chooses(key)) return true;
    keys.flush();
    if (key === "Enter") {
      if (target.closest("button, a, summary, input[type=file]")) return false;
      next();
      return true;
    }
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (event.shiftKey) return false;
      panel.focus(panel.active + (key === "ArrowDown" ? 1 : -1));
      return true;
    }
    if (!short) return false;
    const adds = key === "a" && !also;
    also = adds && panel.dimension.kind === "choices";
    if (adds) say(also ? "Now the digit of what is also reasonable." : "Here one value is written; nothing can be added to it.");
    else commands[key]?.();
    return adds || key in commands;
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const repeats = event.repeat && !key.startsWith("Arrow");
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || repeats || !packet.items.length) return;
    if (at("help").open) return key === "?" && at("help").close();
    if (target.matches("textarea, input[type=text]")) {
      if (key !== "Escape" && !(key === "Enter" && target.matches("input"))) return;
      event.preventDefault();
      if (key === "Enter" && target.matches(".typed")) next();
      else panel.leave();
    } else if (command(event)) event.preventDefault();
  });

  // ---- files
  const content = () => ({
    measurand: "packet answers", version: 1, packet: packet.id, name: packet.name, rater: state.rater.trim(),
    saved: new Date().toISOString(),
    answers: packet.items.filter((one) => state.answers[one.code] && says(state.answers[one.code]))
      .map((one) => ({ code: one.code, digest: one.digest, ...state.answers[one.code] })),
  });
  // The first field that holds what is no rating.
  const unread = () => {
    for (const [position, one] of packet.items.entries()) {
      const place = one.dimensions.findIndex((name) => draftsOf(one.code).get(name)?.trim());
      if (place >= 0) return { position, place };
    }
    return null;
  };
  const save = () => {
    if (!state.rater.trim()) { notice("Write your name first; the file says who rated."); at("rater").focus(); return; }
    settle();
    const wrong = unread();
    if (wrong) { show(wrong.position); panel.focus(wrong.place); notice(`${panel.fault(wrong.place)} Mend or empty the field, then save.`); return; }
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
    settle();
    tick();
    burst = "";
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
      const { mark: kept, draft } = cleanedMark(m, packet.dimensions[name]);
      whole.marks[name] = kept;
      if (draft) draftsOf(mine.code).set(name, draft);
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
    at("instructions").querySelector(".prose").replaceChildren(...packet.instructions.map(proseOf));
    at("instructions").hidden = !packet.instructions.length;
    try {
      const draft = JSON.parse(localStorage.getItem(store) ?? "null");
      if (draft) {
        for (const one of packet.items) if (draft.answers?.[one.code]) state.answers[one.code] = cleaned(draft.answers[one.code], one);
        state.position = Number.isInteger(draft.position) ? draft.position : 0;
        if (!packet.rater && typeof draft.rater === "string") state.rater = draft.rater;
      }
      at("instructions").open = !state.position;
    } catch { notice("This browser keeps no drafts for this page. Save the file often."); }
    at("rater").value = state.rater;
    at("rater").readOnly = Boolean(packet.rater);
    at("rater").addEventListener("input", () => { state.rater = at("rater").value; changed(); });
    at("comment").addEventListener("input", () => {
      remember("comment");
      answer().comment = at("comment").value;
      changed();
    });
    at("form").addEventListener("submit", (event) => event.preventDefault());
    at("previous").addEventListener("click", back);
    at("next").addEventListener("click", next);
    at("show-help").addEventListener("click", help);
    at("close-help").addEventListener("click", help);
    at("undo").addEventListener("click", undo);
    at("flag").addEventListener("mousedown", (event) => event.preventDefault());  // the selection stays
    at("flag").addEventListener("click", flag);
    at("skip").addEventListener("click", skip);
    at("unrated").addEventListener("click", unrated);
    at("save").addEventListener("click", save);
    at("load").addEventListener("change", () => { if (at("load").files[0]) load(at("load").files[0]); at("load").value = ""; });
    window.addEventListener("beforeunload", (event) => { settle(); if (dirty) event.preventDefault(); });
    window.addEventListener("pagehide", () => { if (packet.items.length) { settle(); keep(); } });
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
