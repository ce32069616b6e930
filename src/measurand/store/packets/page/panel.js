// The form, as at the rating desk: one group of radio buttons a dimension, nothing chosen beforehand; one group is active.
const NOTHING = { value: null, also: [], cannot: false };

function answered(mark) {
  return Boolean(mark) && (mark.cannot || mark.value !== null);
}

class Panel {
  active = 0;

  // events: choose(name, value), also(name, value), cannot(name),
  //   typing(name): a field is being written in, commit(name): it is left
  constructor(form, events) {
    this.form = form;
    this.events = events;
  }

  // Draw the groups; drafts is what stands in a field and is no rating (yet), by name.
  draw(dimensions, notes, drafts) {
    this.dimensions = dimensions;
    this.drafts = drafts;
    this.groups = dimensions.map((dimension, place) => this.#group(dimension, notes[dimension.name], place));
    this.form.replaceChildren(...this.groups);
  }

  // Make a dimension the one that digits are for.
  show(place) {
    this.active = Math.max(0, Math.min(place, this.groups.length - 1));
    this.groups.forEach((group, at) => group.classList.toggle("active", at === this.active));
  }

  focus(place) {
    this.show(place);
    const group = this.groups[this.active];
    const control = group.querySelector("input.main:checked, input.typed") ?? group;
    control.focus({ preventScroll: true });
    if (control.matches(".typed")) control.select();
    group.scrollIntoView({ block: "nearest" });
  }

  // Leave a field, so that keys are commands once more.
  leave() {
    this.groups[this.active].focus({ preventScroll: true });
  }

  get dimension() {
    return this.dimensions[this.active];
  }

  // What a key stands for on the active dimension.
  get keyed() {
    const { choices } = this.dimension;
    const yesNo = choices.length === 2 && choices[1].value === "no" && choices[0].value === "yes";
    return yesNo ? [...choices, { ...choices[1], key: "0" }] : choices;
  }

  // Begin to write into the active dimension's field, instead of what stands there.
  write(key) {
    const field = this.groups[this.active].querySelector("input.typed");
    field.focus({ preventScroll: true });
    field.setRangeText(key, 0, field.value.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  unanswered(answer) {
    return this.dimensions.flatMap((dimension, place) => (answered(answer.marks[dimension.name]) ? [] : [place]));
  }

  // The value that stands in a field; undefined where there is none, and the page says why.
  taken(name) {
    const place = this.dimensions.findIndex((one) => one.name === name);
    const { value, fault } = readTyped(this.drafts.get(name), this.dimensions[place]);
    this.#fault(place, fault);
    if (fault) return undefined;
    this.drafts.delete(name);
    return value;
  }

  // Why the text of a field is not taken; empty where it is, or nothing is written.
  fault(place) {
    const draft = this.drafts.get(this.dimensions[place].name);
    return draft === undefined ? "" : readTyped(draft, this.dimensions[place]).fault;
  }

  // Show what has been said.
  update(answer) {
    this.dimensions.forEach((dimension, place) => {
      const group = this.groups[place];
      const mark = answer.marks[dimension.name] ?? NOTHING;
      group.classList.toggle("answered", answered(mark));
      for (const input of group.querySelectorAll("input.main")) {
        input.checked = input.dataset.cannot ? mark.cannot : !mark.cannot && mark.value === input.value;
      }
      for (const box of group.querySelectorAll("input[data-also]")) {
        box.checked = mark.also.includes(box.dataset.also);
        box.disabled = mark.value === null || mark.value === box.dataset.also;
      }
      const field = group.querySelector("input.typed");
      if (!field) return;
      if (answered(mark)) this.drafts.delete(dimension.name);
      const draft = this.drafts.get(dimension.name);
      const text = draft ?? mark.value ?? "";
      if (field.value !== text) field.value = text;
      if (draft === undefined) this.#fault(place, "");
    });
  }

  #fault(place, fault) {
    const told = this.groups[place].querySelector(".fault");
    if (told.textContent !== fault) told.textContent = fault;
    this.groups[place].querySelector("input.typed").setAttribute("aria-invalid", String(Boolean(fault)));
  }

  #group(dimension, note, place) {
    const group = make("fieldset", { tabIndex: -1 }, make("legend", { dir: "auto" }, dimension.name));
    group.dataset.name = dimension.name;
    for (const words of [dimension.definition, note]) {
      if (words) group.append(make("p", { className: "hint", dir: "auto" }, words));
    }
    if (dimension.kind === "choices") group.append(...dimension.choices.map((one) => this.#choice(dimension, place, one)));
    else group.append(...this.#field(dimension, place));
    const cannot = this.#radio(place, { value: "cannot judge", key: "x", label: "cannot judge", anchor: "" });
    cannot.firstChild.dataset.cannot = "true";
    cannot.firstChild.addEventListener("change", () => this.events.cannot(dimension.name));
    group.append(make("div", { className: "level" }, cannot));
    for (const sign of ["focusin", "pointerdown"]) {
      group.addEventListener(sign, () => { if (this.active !== place) this.show(place); });
    }
    return group;
  }

  #radio(place, { value, key, label, anchor }) {
    const radio = make("input", { type: "radio", className: "main", name: "r" + place, value });
    const digit = key && key !== label ? [make("kbd", { "aria-hidden": "true" }, key)] : [];
    return make("label", { className: "choice" }, radio, ...digit, make("span", { dir: "auto" }, anchor ? `${label}: ${anchor}` : label));
  }

  #choice(dimension, place, choice) {
    const label = this.#radio(place, choice);
    label.firstChild.addEventListener("change", () => this.events.choose(dimension.name, choice.value));
    const box = make("input", { type: "checkbox" });
    box.dataset.also = choice.value;
    box.setAttribute("aria-label", `${choice.label} is also reasonable`);
    box.addEventListener("change", () => this.events.also(dimension.name, choice.value));
    return make("div", { className: "level" }, label, make("label", { className: "also" }, box, "also"));
  }

  #field(dimension, place) {
    const field = make("input", { type: "text", className: "typed", autocomplete: "off" });
    field.inputMode = dimension.kind === "number" ? "decimal" : "text";
    field.setAttribute("aria-label", `${dimension.name}: ${mayType(dimension)}`);
    const fault = make("p", { className: "fault", id: `fault-${place}`, role: "status" });
    field.setAttribute("aria-describedby", fault.id);
    field.addEventListener("input", () => {
      this.drafts.set(dimension.name, field.value);
      const { fault: why, begun } = readTyped(field.value, dimension);
      this.#fault(place, begun ? "" : why);
      this.events.typing(dimension.name);
    });
    field.addEventListener("blur", () => this.events.commit(dimension.name));
    const levels = dimension.levels.map(([value, words]) => make("p", { className: "hint", dir: "auto" }, `${value}: ${words}`));
    return [...levels, make("p", { className: "hint" }, `Write ${mayType(dimension)}.`), field, fault];
  }
}
