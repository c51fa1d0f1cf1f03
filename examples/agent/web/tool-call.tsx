import { type ToolCallEntity, ToolState } from "../src/gen/agent/v1/agent_pb.js";

/** What a person can say about a call. */
export interface Deciding {
  readonly onDecide: (callId: string, approved: boolean) => void;
  readonly onRepeat: (callId: string, again: boolean) => void;
}

const labels: Readonly<Record<ToolState, string>> = {
  [ToolState.UNSPECIFIED]: "",
  [ToolState.ASKED]: "may it?",
  [ToolState.APPROVED]: "about to begin",
  [ToolState.RUNNING]: "running…",
  [ToolState.DONE]: "done",
  [ToolState.FAILED]: "failed",
  [ToolState.REFUSED]: "refused",
  [ToolState.INTERRUPTED]: "interrupted: nobody knows what came of it",
  [ToolState.LEFT]: "interrupted, and left at that",
  [ToolState.STOPPED]: "stopped",
};

/** A call of a tool: what exactly is to be done, how it stands, and what came of it. */
export function ToolCall({ call, onDecide, onRepeat }: Deciding & { readonly call: Readonly<ToolCallEntity> }) {
  const { callId, tool, state, output, by } = call;
  return (
    <section className="call" aria-label={tool} data-state={ToolState[state]?.toLowerCase()}>
      <h3>
        {tool} <output>{labels[state]}</output> {by !== "" && <span>({by})</span>}
      </h3>
      <dl>
        {argumentsOf(call).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {output !== "" && <pre>{output}</pre>}
      {state === ToolState.ASKED && (
        <p className="choice">
          <button type="button" onClick={() => onDecide(callId, true)}>
            Approve
          </button>
          <button type="button" className="second" onClick={() => onDecide(callId, false)}>
            Refuse
          </button>
        </p>
      )}
      {state === ToolState.INTERRUPTED && (
        <p className="choice">
          <button type="button" onClick={() => onRepeat(callId, true)}>
            Do it again
          </button>
          <button type="button" className="second" onClick={() => onRepeat(callId, false)}>
            Leave it
          </button>
        </p>
      )}
    </section>
  );
}

/** Each argument in full: who approves must see all of it. */
function argumentsOf({ arguments: json }: Readonly<ToolCallEntity>): readonly (readonly [string, string])[] {
  try {
    const given: unknown = JSON.parse(json);
    if (typeof given === "object" && given !== null) {
      return Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : String(value)]);
    }
  } catch {
    // The model made a mistake, which is shown as it is.
  }
  return [["arguments", json]];
}
