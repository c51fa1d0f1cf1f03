import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import {
  AskedEventSchema,
  ToolCalledEventSchema,
  ToolDecidedEventSchema,
  ToolEndedEventSchema,
  ToolInterruptedEventSchema,
  ToolRepeatedEventSchema,
  ToolStartedEventSchema,
} from "../../../examples/agent/src/gen/agent/v1/agent_pb.js";
import { openRaw } from "../../fixtures/raw-database.js";

interface LoggedEvent {
  readonly ordinal: number;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** What the log has, of its only session, read without the code under test. */
export class Evidence {
  readonly #events: readonly LoggedEvent[];

  constructor(db: string) {
    const database = openRaw(db, { readonly: true });
    try {
      const read = "SELECT ordinal, name, payload FROM event ORDER BY ordinal";
      this.#events = database.rows(read) as unknown as LoggedEvent[];
    } finally {
      database.close();
    }
  }

  /** The numbers of the events, which have no holes. */
  get ordinals(): readonly number[] {
    return this.#events.map(({ ordinal }) => ordinal);
  }

  get asked() {
    return this.#of("AgentAsked", AskedEventSchema);
  }

  /** The calls of tools, each with all that happened to it. */
  get calls() {
    const of = <D extends DescMessage>(name: string, schema: D, callId: string) =>
      this.#of(name, schema).filter((event) => (event as { readonly callId?: string }).callId === callId);
    return this.#of("AgentToolCalled", ToolCalledEventSchema).map((called) => ({
      ...called,
      decided: of("AgentToolDecided", ToolDecidedEventSchema, called.callId),
      started: of("AgentToolStarted", ToolStartedEventSchema, called.callId).length,
      ended: of("AgentToolEnded", ToolEndedEventSchema, called.callId),
      interrupted: of("AgentToolInterrupted", ToolInterruptedEventSchema, called.callId).length,
      repeated: of("AgentToolRepeated", ToolRepeatedEventSchema, called.callId),
    }));
  }

  #of<D extends DescMessage>(name: string, schema: D): MessageShape<D>[] {
    return this.#events.filter((event) => event.name === name).map(({ payload }) => fromBinary(schema, payload));
  }
}
