// A line to the kernel that works while a cell blocks; notebook/kernel_comm.py says why and how.

const COMM_TARGET = "ingest_widgets";
const OPENING_MS = 1000;

export class KernelComm {
  /** @param model the widget's model; its trait `_line` is the key that notebook/kernel_comm.py gave */
  constructor(model) {
    this.model = model;
    this.comm = null;
    this.opening = null;
    this.closed = false;
  }

  /** Opens the line where the kernel has subshells; elsewhere `send` uses the widget's own comm. */
  open() {
    this.opening ??= this.connect().catch((error) => {
      console.warn("ingest_widgets: no line over a subshell, so Stop waits for the end of the cell.", error);
    });
    return this.opening;
  }

  async connect() {
    const kernel = this.model.widget_manager?.kernel;
    if (typeof kernel?.createComm !== "function" || !kernel.supportsSubshells) return;
    const comm = kernel.createComm(COMM_TARGET);
    // Where the user has switched subshells off, subshellStarted never resolves.
    if (!comm.subshellStarted || comm.commsOverSubshells === "disabled") return;
    await comm.subshellStarted;
    if (this.closed) return;
    comm.onClose = () => {
      this.comm = null;
      this.opening = null;
      this.way = null;
    };
    comm.open({});
    this.comm = comm;
  }

  /** Sends as soon as the line is open; after a second without one over the widget's own comm. */
  async send(content, buffers = []) {
    await this.opened();
    this.sendOver(this.comm, content, buffers);
  }

  /**
   * Sends over the way that the first such message took, since one comm can overtake the other: a slice of a file must
   * not come before what announces it.
   */
  async sendInOrder(content, buffers) {
    this.way ??= this.opened().then(() => this.comm);
    this.sendOver(await this.way, content, buffers);
  }

  opened() {
    return Promise.race([this.open(), new Promise((resolve) => setTimeout(resolve, OPENING_MS))]);
  }

  sendOver(comm, content, buffers) {
    if (comm && !comm.isDisposed) comm.send({ ...content, line: this.model.get("_line") }, {}, buffers);
    else this.model.send(content, {}, buffers);
  }

  close() {
    this.closed = true;
    if (this.comm && !this.comm.isDisposed) this.comm.close();
    this.comm = null;
  }
}
