// Active time: the page is seen and has the focus, and there was a sign of life in the last minute.
const PAUSE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart", "input"];

export class Clock {
  #spent = 0;
  #last = 0;
  #runs = false;

  constructor(now = () => performance.now()) {
    this.now = now;
    for (const sign of SIGNS) {
      document.addEventListener(sign, () => this.#sign(), { passive: true, capture: true });
    }
    addEventListener("focus", () => this.#look());
    addEventListener("blur", () => this.#look(false));
    document.addEventListener("visibilitychange", () => this.#look());
    this.#look();
  }

  // Begin with another item, on which so many seconds were spent before.
  begin(seconds) {
    this.#spent = seconds * 1000;
    this.#last = this.now();
  }

  // Seconds so far.
  get seconds() {
    this.#count();
    return Math.round(this.#spent / 10) / 100;
  }

  #sign() {
    if (!this.#runs) this.#look();
    // What lies between two signs of life counts up to a minute; the rest was a pause.
    const now = this.now();
    if (this.#runs) this.#spent += Math.min(now - this.#last, this.#left);
    this.#last = now;
    this.#left = PAUSE;
  }

  #left = PAUSE;

  #count() {
    if (!this.#runs) return;
    const now = this.now();
    const passed = Math.min(now - this.#last, this.#left);
    this.#spent += passed;
    this.#left -= passed;
    this.#last = now;
  }

  #look(focused = document.hasFocus()) {
    const runs = focused && document.visibilityState === "visible";
    if (runs === this.#runs) return;
    if (this.#runs) this.#count();
    this.#runs = runs;
    this.#last = this.now();
    this.#left = PAUSE;
  }
}
