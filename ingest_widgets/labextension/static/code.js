// The Python that the commands insert: plain code, with every path as a literal.

const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` as Python's repr would write it: whatever doesn't print is escaped, so that nothing hides in a name. */
export function pythonLiteral(text) {
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  const escaped = [...text].map((sign) => {
    if (sign === quote || sign === "\\") return `\\${sign}`;
    if (sign === " " || !/[\p{C}\p{Z}]/u.test(sign)) return sign;
    return SHORT[sign] ?? escape(sign.codePointAt(0));
  });
  return quote + escaped.join("") + quote;
}

function escape(code) {
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** One path as a literal, several as a list, a line each. */
function sourceLiteral(paths) {
  if (paths.length === 1) return pythonLiteral(paths[0]);
  return `[\n${paths.map((path) => `    ${pythonLiteral(path)},\n`).join("")}]`;
}

export function ingestCode(paths, corpus) {
  const given = corpus ? `, ${pythonLiteral(corpus)}` : "";
  return `from ingest_widgets import ingest\n\ncorpus = ingest(${sourceLiteral(paths)}${given})\ncorpus`;
}

export function panelCode(corpus) {
  const given = corpus ? `corpus=${pythonLiteral(corpus)}` : "";
  return `from ingest_widgets import IngestPanel\n\npanel = IngestPanel(${given})\npanel`;
}

export function viewCode(corpus) {
  if (corpus) return `from ingest_widgets import CorpusView\n\nCorpusView(${pythonLiteral(corpus)})`;
  return "from ingest_widgets import CorpusView, get_settings\n\nCorpusView(get_settings().corpus_path)";
}
