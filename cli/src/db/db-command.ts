import { type Command, Option } from "commander";
import type { Done } from "../shell/exit-code.js";
import { terminalOf } from "../shell/terminal.js";
import { wrap } from "../shell/wrap.js";

const description = `Looks into an SQLite file of sessions, and does to it what does not need the application's code: it deletes, redacts, exports, imports and backs up.

The application may use the file meanwhile. What only reads changes nothing. A file of an earlier release is opened for writing by the application first, which brings it to the newest version.`;

const notes = [
  "With --json, each line of the output is one JSON object. Ordinals are strings there, as they may exceed what numbers in JSON can hold.",
  "The exit code is 0 if it is done, 1 if errors are on record that were asked for, or something is not as it should be, and 2 if it could not be done.",
];

const json = () => new Option("--json", "print JSON, one object a line");
const prefix = (what: string) => new Option("--prefix <prefix>", `${what} sessions whose ids begin so`);

const programOption = () =>
  new Option(
    "--program <module>",
    "a JavaScript module of the application that exports `features`, and does nothing else",
  );

/** Adds `sessionstream db`. */
export function dbCommand(program: Command, done: Done): void {
  const db = program
    .command("db")
    .summary("look into a database of sessions, and maintain it")
    .description(description)
    .helpCommand(false)
    .exitOverride()
    .addHelpText("after", () => {
      const { width } = terminalOf(process.stdout);
      return notes.flatMap((note) => ["", ...wrap(note, width)]).join("\n");
    });
  db.command("sessions")
    .description("Lists the sessions: how much of the file each takes, and when it was last active.")
    .argument("<file>", "the database")
    .addOption(prefix("only"))
    .addOption(new Option("--sort <by>", "the order").choices(["id", "size", "events", "activity"]).default("id"))
    .addOption(json())
    .action(async (file: string, options) => done(await (await import("./sessions.js")).listSessions(file, options)));
  db.command("events")
    .description("Prints the log of a session.")
    .argument("<file>", "the database")
    .argument("<session>", "the id of the session")
    .addOption(new Option("--after <ordinal>", "only events above this ordinal").default("0"))
    .addOption(new Option("--limit <count>", "the largest number of events"))
    .addOption(json())
    .action(async (file: string, session: string, options) =>
      done(await (await import("./events.js")).printEvents(file, session, options)),
    );
  db.command("timeline")
    .description(
      "Prints the entities of a session as they are stored. They may lag behind its log: the application folds the rest. With --program, they are folded by its projections.",
    )
    .argument("<file>", "the database")
    .argument("<session>", "the id of the session")
    .addOption(programOption())
    .addOption(new Option("--as-of <ordinal>", "as they were after this event"))
    .addOption(json())
    .action(async (file: string, session: string, options) =>
      done(await (await import("./timeline.js")).printTimeline(file, session, options)),
    );
  db.command("errors")
    .description("Prints the failures on record of a session, or of all.")
    .argument("<file>", "the database")
    .argument("[session]", "the id of the session")
    .addOption(new Option("--after <ordinal>", "only failures of events above this ordinal"))
    .addOption(new Option("--limit <count>", "the largest number of events whose failures are printed"))
    .addOption(json())
    .action(async (file: string, session: string | undefined, options) =>
      done(await (await import("./errors.js")).printErrors(file, session, options)),
    );
  db.command("verify")
    .description(
      "Verifies the file and its sessions, or one session: that the file is not damaged, that logs have no holes and their payloads can be read. With --program, that each timeline is the fold of its log.",
    )
    .argument("<file>", "the database")
    .argument("[session]", "the id of the session")
    .addOption(programOption())
    .addOption(json())
    .action(async (file: string, session: string | undefined, options) =>
      done(await (await import("./verify.js")).verify(file, session, options)),
    );
  db.command("delete")
    .description("Deletes sessions, with all that belongs to them. Clients start over with nothing, and runs end.")
    .argument("<file>", "the database")
    .argument("<sessions...>", "the ids of the sessions")
    .addOption(new Option("--vacuum", "write the file anew afterwards, so that nothing is left on the disk"))
    .action(async (file: string, sessions: string[], options) =>
      done(await (await import("./delete.js")).deleteSessions(file, sessions, options)),
    );
  db.command("redact")
    .description(
      "Clears fields of events for good, as if they had never been set. The timeline is emptied, and the application folds it again from the log. Clients start over.",
    )
    .argument("<file>", "the database")
    .argument("<session>", "the id of the session")
    .requiredOption("--ordinals <ordinals>", "the events, such as 3,7")
    .requiredOption("--fields <paths>", "the fields, as the proto file names them, such as prompt,author.name")
    .addOption(new Option("--yes", "do it: nothing brings back what is cleared"))
    .addOption(new Option("--vacuum", "write the file anew afterwards, so that nothing is left on the disk"))
    .action(async (file: string, session: string, options) =>
      done(await (await import("./redact.js")).redact(file, session, options)),
    );
  db.command("forget")
    .description(
      "Blanks the id of a person: where events come from, who started runs, and whose idempotency keys they are. Payloads, session ids and the metadata of sessions stay. Repeat it once open runs and handlers of the person have ended: what they publish has the id again.",
    )
    .argument("<file>", "the database")
    .argument("<identity>", "the id of the identity")
    .addOption(new Option("--vacuum", "write the file anew afterwards, so that nothing is left on the disk"))
    .action(async (file: string, identity: string, options) =>
      done(await (await import("./forget.js")).forget(file, identity, options)),
    );
  db.command("vacuum")
    .description("Writes the file anew, so that what was deleted is gone from the disk, too. Others wait meanwhile.")
    .argument("<file>", "the database")
    .action(async (file: string) => done(await (await import("./delete.js")).vacuum(file)));
  db.command("export")
    .description("Exports sessions, or all, to a new file, or to the standard output.")
    .argument("<file>", "the database")
    .argument("[sessions...]", "the ids of the sessions")
    .addOption(prefix("only"))
    .addOption(new Option("--out <file>", "write to this new file"))
    .action(async (file: string, sessions: string[], options) =>
      done(await (await import("./export.js")).exportTo(file, sessions, options)),
    );
  db.command("import")
    .description("Imports the sessions of an export, each whole or not at all. The database is made if there is none.")
    .argument("<file>", "the database")
    .argument("<export>", 'the file to import, or "-" for the standard input')
    .addOption(new Option("--replace", "replace sessions that are there"))
    .action(async (file: string, from: string, options) =>
      done(await (await import("./import.js")).importFrom(file, from, options)),
    );
  db.command("backup")
    .description("Copies the database, as it is at one instant, to a new file.")
    .argument("<file>", "the database")
    .argument("<to>", "the new file")
    .action(async (file: string, to: string) => done(await (await import("./backup.js")).backUp(file, to)));
}
