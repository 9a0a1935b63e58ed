// The bar of ingest_widgets.ProgressBar: all that it shows comes from traits, all of it is text.

import { KernelLine } from "./kernel_line.js";
import { passOnKept } from "./kept_output.js";

const PATIENCE_MS = 1500;
const ENDED = new Set(["done", "stopped", "failed", "interrupted"]);

function piece(parent, tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}

class BarView {
  constructor(model, root) {
    this.model = model;
    this.lost = "";
    this.asked = this.late = false;
    this.root = piece(root, "div", "ingb ingw-live");
    const row = piece(this.root, "div", "ingb-row");
    this.desc = piece(row, "span", "ingb-desc");
    this.bar = piece(row, "div", "ingb-bar");
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-valuemin", "0");
    this.fill = piece(this.bar, "div", "ingb-fill");
    this.words = piece(row, "span", "ingb-words");
    this.stop = piece(row, "button", "ingb-stop");
    this.stop.type = "button";
    this.stop.textContent = "Stop";
    this.stop.addEventListener("click", () => this.ask());
    this.life = piece(this.root, "div", "ingb-life");
    this.life.setAttribute("role", "status");
    this.note = piece(this.root, "div", "ingb-note");
    this.reason = piece(this.root, "div", "ingb-reason");
    this.problems = piece(this.root, "ul", "ingb-problems");
    this.drawSoon = this.drawSoon.bind(this);
    model.on("change", this.drawSoon);
    const onLost = (why) => this.lose(why);
    this.line = new KernelLine(model, { onLost, onFound: () => {}, subshell: false });
    this.draw();
  }

  /** Once for all the traits of one message. */
  drawSoon() {
    this.lost = ""; // only a kernel that is there tells of a change
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const get = (name) => this.model.get(name);
    const [value, max, percent, status] = [get("value"), get("max"), get("_percent"), get("_status")];
    const ended = ENDED.has(status);
    if (ended) this.asked = false;
    if (ended || get("_stopping")) this.answered();
    this.root.dataset.status = this.lost && !ended ? "lost" : status;
    this.desc.textContent = get("_desc");
    this.words.textContent = get("_words");
    this.note.textContent = get("note");
    const life = ended ? "" : this.lost || (this.late ? this.line.waiting : "");
    if (life !== this.life.textContent) this.life.textContent = life;
    this.reason.textContent = ended && status !== "done" ? [status, get("_reason")].filter(Boolean).join(": ") : "";
    this.problems.replaceChildren(...get("problems").map((text) => this.problem(text)));
    this.root.classList.toggle("ingb-unknown", percent === null && !ended && !this.lost);
    this.fill.style.width = `${percent ?? 100}%`;
    this.fill.style.setProperty("--ingb-failed", `${get("failed")}%`);
    this.name(value, max, percent, ended);
    this.offerStop(get("_stoppable") && !ended && !this.lost, get("_stopping"));
  }

  name(value, max, percent, ended) {
    const bar = this.bar;
    bar.setAttribute("aria-label", this.model.get("_desc") || "Progress");
    const known = percent !== null || ended;
    const numbers = { "aria-valuenow": Math.min(value, max), "aria-valuemax": max };
    for (const [name, number] of Object.entries(numbers)) {
      if (known) bar.setAttribute(name, String(number));
      else bar.removeAttribute(name);
    }
    const text = [this.words.textContent, this.life.textContent, this.reason.textContent, this.note.textContent];
    bar.setAttribute("aria-valuetext", text.filter(Boolean).join(", "));
  }

  problem(text) {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }

  offerStop(offered, stopping) {
    if (offered) this.line.open();
    this.stop.hidden = !offered;
    this.stop.disabled = stopping || this.asked;
  }

  ask() {
    this.asked = true;
    this.stop.disabled = true;
    this.line.send({ kind: "stop" });
    this.patience = setTimeout(() => {
      this.late = true;
      this.draw();
    }, PATIENCE_MS);
  }

  answered() {
    clearTimeout(this.patience);
    this.late = false;
  }

  /** The kernel has gone: what was under way isn't any more. */
  lose(why) {
    this.answered();
    this.lost = why;
    this.draw();
  }

  close() {
    this.model.off("change", this.drawSoon);
    this.answered();
    this.line.close();
  }
}

function render({ model, el }) {
  const view = new BarView(model, el);
  return () => view.close();
}

/** After a reload as well: what the kernel keeps may be newer than what the notebook was saved with. */
function initialize({ model }) {
  const keep = () => passOnKept(model.get("_kept"));
  model.on("change:_kept", keep);
  keep();
  return () => model.off("change:_kept", keep);
}

export default { initialize, render };
