import { type FSWatcher, watch } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newFile } from "../../fixtures/stores.js";
import { facts, lookedUpIn } from "./subjects.js";

/** The folder of an agent, of which one hears what is written into its notes. */
export class NotesFolder {
  readonly path: string;
  /** The notes, as often as each of them was put in its place. */
  readonly replaced: string[] = [];
  readonly #watcher: FSWatcher;
  readonly #heard = new Set<(name: string) => void>();

  private constructor(path: string, notes: string) {
    this.path = path;
    this.#watcher = watch(notes, (event, name) => {
      if (name === null) return;
      if (event === "rename" && name.endsWith(".md")) this.replaced.push(name);
      for (const hear of this.#heard) hear(name);
    });
  }

  static async make(): Promise<NotesFolder> {
    const path = newFile("folder");
    await mkdir(join(path, "notes"), { recursive: true });
    await writeFile(join(path, lookedUpIn), facts(100));
    return new NotesFolder(path, join(path, "notes"));
  }

  /** Resolves when the next file of such a name is written. */
  written(suffix: ".md" | "counts.txt"): Promise<void> {
    return new Promise((resolve) => {
      const hear = (name: string) => {
        if (!name.endsWith(suffix)) return;
        this.#heard.delete(hear);
        resolve();
      };
      this.#heard.add(hear);
    });
  }

  close(): void {
    this.#watcher.close();
  }
}
