// The form: one group of radio buttons a dimension, nothing chosen beforehand.
import { make } from "./prose.js";
import { allowed, read, write } from "./typed.js";

const CANNOT = "\u0000cannot";

export class Panel {
  active = 0;
  #drafts = new Map(); // what stands in a field and is not a rating (yet), by dimension

  // events: choose(name, value), also(name, value), cannot(name), active(),
  //   typing(name): a field is being written in, commit(name): it is left
  constructor(form, screen, events) {
    this.form = form;
    this.single = screen === "one";
    this.events = events;
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  draw(dimensions, pairwise) {
    this.dimensions = dimensions;
    this.reviewing = false;
    this.#drafts = new Map();
    this.groups = dimensions.map((dimension, place) => this.#group(dimension, place));
    this.form.replaceChildren(...this.groups);
    this.form.classList.toggle("pairwise", pairwise);
    this.form.classList.toggle("single", this.single);
    this.show(0);
  }

  // Make a dimension the one that digits are for.
  show(place) {
    this.active = Math.max(0, Math.min(place, this.groups.length - 1));
    this.groups.forEach((group, at) => {
      group.classList.toggle("active", at === this.active);
      group.hidden = this.single && !this.reviewing && at !== this.active;
    });
    this.events.active();
  }

  focus(place) {
    this.show(place);
    const group = this.groups[this.active];
    const control = group.querySelector("input:checked, input.typed") ?? group;
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
    const yesNo = choices.length === 2 && choices[1].label === "no";
    return yesNo ? [...choices, { ...choices[1], key: "0" }] : choices;
  }

  // Begin to write into the active dimension's field.
  write(key) {
    const field = this.groups[this.active].querySelector("input.typed");
    write(field, key);
    this.groups[this.active].scrollIntoView({ block: "nearest" });
  }

  // The names of the fields whose text is not a rating (yet).
  get drafts() {
    return [...this.#drafts.keys()];
  }

  // The value that stands in a field; undefined where there is none, and the page says why.
  taken(name) {
    const place = this.dimensions.findIndex((one) => one.name === name);
    const { value, fault } = read(this.#drafts.get(name), this.dimensions[place]);
    this.#fault(place, fault);
    if (fault) return undefined;
    this.#drafts.delete(name);
    return value;
  }

  // Why the text of a field is not taken; empty where it is, or nothing is written.
  fault(place) {
    const dimension = this.dimensions[place];
    const draft = this.#drafts.get(dimension.name);
    return draft === undefined ? "" : read(draft, dimension).fault;
  }

  #fault(place, fault) {
    const group = this.groups[place];
    const told = group.querySelector(".fault");
    if (told.textContent !== fault) told.textContent = fault;
    group.querySelector("input.typed").setAttribute("aria-invalid", String(Boolean(fault)));
  }

  // A field holds a rating, or nothing; or what is written in it and is none.
  #written(group, dimension, place, mark) {
    const field = group.querySelector("input.typed");
    if (!field) return;
    const said = mark.value !== null || mark.cannot;
    if (said) this.#drafts.delete(dimension.name);
    if (this.#drafts.has(dimension.name)) return;
    const text = mark.value === null ? "" : String(mark.value);
    if (field.value !== text) field.value = text;
    this.#fault(place, "");
  }

  // Show what has been said, and what would have been right.
  update(answer, feedback) {
    if (this.reviewing !== Boolean(feedback)) {
      this.reviewing = Boolean(feedback);
      this.show(this.active);
    }
    this.dimensions.forEach((dimension, place) => {
      const group = this.groups[place];
      const mark = answer.marks[dimension.name] ?? { value: null, also: [], cannot: false };
      group.classList.toggle("answered", answered(mark));
      for (const input of group.querySelectorAll("input[type=radio]")) {
        const value = input.choice;
        input.checked = value === CANNOT ? mark.cannot : mark.value === value;
        const row = input.closest(".choice");
        row.classList.toggle("chosen", input.checked);
        row.classList.toggle("as-good", mark.also.includes(value));
      }
      for (const box of group.querySelectorAll("input[type=checkbox]")) {
        box.checked = mark.also.includes(box.choice);
        box.disabled = mark.value === null || mark.value === box.choice;
      }
      this.#written(group, dimension, place, mark);
      this.#feedback(group, dimension, mark, feedback?.[dimension.name]);
    });
  }

  unanswered(answer) {
    return this.dimensions.flatMap((dimension, place) =>
      answered(answer.marks[dimension.name]) ? [] : [place],
    );
  }

  #group(dimension, place) {
    const group = make("fieldset", "dimension");
    group.dataset.name = dimension.name;
    group.id = `dimension-${place}`;
    group.tabIndex = -1;
    const count = this.single ? ` (${place + 1} of ${this.dimensions.length})` : "";
    const legend = make("legend", "", [make("span", "name", [dimension.title])]);
    if (count) legend.append(make("small", "", [count]));
    group.append(legend);
    const about = [];
    if (dimension.definition) about.push(make("p", "definition", [dimension.definition]));
    if (dimension.note) about.push(make("p", "note", [make("b", "", ["Here: "]), dimension.note]));
    about.forEach((one, at) => (one.id = `about-${place}-${at}`));
    if (about.length) group.setAttribute("aria-describedby", about.map((one) => one.id).join(" "));
    group.append(...about);
    const choices = make("div", "choices");
    const bare = !dimension.choices.some((one) => one.anchor) && dimension.choices.length > 2;
    if (bare && dimension.choices.every((one) => one.label.length < 4)) choices.classList.add("bare");
    if (dimension.kind === "choices") {
      choices.append(...dimension.choices.map((one) => this.#choice(dimension, place, one)));
    } else {
      choices.append(...this.#field(dimension, place));
    }
    group.append(choices, this.#cannot(dimension, place), make("div", "feedback"));
    group.addEventListener("focusin", () => {
      if (this.active !== place) this.show(place);
    });
    group.addEventListener("pointerdown", () => {
      if (this.active !== place) this.show(place);
    });
    return group;
  }

  #radio(place, value, label) {
    const input = make("input", "");
    input.type = "radio";
    input.name = `d${place}`;
    input.choice = value;
    input.dataset.value = value === CANNOT ? "cannot" : value;
    input.autocomplete = "off";
    return [input, ...label];
  }

  #choice(dimension, place, choice) {
    const name = make("span", "label", [choice.label]);
    const digit = choice.key && choice.key !== choice.label ? [key(choice.key)] : [];
    const parts = this.#radio(place, choice.value, [...digit, name]);
    if (choice.anchor) parts.push(make("span", "anchor", [choice.anchor]));
    const label = make("label", "", parts);
    parts[0].addEventListener("change", () => this.events.choose(dimension.name, choice.value));
    const box = make("input", "");
    box.type = "checkbox";
    box.choice = choice.value;
    box.dataset.also = choice.value;
    box.autocomplete = "off";
    box.setAttribute("aria-label", `${choice.label} is also reasonable`);
    box.addEventListener("change", () => this.events.also(dimension.name, choice.value));
    const also = make("label", "also", [box, make("span", "", ["also"])]);
    also.title = "As reasonable as the value you chose";
    return make("div", "choice", [label, also]);
  }

  #field(dimension, place) {
    const field = make("input", "typed");
    field.type = "text";
    // The keyboard of numbers has no minus on some phones.
    field.inputMode = dimension.kind === "number" && dimension.low >= 0 ? "decimal" : "text";
    field.autocomplete = "off";
    field.id = `field-${place}`;
    field.setAttribute("aria-label", `${dimension.title}: ${allowed(dimension)}`);
    const fault = make("p", "fault");
    fault.id = `fault-${place}`;
    fault.setAttribute("role", "status");
    field.setAttribute("aria-describedby", fault.id);
    field.addEventListener("input", () => {
      this.#drafts.set(dimension.name, field.value);
      const { fault: why, begun } = read(field.value, dimension);
      this.#fault(place, begun ? "" : why);
      this.events.typing(dimension.name);
    });
    field.addEventListener("blur", () => this.events.commit(dimension.name));
    const levels = dimension.levels.map(([value, text]) =>
      make("p", "level", [make("b", "", [value]), ` ${text}`]),
    );
    return [...levels, make("p", "hint", [`Write ${allowed(dimension)}.`]), field, fault];
  }

  #cannot(dimension, place) {
    const parts = this.#radio(place, CANNOT, [key("x"), make("span", "label", ["Cannot judge"])]);
    parts[0].addEventListener("change", () => this.events.cannot(dimension.name));
    return make("div", "choice cannot", [make("label", "", parts)]);
  }

  #feedback(group, dimension, mark, right) {
    const into = group.querySelector(".feedback");
    if (!right) {
      into.replaceChildren();
      return;
    }
    const label = (value) =>
      dimension.choices.find((one) => one.value === value)?.label ?? String(value);
    const good = [right.value, ...right.also];
    const agreed = right.cannot ? mark.cannot : good.includes(mark.value);
    into.dataset.agreed = agreed;
    const expected = right.cannot ? "cannot judge" : good.map(label).join(" or ");
    const verdict = agreed ? "As expected: " : "Expected: ";
    const said = make("p", "", [make("b", "", [verdict + expected])]);
    into.replaceChildren(said, ...(right.reason ? [make("p", "", [right.reason])] : []));
  }
}

export function answered(mark) {
  return Boolean(mark) && (mark.cannot || mark.value !== null);
}

function key(digit) {
  const made = make("kbd", "", [digit]);
  made.setAttribute("aria-hidden", "true");
  return made;
}
