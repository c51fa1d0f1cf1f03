import { type Style, style, type Terminal } from "../shell/terminal.js";

const inline =
  /(?<code>`+)(?<literal>[\s\S]*?[^`])\k<code>(?!`)|!?\[(?<label>[^\]]*)\]\((?<target>[^)\s]+)\)|<(?<address>https?:[^>]+)>|\*\*(?<strong>[\s\S]+?)\*\*|(?<![\w*])[*_](?<emphasis>[^\s*_](?:[\s\S]*?[^\s*_])?)[*_](?![\w*])|\\(?<escaped>[\\`*_{}[\]()#+.!|<>-])/g;

/** Text with its inline Markdown as styles. Without styles, code keeps its backticks. */
export function renderInline(text: string, terminal: Terminal): string {
  return text.replaceAll(inline, (...found) => {
    const { literal, label, target, address, strong, emphasis, escaped } = found.at(-1) as Record<
      string,
      string | undefined
    >;
    // Wrapping does not keep the spaces in code. So each word gets its own style.
    if (literal !== undefined)
      return terminal.styled ? words(literal.trim(), terminal, "cyan") : `\`${literal.trim()}\``;
    if (label !== undefined) return link(renderInline(label, terminal), target ?? "", terminal);
    if (strong !== undefined) return words(renderInline(strong, { ...terminal, styled: false }), terminal, "bold");
    if (emphasis !== undefined)
      return words(renderInline(emphasis, { ...terminal, styled: false }), terminal, "italic");
    return escaped ?? address ?? "";
  });
}

/** Text without its inline Markdown. */
export function plainText(text: string): string {
  return renderInline(text, { width: 0, styled: false }).replaceAll("`", "");
}

/** Styles each word by itself. So a line break between two words is never inside a style. */
function words(text: string, terminal: Terminal, name: Style): string {
  return text.replaceAll(/\S+/g, (word) => style(terminal, name, word));
}

/** A link as text for a terminal: with the address, or with the command that prints the page. */
function link(label: string, target: string, terminal: Terminal): string {
  const page = /^(?:\.\/)?([\w-]+)\.md(?:#.*)?$/.exec(target)?.[1];
  if (page !== undefined) return `${label} (sessionstream help ${page})`;
  return /^https?:/.test(target) && target !== label ? `${label} (${style(terminal, "underline", target)})` : label;
}
