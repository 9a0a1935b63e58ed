// What all views of one widget share, and its talk with the kernel.
//
// The kernel sends numbered messages; a missing number or a comm that comes alive again makes the page ask for
// everything ('hello').

import { counted } from "./elements.js";
import { FileRows } from "./file_rows.js";
import { PAGE, passOnKept } from "./kept_output.js";
import { KernelLine } from "./kernel_line.js";
import { Uploads, tooLarge } from "./uploads.js";

const SEARCH_PAUSE = 90;
const SEARCH_AGAIN = 1000;
const PATIENCE = 1500;
const GREETINGS = 4;
const HITS_A_TIME = 20;
let lastAsk = 0;

/** What an answer is known by: late ones come, and those to every other page that shows the widget. */
function freshAsk() {
  lastAsk += 1;
  return `${PAGE}-${lastAsk}`;
}

export class PanelStore {
  constructor(model) {
    this.model = model;
    this.state = { source: "", running: false, finished: 0, total: 0, sentence: "", corpus: "" };
    this.files = new FileRows();
    this.search = { query: "", ask: "", total: 0, hits: [], done: true, error: "", answered: "" };
    this.typing = 0;
    this.stepping = null;
    this.page = null;
    this.typedSource = null;
    this.completions = { text: "", options: [] };
    this.problems = [];
    this.note = "";
    this.waiting = false;
    this.told = -Infinity;
    this.lost = "";
    this.listeners = new Set();
    this.pending = new Map();
    this.sequence = null;
    this.greetings = 0;
    this.uploads = new Uploads(
      (content, buffers) => this.sendUpload(content, buffers),
      () => this.tell("uploads"),
    );
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
    this.line = new KernelLine(model, { onLost: (why) => this.lose(why), onFound: () => this.hello() });
    this.hello();
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(topic) {
    for (const listener of this.listeners) listener(topic);
  }

  close() {
    clearTimeout(this.typing);
    clearInterval(this.again);
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.model.off("msg:custom", this.receive);
    this.line.close();
    if (this.page?.url) URL.revokeObjectURL(this.page.url);
  }

  send(content, buffers = []) {
    this.line.send(content, buffers);
  }

  /** Sends something that the kernel answers, and says so when the answer is slow. */
  ask(kind, content) {
    this.expect(kind);
    this.send({ kind, ...content });
  }

  sendUpload(content, buffers) {
    if (content.kind === "upload_begin") this.expect("uploads");
    this.send(content, buffers);
  }

  expect(kind) {
    clearTimeout(this.pending.get(kind));
    this.pending.set(
      kind,
      setTimeout(() => this.late(kind), PATIENCE),
    );
  }

  /** A kernel that has no cell to run and goes on telling is slow, not deaf: nobody is to run the cell again. */
  late(kind) {
    const told = performance.now() - this.told < PATIENCE;
    if (told && this.line.idle) {
      this.expect(kind);
      return;
    }
    this.wait(true);
    // One that got lost would leave the page deaf for good; a busy kernel may have it still before it.
    if (kind !== "hello" || this.greetings >= GREETINGS) return;
    if (this.line.idle) this.hello();
    else this.expect(kind);
  }

  answered(kind) {
    clearTimeout(this.pending.get(kind));
    this.pending.delete(kind);
    if (!this.pending.size) this.wait(false);
  }

  wait(waiting) {
    if (waiting === this.waiting || (waiting && this.lost)) return;
    this.waiting = waiting;
    this.tell("life");
  }

  /** Whether the kernel has told anything yet. */
  get heard() {
    return this.told > -Infinity;
  }

  hello() {
    this.greetings += 1;
    this.sequence = null;
    this.ask("hello", { uploads: this.uploads.ids() });
  }

  lose(why) {
    this.lost = this.state.running ? `${why} Finished files are kept.` : why;
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
    this.waiting = false;
    this.uploads.drop();
    this.tell("life");
  }

  receive(message, buffers) {
    if (!message || message.kind !== "patch") return;
    if (this.sequence !== null && message.seq !== this.sequence + 1) this.hello();
    this.sequence = message.seq;
    this.greetings = 0;
    this.told = performance.now();
    if (this.lost) {
      this.lost = "";
      this.tell("life");
    }
    for (const [part, take] of Object.entries(this.parts(buffers))) if (part in message) take(message[part]);
  }

  parts(buffers) {
    return {
      state: (state) => this.takeState(state),
      rows: (rows) => this.takeRows(rows),
      results: (results) => this.takeResults(results),
      page: (page) => this.takePage(page, buffers),
      completions: (completions) => this.take("completions", completions),
      uploads: (acknowledged) => this.takeAcknowledged(acknowledged),
      problem: (problem) => this.takeProblem(problem),
      kept: (kept) => passOnKept(kept),
    };
  }

  take(name, value) {
    this[name] = value;
    this.tell(name);
  }

  takeState(state) {
    this.answered("hello");
    this.answered("start");
    if (state.stopping || !state.running) this.answered("stop");
    // What is being typed here is newer than what the kernel knows; of what it was sent it may have taken quotation marks.
    if ([state.source, state.typed].includes(this.typedSource)) this.typedSource = null;
    Object.assign(this.state, state, this.typedSource === null ? {} : { source: this.typedSource });
    this.tell("state");
    if (this.state.running) {
      this.again ??= setInterval(() => this.searchAgain(), SEARCH_AGAIN);
    } else {
      clearInterval(this.again);
      this.again = null;
      this.searchAgain();
    }
  }

  takeAcknowledged(acknowledged) {
    this.answered("uploads");
    this.uploads.acknowledge(acknowledged);
  }

  takeRows(rows) {
    this.files.patch(rows);
    this.tell("files");
  }

  takeProblem(problem) {
    this.answered("start");
    const others = this.problems.filter(({ sentence }) => sentence !== problem.sentence);
    this.problems = [...others.slice(-4), problem];
    this.tell("problems");
  }

  dismissProblems() {
    this.problems = [];
    this.note = "";
    this.tell("problems");
  }

  say(note) {
    this.note = note;
    this.tell("problems");
  }

  /** Sends files, except those that the kernel wouldn't take; `left` is how many others there were. */
  upload({ files, left = 0 }) {
    this.dismissProblems();
    const limit = this.state.max_file_bytes ?? Infinity;
    const large = files.filter(({ file }) => file.size > limit);
    if (large.length) this.takeProblem({ sentence: tooLarge(large, limit), details: "" });
    if (left) this.say(`${counted(left, "file")} left out: no ${left === 1 ? "PDF" : "PDFs"} by name.`);
    else if (!files.length) this.say("There is no PDF in what was dropped.");
    this.uploads.add(files.filter(({ file }) => file.size <= limit));
  }

  setSource(source) {
    this.typedSource = source;
    this.state.source = source;
    this.tell("source");
  }

  start() {
    this.dismissProblems();
    // What stands in the box is known only when it was typed here, or the kernel has told it.
    const known = this.heard || this.typedSource !== null;
    this.ask("start", known ? { source: this.state.source } : {});
  }

  stop() {
    this.state.stopping = true;
    this.ask("stop", {});
    this.tell("state");
  }

  complete(text) {
    this.send({ kind: "complete", text });
  }

  /** Searches as soon as the typing pauses. */
  type(query) {
    this.search.query = query;
    this.stepping = null;
    clearTimeout(this.typing);
    this.typing = 0;
    if (query.trim()) {
      this.search.done = false;
      this.typing = setTimeout(() => this.searchNow(), SEARCH_PAUSE);
    } else {
      this.takeResults({ ask: (this.search.ask = freshAsk()), query, total: 0, hits: [], offset: 0 });
    }
    this.tell("search");
  }

  searchNow(limit = HITS_A_TIME) {
    clearTimeout(this.typing);
    this.typing = 0;
    this.search.ask = freshAsk();
    this.ask("search", { query: this.search.query, ask: this.search.ask, offset: 0, limit });
  }

  /** What came into the corpus since the last answer shows up by itself. */
  searchAgain() {
    if (!this.search.query.trim() || !this.search.done || this.searched === this.state.finished) return;
    this.searched = this.state.finished;
    this.searchNow(Math.max(HITS_A_TIME, this.search.hits.length));
  }

  searchMore() {
    const { answered, ask, hits } = this.search;
    this.ask("search", { query: answered, ask, offset: hits.length, limit: HITS_A_TIME });
  }

  /** What stands in the box may be newer than what is answered here. */
  takeResults({ query, ...results }) {
    this.answered("search");
    if (results.ask !== this.search.ask) return;
    const { hits: old, answered } = this.search;
    const hits = [...(results.offset ? old.slice(0, results.offset) : []), ...results.hits];
    Object.assign(this.search, { error: "", ...results, hits, done: !this.typing, answered: query });
    const wanted = this.stepping;
    this.stepping = null;
    const leaves = wanted !== null && hits.length > wanted;
    if (this.page && !leaves) this.keepPlace(old, answered);
    this.tell("search");
    if (leaves) this.openHit(wanted);
  }

  /** Other hits have come: finds the open page among them, and marks on it what is looked for now. */
  keepPlace(old, answered) {
    const { file, number, hit } = this.page;
    const { hits, query } = this.search;
    const changed = query !== answered;
    if (!changed && hit === null) return; // it was opened from the grid
    const { file: name, page } = (!changed && old[hit]) || { file, page: number };
    const at = hits.findIndex((other) => other.file === name && other.page === page);
    const place = at < 0 ? null : at;
    if (changed) this.openPage(file, number, query, place);
    // One that has sunk below those shown leaves its place: the way to the next hit would go from under the pointer.
    else this.page.hit = at < 0 && hits.length ? Math.min(hit, hits.length - 1) : place;
  }

  /** The place of the hit whose page is open; null when the open page is none of the hits. */
  get openedHit() {
    const { file, number, hit } = this.page ?? {};
    const { file: name, page } = this.search.hits[hit] ?? {};
    return name !== undefined && name === file && page === number ? hit : null;
  }

  /** Opens the first hit of what stands in the box, which may have been typed a moment ago. */
  openFirst() {
    if (this.search.done) {
      this.openHit(0);
      return;
    }
    this.stepping = 0;
    if (this.typing) this.searchNow();
  }

  /** Opens the page of the hit at this place of the list, fetching more hits when it is the next beyond them. */
  openHit(at) {
    const { hits, query, total } = this.search;
    if (at === hits.length && at < total) {
      this.stepping = at;
      this.searchMore();
    } else if (hits[at]) {
      this.openPage(hits[at].file, hits[at].page, query, at);
    }
  }

  openPage(file, number, query = "", hit = null) {
    const ask = freshAsk();
    const known = this.page?.file === file ? this.page : {};
    this.page = { ...known, ask, file, number, query, hit, loading: true, error: "" };
    this.ask("page", { ask, file, number, query, dpi: devicePixelRatio > 1.3 ? 160 : 110 });
    this.tell("page");
  }

  closePage() {
    if (this.page?.url) URL.revokeObjectURL(this.page.url);
    this.page = null;
    this.tell("page");
  }

  takePage(page, buffers) {
    this.answered("page");
    if (page.ask !== this.page?.ask) return;
    const old = this.page.url;
    const url = buffers.length ? URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" })) : null;
    this.page = { ...this.page, error: "", boxes: [], ...page, url, loading: false };
    if (old) URL.revokeObjectURL(old);
    this.tell("page");
  }
}
