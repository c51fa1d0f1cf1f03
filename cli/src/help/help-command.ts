import type { Command } from "commander";
import type { Done } from "../shell/exit-code.js";

/** Adds `sessionstream help`. */
export function helpCommand(program: Command, done: Done): void {
  program
    .command("help")
    .summary("list the help pages, or print one")
    .description("Lists the help pages. With a topic, prints its page. The name of a command is a topic, too.")
    .argument("[topic]", "a page or a command, such as getting-started")
    .action(async (topic: string | undefined) => {
      const command = program.commands.find((candidate) => candidate.name() === topic);
      if (command !== undefined) return command.outputHelp();
      const { help } = await import("./help.js");
      done(
        help(
          topic,
          program.commands.map((each) => each.name()),
        ),
      );
    });
}
