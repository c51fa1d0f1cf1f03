import { DeltaEventSchema } from "./gen/bench/v1/stream_pb.js";
import { delta } from "./payloads.js";

// A peer that is not installed with this project, as only this suite needs it:
//   npm install --no-save @event-driven-io/emmett@0.38 @event-driven-io/emmett-sqlite@0.38 sqlite3@5

/** What is used of @event-driven-io/emmett-sqlite (https://event-driven-io.github.io/emmett). */
interface EmmettSqlite {
  sqliteConnection(options: { readonly fileName: string }): { close(): void };
  createEventStoreSchema(connection: object): Promise<void>;
  appendToStream(
    connection: object,
    stream: string,
    type: string,
    events: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[],
  ): Promise<{ readonly success: boolean }>;
}

/** Appends so many events to a number of streams in turn, one after the other: its appends must not overlap. */
export type AppendAll = (path: string, streams: number, events: number) => Promise<void>;

/** Undefined where the peer is not installed. */
export async function loadEmmett(): Promise<AppendAll | undefined> {
  // Not known to the compiler.
  const name: string = "@event-driven-io/emmett-sqlite";
  let emmett: EmmettSqlite;
  try {
    emmett = (await import(name)) as EmmettSqlite;
  } catch (thrown) {
    if ((thrown as { readonly code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw thrown;
    return undefined;
  }
  return async (path, streams, events) => {
    // Its event store opens a connection for each append, which takes longer, and sometimes fails.
    const connection = emmett.sqliteConnection({ fileName: path });
    await emmett.createEventStoreSchema(connection);
    for (let index = 0; index < events; index++) {
      const event = { type: DeltaEventSchema.typeName, data: delta(index, `message-${index % 10}`) };
      const { success } = await emmett.appendToStream(connection, `session-${index % streams}`, "session", [event]);
      if (!success) throw new Error("emmett-sqlite refused an event");
    }
    connection.close();
  };
}
