// What was said and is not yet on the desk's disk. It is kept in the browser's storage, one entry
// a key, sent in order, and removed only when the desk has acknowledged it. Entries are numbered
// by item: sending one twice does no harm.
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const GONE = new Set([404, 410]);
const REFUSED = new Set([400, 413, 415, 422]);
const SHUT = new Set([401, 403]);

export class Outbox {
  #prefix;
  #store;
  #send;
  #events;
  #wake = () => {};
  #runs = false;
  #counter = 0;
  #sending = null;
  #taken = new Map(); // by position: the newest entry that the desk has acknowledged
  state = "saved"; // saved, saving, offline, stopped

  // whose: the desk and the rater, since another desk may have the same address one day
  // events: changed(), conflict(position, answer), gone(position), refused(entry, message)
  constructor(whose, send, events) {
    this.#prefix = `measurand/${whose}/`;
    this.#store = storage();
    this.#send = send;
    this.#events = events;
    for (const sign of ["online", "focus"]) addEventListener(sign, () => this.kick());
    addEventListener("storage", () => this.#tell());
    addEventListener("beforeunload", (event) => {
      if (!this.size) return;
      this.#hurry();
      event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#hurry();
    });
  }

  get size() {
    return this.#keys().length;
  }

  // The newest entry of an item. One that was acknowledged counts too: what the desk says of the
  // item may have been asked before, and arrive after.
  latest(position, tag) {
    const waiting = this.#entries().findLast((one) => one.position === position && one.tag === tag);
    const taken = this.#taken.get(position);
    return waiting ?? (taken?.tag === tag ? taken : undefined);
  }

  // Keep an entry; typing that was not sent yet is replaced by what was typed since.
  push(entry) {
    const last = this.#entries().findLast((one) => one.position === entry.position);
    const typed = entry.kind === "typed" && last?.kind === "typed";
    if (typed && !last.tried && last.tag === entry.tag) {
      const number = last.answer.number;
      this.#keep({ ...last, answer: { ...entry.answer, number } });
      this.#go();
      return number;
    }
    const order = [Date.now(), ++this.#counter].map((part) => String(part).padStart(14, "0"));
    this.#keep({ ...entry, key: `${this.#prefix}${order.join(".")}`, tried: false });
    this.#go();
    return entry.answer.number;
  }

  // Try now what would have been tried later.
  kick() {
    this.#wake();
    this.#go();
  }

  // Send what was just typed without waiting for more.
  #hurry() {
    for (const entry of this.#entries()) {
      if (entry.kind === "typed" && !entry.tried) this.#keep({ ...entry, until: 0 });
    }
    this.kick();
  }

  // Wait until all is sent, but no longer than so many milliseconds.
  async settled(patience) {
    const end = Date.now() + patience;
    while (this.size && Date.now() < end) await new Promise((done) => setTimeout(done, 25));
    return !this.size;
  }

  async #go() {
    this.#tell();
    if (this.#runs) return;
    this.#runs = true;
    try {
      // Where two windows are open, one of them sends at a time.
      const locks = navigator.locks;
      if (locks) await locks.request(`${this.#prefix}outbox`, () => this.#drain());
      else await this.#drain();
    } finally {
      this.#runs = false;
      this.#tell();
    }
  }

  async #drain() {
    let failures = 0;
    for (;;) {
      const entry = this.#entries()[0];
      if (!entry) {
        this.state = "saved";
        return;
      }
      if (entry.kind === "typed" && !entry.tried) {
        const rest = entry.until - Date.now();
        if (rest > 0 && this.#entries().length === 1) {
          await this.#pause(Math.min(rest, 1000));
          continue;
        }
      }
      // From here on the desk may have it, so nothing else may take its number.
      if (!entry.tried) this.#keep({ ...entry, tried: true });
      const reply = await this.#send(entry);
      if (this.#settle(entry, reply)) {
        failures = 0;
        this.#tell();
        continue;
      }
      if (SHUT.has(reply.status)) {
        this.state = "stopped";
        this.#tell();
        await this.#pause(LONGEST_WAIT);
        continue;
      }
      failures += 1;
      this.state = reply.status === 0 || failures > 2 ? "offline" : "saving";
      this.#tell();
      const wait = Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT);
      await this.#pause(Math.max(reply.after * 1000, wait * (0.75 + Math.random() / 2)));
    }
  }

  // Whether the entry is dealt with.
  #settle(entry, reply) {
    if (reply.status === 200) {
      this.#taken.set(entry.position, entry);
      this.#store.removeItem(entry.key);
    } else if (reply.status === 409) {
      this.#drop(entry.position);
      this.#events.conflict(entry.position, reply.body.current);
    } else if (GONE.has(reply.status)) {
      this.#drop(entry.position);
      this.#events.gone(entry.position);
    } else if (REFUSED.has(reply.status)) {
      this.#setAside(entry);
      this.#events.refused(entry, reply.body.error ?? "");
    } else {
      return false;
    }
    this.state = "saving";
    return true;
  }

  #pause(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  #keep(entry) {
    this.#store.setItem(entry.key, JSON.stringify(entry));
  }

  #drop(position) {
    for (const entry of this.#entries()) {
      if (entry.position === position) this.#setAside(entry);
    }
  }

  // What the desk does not take is not sent again, and not thrown away.
  #setAside(entry) {
    this.#store.removeItem(entry.key);
    this.#store.setItem(`not-taken/${entry.key}`, JSON.stringify(entry));
  }

  #keys() {
    const keys = Array.from({ length: this.#store.length }, (_, place) => this.#store.key(place));
    return keys.filter((key) => key.startsWith(this.#prefix)).sort();
  }

  #entries() {
    return this.#keys().map((key) => JSON.parse(this.#store.getItem(key)));
  }

  #tell() {
    if (!this.size) this.state = "saved";
    else if (this.state === "saved") this.state = "saving";
    this.#events.changed();
  }
}

// The browser's storage, or the page's memory where the browser has none to give.
function storage() {
  try {
    localStorage.setItem("measurand", "1");
    localStorage.removeItem("measurand");
    return localStorage;
  } catch {
    const kept = new Map();
    return {
      get length() {
        return kept.size;
      },
      key: (place) => [...kept.keys()][place],
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}
