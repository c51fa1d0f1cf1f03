import { nearest } from "@sessionstream/plugin/nearest";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { style, type Terminal, terminalOf } from "../shell/terminal.js";
import { wrap } from "../shell/wrap.js";
import { renderMarkdown } from "./render.js";
import { readTopics, type Topic } from "./topics.js";

/**
 * Prints the page of a topic, or the list of all topics.
 *
 * @throws {CannotRun} TOPIC_NOT_FOUND
 */
export function help(name: string | undefined, commands: readonly string[]): ExitCode {
  const topics = readTopics();
  const terminal = terminalOf(process.stdout);
  const page =
    name === undefined ? list(topics, terminal) : renderMarkdown(find(name, topics, commands).text, terminal);
  process.stdout.write(page);
  return exitCodes.clean;
}

function list(topics: readonly Topic[], terminal: Terminal): string {
  const width = Math.max(0, ...topics.map(({ name }) => name.length)) + 4;
  const lines = topics.flatMap(({ name, summary }) =>
    wrap(summary, terminal.width - width).map((line, index) =>
      `  ${index === 0 ? style(terminal, "bold", name) + " ".repeat(width - 2 - name.length) : " ".repeat(width - 2)}${line}`.trimEnd(),
    ),
  );
  return [
    'To print a page: "sessionstream help TOPIC". To list the commands: "sessionstream --help".',
    "",
    ...lines,
    "",
  ].join("\n");
}

function find(name: string, topics: readonly Topic[], commands: readonly string[]): Topic {
  const topic = topics.find((candidate) => candidate.name === name);
  if (topic !== undefined) return topic;
  const names = [...topics.map((each) => each.name), ...commands];
  const near = names.find((each) => each.startsWith(name)) ?? nearest(name, names);
  throw new CannotRun(
    "TOPIC_NOT_FOUND",
    `no help page is called "${name}"${near === undefined ? `: want one of ${names.join(", ")}` : `: did you mean "${near}"?`}`,
  );
}
