// The cell that does what the panel did: plain Python, whatever the names hold.

const NAMED = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(point) {
  if (point in NAMED) return NAMED[point];
  const code = point.codePointAt(0);
  const printable = !/[\p{C}\p{Zl}\p{Zp}]/u.test(point);
  if (printable) return point;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** A Python string literal of exactly this text, on one line. */
export function pythonLiteral(text) {
  return `'${Array.from(text, escaped).join("")}'`;
}

/** Without a source there is only the corpus to open, e.g. after uploads. */
export function pythonCode(source, corpus) {
  if (!source) return `from ingest_widgets import Corpus\n\ncorpus = Corpus(${pythonLiteral(corpus)})\ncorpus`;
  return `from ingest_widgets import ingest\n\ncorpus = ingest(${pythonLiteral(source)}, ${pythonLiteral(corpus)})\ncorpus`;
}
