/** The terminal to which a command prints. */
export interface Terminal {
  /** The columns that a line may have. */
  readonly width: number;
  /** Whether the terminal understands styles. */
  readonly styled: boolean;
}

const plainWidth = 80;
// Longer lines are hard to read, even in a wide window.
const maxWidth = 100;
const minWidth = 30;

/** The terminal of a stream. Respects NO_COLOR and FORCE_COLOR, and COLUMNS if the stream has no width. */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  const columns = stream.columns ?? (Number.parseInt(env.COLUMNS ?? "", 10) || plainWidth);
  return { width: Math.min(Math.max(columns, minWidth), maxWidth), styled: isStyled(stream.isTTY === true, env) };
}

function isStyled(isTty: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTty && env.TERM !== "dumb";
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  red: [31, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof codes;

/** Text in a style, if the terminal understands styles. */
export function style({ styled }: Terminal, name: Style, text: string): string {
  const [on, off] = codes[name];
  return styled && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
