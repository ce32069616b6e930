// The form: one group of radio buttons a dimension, nothing chosen beforehand.
import { make } from "./prose.js";

const CANNOT = "\u0000cannot";

export class Panel {
  active = 0;

  // events: choose(name, value), also(name, value), cannot(name), typed(name, text), active()
  constructor(form, screen, events) {
    this.form = form;
    this.single = screen === "one";
    this.events = events;
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  draw(dimensions, pairwise) {
    this.dimensions = dimensions;
    this.reviewing = false;
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
    group.scrollIntoView({ block: "nearest" });
  }

  get dimension() {
    return this.dimensions[this.active];
  }

  // The value that a digit stands for on a dimension.
  value(digit, dimension = this.dimension) {
    const choice = dimension.choices.find((one) => one.key === digit);
    if (choice) return choice.value;
    const yesNo = dimension.choices.length === 2 && dimension.choices[1].label === "no";
    return yesNo && digit === "0" ? dimension.choices[1].value : undefined;
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
      const field = group.querySelector("input.typed");
      if (field && document.activeElement !== field) field.value = mark.value ?? "";
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
    field.inputMode = dimension.kind === "number" ? "decimal" : "text";
    field.autocomplete = "off";
    field.maxLength = 60;
    field.id = `field-${place}`;
    field.setAttribute("aria-label", `${dimension.title}: ${dimension.scale}`);
    field.addEventListener("input", () => this.events.typed(dimension.name, field.value, field));
    const levels = dimension.levels.map(([value, text]) =>
      make("p", "level", [make("b", "", [value]), ` ${text}`]),
    );
    return [...levels, make("p", "hint", [`Write ${article(dimension.scale)}.`]), field];
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

function article(scale) {
  return /^\d/.test(scale) ? `a number, ${scale}` : scale;
}
