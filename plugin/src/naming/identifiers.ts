/**
 * Names that an exported constant cannot have, or must not have because the generated
 * text uses them for something else.
 */
const reserved: ReadonlySet<string> = new Set([
  // Reserved words of JavaScript modules.
  ..."arguments await break case catch class const continue debugger default delete do else enum eval export".split(
    " ",
  ),
  ..."extends false finally for function if implements import in instanceof interface let new null package".split(" "),
  ..."private protected public return static super switch this throw true try typeof var void while with yield".split(
    " ",
  ),
  // Names that TypeScript or CommonJS reserve at the top of a module.
  ..."exports globalThis module Object Promise require undefined".split(" "),
  // Parameters of generated functions. The same functions also use exported constants.
  ..."context implementation projection registry".split(" "),
]);

/** Whether a module can export a constant of that name. */
export function isExportable(name: string): boolean {
  return !reserved.has(name);
}

/**
 * An identifier in lower camel case: `StartInference` is `startInference`,
 * `URLOpened` is `urlOpened`, `Tool_call` is `toolCall`.
 */
export function lowerCamelCase(name: string): string {
  return name
    .split("_")
    .filter((word) => word !== "")
    .map((word, index) => (index === 0 ? lowerStart(word) : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

/** Lowers the first letter, or all but the last of several capitals: `URLOpened` begins with `URL`. */
function lowerStart(word: string): string {
  return word.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase());
}
