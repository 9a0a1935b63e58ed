// Files go to the kernel in slices, as many to a message as fit: one beyond 10 MiB would be dropped in silence, and one for
// each of hundreds of small files would be more than a page should send.

import { counted, grouped } from "./elements.js";
import { PAGE } from "./kept_output.js";

const BYTES_A_MESSAGE = 1 << 20;
const SLICES_A_MESSAGE = 250;
const MESSAGES_IN_FLIGHT = 4;

/** What is said of files that aren't sent; the kernel says the same of one that it refuses. */
export function tooLarge(files, limit) {
  const [{ name, file }] = files;
  const sizes = `${grouped(file.size)} of ${grouped(limit)} bytes`;
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
    const has = (upload) => upload.id in received;
    const ended = (upload) => typeof received[upload.id] === "string" || received[upload.id] >= upload.size;
    this.list = this.list.filter((upload) => !has(upload) || !ended(upload));
    for (const upload of this.list.filter(has)) upload.received = received[upload.id];
    const left = new Map(this.list.map((upload) => [upload.id, upload.received]));
    this.flying = this.flying.filter((slice) => slice.end > (left.get(slice.id) ?? Infinity));
    this.tell();
    this.pump();
  }

  /** Reads and sends one message at a time while there is room on the way. */
  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    try {
      for (let slices = this.next(); slices.length; slices = this.next()) await this.sendSlices(slices);
    } finally {
      this.pumping = false;
    }
  }

  /** What goes into the next message; nothing while enough is on its way. */
  next() {
    const slices = [];
    const bytes = this.flying.reduce((sum, slice) => sum + slice.end - slice.start, 0);
    const most = MESSAGES_IN_FLIGHT * SLICES_A_MESSAGE;
    if (bytes >= MESSAGES_IN_FLIGHT * BYTES_A_MESSAGE || this.flying.length >= most) return slices;
    let room = BYTES_A_MESSAGE;
    for (const upload of this.list) {
      if (!room || slices.length === SLICES_A_MESSAGE) break;
      if (upload.done) continue;
      const start = upload.sent;
      const end = Math.min(start + room, upload.size);
      upload.sent = end;
      upload.done = end === upload.size;
      room -= end - start;
      slices.push({ id: upload.id, upload, start, end });
    }
    this.flying.push(...slices);
    return slices;
  }

  async sendSlices(slices) {
    const read = await Promise.all(slices.map((slice) => this.read(slice)));
    const parts = read.filter((part) => part && this.list.includes(part.upload));
    if (!parts.length) return;
    const data = new Uint8Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part.data, at);
      at += part.data.length;
    }
    const named = parts.map(({ id, start, data: { length } }) => ({ id, offset: start, size: length }));
    this.send({ kind: "upload_slices", slices: named }, [data.buffer]);
  }

  async read(slice) {
    const { id, upload, start, end } = slice;
    try {
      return { ...slice, data: new Uint8Array(await upload.file.slice(start, end).arrayBuffer()) };
    } catch (error) {
      this.send({ kind: "upload_cancel", id, problem: `${upload.name} can't be read: ${error.message}` });
      this.forget(id);
      return null;
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
