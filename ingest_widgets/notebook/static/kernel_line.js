// The line to the kernel: where messages go, and whether anybody is still there.

import { KernelComm } from "./kernel_comm.js";

const BUSY = "Waiting for the kernel: it is busy with a cell.";
const DEAF =
  "The kernel is busy with a cell and hears nothing else until that ends. To stop it now, interrupt the kernel (the square button above).";
const UNKNOWN = "The kernel doesn't answer: run this cell again to get a panel that works.";
const NONE = "There is no kernel: start one and run this cell.";
const GONE = {
  restarting: "The kernel was restarted: run this cell again to go on.",
  autorestarting: "The kernel died and was restarted: run this cell again to go on.",
  terminating: "The kernel was shut down: start one and run this cell again.",
  dead: "The kernel is gone: start one and run this cell again.",
};

export class KernelLine {
  /**
   * @param model the widget's model
   * @param onLost called with a sentence when the kernel has gone
   * @param onFound called when it may be there again
   * @param subshell false: a line over a subshell is opened only by `open`
   */
  constructor(model, { onLost, onFound, subshell = true }) {
    this.model = model;
    this.onLost = onLost;
    this.onFound = onFound;
    this.gone = "";
    this.comm = new KernelComm(model);
    if (subshell) this.comm.open();
    this.look = this.look.bind(this);
    this.reconnect = this.reconnect.bind(this);
    this.end = this.end.bind(this);
    // Not every host tells its kernel's state; without it only missing answers show that it has gone.
    this.kernel = model.widget_manager?.kernel ?? null;
    this.kernel?.statusChanged?.connect(this.look);
    this.kernel?.connectionStatusChanged?.connect(this.reconnect);
    this.kernel?.disposed?.connect(this.end);
    model.on("comm_live_update", this.reconnect);
    const alone = model.widget_manager && "kernel" in model.widget_manager && !this.kernel;
    if (alone) queueMicrotask(() => this.onLost(NONE));
  }

  open() {
    this.comm.open();
  }

  look() {
    const why = GONE[this.kernel?.status];
    if (why) {
      this.gone = why;
      this.onLost(why);
    }
    return Boolean(why);
  }

  /** The page is connected again, perhaps to a kernel that doesn't know us any more. */
  reconnect() {
    if (!this.look() && (!this.kernel || this.kernel.connectionStatus === "connected")) this.onFound();
  }

  end() {
    this.onLost(GONE.terminating);
  }

  send(content, buffers) {
    const inOrder = content.kind.startsWith("upload");
    const sent = inOrder ? this.comm.sendInOrder(content, buffers) : this.comm.send(content);
    // The widget's own comm dies with its kernel, and can't be opened again from here.
    sent.catch(() => this.onLost(this.gone || UNKNOWN));
  }

  /** Whether the kernel is there and runs no cell; false where the host doesn't tell. */
  get idle() {
    return this.kernel?.status === "idle";
  }

  /** What to say when an answer takes long. */
  get waiting() {
    if (this.idle) return UNKNOWN;
    return this.comm.comm ? BUSY : DEAF;
  }

  close() {
    this.comm.close();
    this.kernel?.statusChanged?.disconnect(this.look);
    this.kernel?.connectionStatusChanged?.disconnect(this.reconnect);
    this.kernel?.disposed?.disconnect(this.end);
    this.model.off("comm_live_update", this.reconnect);
  }
}
