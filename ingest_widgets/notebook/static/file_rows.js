// The files of a run as the page knows them: patched by index, sorted and filtered here, drawn elsewhere.

export const STATUSES = ["reading", "uploading", "queued", "failed", "partial", "ingested", "unchanged", "cancelled"];
const FIELDS = ["name", "status", "reason", "detail", "pages", "bytes"];

/** One row of the wire, `[index, name, status, reason, detail, pages, bytes]`, as an object. */
function rowOf(fields) {
  const row = { index: fields[0] };
  FIELDS.forEach((name, at) => {
    row[name] = fields[at + 1] ?? null;
  });
  return row;
}

/** All rows of one run; `noted` once there is something to know of any of them. */
export class FileRows {
  constructor() {
    this.epoch = null;
    this.total = 0;
    this.rows = [];
    this.noted = false;
  }

  /** Takes `{epoch, total, items}`; another epoch is another run and empties the table. */
  patch({ epoch, total, items }) {
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.rows = [];
      this.noted = false;
    }
    this.total = total;
    for (const item of items) {
      const row = (this.rows[item[0]] = rowOf(item));
      this.noted ||= Boolean(row.reason || row.detail);
    }
  }

  counts() {
    const counts = {};
    for (const row of this.rows) if (row) counts[row.status] = (counts[row.status] ?? 0) + 1;
    return counts;
  }
}

const collator = new Intl.Collator("en");

function compareBy(column) {
  if (column === "name") return (a, b) => a.index - b.index; // they come in name order
  if (column === "status") return (a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status);
  if (column === "reason") {
    return (a, b) => (a.reason ? 0 : 1) - (b.reason ? 0 : 1) || collator.compare(a.reason ?? "", b.reason ?? "");
  }
  return (a, b) => (a[column] ?? -1) - (b[column] ?? -1);
}

/** The order in which one view shows the rows: indexes, or null for 'all of them as they come'. */
export class RowOrder {
  constructor() {
    this.column = null;
    this.descending = false;
    this.status = null;
    this.indexes = null;
  }

  /** First click: upwards, second: downwards, third: as they come. */
  toggle(column) {
    if (this.column !== column) [this.column, this.descending] = [column, false];
    else if (!this.descending) this.descending = true;
    else [this.column, this.descending] = [null, false];
  }

  arrange(files) {
    if (!this.column && !this.status) {
      this.indexes = null;
      return;
    }
    let rows = files.rows.filter((row) => row && (!this.status || row.status === this.status));
    if (this.column) {
      const compare = compareBy(this.column);
      const sign = this.descending ? -1 : 1;
      rows = rows.sort((a, b) => sign * compare(a, b) || a.index - b.index);
    }
    this.indexes = rows.map((row) => row.index);
  }

  length(files) {
    return this.indexes ? this.indexes.length : files.total;
  }

  at(files, position) {
    return files.rows[this.indexes ? this.indexes[position] : position] ?? null;
  }

  positionOf(index) {
    return this.indexes ? this.indexes.indexOf(index) : index;
  }
}
