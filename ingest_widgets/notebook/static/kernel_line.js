// The line to the kernel: where messages go, and whether anybody is still there.

const GONE = {
  restarting: "The kernel was restarted: run this cell again to go on.",
  autorestarting: "The kernel died and was restarted: run this cell again to go on. Finished files are kept.",
  terminating: "The kernel was shut down: start one and run this cell again.",
  dead: "The kernel is gone: start one and run this cell again.",
};

export class KernelLine {
  /**
   * @param model the widget's model
   * @param onLost called with a sentence when the kernel has gone
   * @param onFound called when it may be there again
   */
  constructor(model, { onLost, onFound }) {
    this.model = model;
    this.onLost = onLost;
    this.onFound = onFound;
    this.look = this.look.bind(this);
    this.reconnect = this.reconnect.bind(this);
    this.end = this.end.bind(this);
    // Not every host tells its kernel's state; without it only missing answers show that it has gone.
    this.kernel = model.widget_manager?.kernel ?? null;
    this.kernel?.statusChanged?.connect(this.look);
    this.kernel?.connectionStatusChanged?.connect(this.reconnect);
    this.kernel?.disposed?.connect(this.end);
    model.on("comm_live_update", this.reconnect);
  }

  look() {
    const why = GONE[this.kernel?.status];
    if (why) this.onLost(why);
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
    this.model.send(content, {}, buffers);
  }

  close() {
    this.kernel?.statusChanged?.disconnect(this.look);
    this.kernel?.connectionStatusChanged?.disconnect(this.reconnect);
    this.kernel?.disposed?.disconnect(this.end);
    this.model.off("comm_live_update", this.reconnect);
  }
}
