import type { SchemaModel } from "@sessionstream/plugin/model";
import type { Texts } from "./project/hand-written.js";

// A run spends most of its time on types. These patterns look only at texts. They
// find the files in which a rule could find something. They may find too many files,
// but they miss no file that names our packages or the generated code.

const usesUs = /@sessionstream\/|_sessionstream\b/;
const registers = /\bregister(?:Command|Event|UIEvent|TimelineEntity)\b/;
// The pattern allows every subpath, because the package decides which one exports the makers.
const importsMakers =
  /(?:\*[^;"']*|\{[^}]*\b(?:command|event|supersededEvent|uiEvent|timelineEntity|run)\b[^}]*\}\s*from\s*|\bimport\(\s*|\brequire\(\s*)["']@sessionstream\/runtime(?:\/[^"']*)?["']/;
const names = /\b(?:name|kind)\b/;
const comparisons = /\bcase\b|[!=]==?/;
const lookups = /\.(?:command|event|uiEvent|timelineEntity|run)\(|\bdecodeCommand\b|\bhas(?:TimelineEntity|Run)\b/;
const ordinals = /ordinal\b|cursor\b|\basOf\b/i;
const makesNumbers = /\b(?:Number|parseInt|parseFloat)\b|\bas number\b|<number>|\+\s*[\w(]/;

/** The files that a rule must see with types: their paths and texts. */
export function candidatesIn(texts: Texts, model: SchemaModel | undefined): readonly (readonly [string, string])[] {
  const logicalNames = namePattern(model);
  return [...texts].filter(([, text]) => isCandidate(text, logicalNames));
}

/** Whether a text may use a function of ours that registers a message type, under its own name. */
export function mayRegister(text: string): boolean {
  return registers.test(text) || importsMakers.test(text);
}

/** The files that mention one of these identifiers: their paths and texts. */
export function filesThatMention(identifiers: Iterable<string>, texts: Texts): readonly (readonly [string, string])[] {
  const words = [...identifiers].filter((identifier) => /^[\w$]+$/.test(identifier));
  if (words.length === 0) return [];
  const pattern = new RegExp(`(?<![\\w$])(?:${words.map((word) => word.replaceAll("$", "\\$")).join("|")})(?![\\w$])`);
  return [...texts].filter(([, text]) => pattern.test(text));
}

function isCandidate(text: string, logicalNames: RegExp | undefined): boolean {
  if (usesUs.test(text)) {
    return mayRegister(text) || mayName(text) || (ordinals.test(text) && makesNumbers.test(text));
  }
  // A file can use our types without naming our packages: the compiler infers them
  // from a function of another file.
  return (
    registers.test(text) ||
    (/\b\w*[oO]rdinal\b/.test(text) && makesNumbers.test(text)) ||
    (logicalNames?.test(text) === true && mayName(text))
  );
}

/** Whether a text may compare or look up logical names. */
function mayName(text: string): boolean {
  return (names.test(text) && comparisons.test(text)) || lookups.test(text);
}

/** Matches a string literal that is a logical name. */
function namePattern(model: SchemaModel | undefined): RegExp | undefined {
  const declared = Object.values(model?.names ?? {}).flatMap((byName) => [...byName.keys()]);
  const words = declared.filter((name) => /^\w+$/.test(name));
  return words.length === 0 ? undefined : new RegExp(`["'\`](?:${words.join("|")})["'\`]`);
}
