import { readFile } from "./read-file.js";
import { runCommand } from "./run-command.js";
import { searchFiles } from "./search-files.js";
import type { Tool } from "./tool.js";
import { writeFile } from "./write-file.js";

/** What the assistant can do below a folder. */
export const fileTools: readonly Tool[] = [searchFiles, readFile, writeFile, runCommand()];
