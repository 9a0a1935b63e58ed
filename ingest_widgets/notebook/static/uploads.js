// Files go to the kernel in slices: a message beyond 10 MiB would be dropped in silence.

import { counted } from "./elements.js";
import { PAGE } from "./kept_output.js";

const SLICE = 1 << 20;
const BYTES_IN_FLIGHT = 4 * SLICE;
const SLICES_IN_FLIGHT = 16;

/** What is said of files that aren't sent; the kernel says the same of one that it refuses. */
export function tooLarge(files, limit) {
  const [{ name, file }] = files;
  const sizes = `${file.size.toLocaleString("en")} of ${limit.toLocaleString("en")} bytes`;
  if (files.length === 1) return `${name} is larger than max_file_bytes allows (${sizes}): raise that setting to take it.`;
  const more = `${name} and ${counted(files.length - 1, "more file")}`;
  return `${more} are larger than max_file_bytes allows (${sizes}): raise that setting to take them.`;
}

export class Uploads {
  /**
   * @param send takes a message and its buffers
   * @param tell is called after every change
   */
  constructor(send, tell) {
    this.send = send;
    this.tell = tell;
    this.list = [];
    this.flying = [];
    this.pumping = false;
  }

  ids() {
    return this.list.map((upload) => upload.id);
  }

  add(files) {
    const added = files.map(({ file, name }) => ({
      id: Math.random().toString(36).slice(2),
      file,
      name,
      size: file.size,
      sent: 0,
      received: 0,
      done: false,
    }));
    if (!added.length) return;
    this.list.push(...added);
    const announced = added.map(({ id, name, size }) => ({ id, name, size }));
    this.send({ kind: "upload_begin", page: PAGE, files: announced });
    this.tell();
    this.pump();
  }

  cancel(id) {
    this.send({ kind: "upload_cancel", id });
    this.forget(id);
  }

  forget(id) {
    this.list = this.list.filter((upload) => upload.id !== id);
    this.flying = this.flying.filter((slice) => slice.id !== id);
    this.tell();
    this.pump();
  }

  drop() {
    this.list = [];
    this.flying = [];
    this.tell();
  }

  /** `{id: bytes received}`, or a sentence in place of the number when the kernel won't have the file. */
  acknowledge(received) {
    for (const [id, bytes] of Object.entries(received)) {
      const upload = this.list.find((candidate) => candidate.id === id);
      if (!upload) continue;
      if (typeof bytes === "string" || bytes >= upload.size) {
        this.forget(id);
        continue;
      }
      upload.received = bytes;
      this.flying = this.flying.filter((slice) => slice.id !== id || slice.end > bytes);
    }
    this.tell();
    this.pump();
  }

  /** Reads and sends one slice at a time while there is room on the way. */
  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    try {
      for (let next = this.next(); next; next = this.next()) await this.sendSlice(next);
    } finally {
      this.pumping = false;
    }
  }

  next() {
    const bytes = this.flying.reduce((sum, slice) => sum + slice.end - slice.start, 0);
    if (bytes >= BYTES_IN_FLIGHT || this.flying.length >= SLICES_IN_FLIGHT) return null;
    return this.list.find((upload) => !upload.done) ?? null;
  }

  async sendSlice(upload) {
    const start = upload.sent;
    const end = Math.min(start + SLICE, upload.size);
    upload.sent = end;
    upload.done = end === upload.size;
    this.flying.push({ id: upload.id, start, end });
    try {
      const data = await upload.file.slice(start, end).arrayBuffer();
      if (this.list.includes(upload)) this.send({ kind: "upload_slice", id: upload.id, offset: start }, [data]);
    } catch (error) {
      this.send({ kind: "upload_cancel", id: upload.id, problem: `${upload.name} can't be read: ${error.message}` });
      this.forget(upload.id);
    }
  }
}

/**
 * The files of a drop, and the PDFs in dropped folders with the folder's name in front; `left` counts what else was in
 * the folders.
 */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return { files: [...transfer.files].map((file) => ({ file, name: file.name })), left: 0 };
  const found = { files: [], left: 0 };
  for (const entry of entries) await collect(entry, "", found);
  return found;
}

async function collect(entry, folder, found) {
  const name = folder + entry.name;
  if (entry.isFile) {
    if (folder && !/\.pdf$/i.test(name)) found.left += 1;
    else found.files.push({ file: await new Promise((take, fail) => entry.file(take, fail)), name });
    return;
  }
  const reader = entry.createReader();
  const read = () => new Promise((take, fail) => reader.readEntries(take, fail));
  // A folder is listed a hundred entries at a time.
  for (let some = await read(); some.length; some = await read()) {
    for (const inner of some) await collect(inner, `${name}/`, found);
  }
}
